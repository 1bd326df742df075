"""What a chapter is called, asks and takes: read from its notebook, the one place.

The first cell has number, name and question, the cell "What you need" the minutes;
the notebook's metadata have the description and name the cell of the answer's figure.
"""

import base64
import re
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from book_tools.chapters import read_notebook

TITLE = re.compile(r"# (?P<number>\d\d) (?P<name>.+)\n\n\*\*(?P<question>.+\?)\*\*\n\n")
MINUTES = re.compile(r"\b[Aa]bout (\d+) minutes\b")
NEEDS = "## What you need"
KINDS = {"image/png": ".png", "image/svg+xml": ".svg"}
LONGEST = 160  # what search engines show of a description


@dataclass(frozen=True)
class Facts:
    """A chapter in a few words, and its figure: file ending, content and alt text."""

    number: str
    name: str
    question: str
    minutes: int
    description: str
    figure: tuple[str, bytes, str]

    @property
    def title(self) -> str:
        """The chapter's name with its number, as its page is headed."""
        return f"{self.number} {self.name}"


def read_facts(path: Path) -> Facts:
    """Read the facts of a chapter; `ValueError` says what its notebook lacks."""
    notebook = read_notebook(path)
    about = notebook.metadata.get("book", {})
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    title = TITLE.match(texts[0]) if texts else None
    if title is None or title["number"] != path.name[:2]:
        raise ValueError(
            f"{path.name} begins with {texts[0][:40] if texts else ''!r}; expected "
            f"'# {path.name[:2]} Name', an empty line, '**The question?**', another"
        )
    needs = next((text for text in texts if text.startswith(NEEDS)), "")
    if (minutes := MINUTES.search(needs)) is None:
        raise ValueError(f"{path.name}: {NEEDS!r} does not say 'About … minutes'")
    description = about.get("description", "")
    if not 60 <= len(description) <= LONGEST:
        raise ValueError(
            f"{path.name}: book.description in its metadata has {len(description)} "
            f"characters, expected 60 to {LONGEST}: say what it teaches, in the words "
            "that one would search for"
        )
    figure = find_figure(notebook, about.get("figure", ""))
    if figure is None:
        raise ValueError(
            f"{path.name}: book.figure in its metadata is {about.get('figure')!r}, "
            "expected the id of a cell whose output is a figure with an alt text"
        )
    words = (title["number"], title["name"], title["question"])
    return Facts(*words, int(minutes[1]), description, figure)


def find_figure(notebook: NotebookNode, cell_id: str) -> tuple[str, bytes, str] | None:
    """Return a cell's figure with its file's ending and its alt text, or None."""
    for cell in notebook.cells:
        if cell.id == cell_id:
            alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
            for output in cell.get("outputs", []):
                for kind in KINDS.keys() & output.get("data", {}).keys():
                    data = output.data[kind]
                    png = kind == "image/png"
                    content = base64.b64decode(data) if png else data.encode()
                    return (KINDS[kind], content, alt) if alt else None
    return None
