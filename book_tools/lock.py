"""Compile the locks, and write environment.yml from them."""

import re
import shutil
import subprocess
import tempfile
import tomllib
from itertools import chain
from pathlib import Path

from book_tools.chapters import ROOT, replace_file
from book_tools.freshness import locked_versions

COMPILE = (
    *("uv", "pip", "compile", "-q", "--universal", "--python-version", "3.11"),
    *("--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url"),
    *("--no-emit-find-links", "--fork-strategy", "fewest"),
)
CONDA = """\
# For conda and Binder; `make lock` writes this file.
name: stacked-lstms
channels:
  - conda-forge
dependencies:
  - python=3.11
  - pip
  - pip:
"""
RUN_EXTRAS = ("tensorflow", "plots", "sweeps", "data", "lab")
# dev holds every use and is compiled first; the others may not differ from it.
USES = {
    "dev": (*RUN_EXTRAS, "book", "course", "test", "cluster"),
    "book": ("book",),
    "run": RUN_EXTRAS,
}


def lock(*, upgrade: bool = False, root: Path = ROOT) -> int:
    """Recompile every lock and environment.yml, or change nothing.

    With `upgrade` the newest versions are taken; otherwise those that fit are kept.
    """
    if not shutil.which("uv"):
        raise SystemExit("uv is not installed; `pipx install uv`, then `make lock`.")
    requirements = root / "requirements"
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for use in USES:
            shutil.copy(requirements / f"{use}.txt", work)
        for use, extras in USES.items():
            _compile(use, extras, work, upgrade and use == "dev", root)
        for use in USES:
            compiled = (work / f"{use}.txt").read_text("utf-8")
            replace_file(requirements / f"{use}.txt", compiled)
    replace_file(root / "environment.yml", environment(root))
    print("Locked: requirements/*.txt and environment.yml")
    return 0


def _compile(
    use: str, extras: tuple[str, ...], work: Path, upgrade: bool, root: Path
) -> None:
    command = [*COMPILE, "-o", str(work / f"{use}.txt"), str(root / "pyproject.toml")]
    command += [part for extra in extras for part in ("--extra", extra)]
    command += [] if use == "dev" else ["-c", str(work / "dev.txt")]
    command += ["--upgrade"] if upgrade else []
    if subprocess.call(command):
        raise SystemExit(
            f"uv could not compile requirements/{use}.txt; its own message is above. "
            "No lock was changed."
        )


def environment(root: Path = ROOT) -> str:
    """Return environment.yml: what running the chapters asks for, as locked."""
    locked = locked_versions(root / "requirements" / "run.txt")
    asked = direct_requirements(root)
    pins = [line for line in locked if line.partition("==")[0] in asked]
    return CONDA + "".join(f'      - "{pin}"\n' for pin in [*pins, "-e ."])


def direct_requirements(root: Path = ROOT) -> set[str]:
    """Return the names that pyproject.toml asks for to run the chapters."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    extras = (project["optional-dependencies"][extra] for extra in RUN_EXTRAS)
    asked = chain(project["dependencies"], *extras)
    return {re.match(r"[\w.-]+", line).group().lower() for line in asked}
