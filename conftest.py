"""Settings for every test; nbval's too, since they hold for chapters/ as well."""

import os
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest
from nbval.kernel import RunningKernel

from book_tools.chapters import ROOT, python_path
from book_tools.outputs import NOT_COMPARED
from book_tools.run import THREADS

# A kernel that a test starts draws its figures inline, whatever the shell says,
# neither reads a reader's own IPython settings nor writes into that history, and
# imports the package that lies here.
os.environ.pop("MPLBACKEND", None)
os.environ["IPYTHONDIR"] = str(ROOT / "_build" / "ipython")
os.environ["PYTHONPATH"] = python_path(Path(__file__).parent)

# Two workers on two cores: threads of one would wait for those of the other. `make run`
# has seen that the numbers are the same with one as with many.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ |= dict.fromkeys(THREADS, "1")


# A shell may start its background jobs deaf to Ctrl-C; tests send it to their children.
signal.signal(signal.SIGINT, signal.default_int_handler)


def execute_with_history(kernel, source, allow_stdin=None):
    """Execute a cell as Jupyter does; without history a final `;` hides nothing."""
    return kernel.kc.execute(
        source, store_history=True, allow_stdin=allow_stdin, stop_on_error=False
    )


RunningKernel.execute_cell_input = execute_with_history


def pytest_collectstart(collector):
    """Compare what `make run` compares; no chapter may store stderr anyway."""
    if hasattr(collector, "skip_compare"):
        collector.skip_compare = NOT_COMPARED


@pytest.fixture(autouse=True)
def no_figures_left_open():
    """Close what a test has drawn: Matplotlib warns of more than 20 figures."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def pytest_terminal_summary(terminalreporter):
    """Say what was not tested, once for each reason; pytest's own last line follows."""
    skipped = terminalreporter.stats.get("skipped", ())
    reasons = [r.longrepr[2] for r in skipped if isinstance(r.longrepr, tuple)]
    for reason, number in Counter(reasons).most_common():
        what = reason.removeprefix("Skipped: ")
        terminalreporter.line(f"Not tested ({number} skipped): {what}")
