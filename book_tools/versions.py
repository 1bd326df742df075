"""Run the chapters with the lowest and with the newest versions that they allow.

Every cell runs, and so does every assertion. Of the outputs only those are compared
that must come out alike everywhere, such as shapes and numbers of parameters: the tag
`nbval-check-output` marks their cells. The rest is compared in the locked versions.
"""

import subprocess
from importlib import metadata
from pathlib import Path

from book_tools.chapters import ROOT, find_chapter, list_notebooks
from book_tools.wheel import BOTH, install, without_path

NBVAL = ("--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=600")
PYTEST = ("-m", "pytest", "-q", "-W", "default", "-p", "no:cacheprovider", *NBVAL)
SHOWN = ("keras", "tensorflow", "tensorflow_cpu", "numpy")


def chapters(
    versions: str | None = None, chapter: str | None = None, root: Path = ROOT
) -> int:
    """Run the chapters one after the other; say which do not run in which versions.

    Parameters
    ----------
    versions : {"lowest", "newest"}, optional
        Which versions to install; both in turn if not given.
    chapter : str, optional
        The one chapter to run; all of them if not given.
    root : Path
        The folder of the book.
    """
    paths = [find_chapter(chapter, root)] if chapter else list_notebooks(root)
    failed = []
    for which in [versions] if versions else BOTH:
        folder = root / "_build" / "versions" / which
        python = install(which, folder, root)
        print(f"{which}: {', '.join(installed(folder))}", flush=True)
        for path in paths:
            command = [python, *PYTEST, str(path)]
            if subprocess.call(command, cwd=root, env=without_path()):
                failed.append(f"{path.stem} ({which})")
    print(f"Failed: {', '.join(failed)}" if failed else "Every chapter ran.")
    return 1 if failed else 0


def installed(folder: Path) -> list[str]:
    """Return the versions in an environment that decide what comes out."""
    places = [str(path) for path in folder.rglob("site-packages")]
    found = {
        d.name.lower().replace("-", "_"): d for d in metadata.distributions(path=places)
    }
    return [f"{name} {found[name].version}" for name in SHOWN if name in found]
