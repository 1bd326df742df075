"""Bring a notebook into the one form that is committed.

Readable cell ids, execution counts 1…n, merged streams, and no metadata that
depends on the machine, the editor or the moment.
"""

import ast
import copy
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode

from book_tools.chapters import ROOT, code_cells, parse_notebook, tags

CELL_METADATA = ("jupyter", "mystnb", "tags")
NOTEBOOK_METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}
FOREIGN_DATA = ("application/vnd.google", "application/vnd.jupyter.widget")
READABLE_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){0,3}(-[0-9a-f]{12})?")
ANSI = re.compile(r"\x1b\[[0-9;]*m")
DIRECTIVE = re.compile(r"^[:`]{3,}\{([\w-]+)\}\s*(.*)$", re.MULTILINE)
LABEL = re.compile(r"^:label:\s*(\S+)", re.MULTILINE)
HEADING = re.compile(r"^#+\s+(.+)$", re.MULTILINE)


def normalise(notebook: NotebookNode, root: Path = ROOT) -> NotebookNode:
    """Return a copy of a notebook in its committed form; twice gives the same.

    Parameters
    ----------
    notebook : NotebookNode
        A notebook of format 4.
    root : Path
        The folder of the book, where `_config.yml` gives the repository's address.
    """
    result = copy.deepcopy(notebook)
    result.nbformat, result.nbformat_minor = 4, 5
    result.metadata = _notebook_metadata(result.metadata)
    result.cells = [cell for cell in result.cells if cell.source.strip()]
    for cell in result.cells:
        cell.source = cell.source.rstrip()
        cell.metadata = _cell_metadata(cell.metadata)
    _write_colab_cell(result.cells, root)
    _write_ids(result.cells)
    _write_counts(code_cells(result))
    for cell in code_cells(result):
        cell.outputs = _merge_streams([_output(output) for output in cell.outputs])
    return result


def read_in_form(path: Path, root: Path = ROOT) -> NotebookNode:
    """Read a chapter, its code formatted and the rest in the committed form.

    Code that cannot be parsed keeps its layout; running it tells what is wrong.
    """
    name = ["--stdin-filename", str(path), "-"]
    command = [sys.executable, "-m", "ruff", "format", "--quiet", *name]
    text = path.read_bytes()
    done = subprocess.run(command, input=text, capture_output=True, check=False)
    text = done.stdout if done.returncode == 0 else text
    return normalise(parse_notebook(text.decode("utf-8"), path.name), root)


def _notebook_metadata(metadata: NotebookNode) -> NotebookNode:
    kept = {"book": metadata["book"]} if "book" in metadata else {}
    return nbformat.from_dict(kept | NOTEBOOK_METADATA)


def _cell_metadata(metadata: NotebookNode) -> NotebookNode:
    kept = {key: metadata[key] for key in CELL_METADATA if metadata.get(key)}
    if "jupyter" in kept:
        hidden = kept.pop("jupyter").get("source_hidden", False)
        kept |= {"jupyter": {"source_hidden": True}} if hidden else {}
    return nbformat.from_dict(kept)


def _write_colab_cell(cells: list[NotebookNode], root: Path) -> None:
    source = colab_source(root)
    code = [cell for cell in cells if cell.cell_type == "code"]
    colab = next((cell for cell in code if "colab" in tags(cell)), None)
    if colab is None:
        colab = nbformat.v4.new_code_cell(source)
        first = cells.index(code[0]) if code else len(cells)
        cells.insert(first, colab)
    colab.source = source
    colab.id = "colab"
    folded = {"tags": ["remove-cell", "colab"], "jupyter": {"source_hidden": True}}
    colab.metadata = nbformat.from_dict(folded)


def colab_source(root: Path = ROOT) -> str:
    """Return the cell that installs the package where a chapter runs on Colab."""
    config = yaml.safe_load((root / "_config.yml").read_text("utf-8"))
    repository = config["repository"]
    address = f"git+{repository['url']}@{repository['branch']}"
    return (
        "# Installs the book's package on Colab; does nothing elsewhere.\n"
        "import sys\n\n"
        'if "google.colab" in sys.modules:\n'
        f'    %pip install --quiet "lstm-utils[plots,sweeps,data] @ {address}"'
    )


def _write_ids(cells: list[NotebookNode]) -> None:
    used: set[str] = set()
    unnamed = []
    for cell in cells:
        if is_readable(cell.get("id", "")) and cell.id not in used:
            used.add(cell.id)
        else:
            unnamed.append(cell)
    for cell in unnamed:
        stem, number = name_for(cell), 1
        cell.id = stem
        while cell.id in used:
            number += 1
            cell.id = f"{stem}-{number}"
        used.add(cell.id)


def is_readable(identifier: str) -> bool:
    """Tell whether a cell id was written for people, not drawn at random."""
    if len(identifier) > 64 or RANDOM_ID.fullmatch(identifier):
        return False
    return READABLE_ID.fullmatch(identifier) is not None


def name_for(cell: NotebookNode) -> str:
    """Return a readable id for a cell, from what the cell says or does."""
    text = _code_name(cell.source) if cell.cell_type == "code" else _text_name(cell)
    words = re.findall(r"[a-z0-9]+", text.lower())
    slug = "-".join(words)[:40].rstrip("-")
    return slug if slug[:1].isalpha() else f"cell-{slug}".rstrip("-")


def _text_name(cell: NotebookNode) -> str:
    directive = DIRECTIVE.search(cell.source)
    if directive:
        kind, argument = directive.groups()
        label = LABEL.search(cell.source)
        return f"{kind} {label.group(1) if label else argument}"
    heading = HEADING.search(cell.source)
    return heading.group(1) if heading else " ".join(cell.source.split()[:5])


def _code_name(source: str) -> str:
    tree = parse_cell(source)
    named = [name for node in tree.body if (name := _statement_name(node))]
    others = [name for name in named if not name.startswith("import ")]
    return (others or named or ["cell"])[0]


def _statement_name(node: ast.stmt) -> str:
    match node:
        case ast.FunctionDef() | ast.ClassDef():
            return node.name
        case ast.Import() | ast.ImportFrom():
            return f"import {getattr(node, 'module', None) or node.names[0].name}"
        case ast.Assign():
            return _expression_name(node.targets[0])
        case ast.AnnAssign() | ast.AugAssign():
            return _expression_name(node.target)
        case ast.Expr():
            return _expression_name(node.value)
        case ast.Assert():
            return "check"
        case ast.For() | ast.While() | ast.With() | ast.If() | ast.Try():
            return next(filter(None, map(_statement_name, node.body)), "")
    return ""


def _expression_name(node: ast.expr) -> str:
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            return f"{_expression_name(node.value)} {node.attr}"
        case ast.Call():
            return _expression_name(node.func)
        case ast.Subscript() | ast.Starred():
            return _expression_name(node.value)
        case ast.Tuple() | ast.List() if node.elts:
            return _expression_name(node.elts[0])
    return ""


def parse_cell(source: str) -> ast.Module:
    """Parse a code cell; lines for IPython alone (`%…`, `!…`) count as `pass`.

    A cell that is not Python gives an empty module.
    """
    python = re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.MULTILINE)
    try:
        return ast.parse(python)
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def _write_counts(cells: list[NotebookNode]) -> None:
    ran = any(cell.execution_count or cell.outputs for cell in cells)
    for number, cell in enumerate(cells, start=1):
        cell.execution_count = number if ran else None
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number


def _output(output: NotebookNode) -> NotebookNode:
    if output.output_type == "error":
        output.traceback = _own_frames(output.traceback)
    if "data" in output:
        for kind in [key for key in output.data if key.startswith(FOREIGN_DATA)]:
            del output.data[kind]
    if "metadata" in output:
        output.metadata = nbformat.from_dict(
            {kind: size for kind in output.metadata if (size := _size(output, kind))}
        )
    return output


def _size(output: NotebookNode, kind: str) -> dict[str, int]:
    details = output.metadata[kind]
    if kind not in output.data or not isinstance(details, dict):
        return {}
    return {key: details[key] for key in ("height", "width") if key in details}


def _own_frames(traceback: list[str]) -> list[str]:
    """Leave out the frames in library files: they hold paths of one machine."""
    return [part for part in traceback if not ANSI.sub("", part).startswith("File ")]


def _merge_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    merged: list[NotebookNode] = []
    for output in outputs:
        last = merged[-1] if merged else None
        if (
            last is not None
            and output.output_type == last.output_type == "stream"
            and output.name == last.name
        ):
            last.text += output.text
        else:
            merged.append(output)
    return merged
