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


def test_an_unknown_argument_gets_one_line():
    with pytest.raises(SystemExit, match="Unknown argument: --fast"):
        main(["check", "--fast"])


def test_a_missing_module_gets_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "book_tools.lock", None)
    with pytest.raises(SystemExit, match=r"book_tools\.lock is missing here"):
        main(["lock"])


def test_a_command_that_is_interrupted_ends_in_one_line(monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("book_tools.freshness.check", interrupted)
    with pytest.raises(SystemExit, match=r"^Interrupted\.$"):
        main(["check"])


def test_the_lab_imports_the_package_of_its_own_folder(monkeypatch, tmp_path):
    environments = []

    def call(command, cwd, env):
        environments.append(env)
        return 0

    monkeypatch.setattr("subprocess.call", call)
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    assert lab([], tmp_path) == 0
    assert environments[0]["PYTHONPATH"] == f"{tmp_path}{os.pathsep}/elsewhere"


@pytest.fixture
def benchmarks(small_book, monkeypatch):
    """Return two benchmarks' book, and the calls of those that were run."""
    (small_book / "benchmarks").mkdir()
    for name in ("__init__", "_rounds", "depth", "width"):
        (small_book / "benchmarks" / f"{name}.py").touch()
    calls = []
    monkeypatch.setattr("subprocess.call", lambda *a, **k: calls.append((a[0], k)))
    return small_book, calls


def test_the_benchmarks_run_in_turn_on_the_package_of_their_own_folder(benchmarks):
    root, calls = benchmarks
    assert bench(None, ["--save"], root) == 0
    assert [command[1:] for command, _ in calls] == [
        ["-m", "benchmarks.depth", "--save"],
        ["-m", "benchmarks.width", "--save"],
    ]
    for _, options in calls:
        assert options["cwd"] == root
        assert options["env"]["PYTHONPATH"].split(os.pathsep)[0] == str(root)


def test_one_benchmark_is_run_by_its_name(benchmarks):
    root, calls = benchmarks
    assert bench("width", [], root) == 0
    assert [command[1:] for command, _ in calls] == [["-m", "benchmarks.width"]]


def test_a_benchmark_that_takes_long_runs_only_by_its_name(benchmarks):
    root, calls = benchmarks
    (root / "benchmarks" / "addition.py").touch()
    bench(None, [], root)
    assert [command[2] for command, _ in calls] == [
        "benchmarks.depth",
        "benchmarks.width",
    ]
    bench("addition", [], root)
    assert calls[-1][0][2] == "benchmarks.addition"


@pytest.mark.parametrize("name", ["nothing", "_rounds", "__init__", "fused.py"])
def test_an_unknown_benchmark_gets_the_list(benchmarks, name):
    root, calls = benchmarks
    with pytest.raises(SystemExit) as error:
        bench(name, [], root)
    assert str(error.value) == (
        f"No benchmark is called {name!r}. Benchmarks: depth, width."
    )
    assert calls == []


def test_a_benchmark_that_fails_ends_the_command(benchmarks, monkeypatch):
    ran = []
    monkeypatch.setattr("subprocess.call", lambda *a, **k: ran.append(a) or 3)
    assert bench(None, [], benchmarks[0]) == 3
    assert len(ran) == 1


def test_an_interrupted_benchmark_is_a_failure(benchmarks, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("subprocess.call", interrupted)
    assert bench("depth", [], benchmarks[0]) == 130


def test_what_is_typed_after_a_benchmark_reaches_it(monkeypatch):
    typed = []
    monkeypatch.setattr("subprocess.call", lambda command, **_: typed.append(command))
    main(["bench", "fused", "--rounds", "6", "--save"])
    (command,) = typed
    assert command[2:] == ["benchmarks.fused", "--save", "--rounds", "6"]


def test_help_names_every_command():
    done = subprocess.run(
        [sys.executable, "-m", "book_tools", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    commands = "book serve live run bench check lab test lock"
    for command in commands.split():
        assert f"\n    {command} " in done.stdout


def test_the_gate_stops_at_the_first_step_that_fails(monkeypatch):
    ran = []

    def call(command, **_):
        ran.append(command[2:])
        return 3 if command[2] == "book_tools" else 0

    monkeypatch.setattr("subprocess.call", call)
    assert run_gate() == 3
    assert [step[0] for step in ran] == ["ruff", "ruff", "book_tools"]


def test_the_gate_ends_with_pytest_over_everything(monkeypatch):
    ran = []
    monkeypatch.setattr("subprocess.call", lambda command, **_: ran.append(command))
    assert run_gate() == 0
    assert ran[-1][-3:] == ["lstm_utils", "tests", "chapters"]
    assert "--nbval" in ran[-1]


def test_the_gate_tries_the_same_random_examples_each_time():
    def examples():
        tried = []
        given(st.integers())(lambda number: tried.append(number))()
        return tried

    assert examples() == examples()


def test_importing_the_commands_loads_nothing_heavy():
    code = (
        "import sys, book_tools.__main__; "
        "print({'nbclient', 'tensorflow', 'keras', 'sphinx'} & sys.modules.keys())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "set()\n"
