"""Follow a chapter cell by cell: what it shows of the package, and what it uses."""

import ast
from collections.abc import Iterable, Iterator, Mapping

from nbformat import NotebookNode

from book_tools.chapters import tags
from book_tools.normalise import parse_cell
from book_tools.package import Code, Package


def read_code(cells: Iterable[NotebookNode], package: Package) -> Code:
    """Return the code of all cells, to look up what names in it mean."""
    trees = [parse_cell(cell.source) for cell in cells]
    return Code(package, ast.Module([node for tree in trees for node in tree.body], []))


SOURCES = ("getsource", "getsourcelines")


def shown_names(cells: Iterable[NotebookNode], code: Code) -> set[str]:
    """Return what cells define in the open, and what they print the source of.

    The first by its own name, the second by its full one, in the room that defines it.
    """
    shown = set()
    for cell in cells:
        if "remove-cell" in tags(cell):
            continue
        for node in ast.walk(parse_cell(cell.source)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                shown.add(node.name)
            if isinstance(node, ast.Call) and _ends(node.func) in SOURCES:
                shown |= {".".join(filter(None, t)) for t in code.named(node.args[0])}
    return shown


def is_shown(full: str, shown: set[str]) -> bool:
    """Tell whether a name, or the room that defines it, is among what was shown."""
    room, _, name = full.rpartition(".")
    return not shown.isdisjoint((full, room, name))


def _ends(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[-1]


def early_uses(
    number: str,
    cells: list[NotebookNode],
    introduced: Mapping[str, str],
    package: Package,
) -> Iterator[str]:
    """Yield one line for each name that a chapter uses before its reader has seen it.

    Parameters
    ----------
    number : str
        The chapter, for example "04".
    cells : list of NotebookNode
        Its code cells, in order.
    introduced : mapping
        From the full name of each public thing, such as
        ``lstm_utils.tasks.sequences.echo``, to the chapter that introduces it.
    package : Package
        Where names are looked up: a door and its room give the same thing.
    """
    code = read_code(cells, package)
    shown: set[str] = set()
    for cell in cells:
        shown |= shown_names([cell], code)
        used = {
            *read_code([cell], package).targets(),
            *code.named(parse_cell(cell.source)),
        }
        for full in sorted({".".join(target) for target in used} & introduced.keys()):
            chapter = introduced[full]
            if chapter > number:
                yield f"{full}, of chapter {chapter}, is used in cell {cell.id}"
            elif chapter == number and not is_shown(full, shown):
                yield f"{full} is used in cell {cell.id} before it is shown"
