"""Find the notebooks, read them, and replace one without a half-written moment."""

import json
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.validator import iter_validate

ROOT = Path(__file__).resolve().parent.parent


def python_path(root: Path = ROOT) -> str:
    """Return a PYTHONPATH that finds the packages of this very folder first.

    An installed `lstm_utils` names the folder that it was installed from, which a
    copied or renamed checkout is not.
    """
    return os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))


def list_chapters(root: Path = ROOT) -> list[Path]:
    """Return the chapters of the book in reading order."""
    return sorted((root / "chapters").glob("[0-9][0-9]-*.ipynb"))


def list_notebooks(root: Path = ROOT) -> list[Path]:
    """Return all notebooks of the book: the first ten minutes, then the chapters.

    What else lies in the folder, such as a learner's notes, is not the book's.
    """
    return [*(root / "chapters").glob("ten-minutes.ipynb"), *list_chapters(root)]


def find_chapter(name: str, root: Path = ROOT) -> Path:
    """Return the one notebook that `name` means: its number, its stem or its path.

    Where none or several fit, `SystemExit` lists them.
    """
    chapters = list_notebooks(root)
    stem = Path(name).name.removesuffix(".ipynb")
    found = [path for path in chapters if stem in (path.stem, path.stem[:2])]
    if len(found) == 1:
        return found[0]
    names = ", ".join(path.stem for path in chapters) or "none yet"
    raise SystemExit(f"No chapter is called {name!r}. Chapters: {names}.")


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook as version 4, or say in one line why it cannot be read."""
    return parse_notebook(path.read_bytes(), path.name)


def parse_notebook(content: bytes, name: str) -> NotebookNode:
    """Make a notebook of what its file holds; the name is for the complaint."""
    try:
        text = content.decode("utf-8")
        _refuse_other_forms(json.loads(text))
        return nbformat.v4.reads(text)
    except (ValueError, TypeError, RecursionError, nbformat.ValidationError) as error:
        cause = str(error).partition("\n")[0][:100]
        raise SystemExit(
            f"{name} is not a notebook: {cause}. Expected JSON of nbformat 4: correct "
            f"it, or take back what was committed: git restore chapters/{name}"
        ) from None


def _refuse_other_forms(found: object) -> None:
    version = found.get("nbformat") if isinstance(found, dict) else None
    if version != 4:
        raise ValueError(f"its nbformat is {version}")
    for cell in found.get("cells") or []:
        if isinstance(cell, dict):
            cell.setdefault("id", "later")  # normalising gives one
    for fault in iter_validate(found, version_minor=5, relax_add_props=True):
        raise ValueError(": ".join([*map(str, fault.path), fault.message]))


def serialise(notebook: NotebookNode) -> str:
    """Return a notebook as the text of its file, with a newline at the end."""
    return nbformat.writes(notebook) + "\n"


def replace_file(path: Path, text: str) -> None:
    """Put `text` in place of a file in one step; an interrupt leaves the old one."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        temporary.write_text(text, "utf-8", newline="\n")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def alone(root: Path, what: str) -> Iterator[None]:
    """Keep others that do the same ("run", "build") to a book waiting meanwhile.

    SQLite locks a file alike on every system, and lets go when its process ends.
    """
    path = root / "_build" / f"{what}.lock"
    path.parent.mkdir(exist_ok=True)
    try:
        with closing(sqlite3.connect(path, timeout=0)) as lock:
            if not _take(lock):
                print(f"Another {what} is at work: waiting for its end ...", flush=True)
                while not _take(lock):
                    time.sleep(0.2)
            yield
    except sqlite3.OperationalError as error:
        raise OSError(None, f"{error}", str(path)) from error


@contextmanager
def aside(root: Path, what: str) -> Iterator[Path]:
    """Give a folder in dist/ to make something in, alone, whatever becomes of it."""
    dist = root / "dist"
    dist.mkdir(exist_ok=True)
    with alone(root, what):
        for leftover in dist.glob(f".{what}-*"):
            shutil.rmtree(leftover)  # of a run that was killed
        with tempfile.TemporaryDirectory(dir=dist, prefix=f".{what}-") as place:
            yield Path(place)


def _take(lock: sqlite3.Connection) -> bool:
    """Take a lock; say whether it was free."""
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the code cells of a notebook."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell: NotebookNode) -> list[str]:
    """Return the tags of a cell."""
    return list(cell.metadata.get("tags", []))
