"""Ticks: what holds a sentence opens beside it, and gives no solution away."""

import threading

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_markdown_cell, new_notebook

from book_tools.chapters import code_cells, list_chapters, read_notebook, tags
from book_tools.site import search
from book_tools.site.book import Book
from book_tools.site.commands import open_server
from tests.chapters.small_chapter import exercise, figure, guard
from tests.site import small_book

PHONE = {"width": 375, "height": 700}
LINK = "[a link](https://example.org/)"
CELLS = [
    new_markdown_cell(
        f"# 01 Small\n\n**How small?**\n\nIt is, says {LINK}\n\n## Sizes\n\nOne."
    ),
    guard("assert one == 1", "# Guard: the one\n# is one.\n"),
    new_markdown_cell(f"Two, {LINK}\n\n(label)=\n## A heading in the same cell"),
    guard("assert two == 2\nassert 'x<y' != three", "# Guard: the two.\n"),
    guard("assert 3 == three", "# Guard: the three.\n"),
    figure(),
    guard("assert dot == unheardof", f"# Guard: {'very ' * 50}long.\n"),
    new_markdown_cell(small_book.NEED),
    new_markdown_cell(f"## Exercises\n\nThe answer comes at the last, says {LINK}"),
    guard("assert last == 'linked'", "# Guard: that it comes last.\n"),
    *exercise("ex-01-count"),
    guard("assert answer == 42", "# Guard: the answer is 42.\n"),
]
next(cell for cell in CELLS if cell.get("outputs")).id = "dot"
OPEN = "details.guard[open]"


def codes_of(tick):
    """Return the code of the guards under a tick."""
    return [block.text.rstrip("\n") for block in tick.select("pre")]


def ticks_of(path):
    """Return the ticks of a page."""
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    return soup, soup.select("details.guard")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """Build a small book whose chapter has guards in all places."""
    folder = tmp_path_factory.mktemp("ticks") / "book"
    small_book.write_book(folder)
    with (folder / "intro.md").open("a") as file:
        file.write("\n:::{glossary}\nguard\n  A cell that holds.\n:::\n")
    notebook = new_notebook(cells=CELLS, metadata=small_book.ABOUT)
    nbformat.write(notebook, folder / small_book.CHAPTER)
    book = Book(folder)
    book.make()
    return book


@pytest.fixture(scope="module")
def chapter(book):
    """Return the soup of the chapter, and its ticks."""
    return ticks_of(book.site / "chapters" / "01-small.html")


def test_each_guard_stands_at_what_it_holds(chapter):
    one, two, drawn, last, solved = chapter[1]
    assert codes_of(one) == [CELLS[1].source]
    assert one.find_previous_sibling().text == "One."
    assert codes_of(two) == [CELLS[3].source, CELLS[4].source]
    assert two.find_previous_sibling().text == "Two, a link"
    assert drawn.find_previous_sibling().select("img")
    assert last.find_previous_sibling().text.startswith("The answer comes at")
    assert codes_of(solved) == [CELLS[-1].source]


def test_a_tick_says_what_is_held_and_leads_to_the_glossary(chapter):
    names = [" ".join(tick.summary.text.split()) for tick in chapter[1]]
    assert names[:2] == ["checked: the one is one.", "checked: the two. the three."]
    assert names[2].startswith("checked: very very ")
    assert names[2].endswith("…")
    assert len(names[2]) < 140
    (address,) = {link["href"] for link in chapter[0].select(".guard p a")}
    assert address == "../intro.html#term-guard"


def test_what_tells_a_solution_is_folded_with_it(chapter):
    solution = chapter[1][-1].find_parent("details")
    assert "solution" in solution["class"]
    assert not solution.has_attr("open")
    for folded in chapter[0].select("details"):
        folded.decompose()
    assert "42" not in chapter[0].select_one("article").text


def test_the_foot_counts_and_a_page_without_guards_says_nothing(book):
    said = ticks_of(book.site / "chapters" / "01-small.html")[0]
    foot = " ".join(said.select_one(".number-differs").text.split())
    assert "The 5 ticks on this page open 6 cells that check it, with 7 ass" in foot
    assert "ticks" not in ticks_of(book.site / "intro.html")[0].text


def test_the_search_does_not_find_what_is_in_guards(book):
    index = (book.site / search.INDEX).read_text(encoding="utf-8")
    assert "unheardof" not in index
    assert "The answer comes at" in index


@pytest.fixture(scope="module")
def address(book):
    """Return the address at which the small book is served."""
    with open_server(book.site, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/chapters/01-small.html"
        server.shutdown()


@pytest.mark.parametrize("script", [True, False])
def test_a_tick_is_one_stop_and_opens_by_keyboard(browser, address, script):
    with browser.new_context(java_script_enabled=script, viewport=PHONE) as context:
        page = context.new_page()
        page.goto(address)
        code = page.get_by_text("assert 3 == three")
        assert not code.is_visible()
        page.locator("details.guard > summary").first.focus()
        page.keyboard.press("Tab")
        assert page.locator("p > a:focus").inner_text() == "a link"
        page.keyboard.press("Tab")
        focused = page.locator("details.guard > summary:focus")
        assert "the two. the three." in focused.inner_text()
        for visible in (True, False):
            page.keyboard.press("Enter")
            assert code.is_visible() == visible


def test_paper_has_neither_tick_nor_guard(browser, address):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        page.locator("details.guard > summary").first.click()
        assert page.locator(OPEN).is_visible()
        page.emulate_media(media="print")
        assert not page.locator("details.guard").first.is_visible()


def test_a_tick_on_a_phone_is_large_enough_and_covers_no_link(browser, address):
    with browser.new_context(viewport=PHONE, has_touch=True) as context:
        page = context.new_page()
        page.goto(address)
        for tick in page.locator("section > details.guard > summary").all():
            tick.tap()
            box = tick.bounding_box()
            assert min(box["width"], box["height"]) >= 24
            assert box["x"] + box["width"] <= PHONE["width"]
        assert page.locator(OPEN).count() == 4
        short, long = page.locator("section > p:has(+ details.guard) a").all()
        for link in (short, long):
            text = link.bounding_box()
            tick = link.locator("xpath=../following-sibling::details[1]/summary")
            mark = tick.bounding_box()
            beside = text["x"] + text["width"] <= mark["x"]
            assert beside or text["y"] + text["height"] <= mark["y"]
        place = short.bounding_box()
        mark = page.locator("details.guard > summary").nth(1).bounding_box()
        assert mark["y"] < place["y"] + 5, "the tick has a line of its own"
        short.click(trial=True)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


@pytest.mark.parametrize("chapter", list_chapters(), ids=lambda path: path.stem)
def test_a_chapter_shows_all_its_guards_once_and_no_check_or_solution(chapter, site):
    cells = code_cells(read_notebook(chapter))
    held = [cell.source.rstrip() for cell in cells if "test" in tags(cell)]
    page, ticks = ticks_of(site / "chapters" / f"{chapter.stem}.html")
    assert sorted(code for tick in ticks for code in codes_of(tick)) == sorted(held)
    assert all(page.text.count(code) == 1 for code in held)
    told = [codes_of(tick) for tick in page.select("details.solution details.guard")]
    checks = (n for n, cell in enumerate(cells) if "check" in tags(cell))
    after = [cells[n + 1] for n in checks if n + 1 < len(cells)]
    assert [cell.source.rstrip() for cell in after if "test" in tags(cell)] == [
        codes[0] for codes in told
    ]
