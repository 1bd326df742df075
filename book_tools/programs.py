"""The programs that a command starts: the tests, the benchmarks, JupyterLab."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from book_tools.chapters import ROOT, python_path

LINT = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "--output-format", "concise", "."),
)
# A file goes to one worker as a whole; in their order, so that no long one is last.
PYTEST = ("pytest", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
NOTEBOOKS = ("--nbval", "--nbval-current-env", "--nbval-cell-timeout=180")
EVERYTHING = (
    *LINT,
    ("book_tools", "book"),
    (*PYTEST, *NOTEBOOKS, "lstm_utils", "tests", "chapters"),
)
QUICK_TESTS = (
    *("-m", "not slow", "lstm_utils"),
    *("tests/unit", "tests/sweeps", "tests/chapters"),
)
QUICK = (*LINT, (*PYTEST, *QUICK_TESTS))
INTERRUPTED = 130
BY_NAME_ONLY = {"addition"}  # takes many minutes


def run_gate(*, fast: bool = False, root: Path = ROOT) -> int:
    """Run each step of the tests, stop at the first that fails, return its status."""
    return _run_each(QUICK if fast else EVERYTHING, root)


def bench(
    name: str | None, arguments: list[str], root: Path = ROOT, *, save: bool = False
) -> int:
    """Run one benchmark, or all but the long ones; stop at the first that fails.

    Each is given the `arguments`. Where none has the name, `SystemExit` lists them.
    """
    arguments = [*(["--save"] if save else []), *arguments]
    names = sorted(path.stem for path in (root / "benchmarks").glob("[!_]*.py"))
    if name and name not in names:
        raise SystemExit(
            f"No benchmark is called {name!r}. Benchmarks: {', '.join(names)}."
        )
    chosen = [name] if name else sorted({*names} - BY_NAME_ONLY)
    return _run_each([(f"benchmarks.{each}", *arguments) for each in chosen], root)


def lab(arguments: list[str], root: Path = ROOT) -> int:
    """Start JupyterLab in chapters/, for this machine only, and wait for its end."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments = [*arguments, "--allow-root"]  # the usual case inside a container
    step = ("jupyter", "lab", *arguments, str(root / "chapters"))
    status = _run_each([step], root)
    return 0 if status == INTERRUPTED else status


def _run_each(steps: Iterable[tuple[str, ...]], root: Path) -> int:
    environment = os.environ | {"PYTHONPATH": python_path(root)}
    for step in steps:
        print(f"$ python -m {' '.join(step)}", flush=True)
        command = [sys.executable, "-m", *step]
        try:
            status = subprocess.call(command, cwd=root, env=environment)
        except KeyboardInterrupt:
            return INTERRUPTED  # the program has said so
        if status:
            return status
    return 0
