"""The committed form of a notebook."""

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from book_tools.chapters import code_cells, serialise
from book_tools.normalise import colab_source, is_readable, normalise


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def own_cells(notebook):
    """Return the cells but the one for Colab."""
    return [cell for cell in notebook.cells if cell.id != "colab"]


@pytest.mark.parametrize(
    ("identifier", "readable"),
    [
        ("load-data", True),
        ("x", True),
        ("cell-2", True),
        ("1a2b3c4d", False),
        ("deadbeef", False),
        ("9f1c2d3e-4a5b-4c6d-8e7f-0a1b2c3d4e5f", False),
        ("Xy3_kZqPabcd", False),
        ("load_data", False),
        ("", False),
    ],
)
def test_which_ids_are_readable(identifier, readable):
    assert is_readable(identifier) is readable


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("## What you will learn\n\nMuch.", "what-you-will-learn"),
        ("(anchor)=\n### Shapes", "shapes"),
        ("## 3 × 4", "cell-3-4"),
        ("## …", "cell"),
        ("#hashtag", "cell"),
        ("No heading.", "cell"),
    ],
)
def test_a_cell_is_named_after_the_heading_above_it(small_book, heading, names):
    cells = [new_markdown_cell(heading), new_code_cell("# code"), new_code_cell("x")]
    result = own_cells(normalise(new_notebook(cells=cells), small_book))
    assert [cell.id for cell in result] == [names, f"{names}-2", f"{names}-3"]


def test_a_new_cell_takes_the_first_free_number_of_its_section(small_book):
    cells = [
        new_markdown_cell("## Gates", id="gates"),
        new_code_cell("x"),
        new_code_cell("y", id="gates-2"),
        new_markdown_cell("## A very long heading that says all there is to be said"),
        new_markdown_cell("More of it."),
    ]
    result = own_cells(normalise(new_notebook(cells=cells), small_book))
    long = "a-very-long-heading-that-says-all-there"
    expected = ["gates", "gates-3", "gates-2", long, f"{long}-2"]
    assert [cell.id for cell in result] == expected


def test_readable_ids_stay_and_random_ones_go(small_book):
    cells = [
        new_code_cell("x = 1", id="load-data"),
        new_code_cell("x = 2", id="1a2b3c4d"),
        new_code_cell("x = 3", id="5e6f7a8b"),
    ]
    result = normalise(new_notebook(cells=cells), small_book)
    assert [cell.id for cell in own_cells(result)] == ["load-data", "cell", "cell-2"]


def test_a_repeated_id_is_changed(small_book):
    notebook = new_notebook(cells=[new_code_cell("x = 1"), new_code_cell("y = 2")])
    for cell in notebook.cells:
        cell.id = "x"
    result = normalise(notebook, small_book)
    assert [cell.id for cell in own_cells(result)] == ["x", "cell"]


def test_counts_run_from_one(small_book):
    value = new_output("execute_result", {"text/plain": "3"}, execution_count=17)
    cells = [
        new_code_cell("x", execution_count=17, outputs=[value]),
        new_code_cell("y", execution_count=4),
    ]
    result = code_cells(normalise(new_notebook(cells=cells), small_book))
    assert [cell.execution_count for cell in result] == [1, 2, 3]
    assert result[1].outputs[0].execution_count == 2


def test_a_notebook_that_never_ran_has_no_counts(small_book):
    result = normalise(new_notebook(cells=[new_code_cell("x")]), small_book)
    assert {cell.execution_count for cell in code_cells(result)} == {None}


def test_streams_are_merged_but_not_across_other_outputs(small_book):
    value = new_output("display_data", {"text/plain": "3"})
    outputs = [stream("a"), stream("b"), stream("c", "stderr"), value, stream("d")]
    cell = new_code_cell("x", outputs=outputs)
    result = normalise(new_notebook(cells=[cell]), small_book)
    texts = [out.get("text", "value") for out in code_cells(result)[1].outputs]
    assert texts == ["ab", "c", "value", "d"]


def test_only_metadata_that_means_something_is_kept(small_book):
    metadata = {
        "tags": ["hide-input"],
        "mystnb": {"image": {"alt": "A dot."}},
        "jupyter": {"source_hidden": True, "outputs_hidden": True},
        "execution": {"iopub.status.busy": "2024-01-01T00:00:00Z"},
        "colab": {"height": 17},
        "collapsed": False,
    }
    cell = new_code_cell("x", metadata=metadata)
    notebook = new_notebook(cells=[cell])
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"name": "venv", "display_name": "My own"},
            "language_info": {"name": "python", "version": "3.11.7"},
            "widgets": {"state": {}},
            "book": {"stamp": {"cells": "00"}},
        }
    )
    result = normalise(notebook, small_book)
    assert own_cells(result)[0].metadata == {
        "tags": ["hide-input"],
        "mystnb": {"image": {"alt": "A dot."}},
        "jupyter": {"source_hidden": True},
    }
    assert result.metadata.kernelspec.name == "python3"
    assert "version" not in result.metadata.language_info
    assert set(result.metadata) == {"book", "kernelspec", "language_info"}


def test_outputs_keep_a_figure_and_its_size_alone(small_book):
    data = {
        "image/png": "iVBORw0KGgo=",
        "text/plain": "<Figure>",
        "application/vnd.jupyter.widget-view+json": {"model_id": "1"},
        "application/vnd.google.colaboratory.intrinsic+json": {"type": "x"},
    }
    sizes = {"image/png": {"width": 640, "height": 480, "alt": "no"}, "needs": "light"}
    output = new_output("display_data", data, metadata=sizes)
    cell = new_code_cell("x", outputs=[output])
    stored = code_cells(normalise(new_notebook(cells=[cell]), small_book))[1].outputs[0]
    assert set(stored.data) == {"image/png", "text/plain"}
    assert stored.metadata == {"image/png": {"width": 640, "height": 480}}


def test_a_traceback_keeps_the_frames_of_the_page_alone(small_book):
    traceback = [
        "\x1b[31mValueError\x1b[39m  Traceback (most recent call last)",
        "\x1b[36mCell\x1b[39m \x1b[32mIn[4]\x1b[39m, line 1\n----> 1 fit(x)",
        "\x1b[36mFile \x1b[39m\x1b[32m/home/ada/keras/fit.py:12\x1b[39m, in fit",
        "ValueError: wrong shape",
    ]
    error = new_output("error", ename="ValueError", evalue="", traceback=traceback)
    cell = new_code_cell("fit(x)", outputs=[error])
    stored = code_cells(normalise(new_notebook(cells=[cell]), small_book))[1].outputs[0]
    assert stored.traceback == [traceback[0], traceback[1], traceback[3]]


def test_the_colab_cell_takes_its_address_from_the_config(small_book):
    source = colab_source(small_book)
    assert (
        '"lstm-utils[plots,sweeps,data] @ git+https://example.org/book@main"' in source
    )
    notebook = new_notebook(cells=[new_markdown_cell("# T"), new_code_cell("x")])
    result = normalise(notebook, small_book)
    assert [cell.id for cell in result.cells] == ["t", "colab", "t-2"]
    assert result.cells[1].source == source
    assert result.cells[1].metadata.tags == ["remove-cell", "colab"]
    assert result.cells[1].metadata.jupyter.source_hidden


def test_an_old_colab_cell_is_rewritten_in_its_place(small_book):
    old = new_code_cell("old", id="elsewhere", metadata={"tags": ["colab"]})
    result = normalise(new_notebook(cells=[old, new_code_cell("x")]), small_book)
    assert [cell.id for cell in result.cells] == ["colab", "cell"]
    assert result.cells[0].source == colab_source(small_book)


def test_empty_cells_and_trailing_blanks_go(small_book):
    cells = [new_code_cell("x = 1\n\n"), new_code_cell("  \n"), new_markdown_cell("")]
    result = normalise(new_notebook(cells=cells), small_book)
    assert [cell.source for cell in own_cells(result)] == ["x = 1"]


def test_the_notebook_given_is_not_changed(small_book):
    notebook = new_notebook(cells=[new_code_cell("x", id="1a2b3c4d")])
    before = serialise(notebook)
    normalise(notebook, small_book)
    assert serialise(notebook) == before


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([new_code_cell, new_markdown_cell]),
            st.text("ab1 =()#\n:{}", max_size=20),
            st.from_regex(r"[a-f0-9]{1,3}|[a-f0-9]{8}", fullmatch=True),
        ),
        max_size=6,
    )
)
def test_twice_is_once_and_ids_are_unique(cells):
    notebook = new_notebook(cells=[make(source) for make, source, _ in cells])
    for cell, (_, _, identifier) in zip(notebook.cells, cells, strict=True):
        cell.id = identifier
    once = normalise(notebook)
    nbformat.validate(once)
    assert serialise(normalise(once)) == serialise(once)
    assert all(is_readable(cell.id) for cell in once.cells)


def test_a_file_ends_with_one_newline(small_book):
    text = serialise(normalise(new_notebook(cells=[new_code_cell("x")]), small_book))
    assert text.endswith("}\n")
    assert not text.endswith("\n\n")
