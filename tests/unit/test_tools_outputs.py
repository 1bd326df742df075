"""Outputs are compared as nbval does; some are refused."""

import copy
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from book_tools.chapters import ROOT
from book_tools.outputs import difference, refused_outputs


def value(text, **others):
    data = {f"text/{kind}": said for kind, said in others.items()}
    return new_output("execute_result", {"text/plain": text, **data})


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def png(content):
    return new_output("display_data", {"image/png": content, "text/plain": "<Figure>"})


def error(text):
    return new_output("error", ename="ValueError", evalue=text, traceback=[text])


SAME = {
    "equal": ([value("0.123")], [value("0.123")]),
    "nothing": ([], []),
    "pixels": ([png("aaaa")], [png("bbbb")]),
    "stderr": ([stream("a", "stderr")], []),
    "split-streams": ([stream("a"), stream("b")], [stream("ab")]),
}
DIFFERENT = {
    "digit": ([value("0.123")], [value("0.124")], "0.124"),
    "html": ([value("x", html="1")], [value("x", html="2")], "2"),
    "missing": ([value("0.123")], [], "Missing"),
    "more": ([], [stream("so")], "Unexpected"),
    "number-of-outputs": ([value("1")], [value("1"), value("1")], "number"),
    "error": ([error("a")], [error("b")], "evalue"),
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


def refused(output, *tags, root=ROOT):
    cell = new_code_cell("x", id="here", outputs=[output], metadata={"tags": [*tags]})
    return list(refused_outputs(new_notebook(cells=[cell]), root))


@pytest.mark.parametrize(
    ("output", "named"),
    [
        (stream("<function f at 0x7f3b5c0d1e20>"), "memory address: 0x7f3b5c0d1e20"),
        (stream("saved in /home/ada/model.keras"), "machine path: /home/ada"),
        (stream("File /usr/lib/python3.11/json.py"), "machine path: /usr/lib"),
        (stream("C:\\Users\\ada\\model.keras"), "machine path: C:\\Users"),
        (stream("W0000 careful", "stderr"), "stderr: ['W0000 careful']"),
        (error("no"), "error that was not announced: ValueError"),
    ],
)
def test_what_belongs_to_one_machine_or_was_not_meant_is_refused(output, named):
    (line,) = refused(output)
    assert line.startswith("cell 1 (here) stores ")
    assert line.endswith(named)


@pytest.mark.parametrize(
    "text",
    ["and/or", "shape (2, 3) 0x10", "experiments/results/depth.csv", "1/2 /batch"],
)
def test_ordinary_text_is_kept(text):
    assert refused(stream(text)) == []


def test_the_folder_of_the_book_is_refused_wherever_it_is():
    output = stream("in /odd/place/chapters")
    assert refused(output, root=Path("/odd/place"))
    assert refused(output, root=Path("/other")) == []


def test_an_error_that_was_announced_is_kept():
    assert refused(error("no"), "raises-exception") == []
