"""Make what stands in an article readable and reachable: boxes, code, maths, images."""

import re

from bs4 import BeautifulSoup, Comment
from PIL import Image

from book_tools.site.page import require

# Characters that fit into a box of code or maths on the narrowest phone.
NARROW = 34
PLAIN = ("n", "p", "w")  # Pygments: names, punctuation, space


def fold_dropdowns(soup, page):
    """Turn folded boxes into `<details>`, which need no script."""
    for box in soup.select("div.admonition.dropdown"):
        box.name = "details"
        title = require(box.select_one("p.admonition-title"), "a folded box's title")
        title.name = "summary"


def drop_repeated_ids(soup, page):
    """Drop the ids that sphinx-exercise gives to every exercise and solution."""
    boxes = soup.select(".admonition.exercise, .admonition.solution")
    inner = soup.select("section#exercise-content, section#solution-content")
    if boxes:
        require(inner, "the inner section of an exercise or solution")
    for section in inner:
        section.name = "div"
        del section["id"]


def make_scrollers_reachable(soup, page):
    """Give a tab stop to code, tables and maths that scroll on a narrow screen."""
    for block in soup.select("div.highlight pre"):
        if max(map(len, block.text.splitlines()), default=0) > NARROW:
            block["tabindex"] = "0"
    for table in soup.select(".pst-scrollable-table-container"):
        table["tabindex"] = "0"
    for formula in soup.select(".katex-display"):
        tex = require(formula.select_one("annotation"), "the TeX of a formula").text
        if max(map(len, re.split(r"\\\\|\n", tex))) > NARROW:
            formula["tabindex"] = "0"


def free_references(soup, page):
    """Drop roles of bibliography entries that no longer are part of ARIA."""
    for tag in soup.select('.citation-list[role="list"], [role="doc-biblioentry"]'):
        del tag["role"]


def unmark_plain_code(soup, page):
    """Drop the marks of names and the like in code: they have the colour of the rest.

    They are most of the marks, and a tenth of a chapter's bytes.
    """
    for mark in soup.select(", ".join(f".highlight span.{name}" for name in PLAIN)):
        mark.unwrap()


def cut_repeats(soup, page):
    """Drop comments, and each reference that a citation shows when pointed at but one.

    A page that cites a paper four times would carry its full entry four times.
    """
    for comment in soup(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    seen = set()
    for link in soup.select("a.reference[title]"):
        if link["title"] in seen:
            del link["title"]
        else:
            seen.add(link["title"])


def check_maths(soup, page):
    """Report formulas that could not be set."""
    for tag in soup.select(".katex-error"):
        page.warn("a formula cannot be set: %s", tag.get("title", tag.text))


def size_images(soup, page):
    """Reserve room for each image; load those below the first section when near."""
    for image in soup.select("main article img"):
        path = page.find_image(image["src"])
        if path is not None and not image.get("width") and (size := measure(path)):
            image["width"], image["height"] = map(str, size)
        image["decoding"] = "async"
        if image.find_previous("h2"):
            image["loading"] = "lazy"
    for image in soup.select(".dropdown-menu img"):
        image["loading"] = "lazy"


def check_alt_texts(soup, page):
    """Report images that have no text in their stead."""
    for image in soup.select("main article img"):
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
