"""The tests: everything, or what is quick."""

import subprocess
import sys
from pathlib import Path

from book_tools.chapters import ROOT

LINT = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "--output-format", "concise", "."),
)
PARALLEL = ("-n", "2", "--dist", "loadfile")
NOTEBOOKS = ("--nbval", "--nbval-current-env", "--nbval-cell-timeout=180")
EVERYTHING = (
    *LINT,
    ("book_tools", "book"),
    ("pytest", *PARALLEL, *NOTEBOOKS, "lstm_utils", "tests", "chapters"),
)
QUICK_TESTS = (
    *("-m", "not slow"),
    *("lstm_utils", "tests/unit", "tests/sweeps", "tests/chapters"),
)
QUICK = (
    *LINT,
    ("pytest", *PARALLEL, *QUICK_TESTS),
)


def run_gate(*, fast: bool = False, root: Path = ROOT) -> int:
    """Run each step in turn, stop at the first that fails, return its status."""
    for step in QUICK if fast else EVERYTHING:
        print(f"$ python -m {' '.join(step)}", flush=True)
        status = subprocess.call([sys.executable, "-m", *step], cwd=root)
        if status:
            return status
    return 0
