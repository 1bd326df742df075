"""Find the chapters, read them, and replace one without a half-written moment."""

import os
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent


def python_path(root: Path = ROOT) -> str:
    """Return a PYTHONPATH that finds the packages of this very folder first.

    An installed `lstm_utils` names the folder that it was installed from, which a
    copied or renamed checkout is not.
    """
    return os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))


def list_chapters(root: Path = ROOT) -> list[Path]:
    """Return the notebooks of the book in reading order."""
    return sorted((root / "chapters").glob("[0-9][0-9]-*.ipynb"))


def find_chapter(name: str, root: Path = ROOT) -> Path:
    """Return the one chapter that `name` means: its number, its stem or its path.

    Where none or several fit, `SystemExit` lists the chapters.
    """
    chapters = list_chapters(root)
    stem = Path(name).name.removesuffix(".ipynb")
    found = [path for path in chapters if stem in (path.stem, path.stem[:2])]
    if len(found) == 1:
        return found[0]
    names = ", ".join(path.stem for path in chapters) or "none yet"
    raise SystemExit(f"No chapter is called {name!r}. Chapters: {names}.")


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook as version 4, or say in one line why it cannot be read."""
    return parse_notebook(path.read_text("utf-8"), path.name)


def parse_notebook(text: str, name: str) -> NotebookNode:
    """Make a notebook of the text of its file; the name is for the complaint."""
    try:
        return nbformat.reads(text, as_version=4)
    except (ValueError, nbformat.reader.NotJSONError) as error:
        cause = str(error).splitlines()[0][:100]
        raise SystemExit(f"{name} is not a notebook: {cause}") from error


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


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the code cells of a notebook."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell: NotebookNode) -> list[str]:
    """Return the tags of a cell."""
    return list(cell.metadata.get("tags", []))
