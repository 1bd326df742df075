"""Say which chapters are not normalised or not fresh, without running any."""

from pathlib import Path

from book_tools.chapters import ROOT, list_chapters, read_notebook, serialise
from book_tools.freshness import stale_parts
from book_tools.normalise import normalise


def check(root: Path = ROOT) -> int:
    """Print one line for each fault and return the exit status."""
    faults = [
        f"{path.stem}: {fault}"
        for path in list_chapters(root)
        for fault in chapter_faults(path, root)
    ]
    print("\n".join(faults) or "Every chapter is normalised and fresh.")
    return 1 if faults else 0


def chapter_faults(path: Path, root: Path = ROOT) -> list[str]:
    """Return what is wrong with the form and the freshness of one chapter."""
    notebook = read_notebook(path)
    faults = [f"stale, {part}; `make run`" for part in stale_parts(notebook, root)]
    if serialise(normalise(notebook, root)) != path.read_text("utf-8"):
        faults.append("not in the committed form; `make run` writes it")
    return faults
