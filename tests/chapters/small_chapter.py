"""A chapter as small as the checks allow, from which tests make defective ones."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

PIXELS = (  # two white ones
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAC0lEQVR4nGP8zwAAAgQBAcc81xU"
    "AAAAASUVORK5CYII="
)
OPTION = ":::{{admonition}} {}\n:class: dropdown\n{}\n:::\n"
OPTIONS = OPTION.format("three", "**No.** That is one too many.")
OPTIONS += "\n" + OPTION.format("two", "**Right.** Count them.")
QUESTION = f"::::{{admonition}} One and one?\n:class: quiz\n\n{OPTIONS}::::"
NOTICE = ":::{admonition} How to notice\n:class: warning\nPrint the shape.\n:::"
ANSWER = "### BEGIN SOLUTION\nsteps = 3\n### END SOLUTION"
CHECK = 'assert steps == 3, "count the middle axis"'
ALT = "A single dot in the middle of a white square, the smallest of figures."
FIGURE = {"caption": "A dot.", "name": "fig-dot"}


def tagged(source, *tags, **parts):
    return new_code_cell(source, metadata={"tags": [*tags]}, **parts)


def exercise(label, answer=None):
    """Return an exercise in the gated form: of an answer, or of code and a check."""
    folded = {"jupyter": {"source_hidden": True}}
    task = f":::{{exercise-start}} Count\n:label: {label}\n:::\n\nCount the `steps`."
    return [
        new_markdown_cell(f"{task}\n\n:::{{exercise-end}}\n:::"),
        new_markdown_cell(f":::{{solution-start}} {label}\n:class: dropdown\n:::"),
        answer or new_code_cell(ANSWER, metadata=folded),
        new_markdown_cell(":::{solution-end}\n:::"),
        *([] if answer else [tagged(CHECK, "check")]),
    ]


def guard(source="assert dot == 1", says="# Guard: the dot is drawn once.\n"):
    """Return a hidden cell that asserts what the prose says."""
    return tagged(says + source, "remove-cell", "test")


def figure():
    """Return a cell that drew something, described in full."""
    picture = new_output(
        "display_data", {"image/png": PIXELS, "text/plain": "<Figure>"}
    )
    said = {"mystnb": {"image": {"alt": ALT}, "figure": FIGURE}}
    return new_code_cell("plot(dot);", metadata=said, outputs=[picture])


def result(text):
    """Return the output of a cell whose last line has a value."""
    return new_output("execute_result", {"text/plain": text})


def small_chapter():
    """Return a notebook without a fault."""
    setup = "from lstm_utils import setup\n\nsetup(seed=1)"
    cells = [
        new_markdown_cell("# 01 Counting\n\n**How many steps?**\n\nIn a sequence."),
        new_markdown_cell("## What you will learn\n\nTo count steps."),
        new_markdown_cell("## What you need\n\nNothing, and 10 minutes."),
        tagged("import sys", "remove-cell", "colab", id="colab"),
        tagged(setup, "hide-input", id="setup"),
        new_markdown_cell("## Three steps\n\nLook."),
        new_code_cell("1 + 2", outputs=[result("3")]),
        *(guard() for _ in range(3)),
        figure(),
        new_markdown_cell("## When it fails: the axis is lost\n\nLook."),
        new_code_cell("sequence = 3"),
        new_markdown_cell(NOTICE),
        new_markdown_cell("## Check yourself\n\n" + "\n\n".join([QUESTION] * 5)),
        new_markdown_cell("## Exercises"),
        *exercise("ex-01-steps"),
        *exercise("ex-01-features"),
        *exercise("ex-01-why", new_markdown_cell("**Rubric.** It names the axis.")),
        new_markdown_cell("## Recap\n\n- Three."),
        new_markdown_cell("## Readers’ questions\n\n**Q1** None."),
        new_markdown_cell("## Further reading\n\nNone."),
    ]
    for number, cell in enumerate(cells):
        cell.id = cell.id if cell.id in ("colab", "setup") else f"cell-{number}"
    notebook = new_notebook(cells=cells)
    nbformat.validate(notebook)
    return notebook
