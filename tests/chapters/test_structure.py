"""Every chapter has the form that readers, learners and teachers count on."""

import pytest
from structure import CHECKS

from book_tools.chapters import list_chapters, read_notebook
from book_tools.freshness import chapter_faults


@pytest.mark.parametrize("chapter", list_chapters(), ids=lambda path: path.stem)
@pytest.mark.parametrize("check", [*CHECKS, chapter_faults], ids=lambda f: f.__name__)
def test_chapter_passes(check, chapter):
    """In its form, and in that its outputs are fresh and normalised."""
    faults = list(check(read_notebook(chapter) if check in CHECKS else chapter))
    assert not faults, f"{chapter.name}:\n  " + "\n  ".join(faults)
