"""Each step of the tuning: what it changes, and that it says what it misses."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from sphinx.errors import ExtensionError

from book_tools.site import assets as cuts
from book_tools.site import tuning
from book_tools.site.kept import Kept

PAGE = tuning.Page("chapters/01-small")


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


TOGGLES = ("let toggleHintShow", "let toggleOpenOnPrint", "var togglebuttonSelector")
ALL_ASSETS = "".join(f"<script>{text} = 1</script>" for text in TOGGLES) + assets(
    *tuning.ASSETS_REPLACED,
    *(name + "x.css" if name.endswith(".") else name for name in tuning.ASSETS_FOR),
    *("katex/katex.min.css", "book.css"),
)
HIGHLIGHT = '<script src="_static/sphinx_highlight.js"></script>'
SEARCH = assets("searchtools.js", "language_data.js", "searchindex.js") + HIGHLIGHT
FONT = '<html data-content_root="../">' + assets("book.css")
SCHEME = """\
<html><head><script>document.documentElement.dataset.theme = ''</script></head>
<body><button class="theme-switch-button" aria-label="Color mode"></button></body>"""
MENU = """\
<script src="_static/scripts/bootstrap.js"></script>
<div class="article-header-buttons"><div class="dropdown">
<button class="dropdown-toggle" data-bs-toggle="dropdown" aria-expanded="false">
</button><ul class="dropdown-menu"></ul></div></div>"""
INNER, CONTENT = '<p class="exercise admonition">{}', '<section id="exercise-content">x'
WIDE, LOW = "x" * 60, "x\n" * 60
# Steps, each with a page and what it makes of it, where line breaks do not count.
CHANGES = [
    (tuning.cut_icon_script, assets("scripts/fontawesome.js"), ""),
    (tuning.cut_search_scripts, SEARCH, ""),
    (tuning.cut_unused_assets, ALL_ASSETS, assets("book.css")),
    (tuning.describe, "<head></head><article>", "<head></head><article>"),
    (
        tuning.cut_thebe,
        """<script async src="_static/sphinx-thebe.js"></script>
        <link href="_static/sphinx-thebe.css">
        <script>const THEBE_JS_URL = "https://example.org/thebe"</script>
        <article><script type="text/x-thebe-config">{}</script>
        <script>kernelName = 'python3'</script><p>text</p></article>""",
        "<article><p>text</p></article>",
    ),
    (
        tuning.defer_scripts,
        """<head><script src="_static/options.js"></script>
        <script>DOCUMENTATION_OPTIONS.pagename = 'x'</script>
        <link rel="preload" as="script" href="late.js"></head>""",
        """<head><script src="_static/options.js" defer=""></script>
        <script type="module">DOCUMENTATION_OPTIONS.pagename = 'x'</script></head>""",
    ),
    (
        tuning.cut_top_bar,
        '<header id="pst-header">x',
        '<header id="pst-header" hidden>',
    ),
    (
        tuning.open_menus_without_script,
        MENU,
        """<div class="article-header-buttons"><div class="dropdown">
        <button class="dropdown-toggle" popovertarget="header-menu-0"></button>
        <ul class="dropdown-menu" popover="" id="header-menu-0"></ul></div></div>""",
    ),
    (
        tuning.open_sidebars_without_script,
        """<button class="primary-toggle"></button>
        <div id="pst-primary-sidebar"></div>""",
        """<button class="primary-toggle" popovertarget="pst-primary-sidebar"></button>
        <div id="pst-primary-sidebar" popover=""></div>""",
    ),
    (
        tuning.name_controls,
        """<div id="pst-primary-sidebar">
        <button class="search-button-field" aria-label="Search">Search</button></div>
        <details><summary aria-label="Toggle">Show the source</summary></details>""",
        """<div id="pst-primary-sidebar" role="complementary" aria-label="The book">
        <button class="search-button-field">Search</button></div>
        <details><summary>Show the source</summary></details>""",
    ),
    (
        tuning.fold_dropdowns,
        """<div class="dropdown admonition"><p class="admonition-title">T</p></div>
        <div class="note admonition"><p class="admonition-title">T</p></div>""",
        """<details class="dropdown admonition">
        <summary class="admonition-title">T</summary></details>
        <div class="note admonition"><p class="admonition-title">T</p></div>""",
    ),
    (tuning.drop_repeated_ids, INNER.format(CONTENT) * 2, INNER.format("<div>x") * 2),
    (
        tuning.make_scrollers_reachable,
        f"""<div class="highlight"><pre>{WIDE}</pre><pre>{LOW}</pre></div>
        <span class="katex-display"><annotation>{WIDE}</annotation></span>
        <span class="katex-display"><annotation>a + b \\\\ c {LOW}</annotation></span>
        <div class="pst-scrollable-table-container"></div>""",
        f"""<div class="highlight"><pre tabindex="0">{WIDE}</pre><pre>{LOW}</pre></div>
        <span class="katex-display" tabindex="0"><annotation>{WIDE}</annotation></span>
        <span class="katex-display"><annotation>a + b \\\\ c {LOW}</annotation></span>
        <div class="pst-scrollable-table-container" tabindex="0"></div>""",
    ),
    (
        tuning.label_buttons,
        """<div class="bd-header-article"><button class="theme-switch-button"
        aria-label="Colour scheme" data-bs-toggle="tooltip"><i></i></button></div>""",
        """<div class="bd-header-article"><button class="theme-switch-button">
        <i aria-hidden="true"></i><span class="words">Colours</span></button></div>""",
    ),
    (
        tuning.dress_tables,
        """<div class="cell_output"><div><style scoped="">.dataframe {}</style>
        <table border="1" class="dataframe"><tr style="text-align: right;">
        <th rowspan="2" valign="top">a</th></tr></table></div></div>""",
        """<div class="cell_output"><div class="pst-scrollable-table-container">
        <table class="table dataframe"><tr><th rowspan="2">a</th></tr></table></div>
        </div>""",
    ),
    (
        tuning.link_figures,
        """<main><article><img src="a.png"><a href="b"><img src="b.png"></a>
        <img class="plain" src="c.svg"></article></main>""",
        """<main><article><a class="large" href="a.png"><img src="a.png"></a>
        <a href="b"><img src="b.png"></a>
        <img class="plain" src="c.svg"></article></main>""",
    ),
    (
        tuning.add_copy_buttons,
        """<main><div class="highlight"><pre>a</pre></div>
        <p class="cell_output"><div class="highlight"><pre>b</pre></div></p></main>""",
        """<main><div class="highlight"><pre>a</pre>
        <button class="copybtn pst-js-only" type="button">Copy</button></div>
        <p class="cell_output"><div class="highlight"><pre>b</pre></div></p></main>""",
    ),
    (
        tuning.free_references,
        """<div class="citation-list" role="list">
        <div class="citation" role="doc-biblioentry">A</div></div><ul role="list">""",
        """<div class="citation-list"><div class="citation">A</div></div>
        <ul role="list">""",
    ),
]
# Steps that look for something of the theme's, and what others cannot do without.
THEME_STEPS = (
    *(tuning.cut_icon_script, tuning.cut_thebe, tuning.cut_search_scripts),
    *(tuning.cut_unused_assets, tuning.defer_scripts, tuning.preload_text_fonts),
    *(tuning.set_colour_scheme, tuning.cut_top_bar, tuning.open_menus_without_script),
    *(tuning.name_controls, tuning.label_buttons),
)
EMPTY = "<html><head></head><body></body></html>"
MISSING = [(step, EMPTY, r"\S") for step in THEME_STEPS]
MISSING += [
    (tuning.open_menus_without_script, MENU.replace("<ul", "<ol"), "items"),
    (tuning.fold_dropdowns, '<div class="dropdown admonition"></div>', "title"),
    (tuning.drop_repeated_ids, '<div class="exercise admonition"></div>', "exercise"),
    (tuning.make_scrollers_reachable, '<span class="katex-display"></span>', "TeX"),
]


@pytest.mark.parametrize(("step", "before", "after"), CHANGES)
def test_what_a_step_changes(step, before, after):
    before, after = (re.sub(r">\s+<", "><", html) for html in (before, after))
    assert tuned(step, before) == BeautifulSoup(after, "html.parser")


@pytest.mark.parametrize(("step", "html", "what"), MISSING)
def test_step_that_misses_something_says_what(step, html, what):
    with pytest.raises(tuning.Missing, match=what):
        tuned(step, html)


def test_build_stops_naming_page_step_and_what_was_missed():
    with pytest.raises(ExtensionError) as stopped:
        tuning.tune("<html><head></head></html>", PAGE)
    wanted = r"chapters/01-small: step cut_icon_script did not find .*fontawesome\.js.*"
    assert re.fullmatch(wanted, str(stopped.value))


def test_every_step_is_in_the_chain():
    own = {step for name, step in vars(tuning).items() if re.match("cut_|check_", name)}
    own |= {step for step, *_ in MISSING + CHANGES}
    own |= {tuning.size_images, tuning.keep_tones}
    assert own < {*tuning.STEPS}


TABLE = """<table class="table"><thead>
<tr><th></th><th></th><th>lr</th><th>why</th></tr>
<tr><th>task</th><th>depth</th><th></th><th></th></tr></thead><tbody>
<tr><th rowspan="2">ar2</th><th>1</th><td>{}</td><td>it is 2</td></tr>
<tr><th>2</th><td>{}</td><td></td></tr></tbody></table>"""


@pytest.mark.parametrize("pair", ["0.04 1,200", "−1 NaN", "1e-16 12", "3×4 .5"])
def test_columns_of_numbers_are_marked_from_their_heads_on(pair):
    soup = tuned(tuning.align_numbers, TABLE.format(*pair.split()))
    marked = [tag.text for tag in soup.select(".number")]
    assert marked == ["lr", "", *pair.split()]


@pytest.mark.parametrize("pair", ["0.04 never", "layer 1", "a b"])
def test_columns_with_a_word_are_not_marked(pair):
    soup = tuned(tuning.align_numbers, TABLE.format(*pair.split()))
    assert not soup.select(".number")


@pytest.mark.parametrize(
    ("alt", "caption", "kept"),
    [
        ("Dark cells lie in frames", "", True),
        ("A map", "The brightest row is the last.", True),
        ("A black line rises", "The light is on.", False),
        ("The darkroom", "", False),
    ],
)
def test_figures_whose_text_speaks_of_dark_and_bright_keep_both(alt, caption, kept):
    figure = f'<figure><img alt="{alt}" src="a.png"><p>{caption}</p></figure>'
    soup = tuned(tuning.keep_tones, f"<main><article>{figure}</article></main>")
    assert bool(soup.select("img.tones")) == kept


def test_code_loses_the_marks_that_change_no_colour_and_no_text():
    line = '<span class="k">for</span>{}{}{}'
    marks = [f'<span class="{kind}">{{}}</span>' for kind in "wnp"]
    marks = [mark.format(text) for mark, text in zip(marks, " x:", strict=True)]
    html = f'<div class="highlight"><pre>{line}</pre></div><span class="n">x</span>'
    before, after = html.format(*marks), html.format(*" x:")
    assert tuning.unmark_plain_code(before) == after


def test_a_reference_is_said_once_and_comments_not_at_all():
    cite = '<a class="reference" title="{}">{}</a>'
    html = "<!-- so -->" + "".join(map(cite.format, "ABA", "123"))
    once = '<a class="reference">3</a>'
    wanted = cite.format("A", 1) + cite.format("B", 2) + once
    assert str(tuned(tuning.cut_repeats, html)) == wanted


def test_the_page_that_searches_keeps_the_scripts_of_the_book():
    own = assets("search-index.js", "search.js")
    page = tuning.Page("search")
    assert str(tuned(tuning.cut_search_scripts, own + HIGHLIGHT, page)) == own


@pytest.mark.parametrize(
    ("kind", "files"),
    [
        ("katex", "katex.min.css katex-math.css"),
        ("sd-card", "sphinx-design.min.css"),
        ("sd-tab-set", "sphinx-design.min.css design-tabs.js"),
        ("cell", "mystnb.x.css"),
        ("copybtn", "book.js"),
    ],
)
def test_page_loads_what_its_contents_need_once(kind, files):
    soup = tuned(tuning.cut_unused_assets, f'{ALL_ASSETS}<div class="{kind}">')
    addresses = [tag.get("src") or tag["href"] for tag in soup.select("script, link")]
    names = [address.partition("?")[0].rpartition("/")[2] for address in addresses]
    assert sorted(names) == sorted([*files.split(), "book.css"])


def test_text_fonts_are_asked_for_before_the_style_sheets():
    links = tuned(tuning.preload_text_fonts, FONT).select("link")[:-1]
    assert [link["href"] for link in links] == [f"../{f}" for f in tuning.TEXT_FONTS]
    assert {link["as"] for link in links} == {"font"}
    root = Path(tuning.__file__).parents[2]
    assert all((root / font).is_file() for font in tuning.TEXT_FONTS)


def test_page_has_a_scheme_without_scripts_and_follows_the_system_with_them():
    soup = tuned(tuning.set_colour_scheme, SCHEME)
    assert soup.html["data-theme"] == "light"
    assert "prefers-color-scheme" in soup.script.text
    assert soup.button["aria-label"] == "Colour scheme"


def test_page_is_described_by_its_first_paragraph_with_formulas_said_once():
    formula = (
        '<span class="katex"><math><mi>h</mi><annotation>h</annotation></math>'
        '<span class="katex-html">h</span></span>'
    )
    html = f"<head></head><article><section><p>What is {formula}? {'word ' * 50}</p>"
    soup = tuned(tuning.describe, html)
    assert re.fullmatch(r"What is h\? word.*word …", soup.meta["content"])
    assert len(soup.meta["content"]) <= 155
    assert soup.select_one("article .katex-html")


IMAGE = "<main><article><img src='a.png' alt='{}'></article></main>"
UNSET = '<span class="katex-error" title="Undefined \\foo">\\foo</span>'
NO_ALT, NOT_SET = "an image has no alt text: a.png", "a formula cannot be set: "
FAULTS = [
    (tuning.check_maths, '<span class="katex">fine</span>', []),
    (tuning.check_maths, UNSET, [NOT_SET + "Undefined \\foo"]),
    (tuning.check_alt_texts, IMAGE.format("Two curves"), []),
    (tuning.check_alt_texts, IMAGE.format("a.png"), [NO_ALT]),
]


@pytest.mark.parametrize(("step", "html", "said"), FAULTS)
def test_faults_of_the_text_are_reported(step, html, said, monkeypatch):
    heard = []
    hear = lambda page, text, *given: heard.append(text % given)  # noqa: E731
    monkeypatch.setattr(tuning.Page, "warn", hear)
    tuned(step, html)
    assert heard == said


def test_images_have_room_reserved_and_later_ones_wait(tmp_path):
    Image.new("RGB", (30, 10)).save(tmp_path / "a.png")
    (tmp_path / "b.svg").write_text('<svg viewBox="0 0 64.4 32"></svg>')
    (tmp_path / "c.svg").write_text("<svg></svg>")
    sources = "<img src='a.png'><h2>x</h2><img src='b.svg'><img src='c.svg'>"
    html = f"<main><article>{sources}<img src='gone.png'></article></main>"
    found = {path.name: path for path in tmp_path.iterdir()}
    soup = tuned(tuning.size_images, html, tuning.Page("x", found.get))
    images = [[i.get(k) for k in ("width", "height", "loading")] for i in soup("img")]
    assert images[:2] == [["30", "10", None], ["64", "32", "lazy"]]
    assert [width for width, *_ in images[2:]] == [None, None]


HIPPO = '.fa-hippo:before,.fa-h:before{content:"\\f6ed"}'
STYLE = f'.fa-list:before{{content:"\\f03a"}}{HIPPO}'
STYLE += '.x:after{content:"\\f107"}:root{--icon:"\uf104"}'


def test_rules_of_icons_not_shown_go():
    style = cuts.cut_rules(STYLE, {"fa-list", "fa-solid"})
    assert style == STYLE.replace(HIPPO, "")
    assert "fa-hippo" in cuts.cut_rules(STYLE, {"fa-h"})
    assert cuts.cut_rules(style, {"fa-list"}) == style


def test_icon_codes_are_found_escaped_and_as_letters():
    assert cuts.icon_codes(STYLE) == {0xF03A, 0xF6ED, 0xF107, 0xF104}


def test_a_style_sheet_loses_comments_and_indents_and_says_whose_it_is():
    rights = "/* Copyright 2007\n   License: BSD */"
    style = f"{rights}\n\n/* a * b\n/ c */\np {{\n    margin: 0 auto;\n}}\n/* d */\n"
    said = "/* Copyright 2007\nLicense: BSD */"
    assert cuts.cut_comments(style) == f"{said}\np {{\nmargin: 0 auto;\n}}\n"


def test_figure_is_stored_smaller_and_looks_the_same(tmp_path):
    path = tmp_path / "a.png"
    image = Image.radial_gradient("L").convert("RGBA")
    image.save(path, compress_level=1)
    before = path.stat().st_size
    cuts.cut_figure(path)
    assert path.stat().st_size < before
    with Image.open(path) as cut:
        pairs = zip(*(i.convert("L").tobytes() for i in (cut, image)), strict=True)
        assert max(abs(a - b) for a, b in pairs) <= 2
    after = path.read_bytes()
    cuts.cut_figure(path)
    assert path.read_bytes() == after


def test_what_is_not_there_to_cut_stops_the_build(tmp_path):
    with pytest.raises(ExtensionError, match="no rules for icons"):
        cuts.cut_rules("p{color:red}", {"fa-list"})
    for cut, what in ((cuts.cut_icons, "icon fonts"), (cuts.cut_page_fonts, "katex")):
        with pytest.raises(ExtensionError, match=what):
            cut(tmp_path, Kept(tmp_path / "kept"))
