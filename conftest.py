"""Settings for every test; nbval's too, since they hold for chapters/ as well."""

import os

from book_tools.outputs import NOT_COMPARED

# A kernel that a test starts draws its figures inline, whatever the shell says.
os.environ.pop("MPLBACKEND", None)


def pytest_collectstart(collector):
    """Compare what `make run` compares; no chapter may store stderr anyway."""
    if hasattr(collector, "skip_compare"):
        collector.skip_compare = NOT_COMPARED
