"""Outputs are compared as nbval does; some are refused."""

import copy
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from book_tools.outputs import difference, refused_outputs


def value(text, **data):
    return new_output("execute_result", {"text/plain": text, **data})


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def png(content):
    return new_output("display_data", {"image/png": content, "text/plain": "<Figure>"})


SAME = {
    "equal": ([value("0.123")], [value("0.123")]),
    "nothing": ([], []),
    "pixels": ([png("aaaa")], [png("bbbb")]),
    "stderr": ([stream("a", "stderr")], []),
    "split-streams": ([stream("a"), stream("b")], [stream("ab")]),
}
DIFFERENT = {
    "digit": ([value("0.123")], [value("0.124")], "0.124"),
    "html": (
        [value("x", **{"text/html": "1"})],
        [value("x", **{"text/html": "2"})],
        "2",
    ),
    "missing": ([value("0.123")], [], "Missing"),
    "more": ([], [stream("so")], "Unexpected"),
    "number-of-outputs": ([value("1")], [value("1"), value("1")], "number"),
    "error": (
        [new_output("error", ename="E", evalue="a", traceback=[])],
        [new_output("error", ename="E", evalue="b", traceback=[])],
        "evalue",
    ),
}


@pytest.mark.parametrize(("first", "second"), SAME.values(), ids=SAME)
def test_what_counts_as_the_same(first, second):
    before = copy.deepcopy((first, second))
    assert difference(first, second) == ""
    assert (first, second) == before


@pytest.mark.parametrize(
    ("first", "second", "shown"), DIFFERENT.values(), ids=DIFFERENT
)
def test_what_counts_as_different(first, second, shown):
    assert shown in difference(first, second)


def refused(output, *tags):
    cell = new_code_cell("x", id="here", outputs=[output], metadata={"tags": [*tags]})
    return list(refused_outputs(new_notebook(cells=[cell])))


@pytest.mark.parametrize(
    "text",
    [
        "<function f at 0x7f3b5c0d1e20>",
        "saved in /home/ada/model.keras",
        "File /usr/lib/python3.11/json/decoder.py:355",
        "C:\\Users\\ada\\model.keras",
    ],
)
def test_what_belongs_to_one_machine_is_refused(text):
    (line,) = refused(stream(text))
    assert line.startswith("cell 1 (here) stores a ")


def test_the_folder_of_the_book_is_refused_wherever_it_is():
    cell = new_code_cell("x", outputs=[stream("in /odd/place/chapters")])
    assert list(refused_outputs(new_notebook(cells=[cell]), Path("/odd/place")))
    assert not list(refused_outputs(new_notebook(cells=[cell]), Path("/other")))


@pytest.mark.parametrize(
    "text",
    ["and/or", "shape (2, 3) 0x10", "experiments/results/depth.csv", "1/2 /batch"],
)
def test_ordinary_text_is_kept(text):
    assert refused(stream(text)) == []


def test_stderr_is_refused():
    assert "stderr" in refused(stream("W0000 careful", "stderr"))[0]


def test_an_error_must_be_announced():
    error = new_output("error", ename="ValueError", evalue="no", traceback=["no"])
    assert "ValueError" in refused(error)[0]
    assert refused(error, "raises-exception") == []
