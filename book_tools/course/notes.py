"""What teachers need beside a chapter, taken from the pages on teaching.

Those are TEACHING.md and others whose name begins so. Of a table whose rows begin with
a chapter's number, and of the section whose heading does, each chapter gets its own.
"""

import os
import re
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

HEADING = re.compile(r"(?m)^(#{2,5}) (.*)$")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)\s#]+)")
ADDRESS = re.compile(r"(?m)^\[([\w-]+)\]: (\S+)$")
TARGET = re.compile(r"(?m)^\([\w-]+\)=\n+")
FENCE = ":::::"  # longer than any inside


def teaching_pages(root: Path) -> list[Path]:
    """Return the pages on teaching, TEACHING.md first."""
    return sorted(root.glob("TEACHING*.md"), key=lambda path: (len(path.name), path))


def with_addresses(page: str) -> str:
    """Return a page whose links have their address beside them, not at its end."""
    named = dict(ADDRESS.findall(page))
    return re.sub(
        r"\]\[([\w-]+)\]",
        lambda found: f"]({named[found[1]]})" if found[1] in named else found[0],
        page,
    )


def note_for(number: str, pages: list[str]) -> str:
    """Return what the pages on teaching say of one chapter, or nothing."""
    pages = [*map(with_addresses, pages)]
    found = [*filter(None, (times_of(number, page) for page in pages))]
    for page in pages:
        found += [text for text in sections_of(number, page) if text.strip()]
    return "\n\n".join(found)


def times_of(number: str, page: str) -> str:
    """Return the row of a chapter in the first table that has one, as a list."""
    head: list[str] = []
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            head = []
        elif not head:
            head = cells
        elif re.match(rf"\[?{number}\b", cells[0]):
            pairs = zip(head[1:], cells[1:], strict=False)
            return "\n".join(f"- {name}: {text}" for name, text in pairs if text)
    return ""


def sections_of(number: str, page: str) -> list[str]:
    """Return the text of each section whose heading begins with a chapter's number."""
    heads, found = [*HEADING.finditer(page)], []
    for place, head in enumerate(heads):
        if re.match(rf"\[?(?:Chapter )?{number}\b", head[2]):
            after = (h for h in heads[place + 1 :] if len(h[1]) <= len(head[1]))
            end = next((h.start() for h in after), len(page))
            found.append(HEADING.sub(r"**\2**", page[head.end() : end]).strip())
    return found


def add_note(notebook: NotebookNode, number: str, pages: list[str]) -> None:
    """Put the note for a chapter, folded, under its title."""
    text = note_for(number, pages)
    if text:
        text = TARGET.sub("", LINK.sub(r"](../\1", text))
        fold = f"{FENCE}{{admonition}} For teachers\n:class: tip dropdown\n"
        cell = new_markdown_cell(f"{fold}{text}\n{FENCE}", id="for-teachers")
        notebook.cells.insert(1, cell)


def lead_to_repository(text: str, folder: Path, blob: str) -> str:
    """Let the links of a page to files that its book lacks lead to the repository."""

    def choose(found: re.Match) -> str:
        there = os.path.normpath(folder / found[1])
        return found[0] if Path(there).exists() else f"]({blob}{found[1]}"

    return LINK.sub(choose, text)
