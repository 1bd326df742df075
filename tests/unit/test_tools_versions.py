"""The chapters in other versions: one fails, the others still run, and it is named."""

import re
import subprocess
import sys

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from book_tools import versions
from book_tools.chapters import (
    ROOT,
    code_cells,
    list_notebooks,
    read_notebook,
    serialise,
    tags,
)
from book_tools.outputs import output_text

ALIKE = "nbval-check-output"


@pytest.fixture
def tried(monkeypatch):
    """Return the chapters that were run, and in which versions, with this Python."""
    ran = []

    def call(command, **how):
        ran.append(command[-1])
        assert "PYTHONPATH" not in how["env"]
        assert "--nbval-lax" in command
        return "02" in command[-1]

    monkeypatch.setattr(versions, "install", lambda which, *_: ran.append(which) or "p")
    monkeypatch.setattr("subprocess.call", call)
    return ran


def test_every_chapter_runs_in_both_and_those_that_fail_are_named(
    small_book, write_chapter, tried, capsys
):
    first, second = write_chapter("1"), write_chapter("1", name="02-other")
    third = write_chapter("1", name="03-last")
    paths = [str(path) for path in (first, second, third)]
    assert versions.chapters(root=small_book) == 1
    assert tried == ["lowest", *paths, "newest", *paths]
    said = capsys.readouterr().out.splitlines()[-1]
    assert said == "Failed: 02-other (lowest), 02-other (newest)"
    tried.clear()
    assert versions.chapters("newest", "01", root=small_book) == 0
    assert tried == ["newest", str(first)]
    assert capsys.readouterr().out.endswith("Every chapter ran.\n")


def ran(source, text, *marks):
    """Return a cell with an output."""
    output = new_output("execute_result", {"text/plain": text}, execution_count=1)
    metadata = {"tags": [*marks]}
    return new_code_cell(source, outputs=[output], execution_count=1, metadata=metadata)


@pytest.mark.slow
@pytest.mark.parametrize(("stored", "passes"), [("(2, 3)", True), ("(3, 2)", False)])
def test_only_what_must_come_out_alike_is_compared(tmp_path, stored, passes):
    """As `make test-chapters` runs a notebook, in this very environment."""
    path = tmp_path / "01-small.ipynb"
    cells = [ran("import random", "0"), ran("random.random()", "0.1")]
    notebook = new_notebook(cells=[*cells, ran("(2, 3)", stored, ALIKE)])
    path.write_text(serialise(notebook), "utf-8")
    command = [sys.executable, *versions.PYTEST, "--rootdir", str(ROOT), str(path)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode == 0) == passes, done.stdout


def test_what_an_environment_holds_is_said(tmp_path):
    place = tmp_path / "lib" / "site-packages" / "tensorflow_cpu-2.18.1.dist-info"
    place.mkdir(parents=True)
    (place / "METADATA").write_text("Name: tensorflow-cpu\nVersion: 2.18.1\n")
    assert versions.installed(tmp_path) == ["tensorflow_cpu 2.18.1"]


def test_what_must_come_out_alike_is_whole_numbers_of_many_chapters():
    """So that no other version can differ in a last digit."""
    found = {}
    for path in list_notebooks():
        marked = [c for c in code_cells(read_notebook(path)) if ALIKE in tags(c)]
        found[path.stem] = len(marked)
        for text in map(output_text, (o for cell in marked for o in cell.outputs)):
            assert re.search(r"\d", text), path.stem
            assert not re.search(r"\.\d|e-\d", text), path.stem
    assert sum(map(bool, found.values())) > 10
