"""A page's visible cells need nothing that only a hidden cell does."""

import copy
from collections.abc import Iterator

import pytest
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager

from book_tools.chapters import (
    code_cells,
    find_chapter,
    list_notebooks,
    read_notebook,
    tags,
)
from book_tools.outputs import difference
from book_tools.run import CELL_SECONDS, REFERENCE, environment
from book_tools.slices import names

HIDDEN = {"remove-cell", "test"}
QUICK = ["01", "04", "05"]  # the chapters that the slow test runs


def borrowed(cells: list[NotebookNode]) -> Iterator[str]:
    """Yield one line for each name that a visible cell has from a hidden one.

    Either only hidden cells give it, or one has given it another value since visible
    code did.
    """
    found = [(c, bool(HIDDEN & {*tags(c)}), *names(c.source)) for c in cells]
    ever = {name for _, hidden, _, own in found if not hidden for name in own}
    never = {name for _, hidden, _, own in found if hidden for name in own - ever}
    last: dict[str, str] = {}  # names that a hidden cell bound last, and that cell
    for cell, hidden, read, own in found:
        if hidden:
            last |= dict.fromkeys(own, cell.id)
            continue
        for name in sorted((read - own) & (never | last.keys())):
            yield f"{cell.id} uses {name} of {last.get(name, 'a hidden cell')}"
        last = {name: where for name, where in last.items() if name not in own}


@pytest.mark.parametrize("chapter", list_notebooks(), ids=lambda path: path.stem)
def test_no_visible_cell_uses_a_name_of_a_hidden_one(chapter):
    faults = list(borrowed(code_cells(read_notebook(chapter))))
    assert not faults, f"{chapter.name}:\n  " + "\n  ".join(faults)


FAULTS = {
    "imported": (["(import math)", "math.pi"], "math"),
    "imported-later": (["math.pi", "(import math)"], "math"),
    "defined": (["(def f():\n    return 1)", "[f() for _ in 'ab']"], "f"),
    "read-in-a-function": (["(k = 1)", "def f():\n    return k"], "k"),
    "shown-too-late": (["(import math)", "math.pi", "import math"], "math"),
    "changed": (["x = 1", "(x = 2)", "print(x)"], "x"),
    "counted-on": (["n = 1", "(for n in range(3):\n    pass)", "n + 1"], "n"),
}
NO_FAULTS = {
    "shown": ["import math", "(math.pi)", "math.pi"],
    "shown-again": ["(import math)", "import math\n\nmath.pi", "math.pi"],
    "changed-and-bound-again": ["x = 1", "(x = 2)", "x = 3", "x"],
    "of-their-own": ["(k = 1)", "def f(k):\n    return k", "[k for k in 'ab']"],
    "built-in": ["(print(1))", "print(2)"],
    "of-ipython": ["(x = 1)", "%matplotlib inline"],
}


def cells_of(sources):
    """Return code cells; those whose source stands in brackets are hidden."""
    for number, source in enumerate(sources):
        meta = {"tags": ["remove-cell", "test"] if source[0] == "(" else []}
        text = source[1:-1] if source[0] == "(" else source
        yield new_code_cell(text, id=f"cell-{number}", metadata=meta)


@pytest.mark.parametrize(("sources", "name"), FAULTS.values(), ids=FAULTS)
def test_a_borrowed_name_is_found(sources, name):
    [fault] = borrowed([*cells_of(sources)])
    assert f" uses {name} of " in fault


@pytest.mark.parametrize("sources", NO_FAULTS.values(), ids=NO_FAULTS)
def test_what_is_not_borrowed_is_let_through(sources):
    assert [*borrowed([*cells_of(sources)])] == []


def execute(notebook: NotebookNode, folder: str, **how: object) -> NotebookNode:
    """Return a notebook with the outputs that its cells give now."""
    kernel = {"kernel_name": CURRENT_ENV_KERNEL_NAME}
    kernel["kernel_spec_manager"] = NbvalKernelspecManager()
    place = {
        "timeout": CELL_SECONDS,
        "resources": {"metadata": {"path": folder}},
        **how,
    }
    client = NotebookClient(
        copy.deepcopy(notebook), km=AsyncKernelManager(**kernel), **place
    )
    client.owns_km = True  # so that it ends the kernel and closes what leads to it
    return client.execute(env=environment(REFERENCE))


def run_visible(notebook: NotebookNode, folder: str) -> Iterator[str]:
    """Run the visible cells alone; yield one line for each with other outputs."""
    shown = copy.deepcopy(notebook)
    shown.cells = [c for c in code_cells(shown) if "remove-cell" not in tags(c)]
    again = execute(shown, folder)
    for stored, now in zip(shown.cells, again.cells, strict=True):
        compared = "nbval-ignore-output" not in tags(stored)
        if compared and (found := difference(stored.outputs, now.outputs)):
            yield f"{stored.id}: {found}"


@pytest.mark.slow
@pytest.mark.parametrize("number", QUICK)
def test_the_visible_cells_alone_give_what_the_page_shows(number):
    path = find_chapter(number)
    faults = [*run_visible(read_notebook(path), str(path.parent))]
    assert not faults, f"{path.name}:\n" + "\n".join(faults)


@pytest.mark.slow
def test_a_page_that_leans_on_a_hidden_draw_is_found(tmp_path):
    """As chapter 01 once did: a hidden cell moved on the generator of a visible one."""
    sources = ["import random\n\nrandom.seed(1)", "(random.random())"]
    cells = [*cells_of([*sources, "round(random.random(), 3)"])]
    drawn = execute(new_notebook(cells=cells), str(tmp_path))
    [fault] = run_visible(drawn, str(tmp_path))
    assert fault.startswith("cell-2: ")
