"""A chapter as small as the checks allow, from which tests make defective ones."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

PIXEL = "iVBORw0KGgo="  # as much of a PNG as a check looks at
QUESTION = """\
::::{admonition} What is one and one?
:class: quiz

:::{admonition} three
:class: dropdown
**No.** That is one too many.
:::

:::{admonition} two
:class: dropdown
**Right.** Count them.
:::
::::"""
OPEN_SOLUTION = "**Rubric.** A good answer names the axis."


def exercise(label, answer, *checks):
    """Return the cells of an exercise in the gated form."""
    start = f":::{{exercise-start}} Count\n:label: {label}\n:::\n\nCount the steps."
    return [
        new_markdown_cell(f"{start}\n\n:::{{exercise-end}}\n:::"),
        new_markdown_cell(f":::{{solution-start}} {label}\n:class: dropdown\n:::"),
        answer,
        new_markdown_cell(":::{solution-end}\n:::"),
        *checks,
    ]


def coded_exercise(label):
    """Return an exercise that code answers and a check judges."""
    answer = new_code_cell(
        "### BEGIN SOLUTION\nsteps = 3\n### END SOLUTION",
        metadata={"jupyter": {"source_hidden": True}},
    )
    check = new_code_cell(
        'assert steps == 3, "count the middle axis"', metadata={"tags": ["check"]}
    )
    return exercise(label, answer, check)


def guard(source="assert dot == 1"):
    """Return a hidden cell that asserts what the prose says."""
    return new_code_cell(source, metadata={"tags": ["remove-cell", "test"]})


def figure():
    """Return a cell that drew something, described in full."""
    alt = "A single dot in the middle of a white square, the smallest of figures."
    details = {
        "image": {"alt": alt},
        "figure": {"caption": "A dot.", "name": "fig-dot"},
    }
    picture = new_output("display_data", {"image/png": PIXEL, "text/plain": "<Figure>"})
    return new_code_cell("plot(dot);", metadata={"mystnb": details}, outputs=[picture])


def result(text):
    """Return the output of a cell whose last line has a value."""
    return new_output("execute_result", {"text/plain": text})


def small_chapter():
    """Return a notebook without a fault."""
    notice = ":::{admonition} How to notice\n:class: warning\nPrint the shape.\n:::"
    cells = [
        new_markdown_cell("# Counting\n\nHow many steps has a sequence?"),
        new_markdown_cell("## What you will learn\n\nTo count steps."),
        new_markdown_cell("## What you need\n\nNothing, and 10 minutes."),
        new_code_cell(
            "import sys", id="colab", metadata={"tags": ["remove-cell", "colab"]}
        ),
        new_code_cell(
            "from lstm_utils import setup\n\nsetup(seed=1)",
            id="setup",
            metadata={"tags": ["hide-input"]},
        ),
        new_markdown_cell("## Three steps\n\nLook."),
        new_code_cell("1 + 2", outputs=[result("3")]),
        *(guard() for _ in range(3)),
        figure(),
        new_markdown_cell("## When it fails: the axis is lost\n\nLook."),
        new_code_cell("sequence = 3"),
        new_markdown_cell(notice),
        new_markdown_cell("## Check yourself\n\n" + "\n\n".join([QUESTION] * 5)),
        new_markdown_cell("## Exercises"),
        *coded_exercise("ex-01-steps"),
        *coded_exercise("ex-01-features"),
        *exercise("ex-01-why", new_markdown_cell(OPEN_SOLUTION)),
        new_markdown_cell("## Recap\n\n- Three."),
        new_markdown_cell("## Readers’ questions\n\n**Q1** None."),
        new_markdown_cell("## Further reading\n\nNone."),
    ]
    for number, cell in enumerate(cells):
        cell.id = cell.id if cell.id in ("colab", "setup") else f"cell-{number}"
    notebook = new_notebook(cells=cells)
    nbformat.validate(notebook)
    return notebook
