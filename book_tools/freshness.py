"""Tell, without running anything, whether a chapter's outputs fit its code.

Executing a notebook stamps it with hashes of all that its outputs depend on.
Comparing the stamp with the files of today names the part that has changed.
"""

import ast
import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from book_tools.chapters import (
    ROOT,
    code_cells,
    list_notebooks,
    read_notebook,
    serialise,
    tags,
)
from book_tools.normalise import normalise, parse_cell
from book_tools.package import Code, Package, UnknownName

PRINTERS = {"__doc__", "getcomments", "getdoc", "getsource", "getsourcelines", "help"}
IPYTHON = re.compile(r"^\s*[%!]", re.MULTILINE)
SILENT = re.compile(r";\s*(#.*)?$")  # a cell that ends so shows no value
BOTH = "both settings"
ONE = "one setting"


def stamp(notebook: NotebookNode, root: Path = ROOT, runs: str = BOTH) -> dict:
    """Return the stamp that a notebook executed now under such settings deserves.

    Raises `UnknownName` where the notebook, or what it uses, names what the package
    does not have.
    """
    cells = [cell for cell in code_cells(notebook) if "colab" not in tags(cell)]
    trees = [parse_cell(cell.source) for cell in cells]
    whole = ast.Module([node for tree in trees for node in tree.body], [])
    package = Package(root)
    code, tables = Code(package, whole), _tables_read(whole, root)
    return {
        "cells": _hash([_cell_code(cell) for cell in cells]),
        "modules": {
            name: _module_code(package.module(name).text)
            for name in package.used(code.targets())
        },
        "prints": {name: _hash(text) for name, text in sorted(_printed(trees, code))},
        "runs": runs,
        "tables": {path.name: _hash(_content(path)) for path in tables},
        "versions": _hash(locked_versions(root / "requirements" / "run.txt")),
    }


def stale_parts(notebook: NotebookNode, root: Path = ROOT) -> list[str]:
    """Name what has changed since a notebook was executed; nothing means fresh."""
    stored = notebook.metadata.get("book", {}).get("stamp")
    if stored is None:
        return ["it was never executed by `make run`"]
    try:
        current = stamp(notebook, root)
    except UnknownName as error:
        return [str(error)]
    stale = []
    if stored.get("cells") != current["cells"]:
        stale.append("its code cells changed")
    stale += _changed(stored, current, "modules", "the code of {}")
    stale += _changed(stored, current, "prints", "the text of {}, which it prints,")
    stale += _changed(stored, current, "tables", "the table {}")
    if stored.get("versions") != current["versions"]:
        stale.append("the versions in requirements/run.txt changed")
    if stored.get("runs") != BOTH:
        stale.append("it was executed under one arithmetic setting only (ONCE=1)")
    return stale


def _changed(stored: dict, current: dict, part: str, phrase: str) -> Iterator[str]:
    before, now = stored.get(part, {}), current[part]
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) != now.get(name):
            yield f"{phrase.format(name)} changed"


def check(root: Path = ROOT) -> int:
    """Print one line for each fault and return the exit status."""
    faults = [
        f"{path.stem}: {fault}"
        for path in list_notebooks(root)
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


def locked_versions(lock: Path) -> list[str]:
    """Return the `name==version` lines of a lock, markers kept, hashes left out."""
    lines = lock.read_text("utf-8").splitlines()
    return [line.rstrip(" \\") for line in lines if re.match(r"[\w.-]+==", line)]


def _hash(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _cell_code(cell: NotebookNode) -> Any:
    """Return what a cell does, without the layout and comments that change nothing."""
    source = cell.source.rstrip()
    tree = parse_cell(source)
    if "raises-exception" in tags(cell) or not tree.body or IPYTHON.search(source):
        return source
    return [_canonical(tree), SILENT.search(source) is not None]


def _canonical(node: Any) -> Any:
    """Turn a syntax tree into lists, the same in every Python."""
    if isinstance(node, list):
        return [_canonical(item) for item in node]
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = [pair for pair in ast.iter_fields(node) if pair[1] not in (None, [])]
    return [type(node).__name__, [[name, _canonical(value)] for name, value in fields]]


@cache
def _module_code(source: str) -> str:
    """Return a hash of what a module does, without docstrings, comments and layout."""
    tree = ast.parse(source)
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, kinds) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return _hash(_canonical(tree))


def _printed(trees: list[ast.Module], code: Code) -> Iterator[tuple[str, str]]:
    """Yield the full name and the text of whatever of the package some cell prints.

    A cell that asks for a source or a docstring, or calls a function of the chapter
    that does, prints all that it names.
    """
    printers = {*PRINTERS}
    for tree in trees:
        nodes = [*ast.walk(tree)]
        aliases = [n for n in nodes if isinstance(n, ast.alias) and n.name in printers]
        printers |= {alias.asname or alias.name for alias in aliases}
        words = {getattr(n, "id", getattr(n, "attr", None)) for n in nodes}
        if printers & words:
            printers |= {n.name for n in nodes if isinstance(n, ast.FunctionDef)}
            for module, name in code.named(tree):
                for room in code.package.rooms((module, name)):
                    text = code.package.module(room).source(name)
                    yield f"{room}.{name}".rstrip("."), text


def _content(path: Path) -> str:
    """Return what a table says, or the bytes of a file of weights, as a text."""
    whole = path.read_bytes()
    return whole.hex() if path.suffix == ".npz" else whole.decode()


def _tables_read(tree: ast.Module, root: Path) -> list[Path]:
    """Return the tables under experiments/results that some literal names."""
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    literals = {Path(c.value).name for c in constants if isinstance(c.value, str)}
    tables = sorted(root.glob("experiments/results/*.*"))
    return [path for path in tables if path.name in literals]
