"""Figures and exercises are numbered by chapter, so that numbers last."""

import re
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup

from book_tools.site.book import Book
from book_tools.site.numbers import number_by_chapter

PLACES = {"Fig.": "figcaption", "Exercise": ".exercise > .admonition-title"}
CHAPTERS = [name for name in Book().pages() if re.match(r"chapters/\d", name)]


def test_running_numbers_become_chapter_and_place():
    intro, one, two = "intro", "chapters/01-one-cell", "chapters/12-decoding"
    counted = {
        intro: {"figure": {"fig-a": (1,)}},
        one: {"figure": {"fig-c": (3,), "fig-b": (2,)}},
        two: {"exercise": {"ex-l": (9,), "ex-k": (10,)}},
    }
    assert number_by_chapter(None, SimpleNamespace(toc_fignumbers=counted)) == []
    assert counted == {
        intro: {"figure": {"fig-a": (1,)}},
        one: {"figure": {"fig-b": (1, 1), "fig-c": (1, 2)}},
        two: {"exercise": {"ex-l": (12, 1), "ex-k": (12, 2)}},
    }


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_page_counts_its_figures_and_exercises_from_one(name, site):
    html = (site / f"{name}.html").read_text(encoding="utf-8")
    soup = BeautifulSoup(html, "html.parser")
    chapter = int(re.match(r"chapters/(\d+)-", name)[1])
    for kind, place in PLACES.items():
        said = [tag.text.strip() for tag in soup.select(f"{place} .caption-number")]
        assert said == [f"{kind} {chapter}.{n}" for n, _ in enumerate(said, start=1)]
        assert said
