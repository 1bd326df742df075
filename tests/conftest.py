"""One set of random examples for every run, and a book of one or two chapters."""

import nbformat
import pytest
from hypothesis import settings
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

settings.register_profile("book", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("book")

CONFIG = """\
repository:
  url: https://example.org/book
  branch: main
"""
WINDOWS = '''\
"""Windows."""


def cut(series):
    """Cut."""
    return series[1:]  # all but the first
'''


DOORS = {
    "__init__.py": """\
__version__ = "1"
_HOMES = {"dyck": "toys.grammars", "echo": "toys"}
__all__ = [*_HOMES]
""",
    "toys/__init__.py": """\
from . import grammars
from .grammars import dyck
from lstm_utils.toys.sequences import echo

__all__ = ["dyck", "echo", "grammars"]
""",
    "toys/_rules.py": "def rule(function):\n    return function\n",
    "toys/sequences.py": "__all__ = ['echo']\n\n\ndef echo(x):\n    return x\n",
    "toys/grammars.py": '''\
from ._rules import rule

__all__ = ["dyck"]


@rule
def dyck(n):
    """Return brackets."""
    return n  # pairs


def depth(n):
    """Return how deep they nest."""
    return n
''',
    "looks.py": """\
import numpy as np


def draw(n):
    from lstm_utils import toys as inner

    return inner.dyck(n), np
""",
}


@pytest.fixture
def doors(small_book):
    """Return the folder of a package with a lazy front door and a door of rooms."""
    package = small_book / "lstm_utils"
    (package / "toys").mkdir()
    for name, text in DOORS.items():
        (package / name).write_text(text)
    return package


@pytest.fixture
def small_book(tmp_path):
    """Return the folder of a book without chapters."""
    for folder in ("chapters", "experiments/results", "lstm_utils", "requirements"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "_config.yml").write_text(CONFIG)
    (tmp_path / "requirements" / "run.txt").write_text(
        "numpy==2.0 ; sys_platform == 'linux' \\\n    --hash=sha256:00\nscipy==1.0\n"
    )
    package = tmp_path / "lstm_utils"
    (package / "__init__.py").write_text("from lstm_utils.notebook import setup\n")
    (package / "notebook.py").write_text("def setup(seed):\n    return seed\n")
    (package / "windows.py").write_text(WINDOWS)
    (package / "tasks.py").write_text("from .windows import cut\n\nDEPTH = 1\n")
    (package / "models.py").write_text("UNITS = 3\n")
    return tmp_path


@pytest.fixture
def write_chapter(small_book):
    """Return a function that writes a chapter of code cells and gives its path."""

    def write(*sources, name="01-small"):
        cells = [new_markdown_cell("# Small\n\nHow small?")]
        cells += [new_code_cell(source) for source in sources]
        path = small_book / "chapters" / f"{name}.ipynb"
        nbformat.write(new_notebook(cells=cells), path)
        return path

    return write
