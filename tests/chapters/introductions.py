"""Follow a chapter cell by cell: what it shows of the package, and what it uses."""

import ast
import re

from book_tools.chapters import tags
from book_tools.normalise import parse_cell
from book_tools.package import Code

PRINTS = re.compile(r"\bgetsource(lines)?$")


def read_code(cells, package):
    """Return the code of all cells, to look up what names in it mean."""
    trees = [parse_cell(cell.source) for cell in cells]
    return Code(package, ast.Module([node for tree in trees for node in tree.body], []))


def shown_names(cells, code):
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
            if isinstance(node, ast.Call) and PRINTS.search(ast.unparse(node.func)):
                shown |= {".".join(filter(None, t)) for t in code.named(node.args[0])}
    return shown


def is_shown(full, shown):
    """Tell whether a name, or the room that defines it, is among what was shown."""
    room, _, name = full.rpartition(".")
    return not shown.isdisjoint((full, room, name))


def early_uses(number, cells, introduced, package):
    """Yield one line for each name that a chapter uses before its reader has seen it.

    `introduced` tells for each full name, such as ``lstm_utils.tasks.sequences.echo``,
    the chapter that introduces it; a door and its room give the same thing.
    """
    code, shown = read_code(cells, package), set()
    for cell in cells:
        shown |= shown_names([cell], code)
        used = {*read_code([cell], package).targets()}
        used |= {*code.named(parse_cell(cell.source))}
        for full in sorted({".".join(target) for target in used} & introduced.keys()):
            chapter = introduced[full]
            if chapter > number:
                yield f"{full}, of chapter {chapter}, is used in cell {cell.id}"
            elif chapter == number and not is_shown(full, shown):
                yield f"{full} is used in cell {cell.id} before it is shown"
