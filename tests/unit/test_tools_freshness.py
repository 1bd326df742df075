"""A stamp notices what changes outputs, and nothing else."""

import inspect
import json

import nbformat
import pytest

from book_tools import freshness
from book_tools.chapters import ROOT, read_notebook, serialise
from book_tools.freshness import check, stale_parts, stamp
from book_tools.normalise import normalise
from book_tools.package import Package, UnknownName
from lstm_utils import decoding, versions

CODE = ["its code cells changed"]


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


def append(path, text):
    path.write_text(path.read_text() + text)


def stale(path):
    return stale_parts(read_notebook(path), path.parent.parent)


def test_a_chapter_without_stamp_is_stale(write_chapter):
    assert stale(write_chapter("x = 1")) == ["it was never executed by `make run`"]


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ("x = 1", "x = 2", CODE),
        ("x", "x;", CODE),
        ("'one'", "'two'", CODE),
        ("f(1)", "f(1.0)", CODE),
        ("%time f()", "%time g()", CODE),
        ("def f():\n    'A.'", "def f():\n    'B.'", CODE),
        ("x = [1, 2]", "x = [\n    1,\n    2,\n]", []),
        ("x = 1", "x = 1  # one", []),
        ("x;", "x;  # silent", []),
        ("print('a')", 'print("a")', []),
    ],
)
def test_code_counts_and_its_layout_and_comments_do_not(stamped, before, after, parts):
    path = stamped("first = 1", before)
    notebook = read_notebook(path)
    notebook.cells[-1].source = after
    assert stale_parts(notebook, path.parent.parent) == parts


def test_the_layout_that_a_traceback_shows_counts(stamped):
    path = stamped("1 / 0")
    notebook = read_notebook(path)
    notebook.cells[-1].metadata["tags"] = ["raises-exception"]
    notebook.metadata["book"] = {"stamp": stamp(notebook, path.parent.parent)}
    notebook.cells[-1].source = "1 / 0  # on purpose"
    assert stale_parts(notebook, path.parent.parent) == CODE


TABLE = "experiments/results/depth.csv"


@pytest.mark.parametrize(
    ("file", "old", "new", "part"),
    [
        ("chapters/01-small.ipynb", "How small?", "How very small?", ""),
        ("_config.yml", "example.org", "example.net", ""),
        ("lstm_utils/windows.py", "  # all but the first", "", ""),
        ("lstm_utils/windows.py", '"""Cut."""', '"""Cut off the first."""\n', ""),
        ("lstm_utils/windows.py", '"""Windows."""', "# No docstring", ""),
        ("lstm_utils/windows.py", "series[1:]", "(\n        series[1:]\n    )", ""),
        ("lstm_utils/windows.py", "[1:]", "[2:]", "the code of lstm_utils.windows"),
        ("requirements/run.txt", "sha256:00", "sha256:11", ""),
        ("requirements/run.txt", "1.0", "1.1", "the versions in requirements/run.txt"),
        (TABLE, "0.5", "0.6", "the table depth.csv"),
    ],
)
def test_a_change_of_what_outputs_depend_on_is_noticed(
    stamped, small_book, file, old, new, part
):
    (small_book / TABLE).write_text("seed,loss\n1,0.5\n")
    (small_book / TABLE).with_name("other.csv").write_text("seed\n1\n")
    path = stamped("import lstm_utils.windows", f'read("../{TABLE}")')
    assert list(read_notebook(path).metadata.book.stamp.tables) == ["depth.csv"]
    edit(small_book / file, old, new)
    assert stale(path) == ([f"{part} changed"] if part else [])


def test_other_weights_are_noticed(stamped, small_book):
    weights = (small_book / TABLE).with_name("small.npz")
    weights.parent.mkdir(parents=True, exist_ok=True)
    weights.write_bytes(b"\x93NUMPY\x00\xff")
    path = stamped('load("small.npz")')
    assert stale(path) == []
    weights.write_bytes(b"\x93NUMPY\x00\xfe")
    assert stale(path) == ["the table small.npz changed"]


def test_a_table_that_is_gone_is_noticed(stamped, small_book):
    (small_book / TABLE).touch()
    path = stamped(f'read("../{TABLE}")')
    (small_book / TABLE).unlink()
    assert stale(path) == ["the table depth.csv changed"]


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("from lstm_utils.tasks import DEPTH", "windows"),
        ("from lstm_utils import tasks", "windows"),
        ("import lstm_utils.tasks as t", "windows"),
        ("import lstm_utils\n\nlstm_utils.tasks.DEPTH", "windows"),
        ("%matplotlib inline\nfrom lstm_utils import tasks", "windows"),
        ("from lstm_utils import setup", "notebook"),
    ],
)
def test_a_module_used_indirectly_counts(stamped, small_book, source, module):
    path = stamped(source)
    for room in ("windows", "models", "notebook"):
        append(small_book / "lstm_utils" / f"{room}.py", "AFTER = 1\n")
    assert stale(path) == [f"the code of lstm_utils.{module} changed"]


ROOMS = ("looks", "toys/__init__", "toys/_rules", "toys/grammars", "toys/sequences")
GRAMMARS = {"toys._rules", "toys.grammars"}
TWICE = "from lstm_utils import looks as t\nfrom lstm_utils import toys as t"
DOOR = {"toys", "toys.sequences", *GRAMMARS}


@pytest.mark.parametrize(
    ("source", "used"),
    [
        ("from lstm_utils.toys import dyck", GRAMMARS),
        ("from lstm_utils.toys.grammars import dyck", GRAMMARS),
        ("import lstm_utils.toys.grammars", GRAMMARS),
        ("from lstm_utils.toys import grammars\n\ngrammars.depth(1)", GRAMMARS),
        ("from lstm_utils import dyck", GRAMMARS),
        ("from lstm_utils import echo as again", {"toys.sequences"}),
        ("import lstm_utils as lu\n\nlu.echo(1)", {"toys.sequences"}),
        ("from lstm_utils import toys\n\ntoys.echo(1)", {"toys.sequences"}),
        ("import lstm_utils.toys\n\nlstm_utils.toys.dyck(1)", GRAMMARS),
        ("import lstm_utils.toys as t\n\nt.grammars.dyck.__name__", GRAMMARS),
        ("from lstm_utils.toys._rules import rule", {"toys._rules"}),
        ("from lstm_utils import looks", {"looks", *GRAMMARS}),
        ("from lstm_utils.looks import np", {"looks", *GRAMMARS}),
        ("from lstm_utils import toys", DOOR),
        ("from lstm_utils import toys\n\ngetattr(toys, name)(1)", DOOR),
        ("from lstm_utils import toys\n\ntoys.__all__", DOOR),
        ("from lstm_utils import toys\n\ntoys.__path__", DOOR),
        ("from lstm_utils import toys\n\nclass toys: n = 2\n\ntoys.n", DOOR),
        ("from lstm_utils import toys\n\ntoys = [1]\ntoys.append(2)", DOOR),
        ("from lstm_utils import toys\n\ndef f(toys):\n    toys.append(2)", DOOR),
        (f"{TWICE}\n\nt.draw(1)\n\nt.echo(1)", {"looks", *DOOR}),
        ("import lstm_utils\n\nlstm_utils.__version__", {""}),
    ],
)
def test_a_name_is_followed_through_its_door(stamped, doors, source, used):
    path = stamped(*source.split("\n\n"))
    full = sorted(f"lstm_utils.{name}".rstrip(".") for name in used)
    assert list(read_notebook(path).metadata.book.stamp.modules) == full
    for room in ROOMS:
        append(doors / f"{room}.py", "AFTER = 1\n")
    changed = [name for name in full if name != "lstm_utils"]
    assert stale(path) == [f"the code of {name} changed" for name in changed]


def test_a_name_that_moves_to_another_room_is_noticed(stamped, doors):
    path = stamped("from lstm_utils.toys import echo")
    (doors / "toys" / "sequences.py").rename(doors / "toys" / "series.py")
    edit(doors / "toys" / "__init__.py", "toys.sequences", "toys.series")
    rooms = ("sequences", "series")
    assert stale(path) == [f"the code of lstm_utils.toys.{r} changed" for r in rooms]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("from lstm_utils import nothing", "nothing"),
        ("from lstm_utils.nothing import x", "nothing"),
        ("import lstm_utils.toys.nothing", "toys.nothing"),
        ("from lstm_utils.toys import nothing", "toys.nothing"),
        ("from lstm_utils.toys import *", "toys.*"),
        ("from lstm_utils.looks import inner", "looks.inner"),
        ("from lstm_utils import toys\n\ntoys.dick(1)", "toys.dick"),
        ("import lstm_utils as lu\n\nlu.toys.grammars.dick(1)", "toys.grammars.dick"),
    ],
)
def test_an_unknown_name_is_refused(stamped, doors, capsys, source, name):
    complaint = f"it names lstm_utils.{name}, which the package does not have"
    with pytest.raises(UnknownName) as refusal:
        stamped(source)
    assert str(refusal.value) == complaint
    path = stamped("x = 1")
    edit(path, '"x = 1"', json.dumps(source))
    assert check(doors.parent) == 1
    assert f"01-small: stale, {complaint};" in capsys.readouterr().out


@pytest.mark.parametrize("room", ["looks", "toys/_rules", "toys/__init__"])
def test_an_unknown_name_inside_the_package_is_refused(stamped, doors, room):
    path = stamped("from lstm_utils import looks, toys")
    append(doors / f"{room}.py", "from lstm_utils.toys import nothing\n")
    module = f"lstm_utils.{room.replace('/', '.')}".removesuffix(".__init__")
    assert stale(path) == [
        f"{module} names lstm_utils.toys.nothing, which the package does not have"
    ]


WORDS = {"brackets": "dyck", "deep": "depth", "pairs": "dyck"}
PRINTED = [
    ("print(getsource(toys.dyck))", {"dyck"}),
    ("print(inspect.getsource(toys.grammars.dyck))", {"dyck"}),
    ("print(inspect.getsourcelines(lstm_utils.dyck)[0])", {"dyck"}),
    ("lines = getsource(depth).splitlines()", {"depth"}),
    ("for f in (depth, dyck):\n    print(getsource(f))", {"depth", "dyck"}),
    ("def show(f):\n    print(getsource(f))\n\nshow(dyck)", {"dyck"}),
    ("from inspect import getdoc as text\n\ntext(depth)", {"depth"}),
    ("help(toys.dyck)", {"dyck"}),
    ("print(dyck.__doc__)", {"dyck"}),
    ("print(getsource(toys.grammars))", {"depth", "dyck"}),
    ("print(toys.grammars.__doc__)", {"depth", "dyck"}),
    ("help(toys)", {"depth", "dyck"}),
    ("inspect.signature(dyck)", set()),
    ("print(dyck(1), depth(1))", set()),
    ("def write(): ...\n\nprint(getsource(write))", set()),
]
IMPORTS = """\
import inspect
import lstm_utils
from inspect import getsource
from lstm_utils import dyck, toys
from lstm_utils.toys.grammars import depth"""


@pytest.mark.parametrize(("source", "printed"), PRINTED)
@pytest.mark.parametrize("word", WORDS)
def test_the_text_that_a_cell_prints_counts(stamped, doors, source, printed, word):
    path = stamped(IMPORTS, *source.split("\n\n"))
    assert stale(path) == []
    edit(doors / "toys" / "grammars.py", word, "other words")
    parts = stale(path)
    assert bool(parts) == (WORDS[word] in printed)
    for part in parts:
        assert part.startswith("the text of lstm_utils.toys.grammars")
        assert part.endswith(", which it prints, changed")


def test_a_signature_that_a_cell_prints_counts(stamped, doors):
    path = stamped(IMPORTS, "inspect.signature(dyck)")
    edit(doors / "toys" / "grammars.py", "dyck(n)", "dyck(n, *, width=1)")
    assert stale(path) == ["the code of lstm_utils.toys.grammars changed"]


@pytest.mark.parametrize("thing", [versions, decoding.beam_search, inspect.getdoc])
def test_a_text_is_what_python_prints_decorators_included(thing, doors):
    (doors / "copied.py").write_text(inspect.getsource(inspect.getmodule(thing)))
    package = Package(doors.parent)
    copied = package.module("lstm_utils.copied").source(thing.__name__)
    assert copied == inspect.getsource(thing)
    text = package.module("lstm_utils.toys.grammars").source("dyck")
    assert text.startswith("@rule\ndef dyck(n):")
    assert text.endswith("    return n  # pairs\n")


def test_what_is_no_literal_is_not_read(doors):
    front = Package(doors.parent).module("lstm_utils")
    assert front.literal("__version__", None) == "1"
    assert front.literal("__all__", None) is None


def test_one_setting_is_not_enough(stamped):
    (part,) = stale(stamped("x = 1", runs=freshness.ONE))
    assert "one arithmetic setting only" in part


def test_check_names_each_fault(stamped, small_book, capsys):
    path = stamped("x = 1")
    assert check(small_book) == 0
    edit(path, "x = 1", "x = 2")
    edit(small_book / "_config.yml", "example.org", "example.net")  # the Colab cell
    assert check(small_book) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "01-small: stale, its code cells changed; `make run`",
        "01-small: not in the committed form; `make run` writes it",
    ]


def test_versions_come_without_hashes(small_book):
    versions = freshness.locked_versions(small_book / "requirements" / "run.txt")
    assert versions == ["numpy==2.0 ; sys_platform == 'linux'", "scipy==1.0"]


def test_the_real_package_can_be_stamped():
    code = nbformat.v4.new_code_cell("from lstm_utils import setup")
    modules = stamp(nbformat.v4.new_notebook(cells=[code]), ROOT)["modules"]
    assert "lstm_utils.notebook" in modules
