"""The Sphinx extension that makes the book's pages light, whole and accessible."""

import re
from pathlib import Path

from docutils import nodes

from book_tools.site import (
    addresses,
    again,
    assets,
    cards,
    formulas,
    found,
    imprint,
    kept,
    numbers,
    quiz,
    safety,
    search,
    source,
    ticks,
)

TEMPLATES = Path(__file__).parent / "templates"
SOLUTION_MARK = re.compile(r"^[ \t]*### (BEGIN|END) SOLUTION(\n|$)", re.MULTILINE)


def prepare(app, config):
    """Set what no line of `_config.yml` can."""
    formulas.prepare()
    config.templates_path.append(str(TEMPLATES))
    config.template_bridge = "book_tools.site.tuning.TuningBridge"


def hide_solution_marks(app, doctree):
    """Drop the lines that tell the tools where a solution begins and ends."""
    for block in doctree.findall(nodes.literal_block):
        text = SOLUTION_MARK.sub("", block.astext())
        if text != block.astext():
            block.rawsource = text
            block.children = []
            block += nodes.Text(text)


def keep_colons(app, what, name, obj, options, lines):
    """Keep napoleon from taking what stands before a colon for an attribute's type.

    It looks for a type in the first line only: an empty comment goes before.
    """
    if what == "attribute":
        lines[:0] = ["..", ""]


def setup(app):
    """Register the extension with Sphinx."""
    kept.setup(app)
    again.setup(app)
    cards.setup(app)
    quiz.setup(app)
    numbers.setup(app)
    source.setup(app)
    safety.setup(app)
    found.setup(app)
    search.setup(app)
    ticks.setup(app)
    app.connect("config-inited", prepare, priority=100)
    app.connect("config-inited", addresses.apply, priority=100)
    app.connect("autodoc-process-docstring", keep_colons, priority=400)
    app.connect("source-read", addresses.rewrite_source)
    app.connect("include-read", addresses.rewrite_included)
    app.connect("doctree-read", hide_solution_marks)
    app.connect("html-page-context", addresses.add_report_link, priority=400)
    app.connect("html-page-context", imprint.add)
    app.connect("html-page-context", addresses.open_notebooks, priority=900)
    app.connect("build-finished", addresses.rewrite_notebooks)
    app.connect("build-finished", assets.cut_assets, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
