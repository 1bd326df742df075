"""The check of an exercise fails on its untouched stub, and on answers of zeros.

Of a chapter only what the check needs runs, and nothing that trains a network.
"""

import ast
import copy
import os
import re
from contextlib import redirect_stdout
from functools import cache
from io import StringIO

import pytest

from book_tools.chapters import code_cells, list_chapters, read_notebook, tags
from book_tools.slices import take_apart, with_needs

SOLUTION = re.compile(r"(?ms)^([ \t]*)### BEGIN SOLUTION\n.*?### END SOLUTION[ \t]*\n?")
NOT_RUN = {"colab", "raises-exception", "test"}
PATHS = {path.stem: path for path in list_chapters()}
# These checks judge an answer by networks that the page trains for a minute or more.
TRAINED = {("08-going-deeper", "wanted"), ("12-decoding", "said")}


def stub(source):
    """Return what a cell holds before anybody has answered."""
    return SOLUTION.sub(lambda found: found[1] and f"{found[1]}pass\n", source)


@cache
def opened(stem, *, answered):
    """Return the statements of a chapter with its solutions, or their stubs."""
    cells = code_cells(copy.deepcopy(read_notebook(PATHS[stem])))
    cells = [cell for cell in cells if NOT_RUN.isdisjoint(tags(cell))]
    for cell in cells:
        cell.source = cell.source if answered else stub(cell.source)
    return take_apart(cells)


def checks():
    """Yield each check: its chapter, its cell, and what the answer to it binds."""
    for stem in PATHS:
        given = {}
        for step in opened(stem, answered=True):
            if "### BEGIN SOLUTION" in step.cell.source:
                is_function = isinstance(step.node, ast.FunctionDef)
                given |= dict.fromkeys(step.binds, is_function)
            elif "check" in tags(step.cell) and given:
                yield stem, step.cell.id, given
                given = {}


CHECKS = {(stem, name): given for stem, name, given in checks()}


def parts(stem, name, *, answered):
    """Return the statements that a check needs, its own, and the names it misses."""
    steps = opened(stem, answered=answered)
    own = [n for n, step in enumerate(steps) if step.cell.id == name]
    needed = sorted(with_needs(steps, own) - {*own})
    read = {word for n in own for word in steps[n].reads & CHECKS[stem, name].keys()}
    missing = read - {word for n in own for word in steps[n].uses}
    return [steps[n].node for n in needed], [steps[n].node for n in own], missing


@pytest.fixture(autouse=True)
def _nothing_left():
    """Leave the process as it was: pages call `setup`, and one sets a float type."""
    import keras
    import matplotlib as mpl
    import numpy as np

    environment, floats = dict(os.environ), keras.config.floatx()
    with np.printoptions(), mpl.rc_context():
        yield
    keras.config.set_floatx(floats)
    os.environ.clear()
    os.environ.update(environment)


def run(nodes, values):
    """Execute some statements quietly."""
    with redirect_stdout(StringIO()):
        for node in nodes:
            exec(compile(ast.Module([node], []), "<page>", "exec"), values)  # noqa: S102


def turns_down(nodes, values):
    """Tell whether a check fails on what the page and an answer have made."""
    try:
        run(nodes, values)
    except Exception:  # noqa: BLE001
        return True
    return False


def param(pairs):
    """Mark with a name, and skip what depends on training."""
    for stem, name in pairs:
        marks = [pytest.mark.skip("judges by a network that the page trains")]
        marks = marks if (stem, name) in TRAINED else []
        yield pytest.param(stem, name, id=f"{stem[:2]} {name}", marks=marks)


@pytest.mark.slow
@pytest.mark.parametrize(("stem", "name"), [*param(CHECKS)])
def test_an_untouched_stub_does_not_pass(stem, name):
    before, check, missing = parts(stem, name, answered=False)
    if missing:
        return  # a NameError stops it; there is no need to run anything
    values = {}
    run(before, values)
    assert turns_down(check, values)


def empty(value):
    """Return nothing in the form of a value: zeros, and words without letters."""
    if isinstance(value, dict):
        return {key: empty(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(empty, value))
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    letters = isinstance(value, str) or kind in {"O", "U"}
    return "" if letters else value * 0


WRONG = {
    "nothing": lambda right: lambda *given, **more: None,
    "zeros": lambda right: lambda *given, **more: empty(right(*given, **more)),
}
CALLED = [place for place, given in CHECKS.items() if any(given.values())]


@pytest.mark.slow
@pytest.mark.parametrize(("stem", "name"), [*param(CALLED)])
def test_an_empty_answer_does_not_pass(stem, name):
    before, check, _ = parts(stem, name, answered=True)
    values = {}
    run(before, values)
    given = CHECKS[stem, name].items()
    right = {word: values[word] for word, called in given if called and word in values}
    assert right
    assert not turns_down(check, {**values}), "the book's own answer"
    for word, answer in right.items():
        for kind, wrong in WRONG.items():
            assert turns_down(check, values | {word: wrong(answer)}), (word, kind)
