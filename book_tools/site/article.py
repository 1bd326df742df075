"""Make what stands in an article readable and reachable: boxes, code, maths, images."""

import re
from itertools import zip_longest

from bs4 import BeautifulSoup, Comment
from PIL import Image

from book_tools.site.page import find, require

# Characters that fit into a box of code or maths on the narrowest phone.
NARROW = 34
# Pygments' marks of names, punctuation and space.
PLAIN = re.compile(r'<span class="[npw]">([^<]*)</span>')
CODE = re.compile(r'<div class="highlight">.*?</pre>', re.DOTALL)
NUMBER = re.compile(r"[-−+]?\.?\d[-\d\s.,:;e×%÷±–−+()\[\]]*|-?inf|nan|", re.IGNORECASE)
# What is wrong of a figure once its dark and its light are exchanged.
TONES = re.compile(r"\b(dark|bright)(er|est)?\b", re.IGNORECASE)
FIGURES = "main article img:not(.plain, .sd-card-img)"


def fold_dropdowns(soup, page):
    """Turn folded boxes into `<details>`, which need no script."""
    for box in find(soup, ".admonition.dropdown", "div"):
        box.name = "details"
        title = require(box.select_one("p.admonition-title"), "a folded box's title")
        title.name = "summary"


def drop_repeated_ids(soup, page):
    """Drop the ids that sphinx-exercise gives to every exercise and solution."""
    boxes = find(soup, ".admonition:is(.exercise, .solution)", "div")
    inner = find(soup, "#exercise-content, #solution-content", "section")
    if boxes:
        require(inner, "the inner section of an exercise or solution")
    for section in inner:
        section.name = "div"
        del section["id"]


def make_scrollers_reachable(soup, page):
    """Give a tab stop to code, tables and maths that scroll on a narrow screen."""
    for block in find(soup, "div.highlight pre", "pre"):
        if max(map(len, block.text.splitlines()), default=0) > NARROW:
            block["tabindex"] = "0"
    for table in find(soup, ".pst-scrollable-table-container", "div"):
        table["tabindex"] = "0"
    for formula in find(soup, ".katex-display", "span"):
        tex = require(formula.select_one("annotation"), "the TeX of a formula").text
        if max(map(len, re.split(r"\\\\|\n", tex))) > NARROW:
            formula["tabindex"] = "0"


def dress_tables(soup, page):
    """Give pandas' tables the frame of those in the text, and no look of their own."""
    for table in find(soup, ".cell_output .dataframe", "table"):
        frame = table.parent
        if frame.get("class"):  # it is not the one that pandas puts around a table
            frame = table.wrap(soup.new_tag("div"))
        frame["class"] = ["pst-scrollable-table-container"]
        for style in frame.select("style"):
            style.decompose()
        table["class"] = ["table", "dataframe"]
        for tag in (table, *table.select("tr, th")):
            del tag["border"], tag["style"], tag["valign"]


def align_numbers(soup, page):
    """Mark the columns of numbers in tables, their heads too.

    Columns are counted from the right: rows that share a name have no cell on the left.
    """
    for table in find(soup, ".table", "table"):
        rows = [row.select("td")[::-1] for row in table.select("tbody tr")]
        for number, column in enumerate(zip_longest(*rows)):
            cells = [cell for cell in column if cell is not None]
            texts = [cell.get_text().strip() for cell in cells]
            if any(texts) and all(map(NUMBER.fullmatch, texts)):
                heads = [row.select("th")[::-1] for row in table.select("thead tr")]
                cells += [row[number] for row in heads if number < len(row)]
                for cell in cells:
                    cell["class"] = [*cell.get("class", ()), "number"]


def free_references(soup, page):
    """Drop roles of bibliography entries that no longer are part of ARIA."""
    for tag in soup.select('.citation-list[role="list"], [role="doc-biblioentry"]'):
        del tag["role"]


def unmark_plain_code(html):
    """Drop the marks of names and the like in code: they have the colour of the rest.

    They are most of the marks, and a tenth of a chapter's bytes. This comes before
    the page is parsed, which then takes half the time.
    """
    return CODE.sub(lambda block: PLAIN.sub(r"\1", block[0]), html)


def cut_repeats(soup, page):
    """Drop comments, and each reference that a citation shows when pointed at but one.

    A page that cites a paper four times would carry its full entry four times.
    """
    for comment in soup(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    seen = set()
    for link in find(soup, ".reference[title]", "a"):
        if link["title"] in seen:
            del link["title"]
        else:
            seen.add(link["title"])


def check_maths(soup, page):
    """Report formulas that could not be set."""
    for tag in find(soup, ".katex-error", "span"):
        page.warn("a formula cannot be set: %s", tag.get("title", tag.text))


def size_images(soup, page):
    """Reserve room for each image; load those below the first section when near."""
    for image in find(soup, "main article img", "img"):
        path = page.find_image(image["src"])
        if path is not None and not image.get("width") and (size := measure(path)):
            image["width"], image["height"] = map(str, size)
        image["decoding"] = "async"
        if image.find_previous("h2"):
            image["loading"] = "lazy"
    for image in find(soup, ".dropdown-menu img", "img"):
        image["loading"] = "lazy"


def check_alt_texts(soup, page):
    """Report images that have no text in their stead."""
    for image in find(soup, "main article img", "img"):
        if image.get("alt", image["src"]) == image["src"]:
            page.warn("an image has no alt text: %s", image["src"])


def measure(path):
    """Return the width and height of an image in pixels, or None."""
    if path.suffix != ".svg":
        with Image.open(path) as image:
            return image.size
    drawing = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").svg
    box = (drawing.get("viewbox") or "").replace(",", " ").split()
    return tuple(round(float(length)) for length in box[2:]) or None


def link_figures(soup, page):
    """Let each figure lead to its file, which a script of the book shows at once."""
    for image in find(soup, FIGURES, "img"):
        if not image.find_parent("a") and not image.find_parent(class_="sd-card"):
            image.wrap(
                soup.new_tag("a", attrs={"class": "large", "href": image["src"]})
            )


def keep_tones(soup, page):
    """Mark the figures whose text speaks of dark or light: they stay so in the dark."""
    for image in find(soup, FIGURES, "img"):
        figure = image.find_parent("figure") or image
        if TONES.search(f"{image.get('alt', '')} {figure.get_text(' ')}"):
            image["class"] = [*image.get("class", ()), "tones"]


def add_copy_buttons(soup, page):
    """Give each block of code, but no output, a button; a script of the book acts."""
    for block in find(soup, "main .highlight:has(> pre)", "div"):
        if not block.find_parent(class_="cell_output"):
            attributes = {"class": "copybtn pst-js-only", "type": "button"}
            button = soup.new_tag("button", attrs=attributes, string="Copy")
            block.append(button)
