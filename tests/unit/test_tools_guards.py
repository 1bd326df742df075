"""Changes of a table that a page shows are found where no guard notices them."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from book_tools.__main__ import main
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
def guarded(small_book):
    """Return a function that writes a chapter with a guard, and tries its guards."""
    (small_book / "experiments/results/small.csv").write_text(ROWS)
    (small_book / "tests").mkdir()

    def run(guard, *more, excuses=()):
        hidden = {"tags": ["remove-cell", "test"]}
        cells = [new_code_cell(source) for source in (READ, MEANS, *more)]
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
        return guards("01", small_book, workers=1)

    return run


def test_a_strong_guard_lets_nothing_through_and_what_is_not_shown_is_not_counted(
    guarded, capsys
):
    assert guarded(STRONG) == 0
    counts = "6 changes show, 6 are noticed, 0 excused, 0 survive\n"
    assert capsys.readouterr().out == counts  # two arms each way, and two swaps


def test_a_weak_guard_is_named_with_its_cell_and_sentence(guarded, capsys):
    assert guarded(ORDER) == 1
    *survivors, counts = capsys.readouterr().out.splitlines()
    assert [line.partition("  (")[0] for line in survivors] == [
        f"small: depth={depth}, backend=jax: test_score x{factor}"
        for depth in (1, 2)
        for factor in (1.33, 0.67)
    ] + ["small: depth=2, backend=jax: swap with depth=3"]
    assert all(line.endswith(": Two layers cost more.)") for line in survivors)
    assert counts == "6 changes show, 1 are noticed, 0 excused, 5 survive"


def test_excuses_are_enough_and_one_out_of_date_is_said(guarded, capsys):
    places = [(1, "test_score"), (2, "test_score"), (3, "swap"), (3, "test_score")]
    assert guarded(ORDER, excuses=places) == 0
    stale, counts = capsys.readouterr().out.splitlines()
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


def test_the_command_takes_a_chapter(monkeypatch):
    asked = []
    monkeypatch.setattr(
        "book_tools.guards.guards", lambda chapter: asked.append(chapter)
    )
    main(["guards", "05"])
    main(["guards"])
    assert asked == ["05", "08-going-deeper"]


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
