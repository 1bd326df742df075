"""Each step of the tuning: what it changes, and that it says what it misses."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from sphinx.errors import ExtensionError

from book_tools.site import assets as cuts
from book_tools.site import tuning

PAGE = tuning.Page("chapters/01-small")
SEARCH = tuning.Page("search")


def tuned(step, html, page=PAGE):
    soup = BeautifulSoup(html, "html.parser")
    step(soup, page)
    return soup


def assets(*names):
    return "".join(
        f'<script src="_static/{name}"></script>'
        if name.endswith(".js")
        else f'<link rel="stylesheet" href="_static/{name}?v=1">'
        for name in names
    )


TOGGLE = (
    "<script>let toggleHintShow = 1</script>"
    "<script>let toggleOpenOnPrint = 1</script>"
    "<script>var togglebuttonSelector = 1</script>"
)
ALL_ASSETS = TOGGLE + assets(
    *tuning.ASSETS_REPLACED,
    *(name + "x.css" if name.endswith(".") else name for name in tuning.ASSETS_FOR),
    "katex/katex.min.css",
    "book.css",
)
THEBE = (
    '<script async src="_static/sphinx-thebe.js"></script>'
    '<link href="_static/sphinx-thebe.css">'
    '<script>const THEBE_JS_URL = "https://example.org/thebe"</script>'
)
SEARCH_SCRIPTS = assets("searchtools.js", "language_data.js", "searchindex.js")
SCHEME = (
    "<html><head><script>document.documentElement.dataset.theme = ''</script></head>"
    '<body><button class="theme-switch-button" aria-label="Color mode"></button></body>'
)
CONTROLS = (
    '<div id="pst-primary-sidebar"><button class="search-button-field" '
    'aria-label="Search">Search Ctrl K</button></div>'
    '<details><summary aria-label="Toggle">Show the source</summary></details>'
)
MENU = (
    assets("scripts/bootstrap.js") + '<div class="article-header-buttons">'
    '<div class="dropdown"><button class="dropdown-toggle" data-bs-toggle="dropdown" '
    'aria-expanded="false"></button><ul class="dropdown-menu"></ul></div></div>'
)

# Steps that change the theme's part of a page, with a page that they can work on.
THEME_STEPS = {
    tuning.cut_icon_script: assets("scripts/fontawesome.js"),
    tuning.cut_thebe: THEBE,
    tuning.cut_search_scripts: SEARCH_SCRIPTS,
    tuning.cut_unused_assets: ALL_ASSETS,
    tuning.defer_scripts: "<head>" + assets("doctools.js") + "</head>",
    tuning.preload_text_font: '<html data-content_root="../">' + assets("book.css"),
    tuning.set_colour_scheme: SCHEME,
    tuning.cut_top_bar: '<header id="pst-header"><button>Menu</button></header>',
    tuning.open_menus_without_script: MENU,
    tuning.name_controls: CONTROLS,
}


@pytest.mark.parametrize("step", THEME_STEPS, ids=lambda step: step.__name__)
def test_step_that_misses_something_says_what(step):
    tuned(step, THEME_STEPS[step])
    with pytest.raises(tuning.Missing, match=r"\S"):
        tuned(step, "<html><head></head><body></body></html>")


def test_build_stops_naming_page_step_and_what_was_missed():
    with pytest.raises(ExtensionError) as stopped:
        tuning.tune("<html><head></head></html>", PAGE)
    said = str(stopped.value)
    assert said.startswith("chapters/01-small: step cut_icon_script did not find")
    assert "fontawesome.js" in said
    assert "\n" not in said


def test_every_step_is_in_the_chain():
    steps = {
        value
        for name, value in vars(tuning).items()
        if name.startswith(("cut_", "check_")) and callable(value)
    }
    assert steps < set(tuning.STEPS)
    assert set(THEME_STEPS) < set(tuning.STEPS)


def test_icon_script_goes():
    assert not tuned(tuning.cut_icon_script, assets("scripts/fontawesome.js")).script


def test_thebe_goes_with_its_settings():
    inside = (
        '<article><script type="text/x-thebe-config">{}</script>'
        "<script>kernelName = 'python3'</script><p>text</p></article>"
    )
    soup = tuned(tuning.cut_thebe, THEBE + inside)
    assert str(soup) == "<article><p>text</p></article>"


def test_search_scripts_stay_only_where_one_searches():
    assert not tuned(tuning.cut_search_scripts, SEARCH_SCRIPTS).script
    kept = tuned(tuning.cut_search_scripts, SEARCH_SCRIPTS, SEARCH)
    assert len(kept.select("script")) == 3


def test_page_without_maths_code_and_cards_loads_nothing_for_them():
    soup = tuned(tuning.cut_unused_assets, ALL_ASSETS)
    assert [tag["href"] for tag in soup.select("*")] == ["_static/book.css?v=1"]


@pytest.mark.parametrize(
    ("body", "files"),
    [
        ('<span class="katex"></span>', {"katex.min.css", "katex-math.css"}),
        ('<div class="sd-card"></div>', {"sphinx-design.min.css"}),
        ('<div class="sd-tab-set"></div>', {"sphinx-design.min.css", "design-tabs.js"}),
        ('<div class="cell"></div>', {"mystnb.x.css"}),
        (
            '<div class="highlight"></div>',
            {"copybutton.css", "copybutton.js", "clipboard.min.js"},
        ),
    ],
)
def test_page_loads_what_its_contents_need_once(body, files):
    soup = tuned(tuning.cut_unused_assets, ALL_ASSETS + body)
    addresses = [tag.get("src") or tag["href"] for tag in soup.select("script, link")]
    names = [address.partition("?")[0].rpartition("/")[2] for address in addresses]
    assert sorted(names) == sorted(files | {"book.css"})


def test_scripts_wait_for_the_page_and_keep_their_order():
    inline = "<script>DOCUMENTATION_OPTIONS.pagename = 'x'</script>"
    preload = '<link rel="preload" as="script" href="late.js">'
    head = f"<head>{assets('options.js')}{inline}{preload}</head>"
    soup = tuned(tuning.defer_scripts, head)
    first, second = soup.select("script")
    assert first.has_attr("defer")
    assert second["type"] == "module"
    assert not soup.select("link")


def test_text_font_is_asked_for_before_the_style_sheets():
    soup = tuned(tuning.preload_text_font, THEME_STEPS[tuning.preload_text_font])
    link = soup.select_one("link")
    assert link["href"] == "../" + tuning.TEXT_FONT
    assert link["as"] == "font"
    root = Path(tuning.__file__).parents[2]
    assert (root / tuning.TEXT_FONT).is_file()


def test_page_has_a_scheme_without_scripts_and_follows_the_system_with_them():
    soup = tuned(tuning.set_colour_scheme, SCHEME)
    assert soup.html["data-theme"] == "light"
    assert "prefers-color-scheme" in soup.script.text
    assert soup.button["aria-label"] == "Colour scheme"


def test_second_top_bar_is_empty():
    html = THEME_STEPS[tuning.cut_top_bar]
    bar = tuned(tuning.cut_top_bar, html).select_one("header")
    assert not bar.contents
    assert bar.has_attr("hidden")


def test_menus_open_without_script():
    soup = tuned(tuning.open_menus_without_script, MENU)
    assert not soup.script
    assert soup.ul.has_attr("popover")
    assert soup.button["popovertarget"] == soup.ul["id"]
    assert set(soup.button.attrs) == {"class", "popovertarget"}
    with pytest.raises(tuning.Missing, match="items"):
        tuned(tuning.open_menus_without_script, MENU.replace("<ul", "<ol"))


def test_page_is_described_by_its_first_paragraph_with_formulas_said_once():
    formula = (
        '<span class="katex"><math><mi>h</mi><annotation>h</annotation></math>'
        '<span class="katex-html">h</span></span>'
    )
    html = f"<head></head><article><section><p>What is {formula}? {'word ' * 50}</p>"
    soup = tuned(tuning.describe, html)
    content = soup.meta["content"]
    assert content.startswith("What is h? word")
    assert content.endswith("word …")
    assert len(content) <= 155
    assert soup.select_one("article .katex-html")
    assert not tuned(tuning.describe, "<head></head><article></article>").meta


def test_controls_are_named_by_what_they_show():
    soup = tuned(tuning.name_controls, CONTROLS)
    assert not soup.select("button[aria-label], summary[aria-label]")
    assert soup.select_one("#pst-primary-sidebar[role=complementary][aria-label]")


def test_folded_boxes_need_no_script():
    box = '<div class="{} admonition"><p class="admonition-title">T</p><p>x</p></div>'
    soup = tuned(tuning.fold_dropdowns, box.format("dropdown") + box.format("note"))
    assert soup.details.summary.text == "T"
    assert soup.select_one("div.note > p.admonition-title")
    with pytest.raises(tuning.Missing, match="title"):
        tuned(tuning.fold_dropdowns, '<div class="dropdown admonition"></div>')


def test_ids_of_exercises_and_solutions_are_not_repeated():
    box = '<div class="exercise admonition"><section id="exercise-content">x</section>'
    soup = tuned(tuning.drop_repeated_ids, box + "</div>" + box + "</div>")
    assert not soup.find_all(id="exercise-content")
    assert not soup.select("section")
    with pytest.raises(tuning.Missing, match="exercise"):
        tuned(tuning.drop_repeated_ids, '<div class="exercise admonition"></div>')


def test_what_scrolls_on_a_phone_has_a_tab_stop():
    code = '<div class="highlight"><pre>{}</pre></div>'
    tex = '<span class="katex-display"><annotation>{}</annotation></span>'
    table = '<div class="pst-scrollable-table-container"></div>'
    wide, narrow = "x" * 60, "x\n" * 60
    html = code.format(wide) + tex.format(wide) + table
    assert len(tuned(tuning.make_scrollers_reachable, html).select("[tabindex]")) == 3
    html = code.format(narrow) + tex.format("a + b \\\\ c + d")
    assert not tuned(tuning.make_scrollers_reachable, html).select("[tabindex]")
    with pytest.raises(tuning.Missing, match="TeX"):
        tuned(tuning.make_scrollers_reachable, '<i class="katex-display"></i>')


def test_references_keep_no_outdated_roles():
    html = (
        '<div class="citation-list" role="list"><div class="citation" '
        'role="doc-biblioentry">A</div></div><ul role="list"></ul>'
    )
    assert len(tuned(tuning.free_references, html).select("[role]")) == 1


class Listener(tuning.Page):
    def warn(self, message, *arguments):
        said.append(message % arguments)


said = []


def test_formula_that_cannot_be_set_is_reported():
    said.clear()
    listener = Listener("x")
    tuned(tuning.check_maths, '<span class="katex">fine</span>', listener)
    assert said == []
    html = '<span class="katex-error" title="Undefined \\foo">\\foo</span>'
    tuned(tuning.check_maths, html, listener)
    assert said == ["a formula cannot be set: Undefined \\foo"]


def test_image_without_alt_text_is_reported():
    said.clear()
    html = "<main><article><img src='a.png' alt='{}'></article></main>"
    tuned(tuning.check_alt_texts, html.format("Two curves"), Listener("x"))
    assert said == []
    tuned(tuning.check_alt_texts, html.format("a.png"), Listener("x"))
    assert said == ["an image has no alt text: a.png"]


def test_images_have_room_reserved_and_later_ones_wait(tmp_path):
    Image.new("RGB", (30, 10)).save(tmp_path / "a.png")
    (tmp_path / "b.svg").write_text('<svg viewBox="0 0 64.4 32"></svg>')
    (tmp_path / "c.svg").write_text("<svg></svg>")
    sources = "<img src='a.png'><h2>x</h2><img src='b.svg'><img src='c.svg'>"
    html = f"<main><article>{sources}<img src='gone.png'></article></main>"
    found = {path.name: path for path in tmp_path.iterdir()}
    page = tuning.Page("x", found.get)
    first, second, third, fourth = tuned(tuning.size_images, html, page).select("img")
    assert (first["width"], first["height"], first.get("loading")) == ("30", "10", None)
    assert (second["width"], second["height"], second["loading"]) == (
        "64",
        "32",
        "lazy",
    )
    assert "width" not in third.attrs
    assert "width" not in fourth.attrs


STYLE = (
    '.fa-list:before{content:"\\f03a"}.fa-hippo:before,.fa-h:before{content:"\\f6ed"}'
    '.x:after{content:"\\f107"}:root{--icon:"\uf104"}'
)


def test_rules_of_icons_not_shown_go():
    style = cuts.cut_rules(STYLE, {"fa-list", "fa-solid"})
    assert style == STYLE.replace('.fa-hippo:before,.fa-h:before{content:"\\f6ed"}', "")
    assert "fa-hippo" in cuts.cut_rules(STYLE, {"fa-h"})
    assert cuts.cut_rules(style, {"fa-list"}) == style


def test_style_sheet_without_icons_stops_the_build():
    with pytest.raises(ExtensionError, match="no rules for icons"):
        cuts.cut_rules("p{color:red}", {"fa-list"})


def test_icon_codes_are_found_escaped_and_as_letters():
    assert cuts.icon_codes(STYLE) == {0xF03A, 0xF6ED, 0xF107, 0xF104}


def test_figure_is_stored_smaller_and_looks_the_same(tmp_path):
    path = tmp_path / "a.png"
    image = Image.radial_gradient("L").convert("RGBA")
    image.save(path, compress_level=1)
    before = path.stat().st_size
    cuts.cut_figure(path)
    assert path.stat().st_size < before
    with Image.open(path) as cut:
        pairs = zip(
            cut.convert("L").tobytes(), image.convert("L").tobytes(), strict=True
        )
        assert max(abs(a - b) for a, b in pairs) <= 2
    after = path.read_bytes()
    cuts.cut_figure(path)
    assert path.read_bytes() == after


def test_missing_fonts_stop_the_build(tmp_path):
    with pytest.raises(ExtensionError, match="icon fonts"):
        cuts.cut_icons(tmp_path)
    with pytest.raises(ExtensionError, match="katex"):
        cuts.cut_maths_fonts(tmp_path)
