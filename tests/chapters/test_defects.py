"""Each check of a chapter's structure finds the defect that it is there for."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from small_chapter import QUESTION, figure, guard, result, small_chapter
from structure import CHECKS

from book_tools.chapters import code_cells, tags


def faults(damage=lambda notebook: None):
    """Return what the checks say of the small chapter after a damage."""
    notebook = small_chapter()
    damage(notebook)
    return [fault for check in CHECKS for fault in check(notebook)]


def place(text, notebook):
    return next(n for n, cell in enumerate(notebook.cells) if text in cell.source)


def replace(old, new=""):
    """Return a defect: the first cell that holds `old` holds `new` instead."""

    def damage(notebook):
        cell = notebook.cells[place(old, notebook)]
        cell.source = cell.source.replace(old, new, 1)

    return damage


def remove(text):
    """Return a defect: the first cell with this text is gone."""
    return lambda notebook: notebook.cells.pop(place(text, notebook))


def add(*cells):
    """Return a defect: more cells, before the section in which something fails."""

    def damage(notebook):
        where = place("## When it fails", notebook)
        notebook.cells[where:where] = cells

    return damage


def code(source, *cell_tags, output=None):
    outputs = [output] if output else []
    return add(new_code_cell(source, metadata={"tags": [*cell_tags]}, outputs=outputs))


def many(source, number):
    return add(*(new_code_cell(source, id=f"more-{n}") for n in range(number)))


def text(source):
    return add(new_markdown_cell(source))


def change(function, *wanted):
    """Return a defect: something else in each code cell, or in those of a tag."""

    def damage(notebook):
        for cell in code_cells(notebook):
            if {*wanted} <= {*tags(cell)}:
                function(cell)

    return damage


def drawn(function, source="plot(dot);", **metadata):
    """Return a defect: one more figure, of other source and described otherwise."""
    cell = figure()
    cell.source = source
    cell.metadata.mystnb.update(metadata)
    function(cell.outputs)
    return add(cell)


def store_svg(outputs):
    outputs[0].data = {"image/svg+xml": "<svg/>"}


DIAGRAM = 'show_diagram("one-lstm")'
ERROR = new_output("error", ename="ValueError", evalue="no", traceback=["no"])
DRAWING = ":::{figure} ../_static/a.svg\n:name: fig-a\n\nA.\n:::"
LONG = "A single dot in the middle of a white square."
NAMED = {"caption": LONG, "name": "fig-dot"}
MESSAGE = ', "count the middle axis"'
DEFECTS = {
    "second-title": (text("# More"), "2 H1"),
    "no-question": (replace("steps?", "steps."), "does not begin"),
    "question-comes-late": (replace("**How", "Here.\n\n**How"), "does not begin"),
    "learn-missing": (remove("## What you will learn"), "begins with"),
    "recap-last": (lambda n: n.cells.append(remove("## Recap")(n)), "ends with"),
    "recap-missing": (remove("## Recap"), "ends with"),
    "nothing-fails": (replace("## When it fails: the", "## The"), "0 sections"),
    "no-minutes": (replace("10 minutes", "some time"), "no minutes"),
    "setup-missing": (remove("setup(seed"), "expected ['colab', 'setup']"),
    "setup-without-seed": (replace("setup(seed=1)", "setup()"), "setup(seed=…)"),
    "four-quizzes": (replace(QUESTION), "4 quiz questions"),
    "quiz-two-right": (replace("**No.**", "**Right.**"), "2 right of 2"),
    "quiz-none-right": (replace("**Right.**", "**No.**"), "0 right of 2"),
    "quiz-no-feedback": (replace(" Count them."), "without feedback"),
    "no-notice": (replace("How to notice", "Beware"), "How to notice"),
    "notice-not-a-warning": (replace(":class: warning", ":class: tip"), "warning"),
    "fails-without-code": (remove("sequence = 3"), "no code cell there"),
    "two-exercises": (remove("ex-01-why\n:::\n\nCount"), "2 exercises"),
    "label-missing": (replace(":label: ex-01-steps\n"), "expected ex-NN-name"),
    "label-twice": (replace(":label: ex-01-features", ":label: ex-01-steps"), "twice"),
    "solution-missing": (remove("{solution-start} ex-01-steps"), "in this order"),
    "solution-open": (replace("steps\n:class: dropdown\n", "steps\n"), "not folded"),
    "solution-shown": (change(lambda c: c.metadata.pop("jupyter", 0)), "source_hidden"),
    "solution-unmarked": (replace("### BEGIN SOLUTION\n"), "neither"),
    "no-rubric": (replace("**Rubric.**"), "neither"),
    "check-untagged": (change(lambda c: c.metadata.clear(), "check"), "no check cell"),
    "check-asserts-nothing": (
        replace("assert steps == 3" + MESSAGE),
        "asserts nothing",
    ),
    "check-without-message": (replace(MESSAGE), "a message"),
    "two-guards": (remove("assert dot == 1"), "guards 2"),
    "guard-asserts-nothing": (add(guard("1 + 1")), "asserts nothing"),
    "guard-asserts-truth": (add(guard("assert True")), "names nothing"),
    "guard-asserts-arithmetic": (add(guard("assert len('ab') == 2")), "names nothing"),
    "guard-says-nothing": (add(guard(says="")), "does not say what a guard holds"),
    "guard-shown": (code("assert dot == 1", "test"), "shows its guard"),
    "guard-prints": (
        code(guard().source, "remove-cell", "test", output=result("1")),
        "prints something in its guard",
    ),
    "line-too-long": (code("x = " + "1" * 76), "79 columns"),
    "hidden-line-too-long": (add(guard("assert " + "1" * 76)), "79 columns"),
    "cell-too-long": (code("\n".join("x" * 21)), "21 lines"),
    "cells-too-long": (many("\n".join("x" * 6), 9), "median"),
    "too-many-long-cells": (many("\n".join("x" * 13), 2), "one cell in ten"),
    "no-alt": (drawn(list, image={}), "alt text"),
    "short-alt": (drawn(list, image={"alt": "A dot."}), "alt text"),
    "alt-is-caption": (drawn(list, image={"alt": LONG}, figure=NAMED), "alt text"),
    "no-caption": (drawn(list, figure={"name": "fig-dot"}), "a caption"),
    "no-name": (drawn(list, figure={"caption": "A dot."}), "a caption"),
    "two-figures-in-a-cell": (drawn(lambda out: out.extend(out)), "2 figures"),
    "svg": (drawn(store_svg), "SVG"),
    "diagram-without-alt": (drawn(store_svg, DIAGRAM, image={}), "alt text"),
    "diagram-without-caption": (drawn(store_svg, DIAGRAM, figure={}), "a caption"),
    "drawing-without-alt": (text(DRAWING), ":alt:"),
    "no-outputs": (change(lambda c: c.outputs.clear()), "no outputs"),
    "refused-output": (code("x", output=ERROR), "not announced"),
    "clock-compared": (code("time.perf_counter()", output=result("1.2")), "the clock"),
    "comparison-escaped": (code("loss", "nbval-ignore-output"), "without need"),
    "comparison-skipped": (code("loss", "nbval-skip"), "unknown tags"),
    "comparison-escaped-by-comment": (code("# NBVAL_SKIP\nloss"), "by a comment"),
    "promise": (text("We ask that in a later chapter. See {ref}`x`."), "later chapter"),
    "promised-exercise": (text("You will\nbuild it (in an exercise)."), "an exercise"),
    "network-module": (code("from urllib import request"), "network"),
    "tools": (code("from book_tools import run"), "the tools"),
    "network-address": (code('read_csv("https://example.org/a.csv")'), "network"),
    "network-dataset": (code("keras.datasets.mnist.load_data()"), "network"),
    "network-pip": (code("%pip install tensorflow"), "network"),
    "raw-html": (text('<div class="x">Look.</div>'), "<div"),
    "raw-rst": (text(":::{eval-rst}\nx\n:::"), "{eval-rst}"),
    "svg-that-runs": (text("Look.\n\n<svg onload=alert(1)>"), "<svg onload"),
    "input-that-runs": (text("a <input onfocus=x\nautofocus> b"), "<input"),
    "tag-in-a-box": (text("```{note}\n<video src=x onerror=y>\n```"), "<video"),
    "custom-tag": (text("<my-tag/>"), "<my-tag/>"),
    "comment": (text("<!-- x -->"), "<!--"),
    "raw-directive": (text("```{raw} html\nx\n```"), "{raw} html"),
    "include": (text("```{include} ../../secret\n```"), "{include} ../../secret"),
    "literalinclude": (text(":::{literalinclude} /etc/passwd\n:::"), "{literal"),
    "table-of-a-file": (text("```{csv-table} T\n:file: /x.csv\n```"), ":file:"),
    "download": (text("{download}`x <../../secret>`"), "{download}"),
    "link-that-runs": (text("[x](javascript:alert(1))"), "javascript:"),
    "link-with-data": (text("[x](data:text/html,x)"), "data:"),
    "front-matter": (text("---\nhtml_meta:\n  x: y\n---"), "---"),
    "picture-outside": (text("![A dot.](../../a.png)"), "shows ../../a.png"),
    "figure-outside": (text(":::{figure} ../../a.png\n:alt: x\n:::"), "shows ../../"),
    "figure-by-root": (text(":::{image} /etc/a.png\n:::"), "shows /etc/a.png"),
    "picture-hidden": (text("![A dot.](../.git/a.png)"), "shows ../.git/a.png"),
    "picture-elsewhere": (text("![A dot.](https://a.org/a.png)"), "shows https:"),
    "attachment": (
        add(new_markdown_cell("Look.", attachments={"../a.png": {"image/png": ""}})),
        "attachments",
    ),
    "output-that-runs": (
        drawn(lambda outputs: outputs[0].data.update({"text/html": "<p onclick=x>"})),
        "stores a script",
    ),
}
NO_DEFECTS = {
    "promise-beside-a-link": text("The next chapter, {doc}`02-more`, asks that."),
    "nothing": add(),
    "code-in-prose": text("Where $a<b$ and `<div>` is code."),
    "sizes-and-addresses": text("If a < b and c > d, see <https://a.org/x>."),
    "rules-and-data": text("The data: see (here).\n\n---\n\nMore."),
    "picture": text("![A dot.](../_static/a.png)"),
    "table": code(
        "table", output=new_output("display_data", {"text/html": "<table></table>"})
    ),
    "code-block-in-prose": text("```html\n<div>\n# no title\n```"),
    "announced-error": code("x", "raises-exception", output=ERROR),
    "clock-not-compared": code("perf_counter()", "nbval-ignore-output"),
    "diagram": drawn(store_svg, DIAGRAM),
}


@pytest.mark.parametrize(("damage", "finding"), DEFECTS.values(), ids=DEFECTS)
def test_a_defect_is_found(damage, finding):
    said = faults(damage)
    assert any(finding in fault for fault in said), said


@pytest.mark.parametrize("damage", NO_DEFECTS.values(), ids=NO_DEFECTS)
def test_what_is_no_defect_is_let_through(damage):
    assert faults(damage) == []
