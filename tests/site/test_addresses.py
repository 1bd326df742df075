"""The addresses of the book: one place, overridden by the environment."""

from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from book_tools.chapters import ROOT
from book_tools.site.addresses import Addresses

FORMS = ROOT / ".github" / "ISSUE_TEMPLATE"
BOOK = Addresses("https://host/org/book", "main", "https://pages/book/")
FORK = Addresses("https://host/me/fork", "lesson", "https://me/fork/")
OVERRIDES = {
    "BOOK_REPOSITORY_URL": "https://host/me/fork/",
    "BOOK_BRANCH": "lesson",
    "BOOK_BASE_URL": "https://me/fork",
}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({}, BOOK), ({"BOOK_BRANCH": " "}, BOOK), (OVERRIDES, FORK)],
)
def test_overrides_win_and_slashes_are_put_right(environment, expected):
    assert BOOK.overridden(environment) == expected


def test_address_that_is_none_is_named():
    with pytest.raises(ValueError, match=r"BOOK_BASE_URL is 'me/fork', expected .*"):
        BOOK.overridden({"BOOK_BASE_URL": "me/fork"})


def test_text_is_rewritten_to_the_fork_and_its_branch():
    text = "git clone {0}; {0}/blob/{1}/LICENSE; {2}intro.html; https://host/other/blob/main/x"
    written, expected = (
        text.format(a.repository, a.branch, a.base) for a in (BOOK, FORK)
    )
    assert BOOK.rewrite(written, FORK) == expected


def test_a_clone_is_entered_by_its_own_name_and_another_book_is_left_alone():
    text = "git clone {0}\ncd {1}\n{0}-2/blob/main/x https://host/org/bookish"
    assert BOOK.rewrite(text.format(BOOK.repository, "book"), FORK) == (
        "git clone https://host/me/fork\ncd fork\n"
        "https://host/org/book-2/blob/main/x https://host/org/bookish"
    )


def test_report_opens_a_form_that_asks_for_page_number_and_versions():
    parts = urlsplit(BOOK.report_url("chapters/01-one-cell", "One cell"))
    assert parts.path == "/org/book/issues/new"
    fields = {name: value for name, (value,) in parse_qs(parts.query).items()}
    form = yaml.safe_load((FORMS / fields.pop("template")).read_text("utf-8"))
    assert fields.pop("title") == f"{form['title']}One cell"
    assert fields == {"page": "chapters/01-one-cell"}
    asked = {part["id"]: part["attributes"] for part in form["body"]}
    assert asked.keys() == {"page", "number", "instead", "versions"}
    assert "versions()" in asked["versions"]["description"]
