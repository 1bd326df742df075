"""Follow a chapter cell by cell: what it shows of the package, and what it uses."""

import ast
from collections.abc import Iterable, Iterator, Mapping

from nbformat import NotebookNode

from book_tools.chapters import tags
from book_tools.normalise import parse_cell


def shown_names(cells: Iterable[NotebookNode]) -> set[str]:
    """Return what cells define in the open, and what they print the source of."""
    shown = set()
    for cell in cells:
        if "remove-cell" in tags(cell):
            continue
        for node in ast.walk(parse_cell(cell.source)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                shown.add(node.name)
            if isinstance(node, ast.Call) and _ends(node.func) == "getsource":
                shown.add(_ends(node.args[0]))
    return shown


def _ends(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[-1]


def early_uses(
    number: str, cells: Iterable[NotebookNode], introduced: Mapping[str, str]
) -> Iterator[str]:
    """Yield one line for each name that a chapter uses before its reader has seen it.

    Parameters
    ----------
    number : str
        The chapter, for example "04".
    cells : iterable of NotebookNode
        Its code cells, in order.
    introduced : mapping
        From the full name of each public thing, such as ``lstm_utils.tasks.echo``, to
        the chapter that introduces it.
    """
    shown: set[str] = set()
    meant: dict[str, str] = {}
    for cell in cells:
        shown |= shown_names([cell])
        for full in sorted(_used(parse_cell(cell.source), meant) & introduced.keys()):
            chapter = introduced[full]
            if chapter > number:
                yield f"{full}, of chapter {chapter}, is used in cell {cell.id}"
            elif chapter == number and shown.isdisjoint(full.split(".")[1:]):
                yield f"{full} is used in cell {cell.id} before it is shown"


def _used(tree: ast.Module, meant: dict[str, str]) -> set[str]:
    """Return the full names that code mentions; `meant` learns what it imports."""
    imported = dict(_imported(tree))
    meant |= imported
    used = {*imported.values()}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            first, dot, rest = ast.unparse(node).partition(".")
            used.add(meant.get(first, first) + dot + rest)
    return used


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the name that each import gives, and the full name that it stands for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            home = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                yield alias.asname or alias.name, home + alias.name
