"""The first command on a bare machine, with Pythons and pips that only pretend."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from book_tools import bootstrap
from book_tools.chapters import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the pretenders are scripts")

PRETENDER = """\
#!/bin/sh
echo "$@" >> {log}
case "$2" in
  venv) {venv} && mkdir -p "$4/bin" && cp "$0" "$4/bin/python";;
  pip) [ "$3" != install ] || {pip};;
  *) echo "{answer}";;
esac
"""


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Return a function that puts a pretended Python on an otherwise empty PATH."""
    monkeypatch.delenv("PYTHON", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    for tool in ("sh", "mkdir", "cp", "dirname"):
        (tmp_path / "bin" / tool).symlink_to(f"/bin/{tool}")

    def install(name="python3.11", answer="3 11 linux x86_64", venv="true", pip="true"):
        script, log = tmp_path / "bin" / name, tmp_path / "log"
        script.write_text(PRETENDER.format(log=log, answer=answer, venv=venv, pip=pip))
        script.chmod(0o755)
        return script

    return install


@pytest.fixture
def book(tmp_path):
    """Return the folder of a book with two locks."""
    (tmp_path / "requirements").mkdir()
    for name in ("book", "dev"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"{name}==1\n")
    return tmp_path


def calls(book):
    return (book / "log").read_text().splitlines()


def installs(book):
    return [line for line in calls(book) if line.startswith("-m pip install")]


def complaint(book):
    with pytest.raises(SystemExit) as error:
        bootstrap.main("book", book)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("use", "asked"),
    [
        ("book", ["--require-hashes -r {}/requirements/book.txt"]),
        ("dev", ["/dev.txt", "--no-deps --no-build-isolation -e {}"]),
    ],
)
def test_a_use_installs_its_lock_once_and_dev_the_package(machine, book, use, asked):
    machine()
    bootstrap.main(use, book)
    for line, end in zip(installs(book), asked, strict=True):
        assert line.endswith(end.format(book))
    before = calls(book)
    bootstrap.main(use, book)
    bootstrap.main("book", book)
    assert calls(book) == before


def test_a_changed_lock_is_installed_again_in_the_same_place(machine, book):
    machine()
    bootstrap.main("book", book)
    (book / "requirements" / "book.txt").write_text("book==2\n")
    bootstrap.main("book", book)
    assert len(installs(book)) == 2
    assert sum(line.startswith("-m venv") for line in calls(book)) == 1


def test_an_interrupted_installation_is_done_again(machine, book):
    machine(pip="exit 1")
    complaint(book)
    shutil.copy(machine(), book / ".venv" / "bin" / "python")
    bootstrap.main("book", book)
    assert bootstrap.is_installed("book", book)


def test_a_lock_taken_back_after_an_interruption_is_installed_again(machine, book):
    lock, python = book / "requirements" / "book.txt", book / ".venv" / "bin" / "python"
    machine()
    bootstrap.main("book", book)
    first = lock.read_text()
    lock.write_text("book==2\n")
    shutil.copy(machine(pip="exit 1"), python)
    complaint(book)
    lock.write_text(first)
    assert not bootstrap.is_installed("book", book)


@pytest.mark.parametrize("lacks", ["pip", "python"])
def test_a_venv_that_lacks_pip_or_its_python_is_made_anew(machine, book, lacks):
    folder = book / ".venv"
    subprocess.check_call([sys.executable, "-m", "venv", "--without-pip", folder])
    if lacks == "python":
        (folder / "bin" / "python").unlink()
        (folder / "bin" / "python").symlink_to("/nowhere/python")
    machine(venv='/bin/rm -r "$4"')
    bootstrap.main("book", book)
    assert f"-m venv --clear {folder}" in calls(book)
    assert bootstrap.is_installed("book", book)


def test_a_copied_or_renamed_folder_installs_its_own_package(machine, book):
    machine()
    bootstrap.main("dev", book)
    renamed = book / "renamed"
    for name in ("requirements", ".venv"):
        shutil.copytree(book / name, renamed / name)
    bootstrap.main("dev", renamed)
    assert installs(book)[-1].endswith(f" -e {renamed}")
    assert sum(line.startswith("-m venv") for line in calls(book)) == 1


@pytest.mark.parametrize(
    ("installed", "chosen"),
    [
        ({"python3.12": "3 12", "python3.11": "3 11", "python3": "3 13"}, "python3.11"),
        ({"python3.13": "3 13", "python3.12": "3 12"}, "python3.12"),
        ({"python3": "3 13"}, "python3"),
        ({"python3.11": "", "python3": "3 12"}, "python3"),
        ({"python3": "3 9", "python": "3 12"}, "python"),
    ],
)
def test_which_python_is_taken(machine, book, installed, chosen):
    for name, version in installed.items():
        machine(name, answer=version and f"{version} linux x86_64")
    assert bootstrap.find_python() == str(book / "bin" / chosen)


def test_the_python_named_is_taken(machine, book, monkeypatch):
    machine()
    named = machine("mine", answer="3 13 linux x86_64")
    monkeypatch.setenv("PYTHON", str(named))
    assert bootstrap.find_python() == str(named)


@pytest.mark.parametrize(
    ("pretended", "said"),
    [
        ({"answer": "3 9 linux x86_64"}, "3.11, 3.12 or 3.13, and python3 is 3.9"),
        ({"answer": "3 14 linux x86_64"}, "python3 is 3.14"),
        (None, "python3 does not run"),
        ({"answer": "3 11 darwin x86_64"}, "darwin on x86_64, only Linux on x86-64"),
        ({"venv": 'mkdir "$4"; exit 1'}, "apt install python3-venv"),
        ({"pip": "exit 1"}, "pip could not install book.txt"),
    ],
    ids=["old", "new", "none", "platform", "ensurepip", "pip"],
)
def test_what_is_missing_is_said_in_one_line(machine, book, pretended, said):
    if pretended:
        machine("python3", **pretended)
    assert said in complaint(book)
    assert (book / ".venv").exists() == said.startswith("pip")
    assert not bootstrap.is_installed("book", book)


def test_it_needs_the_standard_library_alone():
    script = str(ROOT / "book_tools" / "bootstrap.py")
    command = [sys.executable, "-I", "-S", script, "nonsense"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == "Usage: python3 book_tools/bootstrap.py book|dev\n"


needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="no make here")


def make(*arguments):
    """Return what make prints, as typed in a shell, though make may run this test."""
    shell = {name: os.environ[name] for name in os.environ if "MAKE" not in name}
    return subprocess.check_output(["make", *arguments], cwd=ROOT, env=shell, text=True)


@needs_make
def test_make_alone_lists_every_command():
    printed = make().splitlines()
    listed = {line.split()[1] for line in printed}
    there = (
        "help book test test-fast test-package serve live lab run bench experiments "
        "mutants guards offline student instructor course adopt test-chapters links "
        "slides times"
    )
    assert {*there.split()} <= listed
    assert listed <= {*there.split(), "lock"}
    assert all(len(line.split()) > 3 for line in printed)


@needs_make
@pytest.mark.parametrize("value", ["1", "0", ""])
def test_a_variable_of_make_is_on_unless_0_or_empty(value):
    options = {
        "book_tools run": ["--force", "--once"],
        "book_tools bench": ["--save"],
        "experiments": ["--retry"],
        "book_tools lock": ["--upgrade"],
        "book_tools times": ["--measure"],
    }
    targets = [command.split()[-1] for command in options]
    names = [option[2:].upper() for given in options.values() for option in given]
    printed = make("--dry-run", *targets, *(f"{name}={value}" for name in names))
    typed = [line.split()[2:] for line in printed.splitlines() if " -m " in line]
    for (command, given), words in zip(options.items(), typed, strict=True):
        assert words == [*command.split(), *(given if value == "1" else [])]


@needs_make
def test_sweeps_get_what_make_was_given():
    given = ["NAME=deep_or_wide", "CHECK=3", "SCHEDULER=tcp://127.0.0.1:8786"]
    words = make("--dry-run", "experiments", *given).split()
    passed = ["deep_or_wide", "--check=3", "--scheduler=tcp://127.0.0.1:8786"]
    assert words[-5:] == ["-m", "experiments", *passed]


@needs_make
def test_what_stands_in_the_shell_is_not_taken_for_typed(monkeypatch):
    makefile = (ROOT / "Makefile").read_text()
    used = {*re.findall(r"\$\((?:call on,\$\()?([A-Z]+)\)", makefile)}
    names = used - {"FIRST", "OS", "PY", "PYTHON", "TYPED"}
    assert {"NAME", "PORT", "CHAPTER"} <= names
    for name in names:
        monkeypatch.setenv(name, "mybox")
    targets = (
        "experiments",
        "bench",
        "mutants",
        "run",
        "serve",
        "live",
        "test-package",
        "test-chapters",
        "guards",
        "adopt",
        "slides",
        "times",
    )
    printed = make("--dry-run", *targets)
    assert "mybox" not in printed
    assert "mybox" in make("--dry-run", "bench", "NAME=mybox")
