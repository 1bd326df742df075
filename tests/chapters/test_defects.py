"""Each check of a chapter's structure finds the defect that it is there for."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from small_chapter import QUESTION, figure, guard, result, small_chapter
from structure import CHECKS

from book_tools.chapters import code_cells, tags


def faults(notebook):
    return [fault for check in CHECKS for fault in check(notebook)]


def replace(old, new):
    """Return a defect: the first cell that holds `old` holds `new` instead."""

    def damage(notebook):
        cell = next(cell for cell in notebook.cells if old in cell.source)
        cell.source = cell.source.replace(old, new, 1)

    return damage


def remove(text):
    """Return a defect: the first cell with this text is gone."""

    def damage(notebook):
        cell = next(cell for cell in notebook.cells if text in cell.source)
        notebook.cells.remove(cell)

    return damage


def add(cell, before="## When it fails"):
    """Return a defect: one more cell, before the section named."""

    def damage(notebook):
        place = next(n for n, c in enumerate(notebook.cells) if before in c.source)
        notebook.cells.insert(place, cell)

    return damage


def add_many(source, number):
    def damage(notebook):
        for count in range(number):
            add(new_code_cell(source, id=f"more-{count}"))(notebook)

    return damage


def add_output(output, *cell_tags):
    cell = new_code_cell("x", metadata={"tags": [*cell_tags]}, outputs=[output])
    return add(cell)


def change_figure(change):
    def damage(notebook):
        cell = next(c for c in code_cells(notebook) if "mystnb" in c.metadata)
        change(cell)

    return damage


def swap_sections(notebook):
    recap = next(c for c in notebook.cells if "## Recap" in c.source)
    notebook.cells.remove(recap)
    notebook.cells.append(recap)


def repeat_alt_as_caption(cell):
    cell.metadata.mystnb.figure.caption = cell.metadata.mystnb.image.alt


def show_answer(notebook):
    for cell in code_cells(notebook):
        cell.metadata.pop("jupyter", None)


def untag_checks(notebook):
    for cell in code_cells(notebook):
        if "check" in tags(cell):
            cell.metadata["tags"] = []


def forget_outputs(notebook):
    for cell in code_cells(notebook):
        cell.outputs = []


def stream(name, text):
    return new_output("stream", name=name, text=text)


DEFECTS = {
    "second-title": (add(new_markdown_cell("# More")), "2 H1"),
    "no-question": (replace("sequence?", "sequence."), "no question"),
    "question-comes-late": (
        replace("How many", "Here we count.\n\nHow many"),
        "no question",
    ),
    "learn-missing": (remove("## What you will learn"), "begins with"),
    "recap-last": (swap_sections, "ends with"),
    "recap-missing": (remove("## Recap"), "ends with"),
    "nothing-fails": (replace("## When it fails: the", "## The"), "0 sections"),
    "no-minutes": (replace("10 minutes", "some time"), "no minutes"),
    "setup-missing": (remove("setup(seed"), "expected ['colab', 'setup']"),
    "setup-without-seed": (replace("setup(seed=1)", "setup()"), "setup(seed=…)"),
    "four-quizzes": (replace(QUESTION, ""), "4 quiz questions"),
    "quiz-two-right": (replace("**No.**", "**Right.**"), "2 right of 2"),
    "quiz-none-right": (replace("**Right.**", "**No.**"), "0 right of 2"),
    "quiz-no-feedback": (
        replace("**Right.** Count them.", "**Right.**"),
        "without feedback",
    ),
    "no-notice": (replace("How to notice", "Beware"), "How to notice"),
    "notice-not-a-warning": (replace(":class: warning", ":class: tip"), "warning"),
    "fails-without-code": (remove("sequence = 3"), "no code cell there"),
    "two-exercises": (remove("ex-01-why\n:::\n\nCount"), "2 exercises"),
    "label-missing": (replace(":label: ex-01-steps\n", ""), "expected ex-NN-name"),
    "label-twice": (replace(":label: ex-01-features", ":label: ex-01-steps"), "twice"),
    "solution-missing": (remove("{solution-start} ex-01-steps"), "in this order"),
    "solution-open": (replace("steps\n:class: dropdown\n", "steps\n"), "not folded"),
    "solution-shown": (show_answer, "source_hidden"),
    "solution-unmarked": (replace("### BEGIN SOLUTION\n", ""), "neither"),
    "no-rubric": (replace("**Rubric.**", ""), "neither"),
    "check-untagged": (untag_checks, "no check cell"),
    "check-asserts-nothing": (
        replace('assert steps == 3, "count the middle axis"', "steps"),
        "asserts nothing",
    ),
    "check-without-message": (replace(', "count the middle axis"', ""), "a message"),
    "two-guards": (remove("assert dot == 1"), "guards 2"),
    "guard-asserts-nothing": (add(guard("1 + 1")), "asserts nothing"),
    "guard-asserts-truth": (add(guard("assert True")), "names nothing"),
    "guard-asserts-arithmetic": (add(guard("assert len('ab') == 2")), "names nothing"),
    "guard-shown": (
        add(new_code_cell("assert dot == 1", metadata={"tags": ["test"]})),
        "shows its guard",
    ),
    "line-too-long": (add(new_code_cell("x = " + "1" * 76)), "79 columns"),
    "hidden-line-too-long": (add(guard("assert " + "1" * 76)), "79 columns"),
    "cell-too-long": (add(new_code_cell("\n".join("x" * 21))), "21 lines"),
    "cells-too-long": (add_many("\n".join("x" * 6), 9), "median"),
    "too-many-long-cells": (add_many("\n".join("x" * 13), 2), "one cell in ten"),
    "no-alt": (change_figure(lambda c: c.metadata.mystnb.pop("image")), "alt text"),
    "short-alt": (
        change_figure(lambda c: c.metadata.mystnb.image.update(alt="A dot.")),
        "alt text",
    ),
    "alt-is-caption": (change_figure(repeat_alt_as_caption), "alt text"),
    "no-caption": (
        change_figure(lambda c: c.metadata.mystnb.pop("figure")),
        "a caption",
    ),
    "two-figures-in-a-cell": (
        change_figure(lambda c: c.outputs.append(figure().outputs[0])),
        "2 figures",
    ),
    "svg": (
        change_figure(lambda c: c.outputs[0].data.update({"image/svg+xml": "<svg/>"})),
        "SVG",
    ),
    "drawing-without-alt": (
        add(new_markdown_cell(":::{figure} ../_static/a.svg\n:name: fig-a\n\nA.\n:::")),
        ":alt:",
    ),
    "no-outputs": (forget_outputs, "no outputs"),
    "stored-stderr": (add_output(stream("stderr", "W0000 careful")), "stderr"),
    "stored-error": (
        add_output(new_output("error", ename="E", evalue="", traceback=[])),
        "not announced",
    ),
    "machine-path": (add_output(stream("stdout", "in /home/ada/x.py")), "machine path"),
    "memory-address": (
        add_output(stream("stdout", "<f at 0x7f3b5c0d1e20>")),
        "memory address",
    ),
    "clock-compared": (
        add(
            new_code_cell(
                "time.perf_counter()",
                outputs=[result("1.2")],
            )
        ),
        "the clock",
    ),
    "comparison-escaped": (
        add(new_code_cell("loss", metadata={"tags": ["nbval-ignore-output"]})),
        "without need",
    ),
    "comparison-skipped": (
        add(new_code_cell("loss", metadata={"tags": ["nbval-skip"]})),
        "unknown tags",
    ),
    "comparison-escaped-by-comment": (
        add(new_code_cell("# NBVAL_SKIP\nloss")),
        "by a comment",
    ),
    "network-module": (add(new_code_cell("from urllib import request")), "network"),
    "network-address": (
        add(new_code_cell('read_csv("https://example.org/a.csv")')),
        "network",
    ),
    "network-dataset": (
        add(new_code_cell("keras.datasets.mnist.load_data()")),
        "network",
    ),
    "network-pip": (add(new_code_cell("%pip install tensorflow")), "network"),
    "raw-html": (add(new_markdown_cell('<div class="x">Look.</div>')), "<div"),
    "raw-rst": (add(new_markdown_cell(":::{eval-rst}\nx\n:::")), "{eval-rst}"),
}


def test_the_small_chapter_is_without_fault():
    assert faults(small_chapter()) == []


@pytest.mark.parametrize(("damage", "finding"), DEFECTS.values(), ids=DEFECTS)
def test_a_defect_is_found(damage, finding):
    notebook = small_chapter()
    damage(notebook)
    assert any(finding in fault for fault in faults(notebook)), faults(notebook)


@pytest.mark.parametrize(
    "text",
    ["Where $a<b$ and `<div>` is code.", "```html\n<div>\n# no title\n```"],
)
def test_code_in_prose_is_no_defect(text):
    notebook = small_chapter()
    add(new_markdown_cell(text))(notebook)
    assert faults(notebook) == []


def test_an_announced_error_is_no_defect():
    notebook = small_chapter()
    error = new_output("error", ename="ValueError", evalue="no", traceback=["no"])
    add_output(error, "raises-exception")(notebook)
    assert faults(notebook) == []


def test_a_clock_that_is_not_compared_is_no_defect():
    notebook = small_chapter()
    timing = new_code_cell("perf_counter()", metadata={"tags": ["nbval-ignore-output"]})
    add(timing)(notebook)
    assert faults(notebook) == []


def test_a_diagram_of_the_book_may_be_svg():
    def draw(cell):
        cell.source = 'show_diagram("cell")'
        cell.outputs[0].data.update({"image/svg+xml": "<svg/>"})

    notebook = small_chapter()
    change_figure(draw)(notebook)
    assert faults(notebook) == []
