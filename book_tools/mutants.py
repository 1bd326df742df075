"""Put single faults into a copy of the book, and see whether a test notices each."""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from tqdm import tqdm

from book_tools.chapters import ROOT, python_path

LIST = "tests/mutants.toml"
SECONDS = 300  # a fault that makes a test wait for ever is noticed as well
PYTEST = ("-m", "pytest", "-x", "-q", "-p", "no:cacheprovider")


def mutants(name: str | None = None, root: Path = ROOT) -> int:
    """Apply the faults of one file or folder, or all; return 1 where one survives.

    A fault that some test should catch, and none does, is a survivor; so is one that
    the list excuses, but that one does not count. Where a fault cannot be applied, or
    its tests fail without it, `SystemExit` says so in one line.
    """
    faults = [f for f in read_faults(root) if f["file"].startswith(name or "")]
    if not faults:
        raise SystemExit(f"No fault of {LIST} is in a file that begins with {name!r}.")
    texts = [mutated(fault, root) for fault in faults]
    survivors, unexcused = [], 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder).resolve()
        _copy_tracked(root, copy)
        for tests in tqdm(dict.fromkeys(f["tests"] for f in faults), "unchanged"):
            if output := _failure(tests, copy):
                tqdm.write(output)
                raise SystemExit(f"Without any fault these tests fail: {tests}")
        for fault, text in zip(tqdm(faults, "faults"), texts, strict=True):
            place = copy / fault["file"]
            place.write_text(text, "utf-8", newline="")
            caught = _failure(fault["tests"], copy)
            shutil.copyfile(root / fault["file"], place)
            excuse = fault.get("survives", "")
            if caught and excuse:
                tqdm.write(f"{_said(fault)} is caught, its excuse is out of date")
            elif not caught:
                survivors.append(f"{_said(fault)} ({excuse or 'no test notices'})")
                unexcused += not excuse
                tqdm.write(f"survived: {survivors[-1]}")
    counts = f"{len(faults)} faults, {len(faults) - len(survivors)} caught"
    print(f"{counts}; survivors: {'; '.join(survivors) or 'none'}")
    return 1 if unexcused else 0


def read_faults(root: Path = ROOT) -> list[dict[str, str]]:
    """Return the faults of the list, each with file, find, put, tests; some excused."""
    return tomllib.loads((root / LIST).read_text("utf-8"))["fault"]


def mutated(fault: dict[str, str], root: Path = ROOT) -> str:
    """Return the text of a fault's file with the fault in it."""
    file = root / fault["file"]
    text = file.read_bytes().decode("utf-8") if file.is_file() else ""
    if (times := text.count(fault["find"])) != 1:
        where = f"comes {times} times in" if file.is_file() else "is looked for in no"
        raise SystemExit(f"{LIST}: {fault['find']!r} {where} file {fault['file']}.")
    return text.replace(fault["find"], fault["put"])


def _said(fault: dict[str, str]) -> str:
    return f"{fault['file']}: {fault['find']!r} -> {fault['put']!r}"


def _copy_tracked(root: Path, copy: Path) -> None:
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=root, text=True)
    for name in listed.split("\0"):
        if name and (root / name).is_file():  # it may be deleted and not yet committed
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, copy / name)


def _failure(tests: str, copy: Path) -> str:
    """Return the end of what failing tests print, or nothing where they pass."""
    # A fault of the same length in the same second would find the old bytecode.
    own = {"PYTHONPATH": python_path(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *PYTEST, *shlex.split(tests)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "cwd": copy}
    try:
        done = subprocess.run(
            command, env=os.environ | own, timeout=SECONDS, check=False, **pipes
        )
    except subprocess.TimeoutExpired:
        return f"more than {SECONDS} s"
    output = done.stdout.decode("utf-8", "replace")[-2000:]
    return (output or "failed") if done.returncode else ""
