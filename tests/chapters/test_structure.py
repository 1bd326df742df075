"""Every notebook has the form that readers, learners and teachers count on."""

import pytest
from structure import CHECKS, OF_CHAPTERS

from book_tools.chapters import list_chapters, list_notebooks, read_notebook
from book_tools.freshness import chapter_faults

CASES = [
    pytest.param(check, path, id=f"{check.__name__}-{path.stem}")
    for path in list_notebooks()
    for check in [*CHECKS, chapter_faults]
    if path in list_chapters() or check not in OF_CHAPTERS
]


@pytest.mark.parametrize(("check", "path"), CASES)
def test_notebook_passes(check, path):
    """In its form, and in that its outputs are fresh and normalised."""
    faults = list(check(read_notebook(path) if check in CHECKS else path))
    assert not faults, f"{path.name}:\n  " + "\n  ".join(faults)
