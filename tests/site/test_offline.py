"""The book to keep: a zip that needs no server and no network, and one PDF."""

import re
import shutil
import zipfile
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from book_tools import offline
from book_tools.paper import Binder
from book_tools.site.book import Book
from tests.site import small_book
from tests.site.test_browser import PAGES

LOADED = "script[src], img[src], link[rel~=stylesheet], link[rel~=icon]"
SCROLLED = """async () => {
  for (const box of document.querySelectorAll("details")) box.open = true;
  const images = [...document.querySelectorAll("main article img")];
  for (const image of images) {
    image.scrollIntoView();
    await image.decode().catch(() => null);
  }
  return images.filter(image => !image.naturalWidth).map(image => image.src);
}"""


def run(book):
    return offline.offline(book.root, "1.0")


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Return a small book whose two files are made."""
    if offline.find_chromium() is None:
        pytest.skip("no Chromium here")
    book = Book(tmp_path_factory.mktemp("kept") / "book")
    small_book.write_book(book.root)
    run(book)
    return book


def dist(book):
    return {path.name: path.read_bytes() for path in (book.root / "dist").iterdir()}


NAMES = {f"stacked-lstms-step-by-step-1.0.{kind}" for kind in ("pdf", "zip")}


def test_both_files_are_there_once_and_stay_where_nothing_changed(kept, capsys):
    before = dist(kept)
    assert before.keys() == NAMES
    run(kept)
    assert "Nothing has changed" in capsys.readouterr().out
    assert dist(kept) == before


def test_without_chromium_one_line_says_what_to_install(kept, monkeypatch):
    before = dist(kept)
    monkeypatch.setattr(offline, "CHROMIUM", ("no-such-program",))
    with pytest.raises(SystemExit, match=r"^The PDF is printed by Chromium.*install"):
        run(kept)
    assert dist(kept) == before


@pytest.mark.parametrize("step", ["pack", "print_book"])
def test_a_failure_leaves_the_old_files_and_the_next_call_tries_again(
    step, kept, monkeypatch, capsys
):
    before = dist(kept)
    (kept.root / "_build" / "offline.sha256").unlink()

    def fail(*_):
        raise SystemExit("no")

    with monkeypatch.context() as patch:
        patch.setattr(offline, step, fail)
        with pytest.raises(SystemExit):
            run(kept)
    assert dist(kept) == before
    assert not list(kept.root.glob("_build/tmp*"))
    monkeypatch.setattr(offline, "make_both", lambda *_: None)
    run(kept)
    assert "Nothing has changed" not in capsys.readouterr().out


def test_the_zip_is_one_folder_and_its_pages_load_from_it_alone(kept):
    (path,) = kept.root.glob("dist/*.zip")
    with zipfile.ZipFile(path) as packed:
        names = packed.namelist()
        assert {name.split("/")[0] for name in names} == {path.stem}
        assert f"{path.stem}/index.html" in names
        pages = [name for name in names if name.endswith(".html")]
        for name in pages:
            soup = BeautifulSoup(packed.read(name), "html.parser")
            for tag in soup.select(LOADED):
                address = tag.get("src") or tag["href"]
                assert not re.match("[a-z]+:|/", address), f"{name}: {address}"


def test_the_pdf_has_a_bookmark_for_each_page_and_is_tagged(kept):
    (path,) = kept.root.glob("dist/*.pdf")
    printed = path.read_bytes()
    titles = re.findall(rb"/Title \(([^)]*)\)", printed)
    assert titles[0] == b"A small book"  # the file's own; then its bookmarks
    for title in (b"Contents", b"A small book", b"Answers to the quizzes"):
        assert titles[1:].count(title) == 1
    assert titles[1:].count(b"01 Small") == 2  # the chapter, and its quiz's answers
    assert b"/StructTreeRoot" in printed
    assert not list((kept.root / "dist").glob(".*"))


def bound(book):
    text = Binder(book.site, book.pages()).bind("Version 1.0, today")
    return BeautifulSoup(text, "html.parser")


def test_the_document_says_the_version_and_the_licences_first(kept):
    soup = bound(kept)
    first = soup.select_one(".paper-title")
    assert "Version 1.0, today" in first.text
    assert len(first.select("a[rel=license]")) == 2
    assert soup.title.text == first.p.text == "A small book"


def test_solutions_are_open_and_quiz_answers_stand_at_the_end(kept):
    soup = bound(kept)
    solution = soup.select_one("details.solution")
    assert solution.has_attr("open")
    assert solution.summary.text.startswith("Solution")
    assert [p.text for p in soup.select(".paper-answer")] == ["One and one? two"]
    assert soup.select("article")[-1].h1.text == "Answers to the quizzes"


def check_document(soup, site):
    """See that every link within a document ends there, and nothing is lost."""
    ids = [tag["id"] for tag in soup.select("[id]")]
    assert len(ids) == len({*ids})
    inner = {link["href"][1:] for link in soup.select('a[href^="#"]')}
    assert inner - {*ids} == set()
    outer = [a["href"] for a in soup.select('a[href]:not([href^="#"])')]
    assert all(re.match("https?://|mailto:", address) for address in outer)
    for image in soup.select("img"):
        assert (site / image["src"]).is_file()
        assert image["loading"] == "eager"


def test_links_of_the_small_document_stay_in_it(kept):
    soup = bound(kept)
    check_document(soup, kept.site)
    assert soup.select_one('#intro a[href="#chapters/01-small"]')


def test_the_document_has_each_title_and_each_caption_once(site):
    soup = bound(Book())
    check_document(soup, site)
    titles, captions = [], []
    for name in Book().pages():
        text = (site / f"{name}.html").read_text(encoding="utf-8")
        article = BeautifulSoup(text, "html.parser").select_one("article")
        titles.append(article.h1.text)
        captions += [figure.get("id") for figure in article.select("figure")]
    assert [h1.text for h1 in soup.select("article h1")][: len(titles)] == titles
    assert len(soup.select("article figure")) == len(captions) > 50
    assert all(figure.figcaption.text.strip() for figure in soup.select("figure"))


@pytest.fixture(scope="module")
def unpacked(site, tmp_path_factory):
    """Return the folder of the whole book's site, packed and unpacked."""
    path = tmp_path_factory.mktemp("zip") / "book.zip"
    offline.pack(Book(), path)
    shutil.unpack_archive(path, path.parent)
    return path.parent / "book"


@pytest.mark.parametrize("name", [*PAGES, "index"])
def test_a_page_opened_as_a_file_is_whole_without_a_network(name, unpacked, browser):
    wrong = []
    with browser.new_context(offline=True) as context, context.new_page() as page:
        page.on("requestfailed", lambda request: wrong.append(request.url))
        page.on("console", lambda s: s.type == "error" and wrong.append(s.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(Path(unpacked, f"{name}.html").as_uri(), wait_until="load")
        assert page.evaluate(SCROLLED) == []
    assert wrong == []


def test_menus_and_the_dark_scheme_work_in_a_file(unpacked, browser):
    with browser.new_context(offline=True) as context, context.new_page() as page:
        page.goto(Path(unpacked, "chapters/01-one-cell.html").as_uri())
        menu = page.locator(".article-header-buttons .dropdown").first
        menu.locator("button").first.click()
        assert menu.locator(".dropdown-menu").is_visible()
        page.keyboard.press("Escape")
        for _ in range(3):
            page.locator(".theme-switch-button:visible").first.click()
            if page.locator('html[data-theme="dark"]').count():
                break
        page.goto(Path(unpacked, "glossary.html").as_uri())
        assert page.locator('html[data-theme="dark"]').count()


def test_the_cheat_sheet_prints_on_one_page(site, browser):
    with browser.new_context() as context, context.new_page() as page:
        page.goto((site / "cheat-sheet.html").as_uri(), wait_until="networkidle")
        for paper in ("A4", "Letter"):
            sides = dict.fromkeys(("top", "bottom", "left", "right"), "10mm")
            printed = page.pdf(format=paper, margin=sides)
            assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1
