"""Bring a notebook into the one form that is committed.

Readable cell ids, execution counts 1…n, merged streams, and no metadata that
depends on the machine, the editor or the moment.
"""

import ast
import copy
import re
import subprocess
import sys
from itertools import chain, count
from pathlib import Path

import nbformat
import yaml
from nbconvert.preprocessors import CoalesceStreamsPreprocessor
from nbformat import NotebookNode

from book_tools.chapters import ROOT, code_cells, parse_notebook, tags
from book_tools.course.exercises import mark_for_grading

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python"}
LANGUAGE = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
NOTEBOOK_METADATA = {
    "kernelspec": KERNEL | {"name": "python3"},
    "language_info": LANGUAGE | {"pygments_lexer": "ipython3"},
}
FOREIGN_DATA = ("application/vnd.google", "application/vnd.jupyter.widget")
KEPT = ("mystnb", "nbgrader", "tags")  # of a cell's metadata
READABLE_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){0,3}(-[0-9a-f]{12})?")
ANSI = re.compile(r"\x1b\[[0-9;]*m")
HEADING = re.compile(r"^#+\s+(.+)$", re.MULTILINE)


def normalise(notebook: NotebookNode, root: Path = ROOT) -> NotebookNode:
    """Return a copy of a notebook in its committed form; twice gives the same."""
    result = copy.deepcopy(notebook)
    result.nbformat, result.nbformat_minor = 4, 5
    kept = {"book": result.metadata["book"]} if "book" in result.metadata else {}
    result.metadata = nbformat.from_dict(kept | NOTEBOOK_METADATA)
    result.cells = [cell for cell in result.cells if cell.source.strip()]
    for cell in result.cells:
        cell.source = cell.source.rstrip()
        cell.metadata = _cell_metadata(cell.metadata)
    _write_colab_cell(result.cells, root)
    _write_ids(result.cells)
    mark_for_grading(result.cells)
    _write_counts(code_cells(result))
    for cell in code_cells(result):
        cell.outputs = [_output(output) for output in cell.outputs]
        CoalesceStreamsPreprocessor().preprocess_cell(cell, {}, 0)
    return result


def read_in_form(path: Path, root: Path = ROOT) -> NotebookNode:
    """Read a chapter, its code formatted and the rest in the committed form.

    Code that cannot be parsed keeps its layout; running it tells what is wrong.
    """
    name = ["--stdin-filename", str(path), "-"]
    command = [sys.executable, "-m", "ruff", "format", "--quiet", *name]
    content = path.read_bytes()
    done = subprocess.run(command, input=content, capture_output=True, check=False)
    content = done.stdout if done.returncode == 0 else content
    return normalise(parse_notebook(content, path.name), root)


def _cell_metadata(metadata: NotebookNode) -> NotebookNode:
    """Keep what pages and tests need; fold what gives answers away or is a test."""
    kept = {key: metadata[key] for key in KEPT if metadata.get(key)}
    own = {*kept.get("tags", [])}
    if "check" in own:
        kept["tags"] = sorted(own | {"hide-input"})
    if own & {"check", "test"} or metadata.get("jupyter", {}).get("source_hidden"):
        kept["jupyter"] = {"source_hidden": True}
    return nbformat.from_dict(kept)


def _write_colab_cell(cells: list[NotebookNode], root: Path) -> None:
    code = [cell for cell in cells if cell.cell_type == "code"]
    colab = next((cell for cell in code if "colab" in tags(cell)), None)
    if colab is None:
        colab = nbformat.v4.new_code_cell()
        cells.insert(cells.index(code[0]) if code else len(cells), colab)
    colab.source, colab.id = colab_source(root), "colab"
    folded = {"tags": ["remove-cell", "colab"], "jupyter": {"source_hidden": True}}
    colab.metadata = nbformat.from_dict(folded)


def colab_source(root: Path = ROOT) -> str:
    """Return the cell that installs the package where a chapter runs on Colab."""
    config = (root / "_config.yml").read_text("utf-8")
    repository = yaml.safe_load(config)["repository"]
    address = f"git+{repository['url']}@{repository['branch']}"
    return (
        "# Installs the book's package on Colab; does nothing elsewhere.\n"
        "import sys\n\n"
        'if "google.colab" in sys.modules:\n'
        f'    %pip install --quiet "lstm-utils[plots,sweeps,data] @ {address}"'
    )


def _write_ids(cells: list[NotebookNode]) -> None:
    """Name each cell that has no readable id of its own after the heading above it."""
    used: set[str] = set()
    for cell in cells:
        own = is_readable(cell.get("id", "")) and cell.id not in used
        cell.id = cell.id if own else ""
        used.add(cell.id)
    stem = "cell"
    for cell in cells:
        if cell.cell_type == "markdown" and (heading := HEADING.search(cell.source)):
            stem = _slug(heading[1])
        names = chain([stem], (f"{stem}-{number}" for number in count(2)))
        cell.id = cell.id or next(name for name in names if name not in used)
        used.add(cell.id)


def is_readable(identifier: str) -> bool:
    """Tell whether a cell id was written for people, not drawn at random."""
    drawn = len(identifier) > 64 or RANDOM_ID.fullmatch(identifier)
    return not drawn and READABLE_ID.fullmatch(identifier) is not None


def _slug(text: str) -> str:
    slug = "-".join(re.findall(r"[a-z0-9]+", text.lower()))[:40].rstrip("-")
    return slug if slug[:1].isalpha() else f"cell-{slug}".rstrip("-")


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
    if output.output_type == "error":  # frames in library files hold their paths
        frames = ((part, ANSI.sub("", part)) for part in output.traceback)
        output.traceback = [part for part, text in frames if text[:5] != "File "]
    if "data" in output:
        for kind in [key for key in output.data if key.startswith(FOREIGN_DATA)]:
            del output.data[kind]
        shown = {kind: output.metadata.get(kind) or {} for kind in output.data}
        sizes = {
            kind: {key: details[key] for key in ("height", "width") if key in details}
            for kind, details in shown.items()
        }
        output.metadata = nbformat.from_dict({k: s for k, s in sizes.items() if s})
    return output
