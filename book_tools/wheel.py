"""Test the package alone, with the lowest and with the newest versions it allows."""

import os
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

from book_tools.bootstrap import folder_python
from book_tools.chapters import ROOT

EXTRAS = ("plots", "sweeps", "data", "tensorflow")
TESTERS = ("hypothesis", "nbconvert", "nbval", "pytest", "pyyaml")
TESTS = ("lstm_utils", "tests/unit", "--ignore-glob=*test_tools_*")


def package(versions: str | None = None, root: Path = ROOT) -> int:
    """Install the wheel into an empty environment, and run its README and its tests.

    Parameters
    ----------
    versions : {"lowest", "newest"}, optional
        Which versions of its requirements to install; both in turn if not given.
    root : Path
        The folder of the book.
    """
    for which in [versions] if versions else ["lowest", "newest"]:
        folder = root / "_build" / "package" / which
        print(f"{which} versions, in {folder}", flush=True)
        venv.create(folder, clear=True, with_pip=True)
        python = str(folder_python(folder))
        wheel = build_wheel(folder, root)
        pins = lowest_versions(root) if which == "lowest" else []
        wanted = [f"{wheel}[{','.join(EXTRAS)}]", *pins, *TESTERS]
        script = folder / "readme.py"
        script.write_text("\n".join(readme_blocks(root)), "utf-8")
        alone = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        for command, place in (
            (("-m", "pip", "install", "-q", *wanted), folder),
            ((str(script),), folder),
            (("-m", "pytest", "-q", "-W", "default", *TESTS), root),
        ):
            status = subprocess.call([python, *command], cwd=place, env=alone)
            if status:
                print(f"{which}: failed at {' '.join(command)[:60]}")
                return status
    return 0


def build_wheel(folder: Path, root: Path = ROOT) -> Path:
    """Build the package's wheel in a folder, and return its path."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d"]
    subprocess.run([*build, str(folder)], cwd=root, check=True, capture_output=True)
    return next(folder.glob("lstm_utils-*.whl"))


def lowest_versions(root: Path = ROOT) -> list[str]:
    """Return pins to the lower bounds that pyproject.toml gives.

    A bound of two numbers stands for the newest release that begins so.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    lines = list(project["dependencies"])
    for extra in EXTRAS:
        lines += project["optional-dependencies"][extra]
    pattern = re.compile(r"([\w.-]+)>=([\d.]+)(.*)")
    parts = (pattern.fullmatch(line).groups() for line in lines)
    return [f"{name}=={bound}.*{marker}" for name, bound, marker in parts]


def readme_blocks(root: Path = ROOT) -> list[str]:
    """Return the Python blocks of the package's README, in order."""
    text = (root / "lstm_utils" / "README.md").read_text("utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
