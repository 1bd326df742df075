"""The commands as they are typed."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from book_tools.__main__ import main
from book_tools.chapters import ROOT, find_chapter, read_notebook
from book_tools.programs import bench, lab, run_gate


@pytest.mark.parametrize("name", ["01", "01-small", "chapters/01-small.ipynb"])
def test_a_chapter_has_several_names(small_book, write_chapter, name):
    path = write_chapter("x = 1")
    write_chapter("x = 1", name="02-other")
    assert find_chapter(name, small_book) == path


@pytest.mark.parametrize("name", ["3", "small", "01-", ""])
def test_an_unknown_chapter_gets_the_list(small_book, write_chapter, name):
    write_chapter("x = 1", name="02-other")
    write_chapter("x = 1")
    with pytest.raises(SystemExit, match=r"Chapters: 01-small, 02-other\.$"):
        find_chapter(name, small_book)


def test_a_file_that_is_no_notebook_gets_one_line(tmp_path):
    path = tmp_path / "01-a.ipynb"
    path.write_text("<<<<<<< ours")
    with pytest.raises(SystemExit, match=r"^01-a\.ipynb is not a notebook: .*$"):
        read_notebook(path)


@pytest.fixture
def started(monkeypatch):
    """Return the programs started, with their options, and how some of them end."""
    calls, ends = [], {}

    def call(command, **options):
        assert command[:2] == [sys.executable, "-m"]
        calls.append((command[2:], options))
        return ends.get(command[2], lambda: 0)()

    monkeypatch.setattr("subprocess.call", call)
    return calls, ends


def interrupted():
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["check", "--fast"], "Unknown argument: --fast"),
        (["lock"], r"book_tools\.lock is missing here"),
        (["check"], r"^Interrupted\.$"),
    ],
)
def test_a_command_that_cannot_go_on_ends_in_one_line(monkeypatch, typed, said):
    monkeypatch.setitem(sys.modules, "book_tools.lock", None)
    monkeypatch.setattr("book_tools.freshness.check", interrupted)
    with pytest.raises(SystemExit, match=said):
        main(typed)


def test_the_lab_imports_the_package_of_its_own_folder(started, monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    assert lab([], tmp_path) == 0
    ((_, options),) = started[0]
    assert options["env"]["PYTHONPATH"] == f"{tmp_path}{os.pathsep}/elsewhere"


@pytest.fixture
def benchmarks(small_book):
    """Return the folder of a book with three benchmarks, one of which takes long."""
    (small_book / "benchmarks").mkdir()
    for name in ("__init__", "_rounds", "depth", "width", "addition"):
        (small_book / "benchmarks" / f"{name}.py").touch()
    return small_book


@pytest.mark.parametrize(
    ("name", "ran"),
    [(None, ["depth", "width"]), ("width", ["width"]), ("addition", ["addition"])],
)
def test_benchmarks_run_in_turn_on_their_own_package(benchmarks, started, name, ran):
    assert bench(name, ["--save"], benchmarks) == 0
    programs, options = zip(*started[0], strict=True)
    assert [*programs] == [[f"benchmarks.{each}", "--save"] for each in ran]
    for option in options:
        assert option["cwd"] == benchmarks
        assert option["env"]["PYTHONPATH"].split(os.pathsep)[0] == str(benchmarks)


@pytest.mark.parametrize("name", ["nothing", "_rounds", "__init__", "fused.py"])
def test_an_unknown_benchmark_gets_the_list(benchmarks, started, name):
    with pytest.raises(SystemExit) as error:
        bench(name, [], benchmarks)
    listed = "Benchmarks: addition, depth, width."
    assert str(error.value) == f"No benchmark is called {name!r}. {listed}"
    assert started[0] == []


@pytest.mark.parametrize(("end", "status"), [(lambda: 3, 3), (interrupted, 130)])
def test_a_benchmark_that_fails_ends_the_command(benchmarks, started, end, status):
    calls, ends = started
    ends["benchmarks.depth"] = end
    assert bench(None, [], benchmarks) == status
    assert [program for program, _ in calls] == [["benchmarks.depth"]]


def test_what_is_typed_after_a_benchmark_reaches_it(started):
    main(["bench", "fused", "--rounds", "6", "--save"])
    ((typed, _),) = started[0]
    assert typed == ["benchmarks.fused", "--save", "--rounds", "6"]


def python(*arguments):
    """Return what Python prints in the folder of the book."""
    return subprocess.check_output([sys.executable, *arguments], cwd=ROOT, text=True)


def test_help_names_every_command():
    printed = python("-m", "book_tools", "--help")
    commands = "book serve live run bench check lab test lock"
    assert [c for c in commands.split() if f"\n    {c} " not in printed] == []


def test_the_gate_stops_at_the_first_step_that_fails(started):
    calls, ends = started
    ends["book_tools"] = lambda: 3
    assert run_gate() == 3
    assert [program[0] for program, _ in calls] == ["ruff", "ruff", "book_tools"]


def test_the_gate_ends_with_pytest_over_everything(started):
    assert run_gate() == 0
    program, _ = started[0][-1]
    assert program[-3:] == ["lstm_utils", "tests", "chapters"]
    assert "--nbval" in program


def test_the_gate_tries_the_same_random_examples_each_time():
    def examples():
        tried = []
        given(st.integers())(lambda number: tried.append(number))()
        return tried

    assert examples() == examples()


def test_importing_the_commands_loads_nothing_heavy():
    heavy = "{'nbclient', 'tensorflow', 'keras', 'sphinx'} & sys.modules.keys()"
    assert python("-c", f"import sys, book_tools.__main__; print({heavy})") == "set()\n"
