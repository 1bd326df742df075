"""A site that is built again after an edit equals one that is built from nothing."""

import shutil
from hashlib import sha256

import pytest

from book_tools.site.book import Book
from tests.chapters.small_chapter import PIXELS
from tests.site import small_book

OTHER = """\
# Another page

It sees {ref}`rest`, {doc}`intro` and {numref}`fig-dot`, and it cites
{cite}`someone2020`.
"""
THIRD = """\
# A third page

It shows nothing of others, and has a figure with a number.

:::{figure} _static/favicon.svg
:name: fig-mark
:alt: Three cells, one above the other, which are the mark of the book.

The mark.
:::
"""
CONTENTS = """\
format: jb-book
root: intro
chapters: [{file: chapters/01-small}, {file: other}, {file: third}]
"""
GREY = (  # one pixel
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd8"
    "1ytgAAAABJRU5ErkJggg=="
)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """Build a book of three pages that show something of each other."""
    folder = tmp_path_factory.mktemp("again") / "book"
    small_book.write_book(folder)
    (folder / "_toc.yml").write_text(CONTENTS)
    (folder / "other.md").write_text(OTHER)
    (folder / "third.md").write_text(THIRD)
    replace(
        folder / "intro.md", "Chapter [one]", "(rest)=\n## The rest\n\nChapter [one]"
    )
    book = Book(folder)
    assert book.make()
    return book


def replace(path, old, new):
    """Put one text for another in a file."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def files(book):
    """Return a hash of every file of a site."""
    found = [path for path in book.site.rglob("*") if path.is_file()]
    return {
        path.relative_to(book.site).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in found
    }


def build_again(book):
    """Build with what is there of the last build; return which pages were written."""
    pages = [book.work / "_build/html" / f"{name}.html" for name in book.pages()]
    before = [page.stat().st_mtime_ns for page in pages]
    assert book.make()
    after = [page.stat().st_mtime_ns for page in pages]
    names = zip(book.pages(), before, after, strict=True)
    return [name for name, old, new in names if old != new]


def differences(book):
    """Name the files in which a site differs from one that is built from nothing."""
    again = files(book)
    shutil.rmtree(book.root / "_build")
    book.make()
    clean = files(book)
    return [n for n in {**again, **clean} if again.get(n) != clean.get(n)]


def test_a_changed_text_is_written_and_the_rest_is_as_from_nothing(book):
    replace(book.root / "other.md", "It sees", "With ∂ and $\\mathcal{Q}$ it sees")
    replace(book.root / small_book.CHAPTER, "How small", "How tiny")
    replace(book.root / small_book.CHAPTER, PIXELS, GREY)
    # The page that lists the others is written with each of them.
    assert build_again(book) == ["intro", "chapters/01-small", "other"]
    assert differences(book) == []


def test_what_other_pages_show_of_a_page_is_written_there_too(book):
    replace(book.root / "intro.md", "# A small book", "# A tiny book")
    replace(book.root / "intro.md", "## The rest", "## What is left")
    assert build_again(book) == book.pages()
    other = (book.site / "other.html").read_text("utf-8")
    assert "A tiny book" in other
    assert "What is left" in other
    assert differences(book) == []
