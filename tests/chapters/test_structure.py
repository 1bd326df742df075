"""Every chapter has the form that readers, learners and teachers count on."""

import pytest
from structure import CHECKS

from book_tools.chapters import list_chapters, read_notebook
from book_tools.freshness import chapter_faults

CHAPTERS = list_chapters()


@pytest.fixture(scope="module", params=CHAPTERS, ids=lambda path: path.stem)
def chapter(request):
    return request.param


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_chapter_passes(check, chapter):
    faults = list(check(read_notebook(chapter)))
    assert not faults, f"{chapter.name}:\n  " + "\n  ".join(faults)


def test_outputs_are_fresh_and_normalised(chapter):
    faults = chapter_faults(chapter)
    assert not faults, f"{chapter.name}:\n  " + "\n  ".join(faults)


def test_there_are_chapters():
    assert CHAPTERS
