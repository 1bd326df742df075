"""Faults put into a copy of the book: all apply, and those not noticed are named."""

import ast
import shlex
import subprocess
import sys
from functools import partial

import pytest
from _pytest.mark.expression import Expression

from book_tools.chapters import ROOT
from book_tools.mutants import LIST, _failure, mutants, mutated, read_faults

FAULTS = read_faults()
NOTEBOOK = "--nbval --nbval-current-env chapters/00-before-you-start.ipynb"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["file"])
def test_a_fault_of_the_list_applies_and_its_tests_are_there(fault):
    text = mutated(fault)
    assert fault["find"] != fault["put"]
    if fault["file"].endswith(".py"):
        ast.parse(text)
    paths = [part for part in shlex.split(fault["tests"]) if "/" in part]
    assert paths
    assert [path for path in paths if not (ROOT / path.split("::")[0]).exists()] == []
    assert fault.keys() <= {"file", "find", "put", "tests", "survives"}


@pytest.mark.slow
def test_each_fault_has_a_test_that_could_notice_it():
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests"]
    listed = subprocess.check_output([*command, "lstm_utils"], cwd=ROOT, text=True)
    there = [line.lower() for line in listed.splitlines() if "::" in line]
    for tests in {fault["tests"] for fault in FAULTS} - {NOTEBOOK}:
        path, *how = shlex.split(tests)
        names = [name for name in there if name.startswith(path.lower())]
        if "-k" in how:
            wanted = Expression.compile(how[how.index("-k") + 1])
            names = [name for name in names if wanted.evaluate(partial(has, name))]
        assert names, tests


def has(name, word, **_):
    """Tell whether a test's name has a word, as pytest's -k does."""
    return word.lower() in name


def test_no_fault_is_listed_twice():
    pairs = [(fault["file"], fault["find"], fault["put"]) for fault in FAULTS]
    assert len({*pairs}) == len(pairs)


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Return a function that lists faults of a small tree, and gives its folder."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (tmp_path / "tests").mkdir()
    (tmp_path / "sums.py").write_text("def add(a, b):\n    return a + b  # a sum\n")
    (tmp_path / "test_sums.py").write_text(
        "from sums import add\n\n\ndef test_add():\n    assert add(2, 2) == 4\n\n\n"
        "def test_broken():\n    assert add(2, 2) == 5\n"
    )
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)

    def listing(*faults):
        keys = ("find", "put", "survives", "tests")
        text = ""
        for fault in faults:
            values = {"tests": "test_sums.py -k add"}
            values |= dict(zip(keys, fault, strict=False))
            text += "[[fault]]\nfile = 'sums.py'\n"
            text += "".join(f"{key} = '{v}'\n" for key, v in values.items())
        (tmp_path / LIST).write_text(text)
        subprocess.run(["git", "add", "-A"], cwd=tmp_path, check=True)
        return tmp_path

    return listing


CAUGHT, MISSED = ("+", "-"), ("a + b", "a * b")
EXCUSED = ("  # a sum", "", "a comment does nothing")


def test_survivors_are_counted_and_named_and_the_tree_is_left_alone(tree, capsys):
    root = tree(CAUGHT, MISSED, EXCUSED, ("return a", "return 1", "no test adds"))
    before = (root / "sums.py").read_text()
    assert mutants(root=root) == 1
    printed = capsys.readouterr().out
    assert "-> 'return 1' is caught, its excuse is out of date" in printed
    last = printed.splitlines()[-1]
    assert last.startswith("4 faults, 2 caught; survivors: sums.py: 'a + b' -> 'a * b'")
    assert "(no test notices)" in last
    assert last.endswith("(a comment does nothing)")
    assert (root / "sums.py").read_text() == before


def test_an_excuse_is_enough(tree, capsys):
    assert mutants("sums", tree(EXCUSED)) == 0
    assert "1 faults, 0 caught; survivors: sums.py: " in capsys.readouterr().out


def test_tests_that_hang_have_noticed(tree, monkeypatch):
    monkeypatch.setattr("book_tools.mutants.SECONDS", 0.1)
    assert _failure("test_sums.py", tree()) == "more than 0.1 s"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ((*CAUGHT, "", "test_sums.py"), r"Without any fault .* fail: test_sums\.py$"),
        ((*CAUGHT, "", "test_sums.py -k gone"), "Without any fault these tests fail"),
        (("c + d", "c"), r"'c \+ d' comes 0 times in file sums\.py\.$"),
        (("a", "b"), r"'a' comes \d times in file sums\.py\.$"),
    ],
)
def test_what_cannot_be_tried_is_said_in_one_line(tree, fault, said):
    with pytest.raises(SystemExit, match=said):
        mutants(root=tree(fault))


def test_a_file_that_is_gone_and_a_place_without_faults_are_named(tree):
    root = tree(CAUGHT)
    with pytest.raises(SystemExit, match=r"No fault of .* begins with 'lstm_utils'"):
        mutants("lstm_utils", root)
    (root / "sums.py").unlink()
    with pytest.raises(SystemExit, match=r"is looked for in no file sums\.py\.$"):
        mutants(root=root)
