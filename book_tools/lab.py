"""Open JupyterLab on the chapters."""

import os
import subprocess
import sys
from pathlib import Path

from book_tools.chapters import ROOT, python_path


def lab(arguments: list[str], root: Path = ROOT) -> int:
    """Start JupyterLab in chapters/, for this machine only, and wait for its end."""
    command = [sys.executable, "-m", "jupyter", "lab", *arguments]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # the usual case inside a container
    environment = os.environ | {"PYTHONPATH": python_path(root)}
    try:
        return subprocess.call([*command, str(root / "chapters")], env=environment)
    except KeyboardInterrupt:
        return 0
