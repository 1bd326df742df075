"""The first command on a bare machine, with Pythons and pips that only pretend."""

import os
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

    def install(name, answer="3 11 linux x86_64", venv="true", pip="true"):
        script = tmp_path / "bin" / name
        log = tmp_path / "log"
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
    log = book / "log"
    return log.read_text().splitlines() if log.exists() else []


def installs(book):
    return [line for line in calls(book) if line.startswith("-m pip install")]


def complaint(book, use="book"):
    with pytest.raises(SystemExit) as error:
        bootstrap.main(use, book)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_book_installs_its_lock_with_hashes_and_no_package(machine, book):
    machine("python3.11")
    bootstrap.main("book", book)
    (line,) = installs(book)
    assert line.endswith(f"--require-hashes -r {book}/requirements/book.txt")


def test_dev_adds_the_package_itself(machine, book):
    machine("python3.11")
    bootstrap.main("dev", book)
    lock, package = installs(book)
    assert lock.endswith("dev.txt")
    assert package.endswith(f"--no-deps --no-build-isolation -e {book}")


def test_nothing_is_installed_twice(machine, book):
    machine("python3.11")
    bootstrap.main("dev", book)
    before = calls(book)
    bootstrap.main("dev", book)
    bootstrap.main("book", book)
    assert calls(book) == before


def test_a_changed_lock_is_installed_again_in_the_same_place(machine, book):
    machine("python3.11")
    bootstrap.main("book", book)
    (book / "requirements" / "book.txt").write_text("book==2\n")
    bootstrap.main("book", book)
    assert len(installs(book)) == 2
    assert sum(line.startswith("-m venv") for line in calls(book)) == 1


def test_an_interrupted_installation_is_done_again(machine, book):
    machine("python3.11", pip="exit 1")
    complaint(book)
    machine("python3.11")
    (book / ".venv" / "bin" / "python").write_text(
        (book / "bin" / "python3.11").read_text()
    )
    assert not bootstrap.is_installed("book", book)
    bootstrap.main("book", book)
    assert bootstrap.is_installed("book", book)


def test_a_venv_of_a_python_that_is_gone_is_made_anew(machine, book):
    (book / ".venv" / "bin").mkdir(parents=True)
    (book / ".venv" / "bin" / "python").symlink_to("/nowhere/python")
    machine("python3.11", venv='/bin/rm -r "$4"')
    bootstrap.main("book", book)
    assert bootstrap.is_installed("book", book)


def test_a_venv_interrupted_before_it_had_pip_is_made_anew(machine, book):
    folder = str(book / ".venv")
    command = [sys.executable, "-m", "venv", "--without-pip", folder]
    subprocess.run(command, check=True)
    machine("python3.11", venv='/bin/rm -r "$4"')
    bootstrap.main("book", book)
    assert f"-m venv --clear {folder}" in calls(book)
    assert bootstrap.is_installed("book", book)


def test_a_copied_or_renamed_folder_installs_its_own_package(machine, book):
    machine("python3.11")
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
    machine("python3.11")
    named = machine("mine", answer="3 13 linux x86_64")
    monkeypatch.setenv("PYTHON", str(named))
    assert bootstrap.find_python() == str(named)


def test_an_old_python_gets_one_line(machine, book):
    machine("python3", answer="3 9 linux x86_64")
    assert "needs Python 3.11, 3.12 or 3.13, and python3 is 3.9" in complaint(book)


def test_a_python_too_new_for_the_locks_gets_one_line(machine, book):
    machine("python3", answer="3 14 linux x86_64")
    assert "python3 is 3.14" in complaint(book)


def test_no_python_gets_one_line(machine, book):
    assert "python3 does not run" in complaint(book)


def test_an_unsupported_platform_gets_one_line(machine, book):
    machine("python3.11", answer="3 11 darwin x86_64")
    assert "do not cover darwin on x86_64, only Linux on x86-64" in complaint(book)


def test_a_missing_ensurepip_gets_one_line_and_leaves_no_folder(machine, book):
    machine("python3.11", venv="exit 1")
    assert "apt install python3-venv" in complaint(book)
    assert not (book / ".venv").exists()


def test_a_failing_pip_gets_one_line(machine, book):
    machine("python3.11", pip="exit 1")
    assert "pip could not install book.txt" in complaint(book)
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
    there = "help book test test-fast test-package serve live lab run bench"
    there += " experiments"
    allowed = f"{there} lock student instructor"
    assert set(there.split()) <= listed <= set(allowed.split())
    assert all(len(line.split()) > 3 for line in printed)


@needs_make
@pytest.mark.parametrize(
    ("target", "variable"),
    [
        *[("run", "FORCE"), ("run", "ONCE"), ("bench", "SAVE")],
        *[("experiments", "RETRY"), ("lock", "UPGRADE")],
    ],
)
def test_a_variable_of_make_is_on_unless_0_or_empty(target, variable):
    for value, expected in (("1", True), ("0", False), ("", False)):
        printed = make("--dry-run", target, f"{variable}={value}")
        assert (f"--{variable.lower()}" in printed) is expected


@needs_make
def test_sweeps_get_what_make_was_given():
    printed = make("--dry-run", "experiments", "NAME=deep_or_wide", "CHECK=3")
    assert printed.strip().endswith("python -m experiments deep_or_wide --check=3")
    printed = make("--dry-run", "experiments", "SCHEDULER=tcp://127.0.0.1:8786")
    assert printed.split()[-1] == "--scheduler=tcp://127.0.0.1:8786"
