"""Run the benchmarks: one script each in benchmarks/, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from book_tools.chapters import ROOT, python_path

BY_NAME_ONLY = {"addition"}  # takes many minutes


def bench(name: str | None, arguments: list[str], root: Path = ROOT) -> int:
    """Run one benchmark or all in turn, stop at the first that fails.

    Parameters
    ----------
    name : str or None
        The one to run; None runs all but the long ones.
    arguments : list of str
        Passed on to each benchmark.
    root : Path
        The folder of the book.

    Raises
    ------
    SystemExit
        With one line that lists the benchmarks, where none is called so.
    """
    names = sorted(path.stem for path in (root / "benchmarks").glob("[!_]*.py"))
    if name and name not in names:
        raise SystemExit(
            f"No benchmark is called {name!r}. Benchmarks: {', '.join(names)}."
        )
    environment = os.environ | {"PYTHONPATH": python_path(root)}
    for each in [name] if name else sorted({*names} - BY_NAME_ONLY):
        command = [sys.executable, "-m", f"benchmarks.{each}", *arguments]
        print(f"$ python {' '.join(command[1:])}", flush=True)
        try:
            status = subprocess.call(command, cwd=root, env=environment)
        except KeyboardInterrupt:
            return 130  # the benchmark has said so
        if status:
            return status
    return 0
