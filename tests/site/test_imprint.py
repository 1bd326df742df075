"""The foot of a page: what it says, and what a wrong CITATION.cff gives."""

import datetime

import pytest
from sphinx.errors import ConfigError

from book_tools.site import imprint
from book_tools.site.addresses import Addresses

ADA = {"family-names": "Lovelace", "given-names": "Ada"}
SAID = {"title": "A book", "version": "1.2.0", "authors": [ADA, {"name": "A group"}]}
DATED = SAID | {"date-released": datetime.date(2026, 11, 26)}


def test_an_entry_names_page_book_version_year_and_each_author():
    entry = imprint.cite(DATED, "chapters/01-one-cell", "One cell", "https://b.org/1")
    assert entry.splitlines() == [
        "@misc{01-one-cell,",
        "  author = {{Lovelace, Ada} and {A group}},",
        "  title = {One cell},",
        "  note = {In: A book, version 1.2.0},",
        "  year = {2026},",
        "  howpublished = {\\url{https://b.org/1}}",
        "}",
    ]


def test_a_book_that_is_not_released_has_no_year():
    assert "year" not in imprint.cite(SAID, "a", "A", "https://b.org/a")


def test_a_book_without_the_file_goes_without(tmp_path):
    assert imprint.read_citation(tmp_path) == {}


def test_a_fork_says_what_it_is_a_fork_of_whether_its_files_do_or_not():
    book = Addresses("https://host/org/book", "main", "https://org/book/")
    fork = Addresses("https://host/me/fork", "main", "https://me/fork/")
    assert imprint.credits_of(SAID, book, book) == []
    assert imprint.credits_of(SAID, book, fork) == [("A book", "https://org/book/")]
    older = {"scope": imprint.FORKED, "title": "An older", "url": "https://old/"}
    adopted = SAID | {"references": [{"title": "A source"}, older]}
    assert imprint.credits_of(adopted, fork, fork) == [("An older", "https://old/")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: A\n", "does not say: authors, version"),
        ("- a\n", "cannot be read"),
        ("a: [\n", "cannot be read"),
        ("", "cannot be read"),
    ],
)
def test_a_file_that_says_too_little_is_said_in_one_line(tmp_path, text, said):
    (tmp_path / "CITATION.cff").write_text(text)
    with pytest.raises(ConfigError, match=f"CITATION.cff {said}"):
        imprint.read_citation(tmp_path)
