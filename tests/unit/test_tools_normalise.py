"""The committed form of a notebook."""

import copy

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell as code
from nbformat.v4 import new_markdown_cell as prose
from nbformat.v4 import new_notebook, new_output

from book_tools.chapters import ROOT, code_cells, serialise
from book_tools.normalise import colab_source, is_readable, normalise


def normalised(*cells, root=ROOT, **metadata):
    """Return the committed form of a notebook of these cells."""
    notebook = new_notebook(metadata=nbformat.from_dict(metadata))
    notebook.cells = [*cells]
    return normalise(notebook, root)


def own_cells(notebook):
    """Return the cells but the one for Colab."""
    return [cell for cell in notebook.cells if cell.id != "colab"]


def stored(*outputs):
    """Return what is kept of the outputs of a cell."""
    (cell,) = own_cells(normalised(code("x", outputs=[*outputs])))
    return cell.outputs


def test_which_ids_are_readable():
    readable = ["load-data", "x", "cell-2"]
    uuid = "9f1c2d3e-4a5b-4c6d-8e7f-0a1b2c3d4e5f"
    others = ["1a2b3c4d", "deadbeef", uuid, "Xy3_kZqPabcd", "load_data", ""]
    assert [name for name in (*readable, *others) if is_readable(name)] == readable


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("## What you will learn\n\nMuch.", "what-you-will-learn"),
        ("(anchor)=\n### Shapes", "shapes"),
        (
            "## A very long heading that says all there is to be said",
            "a-very-long-heading-that-says-all-there",
        ),
        ("## 3 × 4", "cell-3-4"),
        ("## …", "cell"),
        ("#hashtag", "cell"),
        ("No heading.", "cell"),
    ],
)
def test_a_cell_is_named_after_the_heading_above_it(heading, name):
    cells = [prose(heading), code("# code"), prose("More of it."), prose("# Next")]
    ids = [cell.id for cell in own_cells(normalised(*cells))]
    assert ids == [name, f"{name}-2", f"{name}-3", "next"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("load-data 1a2b3c4d 5e6f7a8b", "load-data gates gates-2"),
        ("gates 1a2b3c4d gates-2", "gates gates-3 gates-2"),
        ("x x", "x gates"),
    ],
    ids=["random", "first-free", "repeated"],
)
def test_readable_ids_stay_and_others_get_the_first_free_number(given, expected):
    cells = [prose("## Gates"), *(code("x") for _ in given.split()[1:])]
    for cell, identifier in zip(cells, given.split(), strict=True):
        cell.id = identifier
    ids = [cell.id for cell in own_cells(normalised(*cells))]
    assert ids == expected.split()


def test_counts_run_from_one():
    value = new_output("execute_result", {"text/plain": "3"}, execution_count=17)
    ran = code("x", execution_count=17, outputs=[value])
    result = code_cells(normalised(ran, code("y", execution_count=4)))
    assert [cell.execution_count for cell in result] == [1, 2, 3]
    assert result[1].outputs[0].execution_count == 2


def test_a_notebook_that_never_ran_has_no_counts():
    result = code_cells(normalised(code("x")))
    assert {cell.execution_count for cell in result} == {None}


def test_streams_are_merged_but_not_across_other_outputs():
    value = new_output("display_data", {"text/plain": "3"})
    a, b, c, d = (new_output("stream", text=text) for text in "abcd")
    c.name = "stderr"
    texts = [out.get("text", "value") for out in stored(a, b, c, value, d)]
    assert texts == ["ab", "c", "value", "d"]


def test_only_metadata_that_means_something_is_kept():
    kept = {"tags": ["hide-input"], "mystnb": {"image": {"alt": "A dot."}}}
    metadata = {
        **kept,
        "jupyter": {"source_hidden": True, "outputs_hidden": True},
        "execution": {"iopub.status.busy": "2024-01-01T00:00:00Z"},
        "colab": {"height": 17},
        "collapsed": False,
    }
    result = normalised(
        code("x", metadata=metadata),
        kernelspec={"name": "venv", "display_name": "My own"},
        language_info={"name": "python", "version": "3.11.7"},
        widgets={"state": {}},
        book={"stamp": {"cells": "00"}},
    )
    (cell,) = own_cells(result)
    assert cell.metadata == {**kept, "jupyter": {"source_hidden": True}}
    assert result.metadata.kernelspec.name == "python3"
    assert "version" not in result.metadata.language_info
    assert set(result.metadata) == {"book", "kernelspec", "language_info"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["check"], ["check", "hide-input"]),
        (["check", "hide-input"], ["check", "hide-input"]),
        (["remove-cell", "test"], ["remove-cell", "test"]),
    ],
    ids=["check", "check-folded-before", "guard"],
)
def test_what_gives_an_answer_away_or_guards_the_text_is_folded(before, after):
    (cell,) = own_cells(normalised(code("x", metadata={"tags": before})))
    assert cell.metadata == {"tags": after, "jupyter": {"source_hidden": True}}


def test_outputs_keep_a_figure_and_its_size_alone():
    data = {
        "image/png": "iVBORw0KGgo=",
        "text/plain": "<Figure>",
        "application/vnd.jupyter.widget-view+json": {"model_id": "1"},
        "application/vnd.google.colaboratory.intrinsic+json": {"type": "x"},
    }
    sizes = {"image/png": {"width": 640, "height": 480, "alt": "no"}, "needs": "light"}
    (output,) = stored(new_output("display_data", data, metadata=sizes))
    assert set(output.data) == {"image/png", "text/plain"}
    assert output.metadata == {"image/png": {"width": 640, "height": 480}}


def test_a_traceback_keeps_the_frames_of_the_page_alone():
    traceback = [
        "\x1b[31mValueError\x1b[39m  Traceback (most recent call last)",
        "\x1b[36mCell\x1b[39m \x1b[32mIn[4]\x1b[39m, line 1\n----> 1 fit(x)",
        "\x1b[36mFile \x1b[39m\x1b[32m/home/ada/keras/fit.py:12\x1b[39m, in fit",
        "ValueError: wrong shape",
    ]
    error = new_output("error", ename="ValueError", evalue="", traceback=traceback)
    assert stored(error)[0].traceback == [traceback[0], traceback[1], traceback[3]]


@pytest.mark.parametrize(
    ("first", "ids"),
    [
        (prose("# T"), ["t", "colab", "t-2"]),
        (code("old", id="old", metadata={"tags": ["colab"]}), ["colab", "cell"]),
    ],
    ids=["new", "old"],
)
def test_the_colab_cell_is_written_before_all_code_or_where_it_was(
    small_book, first, ids
):
    result = normalised(first, code("x"), root=small_book).cells
    assert [cell.id for cell in result] == ids
    cell = result[ids.index("colab")]
    assert cell.source == colab_source(small_book)
    address = '"lstm-utils[plots,sweeps,data] @ git+https://example.org/book@main"'
    assert address in cell.source
    assert cell.metadata.tags == ["remove-cell", "colab"]
    assert cell.metadata.jupyter.source_hidden


def test_empty_cells_and_trailing_blanks_go():
    result = normalised(code("x = 1\n\n"), code("  \n"), prose(""))
    assert [cell.source for cell in own_cells(result)] == ["x = 1"]


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([code, prose]),
            st.text("ab1 =()#\n:{}", max_size=20),
            st.from_regex(r"[a-f0-9]{1,3}|[a-f0-9]{8}", fullmatch=True),
        ),
        max_size=6,
    )
)
def test_twice_is_once_and_the_notebook_given_is_not_changed(cells):
    notebook = new_notebook(cells=[make(source) for make, source, _ in cells])
    for cell, (_, _, identifier) in zip(notebook.cells, cells, strict=True):
        cell.id = identifier
    before = copy.deepcopy(notebook)
    once = normalise(notebook)
    assert notebook == before
    nbformat.validate(once)
    text = serialise(once)
    assert serialise(normalise(once)) == text
    assert text.endswith("\n}\n")
    assert all(is_readable(cell.id) for cell in once.cells)
