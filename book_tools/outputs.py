"""Compare outputs as the tests do, and find what no output may hold."""

import copy
import difflib
import re
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode
from nbval.plugin import IPyNbCell, coalesce_streams, nocolors

from book_tools.chapters import ROOT, tags
from book_tools.normalise import ANSI

# What nbval leaves out by default, and stderr: no stored output may hold it.
NOT_COMPARED = (
    *("metadata", "traceback", "prompt_number", "output_type", "name"),
    *("execution_count", "application/vnd.jupyter.widget-view+json"),
    *("image/png", "image/jpeg", "stderr"),
)
ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")
FOLDERS = "builds|content|home|mnt|opt|private|root|srv|tmp|usr|Users|var|workspaces?"
MACHINE_PATH = re.compile(rf"(?<![\w.])(?:/(?:{FOLDERS})/|[A-Z]:\\)[\w.-]+")


class _Comparison:
    """Stands in for a test of nbval, whose own comparison it borrows."""

    colors = nocolors
    compare_outputs = IPyNbCell.compare_outputs

    @staticmethod
    def sanitize(text: object) -> object:
        return text

    def format_output_compare(self, key: str, left: object, right: object) -> None:
        lines = (str(side).splitlines() for side in (left, right))
        diff = difflib.unified_diff(*lines, "first", "second", n=1, lineterm="")
        self.comparison_traceback += [f"{key} differs:", *diff]


def difference(first: list[NotebookNode], second: list[NotebookNode]) -> str:
    """Return how two lists of outputs differ as nbval sees it; empty where equal."""
    comparison = _Comparison()
    reference, test = map(coalesce_streams, copy.deepcopy((first, second)))
    same = comparison.compare_outputs(test, reference, skip_compare=NOT_COMPARED)
    return "" if same else "\n".join(comparison.comparison_traceback)


def refused_outputs(notebook: NotebookNode, root: Path = ROOT) -> Iterator[str]:
    """Yield one line for each thing that a stored output may not hold."""
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            for reason in _refusals(output, cell, root):
                yield f"cell {number} ({cell.id}) {reason}"


def _refusals(output: NotebookNode, cell: NotebookNode, root: Path) -> Iterator[str]:
    if output.output_type == "error" and "raises-exception" not in tags(cell):
        yield f"stores an error that was not announced: {output.ename}"
    if output.output_type == "stream" and output.name == "stderr":
        yield f"stores stderr: {output.text.strip().splitlines()[:1]}"
    text = output_text(output)
    for pattern, kind in ((ADDRESS, "memory address"), (MACHINE_PATH, "machine path")):
        if found := pattern.search(text):
            yield f"stores a {kind}: {found.group()}"
    if str(root) in text and not MACHINE_PATH.search(text):
        yield f"stores a machine path: {root}"


def output_text(output: NotebookNode) -> str:
    """Return all that an output says in letters, without colours."""
    parts = [output.get("text", ""), output.get("evalue", "")]
    parts += output.get("traceback", [])
    data = output.get("data", {})
    parts += [data[kind] for kind in data if kind.startswith("text/")]
    return ANSI.sub("", "\n".join(parts))
