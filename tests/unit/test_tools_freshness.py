"""A stamp notices what changes outputs, and nothing else."""

import json

import nbformat
import pytest

from book_tools.chapters import ROOT, read_notebook, serialise
from book_tools.check import chapter_faults, check
from book_tools.freshness import ONE, locked_versions, stale_parts, stamp
from book_tools.normalise import normalise


@pytest.fixture
def stamped(small_book, write_chapter):
    """Return a function that writes a stamped chapter and gives its path."""

    def write(*sources, **options):
        path = write_chapter(*sources)
        notebook = normalise(read_notebook(path), small_book)
        notebook.metadata["book"] = {"stamp": stamp(notebook, small_book, **options)}
        path.write_text(serialise(notebook))
        return path

    return write


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def stale(path):
    return stale_parts(read_notebook(path), path.parent.parent)


def test_a_chapter_just_executed_is_fresh(stamped):
    path = stamped("import lstm_utils.tasks", "x = 1")
    assert stale(path) == []
    assert chapter_faults(path, path.parent.parent) == []


def test_a_chapter_without_stamp_is_stale(write_chapter):
    assert stale(write_chapter("x = 1")) == ["it was never executed by `make run`"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1", "x = 2"),
        ("x", "x;"),
        ("'one'", "'two'"),
        ("f(1)", "f(1.0)"),
        ("%time f()", "%time g()"),
        ("def f():\n    'A.'", "def f():\n    'B.'"),
    ],
)
def test_changed_code_is_noticed(stamped, before, after):
    path = stamped("first = 1", before)
    notebook = read_notebook(path)
    notebook.cells[-1].source = after
    path.write_text(serialise(notebook))
    assert stale(path) == ["its code cells changed"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = [1, 2]", "x = [\n    1,\n    2,\n]"),
        ("x = 1", "x = 1  # one"),
        ("x;", "x;  # silent"),
        ("print('a')", 'print("a")'),
    ],
)
def test_layout_and_comments_leave_a_chapter_fresh(stamped, before, after):
    path = stamped(before)
    notebook = read_notebook(path)
    notebook.cells[-1].source = after
    path.write_text(serialise(notebook))
    assert stale(path) == []


def test_the_layout_that_a_traceback_shows_counts(stamped):
    path = stamped("1 / 0")
    notebook = read_notebook(path)
    notebook.cells[-1].metadata["tags"] = ["raises-exception"]
    notebook.metadata["book"] = {"stamp": stamp(notebook, path.parent.parent)}
    notebook.cells[-1].source = "1 / 0  # on purpose"
    assert stale_parts(notebook, path.parent.parent) == ["its code cells changed"]


def test_changed_prose_and_address_leave_a_chapter_fresh(stamped, small_book):
    path = stamped("x = 1")
    edit(path, "How small?", "How very small?")
    edit(small_book / "_config.yml", "example.org", "example.net")
    assert stale(path) == []
    assert len(chapter_faults(path, small_book)) == 1  # the Colab cell, not normalised


@pytest.mark.parametrize(
    "source",
    [
        "from lstm_utils.tasks import DEPTH",
        "from lstm_utils import tasks",
        "import lstm_utils.tasks as t",
        "import lstm_utils\n\nlstm_utils.tasks.DEPTH",
        "%matplotlib inline\nfrom lstm_utils import tasks",
    ],
)
def test_a_module_used_indirectly_counts(stamped, small_book, source):
    path = stamped(source)
    edit(small_book / "lstm_utils" / "windows.py", "series[1:]", "series[2:]")
    edit(small_book / "lstm_utils" / "models.py", "UNITS = 3", "UNITS = 4")
    assert stale(path) == ["the code of lstm_utils.windows changed"]


def test_a_name_of_the_package_leads_to_its_module(stamped, small_book):
    path = stamped("from lstm_utils import setup")
    edit(small_book / "lstm_utils" / "notebook.py", "return seed", "return seed + 1")
    assert stale(path) == ["the code of lstm_utils.notebook changed"]


def test_comments_docstrings_and_layout_leave_a_chapter_fresh(stamped, small_book):
    path = stamped("import lstm_utils.windows")
    module = small_book / "lstm_utils" / "windows.py"
    edit(module, "  # all but the first", "")
    edit(module, '"""Cut."""', '"""Cut off the first."""\n')
    edit(module, '"""Windows."""', "# No docstring")
    edit(module, "series[1:]", "(\n        series[1:]\n    )")
    assert stale(path) == []


def test_a_table_counts_for_the_chapter_that_reads_it(stamped, small_book):
    table = small_book / "experiments" / "results" / "depth.csv"
    table.write_text("seed,loss\n1,0.5\n")
    (table.parent / "other.csv").write_text("seed\n1\n")
    path = stamped('read("../experiments/results/depth.csv")')
    assert list(read_notebook(path).metadata.book.stamp.tables) == ["depth.csv"]
    edit(table, "0.5", "0.6")
    assert stale(path) == ["the table depth.csv changed"]
    table.unlink()
    assert stale(path) == ["the table depth.csv changed"]


def test_a_new_version_counts_and_a_new_hash_does_not(stamped, small_book):
    lock = small_book / "requirements" / "run.txt"
    path = stamped("x = 1")
    edit(lock, "sha256:00", "sha256:11")
    assert stale(path) == []
    edit(lock, "scipy==1.0", "scipy==1.1")
    assert stale(path) == ["the versions in requirements/run.txt changed"]


def test_one_setting_is_not_enough(stamped):
    (part,) = stale(stamped("x = 1", runs=ONE))
    assert "one arithmetic setting only" in part


def test_check_names_each_fault(stamped, small_book, capsys):
    path = stamped("x = 1")
    assert check(small_book) == 0
    edit(path, "x = 1", "x = 2")
    notebook = json.loads(path.read_text())
    notebook["metadata"]["widgets"] = {}
    path.write_text(json.dumps(notebook))
    assert check(small_book) == 1
    printed = capsys.readouterr().out
    assert "01-small: stale, its code cells changed" in printed
    assert "01-small: not in the committed form" in printed


def test_versions_come_without_hashes(small_book):
    assert locked_versions(small_book / "requirements" / "run.txt") == [
        "numpy==2.0 ; sys_platform == 'linux'",
        "scipy==1.0",
    ]


def test_the_real_package_can_be_stamped():
    code = nbformat.v4.new_code_cell("from lstm_utils import setup")
    modules = stamp(nbformat.v4.new_notebook(cells=[code]), ROOT)["modules"]
    assert "notebook" in modules
