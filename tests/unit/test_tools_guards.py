"""Changes of a table that a page shows are found where no guard notices them."""

import os
import signal
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from book_tools.__main__ import main
from book_tools.chapters import python_path
from book_tools.guards import LIST, guards
from book_tools.slices import names, take_apart, with_needs, with_users

ROWS = """\
depth,lr,seed,backend,params,test_score,seconds,versions,error
1,0.1,0,jax,9,0.2,1.0,,
1,0.1,1,jax,9,0.22,1.0,,
2,0.1,0,jax,9,0.5,1.0,,
2,0.1,1,jax,9,0.54,1.0,,
3,0.1,0,jax,9,0.9,1.0,,
3,0.1,1,jax,9,0.91,1.0,,
"""
READ = """\
import keras
from lstm_utils.experiments import read_table

table = read_table("small.csv").query("depth < 3")"""
MEANS = """\
means = {}
for depth, rows in table.groupby("depth"):
    means[depth] = rows["test_score"].mean()
print({d: round(m, 3) for d, m in means.items()})"""
TRAINED = "trained = keras.Model()\nassert means[1] > 9 * trained.score"
STRONG = "# Guard: both.\nassert 0.19 < means[1] < 0.23\nassert 0.5 < means[2] < 0.55"
ORDER = "# Guard: the order.\nassert means[1] < means[2]"


@pytest.fixture
def write(small_book):
    """Return a function that writes a chapter with a guard."""
    (small_book / "experiments/results/small.csv").write_text(ROWS)
    (small_book / "tests").mkdir()

    def written(guard, *more, excuses=(), means=MEANS):
        hidden = {"tags": ["remove-cell", "test"]}
        cells = [new_code_cell(source) for source in (READ, means, *more)]
        cells += [new_code_cell(source, metadata=hidden) for source in (TRAINED, guard)]
        cells.insert(2, new_markdown_cell("## Depth\n\nTwo layers cost more. Do they?"))
        path = small_book / "chapters" / "01-small.ipynb"
        nbformat.write(new_notebook(cells=cells), path)
        text = "".join(
            f"[[excuse]]\ntable = 'small'\narm = {{ depth = {depth} }}\n"
            f"metric = '{metric}'\nwhy = 'A point of a curve.'\n"
            for depth, metric in excuses
        )
        (small_book / LIST).write_text(text)

    return written


@pytest.fixture
def guarded(write, small_book):
    """Return a function that writes a chapter with a guard, and tries its guards."""

    def run(*cells, **excuses):
        write(*cells, **excuses)
        return guards("01", small_book, workers=1)

    return run


def test_a_strong_guard_lets_nothing_through_and_what_is_not_shown_is_not_counted(
    guarded, capsys
):
    assert guarded(STRONG) == 0
    counts = "6 changes show, 6 are noticed, 0 excused, 0 survive\n"
    said = f"01-small\n{counts}"  # two arms each way, and two swaps
    assert capsys.readouterr().out == said


def test_what_is_shown_as_a_ratio_alone_is_found_though_many_are_tried_at_once(
    guarded, capsys
):
    ratio = MEANS.rpartition("\n")[0] + "\nprint(round(means[2] / means[1], 1))"
    assert guarded(ORDER, means=ratio) == 1
    said = capsys.readouterr().out
    found = [said.count(f"depth={n}, backend=jax: test_score x") for n in (1, 2, 3)]
    assert found == [2, 2, 0]


def test_a_weak_guard_is_named_with_its_cell_and_sentence(guarded, capsys):
    assert guarded(ORDER) == 1
    _, *survivors, counts = capsys.readouterr().out.splitlines()
    assert [line.partition("  (")[0] for line in survivors] == [
        f"small: depth={depth}, backend=jax: test_score x{factor}"
        for depth in (1, 2)
        for factor in (1.33, 0.67)
    ] + ["small: depth=2, backend=jax: swap with depth=3"]
    assert all(line.endswith(": Two layers cost more.)") for line in survivors)
    assert counts == "6 changes show, 1 are noticed, 0 excused, 5 survive"


def test_excuses_are_enough_and_one_out_of_date_is_said(guarded, capsys):
    places = [(1, "test_score"), (2, "*_score"), (3, "swap"), (3, "test_score")]
    assert guarded(ORDER, excuses=places) == 0
    _, stale, counts = capsys.readouterr().out.splitlines()
    assert stale == "its excuse is out of date: small: {'depth': 3}: test_score"
    assert counts == "6 changes show, 1 are noticed, 5 excused, 0 survive"


def test_what_only_a_figure_shows_counts(guarded, capsys):
    drawn = (
        "import matplotlib.pyplot as plt\n\n_, ax = plt.subplots()\n"
        "deep = read_table('small.csv').query('depth == 3')\n"
        "ax.plot(deep['seed'], deep['test_score']);"
    )
    assert guarded(STRONG, drawn) == 1
    assert "depth=3, backend=jax: test_score x1.33" in capsys.readouterr().out


def test_a_cell_that_fails_is_said(guarded, capsys):
    assert guarded(STRONG, "table.gone") == 0
    said = "could not be run: {}: AttributeError: 'DataFrame' object has no attribute"
    assert said.partition("{}")[0] in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("09", r"No chapter is called '09'\. Chapters: 01-small\.$"),
        ("01", r"^01-small reads no table of experiments/results\.$"),
    ],
)
def test_where_there_is_nothing_to_change_one_line_says_so(
    write_chapter, small_book, name, said
):
    write_chapter("x = 1")
    with pytest.raises(SystemExit, match=said):
        guards(name, small_book)


def test_the_command_takes_a_chapter_or_none_and_a_sample(monkeypatch):
    asked = []
    monkeypatch.setattr("book_tools.guards.guards", lambda **given: asked.append(given))
    main(["guards", "05"])
    main(["guards", "--sample", "9"])
    assert [*asked[0].values()] == ["05", None]
    assert [*asked[1].values()] == [None, 9]


def test_without_a_chapter_all_that_read_tables_are_tried(write, small_book, capsys):
    write(ORDER)
    first = small_book / "chapters/01-small.ipynb"
    first.rename(first.with_name("03-again.ipynb"))
    write(STRONG)
    no_table = new_notebook(cells=[new_code_cell("x = 1")])
    nbformat.write(no_table, first.with_name("02-plain.ipynb"))
    assert guards(root=small_book, workers=1) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "01-small",
        "6 changes show, 6 are noticed, 0 excused, 0 survive",
        "03-again",
    ]
    assert lines[-1] == "6 changes show, 1 are noticed, 0 excused, 5 survive"


def test_a_sample_is_drawn_alike_each_time_and_leaves_excuses_alone(
    write, small_book, capsys
):
    write(ORDER, excuses=[(7, "swap")])

    def tried(sample):
        given = {} if sample is None else {"sample": sample}
        guards("01", small_book, workers=1, **given)
        return capsys.readouterr().out.splitlines()

    whole, few = tried(None), tried(3)
    assert tried(3) == few
    assert few[1] == "a sample of 3 changes out of 8"
    assert few[-1].startswith("2 changes show, ")  # the third is of depth 3
    assert {*few[2:-1]} < {*whole}
    assert any("out of date" in line for line in whole)
    assert not any("out of date" in line for line in few)
    assert tried(8) == whole
    with pytest.raises(SystemExit, match="sample of 0 changes: give a number of 1"):
        tried(0)


COMMAND = """\
import functools, pathlib, sys
from book_tools import __main__, guards

guards.guards = functools.partial(guards.guards, root=pathlib.Path(sys.argv[1]))
sys.exit(__main__.main(["guards"]))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_ctrl_c_ends_in_one_line_and_what_was_found_is_said(write, small_book):
    write(ORDER, "import time\n\nif means[2] > 0.85:\n    time.sleep(60)")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    own = os.environ | {"PYTHONPATH": python_path()}
    command = [sys.executable, "-c", COMMAND, str(small_book)]
    with subprocess.Popen(command, env=own, start_new_session=True, **pipes) as process:
        found = [process.stdout.readline() for _ in range(5)]  # all before the sleep
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        _, complaint = process.communicate(timeout=20)
    assert found[0] == "01-small\n"
    assert found[1].startswith("small: depth=1, backend=jax: test_score x1.33  (")
    assert process.returncode == 130
    assert complaint.splitlines()[-1] == "Interrupted."
    assert "Traceback" not in complaint
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


NEEDS = {
    "bound-in-a-loop": (["x = 1", "for x in 'ab':\n    y = x", "y"], {1, 2}),
    "changed-in-place": (["x = []", "x.append(1)", "len(x)"], {0, 1, 2}),
    "counted-on": (["n = 1", "n += 1", "n"], {0, 1, 2}),
    "called": (["x = 1", "y = x(2)", "x"], {0, 1, 2}),
    "only-read": (["x = {}", "y = x.get(1)", "x"], {0, 2}),
    "in-a-function": (["k = 1", "def f():\n    return k", "f()"], {0, 1, 2}),
    "in-a-query": (["k = 1", "t = 2", "t.query('a == @k')"], {0, 1, 2}),
    "in-one-branch": (["x = 1", "if y:\n    x = 2", "x"], {0, 1, 2}),
    "bound-again": (["x = 1", "x = 2", "x"], {1, 2}),
}


@pytest.mark.parametrize(("sources", "needed"), NEEDS.values(), ids=NEEDS)
def test_a_statement_needs_those_that_made_what_it_reads(sources, needed):
    steps = take_apart(map(new_code_cell, sources))
    last = len(steps) - 1
    assert with_needs(steps, [last]) == needed
    assert last in with_users(steps, [min(needed)])
    assert names(sources[0])[0] == set()
