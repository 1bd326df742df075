"""The commands as they are typed."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from book_tools import freshness
from book_tools import run as run_module
from book_tools.__main__ import main
from book_tools.chapters import (
    ROOT,
    alone,
    find_chapter,
    list_notebooks,
    read_notebook,
)
from book_tools.normalise import normalise
from book_tools.programs import bench, lab, run_gate


@pytest.mark.parametrize("name", ["01", "01-small", "chapters/01-small.ipynb"])
def test_a_chapter_has_several_names(small_book, write_chapter, name):
    path = write_chapter("x = 1")
    write_chapter("x = 1", name="02-other")
    assert find_chapter(name, small_book) == path


def test_the_first_ten_minutes_are_a_notebook_of_the_book(small_book, write_chapter):
    """They come before the chapters; a learner's own notes are no part of the book."""
    later = write_chapter("x = 1")
    first = write_chapter("x = 1", name="ten-minutes")
    write_chapter("x = 1", name="my-notes")
    assert list_notebooks(small_book) == [first, later]
    assert find_chapter("ten-minutes", small_book) == first


@pytest.mark.parametrize("name", ["3", "small", "01-", ""])
def test_an_unknown_chapter_gets_the_list(small_book, write_chapter, name):
    write_chapter("x = 1", name="02-other")
    write_chapter("x = 1")
    with pytest.raises(SystemExit, match=r"Chapters: 01-small, 02-other\.$"):
        find_chapter(name, small_book)


WHOLE = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}
CELL = {"cell_type": "markdown", "metadata": {}, "source": "Text."}
NO_NOTEBOOKS = {
    "conflict": (b"<<<<<<< ours", "Expecting value"),
    "empty": (b"", "Expecting value"),
    "cut-off": (b'{"nbformat": 4,', "Expecting property name"),
    "latin-1": (b'{"a": "caf\xe9"}', "'utf-8' codec can't decode byte 0xe9"),
    "list": (b"[1]", "its nbformat is None"),
    "version-3": (WHOLE | {"nbformat": 3}, "its nbformat is 3"),
    "without-cells": (
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}},
        "'cells' is a required property",
    ),
    "null-cells": (WHOLE | {"cells": None}, "cells: None is not of type 'array'"),
    "number-of-cells": (WHOLE | {"cells": 7}, "'int' object is not iterable"),
    "no-cell": (WHOLE | {"cells": [7]}, "cells: 0: 7 is not of type 'object'"),
    "no-source": (
        WHOLE | {"cells": [{"cell_type": "markdown", "metadata": {}}]},
        "'source' is a required property",
    ),
    "deep": (b"[" * 100_000, "maximum recursion depth"),
}


@pytest.mark.parametrize(
    "command",
    [
        freshness.check,
        lambda root: run_module.run(root=root),
        lambda root: run_module.run("01", root=root),
    ],
    ids=["check", "run", "run-one"],
)
@pytest.mark.parametrize(("content", "cause"), NO_NOTEBOOKS.values(), ids=NO_NOTEBOOKS)
def test_a_file_that_is_no_notebook_gets_one_line(
    small_book, write_chapter, command, content, cause
):
    path = write_chapter("x = 1")
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    path.write_bytes(content)
    with pytest.raises(SystemExit) as said:
        command(small_book)
    line = str(said.value)
    assert line.startswith(f"01-small.ipynb is not a notebook: {cause}")
    assert line.endswith(": git restore chapters/01-small.ipynb")
    assert "\n" not in line
    assert path.read_bytes() == content


def test_a_notebook_of_an_older_nbformat_4_may_lack_ids(tmp_path):
    path = tmp_path / "01-a.ipynb"
    path.write_text(json.dumps(WHOLE | {"nbformat_minor": 2, "cells": [CELL]}))
    assert normalise(read_notebook(path)).cells[0].source == "Text."


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


def fail(error):
    def failing(*_):
        raise error

    return failing


FULL = OSError(28, "No space left on device", "a.tmp")


@pytest.mark.parametrize(
    ("typed", "end", "said"),
    [
        (["check", "--fast"], None, "Unknown argument: --fast"),
        (["lock"], None, r"book_tools\.lock is missing here"),
        (["check"], fail(FULL), r"^a\.tmp: No space left on device\. The command end"),
        (
            ["check"],
            fail(shutil.Error(["x"] * 99)),
            r"^A file: \['x', .{180,220} ended",
        ),
    ],
)
def test_a_command_that_cannot_go_on_ends_in_one_line(monkeypatch, typed, end, said):
    monkeypatch.setitem(sys.modules, "book_tools.lock", None)
    monkeypatch.setattr("book_tools.freshness.check", end)
    with pytest.raises(SystemExit, match=said) as error:
        main(typed)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("place", ["__main__._parser", "freshness.check"])
def test_ctrl_c_ends_in_one_line(monkeypatch, capsys, place):
    monkeypatch.setattr(f"book_tools.{place}", interrupted)
    assert main(["check"]) == 130
    assert capsys.readouterr() == ("", "Interrupted.\n")


def test_a_lock_that_cannot_be_made_is_an_error_of_the_disk(tmp_path):
    path = tmp_path / "_build" / "run.lock"
    path.mkdir(parents=True)
    with pytest.raises(OSError, match="unable to open") as said, alone(tmp_path, "run"):
        pass
    assert said.value.filename == str(path)


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


def test_the_quick_gate_leaves_out_the_site_and_what_is_slow(started):
    assert run_gate(fast=True) == 0
    program, _ = started[0][-1]
    places = ["lstm_utils", "tests/unit", "tests/sweeps", "tests/chapters"]
    assert program[-6:] == ["-m", "not slow", *places]


def test_the_tests_say_what_they_left_out_and_how_to_get_it(tmp_path):
    test = "from tests.site.conftest import browser\n\n\n"
    test += "".join(f"def test_{name}(browser): pass\n" for name in "ab")
    (tmp_path / "test_pages.py").write_text(test)
    environment = {**os.environ, "PATH": "", "PYTHONPATH": str(ROOT), "CI": ""}
    command = [sys.executable, "-m", "pytest", "-p", "conftest", "test_pages.py"]
    how = {"cwd": tmp_path, "env": environment, "text": True, "capture_output": True}
    done = subprocess.run(command, check=False, **how)
    *_, reason, last = filter(None, done.stdout.splitlines())
    assert reason.startswith("Not tested (2 skipped): no page was looked at in a ")
    assert reason.count("install Chromium") == 1
    assert "2 skipped" in last


def test_the_gate_tries_the_same_random_examples_each_time():
    def examples():
        tried = []
        given(st.integers())(lambda number: tried.append(number))()
        return tried

    assert examples() == examples()


def test_importing_the_commands_loads_nothing_heavy():
    heavy = "{'nbclient', 'tensorflow', 'keras', 'sphinx'} & sys.modules.keys()"
    assert python("-c", f"import sys, book_tools.__main__; print({heavy})") == "set()\n"
