"""Make each page light, whole and accessible before it is written.

The theme's pages ask for more than they need and leave some readers out. Each step
below changes one thing in a rendered page. A step that looks for something of the
theme's and does not find it stops the build, so that a new version of the theme
cannot undo it silently. Faults in the book's own text are reported as warnings.
"""

import re
import textwrap
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from pathlib import Path

import soupsieve
from bs4 import BeautifulSoup, Comment
from bs4.element import Script
from PIL import Image
from sphinx.errors import ExtensionError
from sphinx.jinja2glue import BuiltinTemplateLoader
from sphinx.util import logging

from book_tools.site.safety import set_policy

logger = logging.getLogger(__name__)

# Characters that fit into a box of code or maths on the narrowest phone.
NARROW = 34
# Pygments' marks of names, punctuation and space.
PLAIN = re.compile(r'<span class="[npw]">([^<]*)</span>')
CODE = re.compile(r'<div class="highlight">.*?</pre>', re.DOTALL)
TEXT_FONT = "_static/fonts/source-serif-4-latin-400-normal.woff2"
SCHEME_SCRIPT = """\
(() => {
  const root = document.documentElement.dataset;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.mode = localStorage.getItem("mode") || "auto";
  root.theme = root.mode === "auto" ? (dark ? "dark" : "light") : root.mode;
})();
"""
# Style sheets and scripts that serve only pages that hold a certain element.
ASSETS_FOR = {
    "katex/katex.min.css": ".katex",
    "katex-math.css": ".katex",
    "sphinx-design.min.css": '[class*="sd-"]',
    "design-tabs.js": ".sd-tab-set",
    "mystnb.": ".cell",
    "copybutton.css": "div.highlight",
    "copybutton.js": "div.highlight",
    "clipboard.min.js": "div.highlight",
}
# The side bars that a phone opens, and what their buttons say.
SIDEBARS = {"primary": "Pages of the book", "secondary": "On this page"}
# Replaced by the book's own style sheet and by the browser's own folding.
ASSETS_REPLACED = ("exercise.css", "togglebutton.css", "togglebutton.js")


class Missing(Exception):
    """A step did not find what it came to change."""


@dataclass(frozen=True)
class Page:
    """What a step may need to know about the page it works on."""

    name: str
    find_image: Callable[[str], Path | None] = lambda source: None

    def warn(self, message, *arguments):
        """Report a fault in the book's text."""
        logger.warning(message, *arguments, location=self.name)


def require(found, what):
    """Return what was found; raise `Missing` where that is nothing."""
    if not found:
        raise Missing(what)
    return found


def drop(soup, selector):
    """Remove the elements that match a selector, of which there must be one."""
    for element in require(soup.select(selector), selector):
        element.decompose()


def inline(word):
    """Return the selector of the inline scripts that mention a word."""
    return f'script:not([src]):-soup-contains("{word}")'


def cut_icon_script(soup, page):
    """Drop the script that draws icons: the icon fonts draw them too."""
    drop(soup, 'script[src*="scripts/fontawesome.js"]')


def cut_thebe(soup, page):
    """Drop thebe, which is off, yet loaded and declared twice."""
    drop(soup, 'script[src*="sphinx-thebe.js"]')
    drop(soup, 'link[href*="sphinx-thebe.css"]')
    drop(soup, inline("THEBE_JS_URL"))
    settings = f'script[type="text/x-thebe-config"], article {inline("kernelName")}'
    for tag in soup.select(settings):
        tag.decompose()


def cut_search_scripts(soup, page):
    """Keep the search index to the page that searches."""
    if page.name != "search":
        for name in ("searchtools", "language_data", "searchindex"):
            drop(soup, f'script[src*="{name}.js"]')


def cut_unused_assets(soup, page):
    """Drop the style sheets and scripts that this page has no use for."""
    for word in ("toggleHint", "toggleOpenOnPrint", "togglebuttonSelector"):
        drop(soup, inline(word))
    loaded = soup(["link", "script"])  # one walk through the page, not one for each
    for name in ASSETS_REPLACED:
        for tag in require(soupsieve.filter(asset(name), loaded), name):
            tag.decompose()
    for name, selector in ASSETS_FOR.items():
        first, *repeated = require(soupsieve.filter(asset(name), loaded), name)
        unused = repeated if soup.select_one(selector) else [first, *repeated]
        for tag in unused:
            tag.decompose()
    # Its name holds a hash already; the second one depends on what was built before.
    for tag in soupsieve.filter(asset("mystnb."), loaded):
        if not tag.decomposed:
            tag["href"] = tag["href"].partition("?")[0]


def asset(name):
    """Return the selector of a style sheet or script by the name of its file."""
    return f'link[rel~="stylesheet"][href*="/{name}"], script[src*="/{name}"]'


def defer_scripts(soup, page):
    """Let the page be drawn before its scripts run, in their order."""
    for tag in require(soup.select("head script[src]"), "scripts in the head"):
        tag["defer"] = ""
    for tag in soup.select(f"head {inline('DOCUMENTATION_OPTIONS')}"):
        tag["type"] = "module"
    for tag in soup.select('link[rel~="preload"][as="script"]'):
        tag.decompose()


def preload_text_font(soup, page):
    """Ask for the font of the text together with the style sheets."""
    html = require(soup.select_one("html[data-content_root]"), "the content root")
    attributes = {"rel": "preload", "as": "font", "type": "font/woff2"}
    attributes |= {"href": html["data-content_root"] + TEXT_FONT, "crossorigin": ""}
    sheet = require(soup.select_one('link[rel~="stylesheet"]'), "a style sheet")
    sheet.insert_before(soup.new_tag("link", attrs=attributes))


def set_colour_scheme(soup, page):
    """Follow the reader's system from the first pixel on, and without scripts."""
    script = soup.select_one(f"head {inline('document.documentElement.dataset.theme')}")
    require(script, "the script that sets the theme").string = Script(SCHEME_SCRIPT)
    soup.html["data-theme"] = "light"
    soup.html["data-mode"] = "auto"
    soup.body["data-default-mode"] = "auto"
    button = require(soup.select(".theme-switch-button"), "the switch of the scheme")
    button[0]["aria-label"] = "Colour scheme"
    button[0]["data-bs-title"] = "Colour scheme"


def cut_top_bar(soup, page):
    """Empty the second top bar: the article's header has the same buttons.

    The theme's scripts measure the bar, so it stays, without anything in it.
    """
    bar = require(soup.select_one("header#pst-header"), "the second top bar")
    bar.clear()
    bar["hidden"] = ""


def open_menus_without_script(soup, page):
    """Let the browser open the menus of the header, and drop what opened them."""
    drop(soup, 'script[src*="scripts/bootstrap.js"]')
    for number, menu in enumerate(soup.select(".article-header-buttons .dropdown")):
        button = require(menu.select_one("button.dropdown-toggle"), "a menu's button")
        items = require(menu.select_one("ul.dropdown-menu"), "a menu's items")
        items["popover"] = ""
        items["id"] = button["popovertarget"] = f"header-menu-{number}"
        del button["data-bs-toggle"], button["aria-expanded"]


def open_sidebars_without_script(soup, page):
    """Let the browser open the side bars on a phone where no script runs.

    The theme's script, where it runs, keeps the browser from doing so.
    """
    for name, title in SIDEBARS.items():
        sidebar = soup.select_one(f"#pst-{name}-sidebar")
        buttons = soup.select(f"button.{name}-toggle")
        if sidebar is None and not buttons and name == "secondary":
            continue  # a page without headings
        sidebar = require(sidebar, f"the {name} side bar")
        sidebar["popover"] = ""
        for button in require(buttons, f"the button of the {name} side bar"):
            button["popovertarget"] = sidebar["id"]
            button["title"] = button["aria-label"] = title


def describe(soup, page):
    """Describe the page to search engines by its first paragraph."""
    paragraph = soup.select_one("article section > p")
    if paragraph is not None:
        text = copy(paragraph)
        for tag in text.select(".katex-html, annotation"):
            tag.decompose()
        words = textwrap.shorten(text.get_text(), 155, placeholder=" …")
        attributes = {"name": "description", "content": words}
        soup.head.append(soup.new_tag("meta", attrs=attributes))


def name_controls(soup, page):
    """Let names of controls say what the eye reads, and landmarks hold all text."""
    for button in require(soup.select("button.search-button-field"), "search button"):
        del button["aria-label"]
    for summary in soup.select("details > summary[aria-label]"):
        del summary["aria-label"]
    sidebar = require(soup.select_one("#pst-primary-sidebar"), "the sidebar")
    sidebar["role"] = "complementary"
    sidebar["aria-label"] = "The book"


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


STEPS = (
    *(cut_icon_script, cut_thebe, cut_search_scripts, fold_dropdowns, cut_top_bar),
    *(cut_unused_assets, defer_scripts, preload_text_font, set_colour_scheme),
    *(
        open_menus_without_script,
        open_sidebars_without_script,
        name_controls,
        describe,
        drop_repeated_ids,
    ),
    *(free_references, make_scrollers_reachable),
    *(cut_repeats, check_maths, size_images, check_alt_texts, set_policy),
    # The policy is last: it hashes what is there.
)


def tune(html, page):
    """Take a rendered page through all steps; end where one misses what it changes."""
    soup = BeautifulSoup(unmark_plain_code(html), "html.parser")
    for step in STEPS:
        try:
            step(soup, page)
        except Missing as what:
            raise ExtensionError(
                f"{page.name}: step {step.__name__} did not find {what};"
                " has the theme changed? Correct book_tools/site/tuning.py"
            ) from None
    return str(soup)


class TuningBridge(BuiltinTemplateLoader):
    """Sphinx's template loader, with the tuning after it."""

    def init(self, builder, theme=None, dirs=None):
        """Remember the builder, which knows where images come from."""
        super().init(builder, theme, dirs)
        self.builder = builder

    def render(self, template, context):
        """Render a template; tune what is a whole page, not a part of one."""
        html = super().render(template, context)
        if "</html>" not in html:
            return html
        return tune(html, Page(context["pagename"], self.find_image))

    def find_image(self, source):
        """Return the file behind an image of the page, or None."""
        name = source.rpartition("/")[2]
        for path, target in self.builder.images.items():
            if target == name:
                return Path(self.builder.srcdir, path)
        return None
