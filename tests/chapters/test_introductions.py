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
TASKS = "from lstm_utils import tasks\nfrom lstm_utils.tasks import sequences\n"
MODELS = "from lstm_utils.models import"
REFERENCE = "from lstm_utils import reference\n\nreference"
HIDDEN = new_code_cell(SHOWN, metadata={"tags": ["remove-cell", "test"]})
PRINTS = "print(inspect.getsource({}))"
EARLY = "lstm_utils.tasks.sequences.echo is used in cell cell-{} before it is shown"
FIRST, SECOND = EARLY.format(1), EARLY.format(2)
LATER = "lstm_utils.models.make_stack, of chapter 05, is used in cell cell-2"
NEVER_SHOWN = [
    USE,
    "from lstm_utils.tasks import echo as other",
    "from lstm_utils import tasks\n\ntasks.echo(3)",
    "from lstm_utils import tasks as toys\n\ntoys.echo(3)",
    "import lstm_utils.tasks\n\nlstm_utils.tasks.echo(3)",
    "import lstm_utils.tasks as toys\n\nf = toys.echo",
    "from lstm_utils.tasks.sequences import echo",
    "from lstm_utils.tasks import sequences\n\nsequences.echo(3)",
    "from lstm_utils import echo",
]
CASES = {
    "imported-in-an-earlier-cell": ([TASKS, "tasks.echo(3)"], [SECOND]),
    "shown-after": ([USE, SHOWN], [FIRST]),
    "shown-before": ([SHOWN, USE], []),
    "shown-in-a-hidden-cell": ([HIDDEN, USE], [SECOND]),
    "another-printed": ([TASKS + PRINTS.format("tasks.latch"), USE], [SECOND]),
    "the-door-printed": ([TASKS + PRINTS.format("tasks"), USE], [SECOND]),
    "a-later-chapter": (["def make_stack(): ...", f"{MODELS} make_stack"], [LATER]),
    "an-earlier-chapter": ([REFERENCE + ".lstm_params(1, 2)"], []),
    "another-of-the-same-name": (
        ["class tasks:\n    latch = 1", "tasks.echo = echo = 3"],
        [],
    ),
}


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    root = tmp_path_factory.mktemp("book")
    (root / "lstm_utils" / "tasks").mkdir(parents=True)
    for name, text in ROOMS.items():
        (root / "lstm_utils" / name).write_text(text)
    return Package(root)


def found(package, cells):
    """Return the early uses in a fourth chapter's cells."""
    cells = [new_code_cell(c) if isinstance(c, str) else c.copy() for c in cells]
    for number, cell in enumerate(cells, start=1):
        cell.id = f"cell-{number}"
    return list(early_uses("04", cells, INTRODUCED, package))


@pytest.mark.parametrize("cell", NEVER_SHOWN)
def test_a_name_that_the_chapter_never_shows_is_found(package, cell):
    assert found(package, [cell]) == [FIRST]


@pytest.mark.parametrize(("cells", "expected"), CASES.values(), ids=CASES)
def test_what_comes_before_a_use_counts(package, cells, expected):
    assert found(package, cells) == expected


@pytest.mark.parametrize(
    "printer", ["getsource({})", "inspect.getsourcelines({})[0][-8:]"]
)
@pytest.mark.parametrize("what", ["sequences", "tasks.sequences.echo", "tasks.echo"])
def test_printing_the_source_shows_it(package, what, printer):
    assert not found(
        package, [f"{TASKS}print({printer.format(what)})", "tasks.echo(3)"]
    )
