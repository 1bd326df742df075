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
BOTH = ("lowest", "newest")
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
    for which in [versions] if versions else BOTH:
        folder = root / "_build" / "package" / which
        python = install(which, folder, root)
        script = folder / "readme.py"
        script.write_text("\n".join(readme_blocks(root)), "utf-8")
        for command, place in (
            ((str(script),), folder),
            (("-m", "pytest", "-q", "-W", "default", *TESTS), root),
        ):
            status = subprocess.call([python, *command], cwd=place, env=without_path())
            if status:
                print(f"{which}: failed at {' '.join(command)[:60]}")
                return status
    return 0


def install(which: str, folder: Path, root: Path = ROOT) -> str:
    """Make an empty environment with the wheel in it; return its Python."""
    print(f"{which} versions, in {folder}", flush=True)
    venv.create(folder, clear=True, with_pip=True)
    python = str(folder_python(folder))
    pins = lowest_versions(root) if which == "lowest" else []
    wanted = [f"{build_wheel(folder, root)}[{','.join(EXTRAS)}]", *pins, *TESTERS]
    command = [python, "-m", "pip", "install", "-q", *wanted]
    if subprocess.call(command, cwd=folder, env=without_path()):
        raise SystemExit(
            f"pip could not install the {which} versions; its own message is above. "
            "Where it is about the versions, pyproject.toml promises too much."
        )
    return python


def without_path() -> dict[str, str]:
    """Return this environment, but for where else Python would look for packages."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}


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
