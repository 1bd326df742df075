"""A name of the package that a chapter uses too early is found, however it is named."""

import pytest
from introductions import early_uses
from nbformat.v4 import new_code_cell

from book_tools.package import Package

INTRODUCED = {
    "lstm_utils.reference.lstm_params": "01",
    "lstm_utils.tasks.sequences.echo": "04",
    "lstm_utils.tasks.sequences.latch": "04",
    "lstm_utils.models.make_stack": "05",
}
ROOMS = {
    "__init__.py": '_HOMES = {"echo": "tasks", "make_stack": "models"}',
    "reference.py": "def lstm_params(): ...",
    "models.py": "def make_stack(): ...",
    "tasks/__init__.py": "from lstm_utils.tasks.sequences import echo, latch",
    "tasks/sequences.py": "def echo(): ...\ndef latch(): ...",
}
SHOWN = "def echo(x):\n    return x"
USE = "from lstm_utils.tasks import echo"


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Return a function that gives the early uses in a fourth chapter's cells."""
    root = tmp_path_factory.mktemp("book")
    (root / "lstm_utils" / "tasks").mkdir(parents=True)
    for name, text in ROOMS.items():
        (root / "lstm_utils" / name).write_text(text)
    package = Package(root)

    def uses(*cells):
        cells = [
            new_code_cell(cell, id=f"cell-{number}") if isinstance(cell, str) else cell
            for number, cell in enumerate(cells, start=1)
        ]
        return list(early_uses("04", cells, INTRODUCED, package))

    return uses


@pytest.mark.parametrize(
    "cells",
    [
        ["from lstm_utils.tasks import echo"],
        ["from lstm_utils.tasks import echo as other"],
        ["from lstm_utils import tasks\n\ntasks.echo(3)"],
        ["from lstm_utils import tasks as toys\n\ntoys.echo(3)"],
        ["import lstm_utils.tasks\n\nlstm_utils.tasks.echo(3)"],
        ["import lstm_utils.tasks as toys\n\nf = toys.echo"],
        ["from lstm_utils.tasks.sequences import echo"],
        ["from lstm_utils.tasks import sequences\n\nsequences.echo(3)"],
        ["from lstm_utils import echo"],
    ],
)
def test_a_name_that_the_chapter_never_shows_is_found(found, cells):
    assert found(*cells) == [
        "lstm_utils.tasks.sequences.echo is used in cell cell-1 before it is shown"
    ]


def test_a_module_imported_in_an_earlier_cell_is_followed(found):
    assert len(found("from lstm_utils import tasks", "tasks.echo(3)")) == 1


def test_the_order_of_the_cells_counts(found):
    assert found(SHOWN, USE) == []
    assert len(found(USE, SHOWN)) == 1


def test_a_hidden_cell_shows_nothing(found):
    hidden = new_code_cell(SHOWN, metadata={"tags": ["remove-cell", "test"]})
    assert len(found(hidden, USE)) == 1


@pytest.mark.parametrize("what", ["sequences", "tasks.sequences.echo", "tasks.echo"])
@pytest.mark.parametrize("how", ["getsource({})", "getsourcelines({})[0][-8:]"])
def test_printing_the_source_shows_it(found, what, how):
    first = "from lstm_utils import tasks\nfrom lstm_utils.tasks import sequences"
    source = f"print(inspect.{how.format(what)})"
    assert found(f"{first}\n\n{source}", "tasks.echo(3)") == []


@pytest.mark.parametrize("what", ["tasks.latch", "tasks"])
def test_printing_the_source_of_one_thing_does_not_show_another(found, what):
    cells = (f"from lstm_utils import tasks\nprint(inspect.getsource({what}))", USE)
    assert len(found(*cells)) == 1


def test_a_name_of_a_later_chapter_is_found_even_where_shown(found):
    cells = ("def make_stack():\n    pass", "from lstm_utils.models import make_stack")
    assert found(*cells) == [
        "lstm_utils.models.make_stack, of chapter 05, is used in cell cell-2"
    ]


def test_a_name_of_an_earlier_chapter_is_no_fault(found):
    assert (
        found("from lstm_utils import reference\n\nreference.lstm_params(1, 2)") == []
    )


def test_another_thing_of_the_same_name_is_no_fault(found):
    assert found("class tasks:\n    latch = 1", "tasks.echo = 3", "echo = 4") == []
