"""The slides of a chapter in a browser: whole, readable, and without a network."""

import pytest
from bs4 import BeautifulSoup

from book_tools.chapters import code_cells, find_chapter, read_notebook
from book_tools.site.book import Book
from book_tools.slides import command
from tests.site import small_book

pytestmark = pytest.mark.slow
CHAPTER = "06-deep-or-wide"  # has tables, long lists and tall figures
OTHER = "03-is-it-any-good"  # has errors with long lines, and formulas in a quiz
SMALLEST = 0.024  # of a slide's height: the letters of code, for the back row
# Steps through all slides, each with all that it shows in the end.
LOOKED_AT = """async () => {
  const faults = [];
  const slides = Reveal.getSlides();
  for (let number = 0; number < slides.length; number++) {
    Reveal.slide(number, 0, 99);
    await new Promise(requestAnimationFrame);
    const slide = slides[number];
    const room = slide.getBoundingClientRect();
    const seen = [...slide.querySelectorAll("*")].filter(
      part => !part.closest("aside, .katex *") && part.getClientRects().length);
    for (const part of seen) {
      const box = part.getBoundingClientRect();
      const name = `${number + 1} ${slide.className}: ${part.outerHTML.slice(0, 80)}`;
      if (box.right > room.right + 1 || box.bottom > room.bottom + 1
          || box.left < room.left - 1 || box.top < room.top - 1)
        faults.push(`outside: ${name}`);
      if (part.matches("pre, table, .katex-display")
          && part.scrollWidth > part.clientWidth + 1) faults.push(`cut: ${name}`);
      const letters = parseFloat(getComputedStyle(part).fontSize) / 720;
      if (part.matches("section > .highlight pre") && letters < SMALLEST)
        faults.push(`small: ${name}`);
      if (part.matches("img") && !part.naturalWidth) faults.push(`lost: ${name}`);
    }
  }
  return faults;
}""".replace("SMALLEST", str(SMALLEST))


@pytest.fixture(scope="module")
def decks(site, tmp_path_factory):
    """Return a folder with the slides of two chapters."""
    folder = tmp_path_factory.mktemp("slides")
    for chapter in (CHAPTER, OTHER):
        command.write_deck(Book(), find_chapter(chapter), folder)
    return folder


@pytest.fixture
def opened(browser, decks):
    """Return a function that opens the slides as a file, and all that was asked for."""
    asked = []

    def open_at(width=1280, height=720, query="", chapter=CHAPTER):
        page = browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(120_000)
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: asked.append(f"error: {error}"))
        page.goto(f"file://{decks}/{chapter}.html{query}")
        page.wait_for_selector(".reveal.ready")
        return page

    yield open_at, asked
    for context in browser.contexts:
        context.close()


@pytest.mark.parametrize(
    ("chapter", "size"),
    [(CHAPTER, (1280, 720)), (CHAPTER, (1920, 1080)), (OTHER, (1280, 720))],
)
def test_nothing_on_a_slide_is_cut_off_or_too_small(opened, chapter, size):
    open_at, asked = opened
    assert open_at(*size, chapter=chapter).evaluate(LOOKED_AT) == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_the_keyboard_goes_on_and_shows_what_is_printed_after_the_listing(opened):
    page = opened[0]()
    number = "Reveal.getIndices().h"
    page.keyboard.press("Space")
    assert page.evaluate(number) == 1
    page.evaluate("Reveal.slide(Reveal.getSlides().findIndex(s => s.matches('.run')))")
    start, result = page.evaluate(number), page.locator("section.present .fragment")
    assert result.first.evaluate("part => getComputedStyle(part).opacity") == "0"
    page.keyboard.press("Space")
    page.wait_for_timeout(100)
    assert page.evaluate(number) == start
    assert result.first.evaluate("part => getComputedStyle(part).opacity") == "1"
    for _ in range(result.count()):
        page.keyboard.press("Space")
    assert page.evaluate(number) == start + 1


def test_printing_gives_a_page_for_each_slide(opened):
    page = opened[0](query="?print-pdf")
    page.wait_for_selector(".pdf-page")
    slides = page.evaluate("Reveal.getSlides().length")
    assert page.locator(".pdf-page").count() == slides
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == slides


def test_every_role_and_directive_is_resolved(decks):
    text = (decks / f"{CHAPTER}.html").read_text("utf-8")
    for raw in (":::", "{doc}", "{term}", "{ref}", "{cite", "$$", "BEGIN SOLUTION"):
        assert raw not in text
    assert "Guard:" not in text


def test_exercises_are_announced_and_their_solutions_are_nowhere(decks):
    html = (decks / f"{CHAPTER}.html").read_text("utf-8")
    text = " ".join(BeautifulSoup(html, "html.parser").get_text().split())
    cells = code_cells(read_notebook(find_chapter(CHAPTER)))
    solved = [cell.source for cell in cells if "### BEGIN SOLUTION" in cell.source]
    lines = {line.strip() for source in solved for line in source.splitlines()}
    shown = "".join(cell.source for cell in cells if cell.source not in solved)
    lines = {line for line in lines if len(line) > 25 and line not in shown}
    assert len(lines) > 3
    assert [line for line in lines if line in text] == []
    assert "Exercise 6.1 (" in text
    assert "**Rubric" not in text
    assert "Rubric." not in text


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Return a small book whose slides were written."""
    book = Book(tmp_path_factory.mktemp("small") / "book")
    small_book.write_book(book.root)
    command.slides(root=book.root)
    return book


def written(book):
    folder = book.root / "dist" / "slides"
    return {path.name: path.read_bytes() for path in folder.glob("*.html")}


def test_a_deck_has_its_question_and_can_be_written_alone(small, capsys):
    (text,) = written(small).values()
    assert b"How small can a chapter be?" in text
    command.slides("01", small.root)
    assert capsys.readouterr().out.startswith("dist/slides/01-small.html: ")


def test_what_a_deck_shows_lies_beside_it(small):
    folder = small.root / "dist" / "slides"
    soup = BeautifulSoup((folder / "01-small.html").read_text("utf-8"), "html.parser")
    for tag in soup.select("[src], link[href]"):
        assert (folder / (tag.get("src") or tag["href"])).is_file()
    licence = (folder / "files" / "reveal" / "LICENSE").read_text("utf-8")
    assert "Permission is hereby granted" in licence


def test_a_failure_leaves_the_old_slides_and_nothing_else(small, monkeypatch):
    before = written(small)

    def fail(*_):
        raise OSError(28, "No space left on device", "x")

    monkeypatch.setattr(command, "front", fail)
    with pytest.raises(OSError, match="No space"):
        command.slides(root=small.root)
    assert written(small) == before
    assert [path.name for path in (small.root / "dist").iterdir()] == ["slides"]


def test_an_unknown_chapter_is_named_in_one_line(small):
    with pytest.raises(SystemExit, match=r"^No chapter is called '99'. Chapters: "):
        command.slides("99", small.root)
