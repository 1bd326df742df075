"""Tell, without running anything, whether a chapter's outputs fit its code.

Executing a notebook stamps it with hashes of all that its outputs depend on.
Comparing the stamp with the files of today names the part that has changed.
"""

import ast
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from book_tools.chapters import ROOT, code_cells, tags
from book_tools.normalise import parse_cell

PACKAGE = "lstm_utils"
IPYTHON = re.compile(r"^\s*[%!]", re.MULTILINE)
SILENT = re.compile(r";\s*(#.*)?$")  # a cell that ends so shows no value
BOTH = "both settings"
ONE = "one setting"


def stamp(notebook: NotebookNode, root: Path = ROOT, runs: str = BOTH) -> dict:
    """Return the stamp that a notebook executed now deserves.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook whose outputs are stamped.
    root : Path
        The folder of the book.
    runs : str
        Under how many arithmetic settings the outputs were the same.
    """
    cells = [cell for cell in code_cells(notebook) if "colab" not in tags(cell)]
    trees = [parse_cell(cell.source) for cell in cells]
    return {
        "cells": _hash([_cell_code(cell) for cell in cells]),
        "modules": {
            name: _hash(_canonical(_without_docstrings(path.read_text("utf-8"))))
            for name, path in sorted(_used_modules(trees, root).items())
        },
        "runs": runs,
        "tables": {
            path.name: _hash(path.read_text("utf-8"))
            for path in _tables_read(trees, root)
        },
        "versions": _hash(locked_versions(root / "requirements" / "run.txt")),
    }


def stale_parts(notebook: NotebookNode, root: Path = ROOT) -> list[str]:
    """Name what has changed since a notebook was executed; nothing means fresh."""
    stored = notebook.metadata.get("book", {}).get("stamp")
    if stored is None:
        return ["it was never executed by `make run`"]
    current = stamp(notebook, root)
    stale = []
    if stored.get("cells") != current["cells"]:
        stale.append("its code cells changed")
    stale += _changed(stored, current, "modules", f"the code of {PACKAGE}.{{}}")
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
    parts = [
        [name, _canonical(value)]
        for name, value in ast.iter_fields(node)
        if value is not None and value != []
    ]
    return [type(node).__name__, parts]


def _without_docstrings(source: str) -> ast.Module:
    tree = ast.parse(source)
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, kinds) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return tree


def _used_modules(trees: list[ast.Module], root: Path) -> dict[str, Path]:
    """Return the modules of the package that some code uses, directly or not."""
    package = root / PACKAGE
    used: dict[str, Path] = {}
    waiting = [name for tree in trees for name in _imported(tree, package)]
    while waiting:
        name = waiting.pop()
        path = package / f"{name}.py"
        if name in used or not path.is_file():
            continue
        used[name] = path
        waiting += _imported(ast.parse(path.read_text("utf-8")), package)
    return used


def _imported(tree: ast.AST, package: Path) -> Iterator[str]:
    """Yield the names of the package's modules that a syntax tree mentions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _from_dotted(alias.name)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if module == PACKAGE or (node.level and not module):
                for alias in node.names:
                    yield _home_of(alias.name, package)
            elif node.level:
                yield module.split(".")[0]
            else:
                yield from _from_dotted(module)
        elif isinstance(node, ast.Attribute) and _names_package(node.value):
            yield _home_of(node.attr, package)


def _names_package(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == PACKAGE


def _from_dotted(name: str) -> Iterator[str]:
    first, _, rest = name.partition(".")
    if first == PACKAGE and rest:
        yield rest.split(".")[0]


def _home_of(name: str, package: Path) -> str:
    """Return the module that a name of the package stands for or comes from."""
    if (package / f"{name}.py").is_file():
        return name
    front = ast.parse((package / "__init__.py").read_text("utf-8"))
    for node in ast.walk(front):
        if not isinstance(node, ast.ImportFrom) or not node.module:
            continue
        if any(name in (alias.asname, alias.name) for alias in node.names):
            return node.module.removeprefix(f"{PACKAGE}.")
    return "__init__"


def _tables_read(trees: list[ast.Module], root: Path) -> list[Path]:
    """Return the tables under experiments/results that some literal names."""
    tables = {path.name: path for path in root.glob("experiments/results/*.*")}
    literals = {
        Path(node.value).name
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return [tables[name] for name in sorted(tables.keys() & literals)]
