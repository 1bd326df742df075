"""Make each page light, whole and accessible before it is written.

The theme's pages ask for more than they need and leave some readers out. Each step
below changes one thing in a rendered page. A step that looks for something of the
theme's and does not find it stops the build, so that a new version of the theme
cannot undo it silently. Faults in the book's own text are reported as warnings.
"""

from pathlib import Path

from bs4 import BeautifulSoup
from bs4.element import Script
from sphinx.errors import ExtensionError
from sphinx.jinja2glue import BuiltinTemplateLoader

from book_tools.site.article import (
    add_copy_buttons,
    align_numbers,
    check_alt_texts,
    check_maths,
    cut_repeats,
    dress_tables,
    drop_repeated_ids,
    fold_dropdowns,
    free_references,
    keep_tones,
    link_figures,
    make_scrollers_reachable,
    size_images,
    unmark_plain_code,
)
from book_tools.site.found import describe, introduce
from book_tools.site.page import Missing, Page, drop, find, loaded, require
from book_tools.site.safety import set_policy

TEXT_FONTS = [
    f"_static/fonts/source-serif-4-latin-{weight}-normal.woff2" for weight in (400, 600)
]
SCHEME_SCRIPT = """\
(() => {
  const root = document.documentElement.dataset;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.mode = localStorage.getItem("mode") || "auto";
  root.theme = root.mode === "auto" ? (dark ? "dark" : "light") : root.mode;
})();
"""
# Style sheets and scripts that serve only pages with a class, or an id, that begins so.
ASSETS_FOR = {
    "katex/katex.min.css": "katex",
    "katex-math.css": "katex",
    "sphinx-design.min.css": "sd-",
    "design-tabs.js": "sd-tab-set",
    "mystnb.": "cell",
    "book.js": ("copybtn", "large"),
    "minisearch/minisearch.js": "search-results",
    "search.js": "search-results",
}
# Replaced by the book's own style sheet and script, and the browser's own folding.
ASSETS_REPLACED = (
    *("exercise.css", "togglebutton.css", "togglebutton.js"),
    *("copybutton.css", "copybutton.js", "clipboard.min.js"),
)
SIDEBARS = ("primary", "secondary")  # which a phone opens
LABELS = {
    ".primary-toggle": "Chapters",
    ".dropdown-launch-buttons > button": "Run",
    ".dropdown-source-buttons > button": "Source",
    ".dropdown-download-buttons > button": "Download",
    ".btn-fullscreen-button": "Full screen",
    ".theme-switch-button": "Colours",
    ".search-button": "Search",
    ".secondary-toggle": "On this page",
}


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
    for tag in loaded(soup, settings):
        tag.decompose()


def cut_search_scripts(soup, page):
    """Drop what Sphinx' own search would load; the book has one, see `search.py`."""
    drop(soup, asset("sphinx_highlight.js"))
    if page.name != "search":  # which the book has a template for
        for name in ("searchtools", "language_data", "searchindex"):
            drop(soup, f'script[src*="{name}.js"]')


def cut_unused_assets(soup, page):
    """Drop the style sheets and scripts that this page has no use for."""
    for word in ("toggleHint", "toggleOpenOnPrint", "togglebuttonSelector"):
        drop(soup, inline(word))
    for name in ASSETS_REPLACED:
        drop(soup, asset(name))
    tags = [*soup(True)]
    words = {word for tag in tags for word in (*tag.get("class", ()), tag.get("id"))}
    for name, beginning in ASSETS_FOR.items():
        first, *repeated = require(loaded(soup, asset(name)), name)
        used = any(word.startswith(beginning) for word in words if word)
        for tag in repeated if used else [first, *repeated]:
            tag.decompose()
    # Its name holds a hash already; the second one depends on what was built before.
    for tag in loaded(soup, asset("mystnb.")):
        tag["href"] = tag["href"].partition("?")[0]


def header_of(soup):
    """Return the header of the article, which has the buttons."""
    return require(soup.select_one(".bd-header-article"), "the header")


def asset(name):
    """Return the selector of a style sheet or script by the name of its file."""
    return f'link[rel~="stylesheet"][href*="/{name}"], script[src*="/{name}"]'


def defer_scripts(soup, page):
    """Let the page be drawn before its scripts run, in their order."""
    for tag in require(soup.head.select("script[src]"), "scripts in the head"):
        tag["defer"] = ""
    for tag in soup.head.select(inline("DOCUMENTATION_OPTIONS")):
        tag["type"] = "module"
    for tag in loaded(soup, 'link[rel~="preload"][as="script"]'):
        tag.decompose()


def preload_text_fonts(soup, page):
    """Ask for the fonts of text and headings together with the style sheets.

    Lines that break elsewhere once a font is there would move the page.
    """
    html = require(soup.select_one("html[data-content_root]"), "the content root")
    sheet = require(soup.select_one('link[rel~="stylesheet"]'), "a style sheet")
    for font in TEXT_FONTS:
        attributes = {"rel": "preload", "as": "font", "type": "font/woff2"}
        attributes |= {"href": html["data-content_root"] + font, "crossorigin": ""}
        sheet.insert_before(soup.new_tag("link", attrs=attributes))


def set_colour_scheme(soup, page):
    """Follow the reader's system from the first pixel on, and without scripts."""
    script = soup.head.select_one(inline("document.documentElement.dataset.theme"))
    require(script, "the script that sets the theme").string = Script(SCHEME_SCRIPT)
    soup.html["data-theme"] = "light"
    soup.html["data-mode"] = "auto"
    soup.body["data-default-mode"] = "auto"
    buttons = find(soup, ".theme-switch-button", "button")
    first = require(buttons, "the switch of the scheme")[0]
    first["aria-label"] = first["data-bs-title"] = "Colour scheme"


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
    menus = find(soup, ".article-header-buttons .dropdown", "div")
    for number, menu in enumerate(menus):
        button = require(menu.select_one("button.dropdown-toggle"), "a menu's button")
        items = require(menu.select_one("ul.dropdown-menu"), "a menu's items")
        items["popover"] = ""
        items["id"] = button["popovertarget"] = f"header-menu-{number}"
        del button["data-bs-toggle"], button["aria-expanded"]


def open_sidebars_without_script(soup, page):
    """Let the browser open the side bars on a phone where no script runs.

    The theme's script, where it runs, keeps the browser from doing so.
    """
    for name in SIDEBARS:
        sidebar = soup.find(id=f"pst-{name}-sidebar")
        buttons = find(soup, f".{name}-toggle", "button")
        if sidebar is None and not buttons and name == "secondary":
            continue  # a page without headings
        sidebar = require(sidebar, f"the {name} side bar")
        sidebar["popover"] = ""
        for button in require(buttons, f"the button of the {name} side bar"):
            button["popovertarget"] = sidebar["id"]


def label_buttons(soup, page):
    """Say in words what the buttons of the header do; a phone shows icons alone."""
    header = header_of(soup)
    require(header.select(".theme-switch-button"), "the header's buttons")
    for selector, words in LABELS.items():
        for button in header.select(selector):
            del button["aria-label"], button["title"], button["data-bs-toggle"]
            for icon in button.find_all(True, recursive=False):
                icon["aria-hidden"] = "true"
            button.append(soup.new_tag("span", attrs={"class": "words"}, string=words))


def name_controls(soup, page):
    """Let names of controls say what the eye reads, and landmarks hold all text."""
    fields = find(soup, ".search-button-field", "button")
    for button in require(fields, "search button"):
        del button["aria-label"]
    for summary in soup("summary"):
        del summary["aria-label"]
    sidebar = require(soup.find(id="pst-primary-sidebar"), "the sidebar")
    sidebar["role"] = "complementary"
    sidebar["aria-label"] = "The book"


STEPS = (
    *(cut_icon_script, cut_thebe, cut_search_scripts, fold_dropdowns, cut_top_bar),
    *(dress_tables, align_numbers, link_figures, keep_tones, add_copy_buttons),
    *(cut_unused_assets, defer_scripts, preload_text_fonts, set_colour_scheme),
    *(open_menus_without_script, open_sidebars_without_script, label_buttons),
    *(name_controls, describe, introduce),
    *(drop_repeated_ids, free_references, make_scrollers_reachable),
    *(cut_repeats, check_maths, size_images, check_alt_texts),
    *(set_policy,),  # it hashes what is there, so it is last
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
                f" has the theme changed? Correct {step.__module__}"
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
        page = Page(context["pagename"], self.find_image, context.get("about"))
        return tune(html, page)

    def find_image(self, source):
        """Return the file behind an image of the page, or None."""
        name = source.rpartition("/")[2]
        for path, target in self.builder.images.items():
            if target == name:
                return Path(self.builder.srcdir, path)
        return None
