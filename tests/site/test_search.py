"""The site's search: it knows each section, and finds the one that a learner means."""

import gzip
import json
import subprocess
import tomllib
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from book_tools.site import search
from book_tools.site.formulas import node_binary
from tests.site.test_browser import AXE, PHONE, violations

STATIC = Path(__file__).resolve().parents[2] / "_static"
QUERIES = tomllib.loads(Path(__file__).with_name("queries.toml").read_text("utf-8"))
HELD_OUT, MESSAGES = QUERIES.pop("held_out"), QUERIES.pop("messages")
ALL = {query: right for group in QUERIES.values() for query, right in group.items()}
RANK = """
const {readFileSync} = require("fs"), {runInThisContext} = require("vm");
globalThis.module = globalThis.exports = undefined;  // as in a browser
const [queries, ...scripts] = process.argv.slice(1);
for (const path of scripts) runInThisContext(readFileSync(path, "utf8"), path);
const search = runInThisContext("makeSearch(BOOK, globalThis.MiniSearch, Stemmer)");
console.log(JSON.stringify(JSON.parse(queries).map(
  (query) => search(query).slice(0, 5).map((hit) => hit.url))));
"""
PAGE = """\
<nav>aside</nav><article><section id="page"><h1>A page<a class="headerlink">#</a></h1>
<p>First words.</p>
<section id="a-part"><span id="label"></span><h2>A part</h2>
<p>It <b>says</b> <span class="katex-html">x</span>this.</p>
<details class="above-input">hidden</details><details class="solution">told</details>
<div class="cell_input"><pre>model = LSTM(3, return_sequences=True)</pre></div>
<div class="cell_output"><pre>expected ndim=3</pre></div>
<section id="inner"><span id="id1"></span><h3>Inner</h3><p>Deep.</p></section></section>
<section id="readers-questions"><h2>Readers</h2>
<p><strong>Q1. How many?</strong> Few: <a class="internal" href="#label">A part</a>.</p>
</section></section></article>"""
GLOSSARY = """\
<article><section id="words"><h1>Words</h1><dl class="glossary">
<dt id="term-gate">gate<a class="headerlink">#</a></dt><dd><p>A number.</p></dd>
</dl></section></article>"""
REFERENCE = """\
<article><section id="code"><h1>Code</h1><dl class="py function"><dt id="p.run">
p.run(x)</dt><dd><p>Runs.</p></dd></dl></section></article>"""


def sections_of(folder, **pages):
    """Return the sections of some pages by their addresses."""
    for name, html in pages.items():
        (folder / f"{name}.html").write_text(html)
    return {each.url: each for each in search.read_site(folder, list(pages))}


def rank(index, *queries):
    """Return the addresses that the site's script finds first for each query."""
    scripts = [STATIC / "minisearch" / "minisearch.js", index, STATIC / "search.js"]
    command = [node_binary(), "-e", RANK, json.dumps(queries), *map(str, scripts)]
    return json.loads(subprocess.check_output(command, encoding="utf-8"))


def write(path, *sections):
    """Write an index of sections, each with the fields it has."""
    defaults = {"page": "Page", "text": "", "code": ""}
    book = [search.Section(**defaults | section) for section in sections]
    path.write_text(search.script_of(book), encoding="utf-8")
    return path


def test_sections_have_their_labels_and_their_own_text(tmp_path):
    found = sections_of(tmp_path, page=PAGE)
    assert [*found] == [
        *("page.html", "page.html#label", "page.html#inner"),
        "page.html#readers-questions",
    ]
    part = found["page.html#label"]
    assert (part.page, part.title, part.text) == ("A page", "A part", "It says this.")
    assert part.code == "model LSTM return_sequences True expected ndim=3"
    assert found["page.html"].text == "First words."


def test_what_readers_asked_is_credited_to_the_section_that_answers(tmp_path):
    found = sections_of(tmp_path, page=PAGE)
    asked = {url: section.asked.strip() for url, section in found.items()}
    assert {url: text for url, text in asked.items() if text} == {
        "page.html#label": "How many?"
    }


def test_terms_and_functions_are_found_by_themselves(tmp_path):
    found = sections_of(tmp_path, words=GLOSSARY, code=REFERENCE)
    term, function = found["words.html#term-gate"], found["code.html#p.run"]
    assert (term.title, term.text, term.minor) == ("gate", "A number.", False)
    assert (function.title, function.text, function.minor) == ("p.run", "Runs.", True)
    assert "words.html" not in found, "a page of nothing but terms has no text"


def test_a_heading_of_many_pages_counts_less_and_so_does_what_is_no_chapter(tmp_path):
    (tmp_path / "chapters").mkdir()
    pages = {"chapters/a": PAGE, "chapters/b": PAGE}
    other = PAGE.replace("Inner", "Other")
    found = sections_of(tmp_path, c=other, **pages, **{"chapters/d": other})
    minor = {url for url, section in found.items() if section.minor}
    assert {"chapters/a.html#readers-questions", "c.html#inner"} <= minor
    assert not {"chapters/a.html#inner", "chapters/d.html#inner"} & minor


MESSAGE = "expected ndim=3, found ndim=2"
LIST = [
    {"url": "a#1", "title": "Shapes", "text": "An LSTM expects ndim and 3. " * 9},
    {"url": "a#2", "title": MESSAGE, "text": "An axis is missing."},
    {"url": "a#3", "title": "expected ndim=3, found ndim=4", "text": "One too many."},
    {"url": "a#4", "title": "Switches", "text": "About return_sequences alone."},
    {"url": "a#5", "title": "Stop in time", "text": "They learn by heart."},
]


@pytest.mark.parametrize(
    ("query", "right"),
    [
        (MESSAGE, "a#2"),
        (f"ValueError: Input 0 of layer 'lstm': {MESSAGE}. (None, 3)", "a#2"),
        ("found ndim=4", "a#3"),
        ("return_sequences", "a#4"),
        ("return sequence", "a#4"),
        ("retrun_sequences", "a#4"),
        ("swiches", "a#4"),
        ("overfitting", "a#5"),
    ],
)
def test_messages_names_slips_and_learners_words_are_understood(tmp_path, query, right):
    assert rank(write(tmp_path / "index.js", *LIST), query)[0][:1] == [right]


def test_what_the_book_does_not_hold_is_not_found(tmp_path):
    index = write(tmp_path / "index.js", *LIST)
    assert rank(index, "zucchini", "", "…", "the of") == [[], [], [], []]


class Places:
    """Where the anchors of the built site lead."""

    def __init__(self, site):
        self.site, self.pages = site, {}

    def find(self, place):
        """Return the page and the innermost section that holds an anchor."""
        name, _, anchor = place.removeprefix("chapters/").partition("#")
        name = name.removesuffix(".html")
        if name not in self.pages:
            (path,) = {*self.site.glob(f"{name}.html"), *self.chapters(name)}
            soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
            self.pages[name] = soup.article
        if not anchor:
            return name, ""
        element = self.pages[name].find(id=anchor)
        assert element is not None, f"{place} is not there"
        part = element.find_parent("section") if element.name == "span" else element
        return name, "" if part.find("h1", recursive=False) else part["id"]

    def chapters(self, name):
        """Return the files of chapters with a name."""
        return self.site.glob(f"chapters/{name}.html")

    def count(self, queries):
        """Return how many queries find a right place first, and in the first three."""
        ranked = rank(self.site / search.INDEX, *queries)
        first = three = 0
        for hits, right in zip(ranked, queries.values(), strict=True):
            wanted = {*map(self.find, right)}
            found = [self.find(hit) in wanted for hit in hits[:3]]
            first += found[:1] == [True]
            three += any(found)
        return first, three


@pytest.fixture(scope="module")
def places(site):
    """Return where the anchors of the book's site lead."""
    return Places(site)


def test_learners_find_the_right_section(places):
    assert len(ALL) == 60
    first, three = places.count(ALL)
    assert first >= 50
    assert three >= 58


def test_a_message_that_is_pasted_ends_at_its_cure(places):
    first, three = places.count(MESSAGES)
    assert first >= len(MESSAGES) - 1
    assert three == len(MESSAGES) == 10


def test_learners_find_what_nobody_tuned_for(places):
    first, three = places.count(HELD_OUT)
    assert first >= 7
    assert three >= 10


def test_each_synonym_leads_to_words_of_the_book(site):
    synonyms = tomllib.loads(search.SYNONYMS.read_text(encoding="utf-8"))
    theirs = [each for words in synonyms.values() for each in words]
    assert sorted({*theirs}) == sorted(theirs), "one stands twice"
    found = rank(site / search.INDEX, *synonyms)
    assert [
        words for words, hits in zip(synonyms, found, strict=True) if not hits
    ] == []


def test_only_the_page_that_searches_loads_the_search(site):
    names = ("minisearch.js", "search-index.js", "search.js")
    for path in [*site.glob("*.html"), *site.glob("chapters/*.html")]:
        html = path.read_text(encoding="utf-8")
        assert [f"{name}" in html for name in names] == [path.name == "search.html"] * 3
    files = [*site.rglob("minisearch.js"), site / search.INDEX]
    files.append(site / "_static" / "search.js")
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) < 400_000
    assert not [*site.glob("searchindex.js"), *site.rglob("searchtools.js")]


@pytest.fixture(params=["light", "dark"])
def page(request, browser):
    """Return an empty page on a phone, in a colour scheme."""
    with browser.new_context(color_scheme=request.param, viewport=PHONE) as context:
        yield context.new_page()


def test_hits_are_reached_by_keyboard_and_scroll_to_their_section(page, address):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}search.html?q=dropout", wait_until="networkidle")
    assert "dropout" in page.get_by_role("status").inner_text()
    assert page.locator("#search-results mark").first.inner_text().lower() == "dropout"
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert violations(page, "phone") == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/08-going-deeper.html#deeper-dropout")
    page.wait_for_load_state("networkidle")
    heading = page.locator("section:has(> #deeper-dropout) > :is(h2, h3)")
    assert 0 <= heading.bounding_box()["y"] < PHONE["height"] / 2
    assert [url for url in asked if not url.startswith(address)] == []


def test_a_folder_without_a_server_can_be_searched(page, site):
    page.goto((site / "glossary.html").as_uri())
    page.keyboard.press("Control+K")
    page.keyboard.type("seq2seq")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=seq2seq")
    page.locator("#search-results a").first.click()
    page.wait_for_url("file:**10-encoder-decoder.html*")


def test_one_who_finds_nothing_is_told_what_to_try(page, address):
    page.goto(f"{address}search.html?q=%3Czucchini%3E")
    page.get_by_text("Nothing was found for “<zucchini>”.").wait_for()
    assert page.get_by_text("fewer words").is_visible()
    assert page.locator("#search-results li").count() == 0


def test_without_scripts_the_page_says_how_to_go_on(browser, address):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}search.html?q=gate")
        said = page.locator("article").inner_text()
    assert "Searching needs JavaScript" in said
    assert "fewer words" not in said
