"""What the book's exercises keep from students: the lines that tell an answer.

A line counts where no other text of the chapters has it, so that it can only have come
from a solution.
"""

import html
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from nbformat import NotebookNode

from book_tools.chapters import list_chapters, read_notebook, tags
from book_tools.course.exercises import exercise_part, find_exercises
from book_tools.course.students import REGION

TAG = re.compile(r"<[^>]*>")
NOISE = re.compile(r"[\s\"'’‘“”\\]+")
# Where prose is cut: at marks of Markdown, which a page shows otherwise, and sentences.
CUT = re.compile(r"[`$*{}\[\]()|<>…]|[;:.,?!](?=\s)|\n\n")
SHORTEST = {"code": 12, "prose": 30}  # letters


def bare(text: str, *, page: bool = False) -> str:
    """Return a text without what differs between a notebook, a page and an index."""
    text = html.unescape(TAG.sub("", text)) if page else text.replace("\\n", "\n")
    return NOISE.sub(" ", text).strip()


def hidden_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the cells that tell an answer, the guards of what came out among them."""
    found = find_exercises(notebook.cells)
    hidden = [cell for e in found for cell in (*e.told, e.answer, e.rubric) if cell]
    part = exercise_part(notebook.cells)
    return hidden + [cell for cell in part if "test" in tags(cell)]


def told(cell: NotebookNode) -> Iterator[str]:
    """Yield what a cell tells, line by line or, of prose, phrase by phrase."""
    if cell.cell_type == "code":
        code = "\n".join(REGION.findall(cell.source)) or cell.source
        parts, kind = code.splitlines(), "code"
    else:
        words = re.sub(r"(?m)^:.*$", "", cell.source)
        parts, kind = CUT.split(words), "prose"
    for part in map(bare, parts):
        if len(part) >= SHORTEST[kind]:
            yield part


def shown_by(notebook: NotebookNode, hidden: list[NotebookNode]) -> str:
    """Return all that a chapter says elsewhere, beside its solutions too."""
    ids = {cell.id for cell in hidden}
    shown = (c for c in notebook.cells if c.id not in ids or REGION.search(c.source))
    return bare("\n".join(REGION.sub("", cell.source) for cell in shown))


def secrets(paths: Iterable[Path] | None = None) -> dict[str, str]:
    """Return the lines that only solutions have, each with its chapter."""
    notebooks = {path.stem: read_notebook(path) for path in paths or list_chapters()}
    hidden = {name: hidden_cells(notebook) for name, notebook in notebooks.items()}
    shown = " ".join(shown_by(notebooks[name], hidden[name]) for name in notebooks)
    return {
        line: name
        for name, cells in hidden.items()
        for cell in cells
        for line in told(cell)
        if line not in shown
    }


def leaks(text: str, wanted: dict[str, str]) -> list[str]:
    """Return the secrets that a bare text gives away."""
    return [f"{name}: {line}" for line, name in wanted.items() if line in text]
