"""Ticks: beside what a guard holds, a small "checked" that opens the guard itself.

A guard is a cell of a notebook with the tags of `GUARD`. The page would drop it; here
it stays where it stands, folded, after the paragraph, output or figure before it.
Guards in a row share a tick. One after the check of an exercise holds what the
solution says: it goes into the solution, so that it gives nothing away.

The code is an attribute of its node, not a text in it: the search does not find it.
Of its marks only those of comments and keywords stay: they are a fifth of its bytes.
"""

import html
import json
import re
import textwrap
from itertools import takewhile

from docutils import nodes

GUARD = {"remove-cell", "test"}
KEPT = "guard"  # the tag of a guard on its way through Sphinx
NAME = 120  # a tick has a name of so many characters at most
ASSERT = re.compile(r"^\s*assert\b", re.MULTILINE)
MARK = re.compile(r'<span class="(?!(?:c1|k|kc|kn|ow)")\w+">([^<]*)</span>')
TERM = ("term", "guard")  # the glossary's entry
HEAD = """<details class="guard"><summary><span>checked</span>\
<span class="visually-hidden">{}</span></summary>
"""
FOOT = """<p>This {} stands here in the notebook. The book’s tests run it again.</p>
</details>
"""


class tick(nodes.General, nodes.Element):
    """A tick; its `guards` are pairs of a language and the code of a cell."""


def keep_guards(app, docname, source):
    """Let the guards of a notebook come through to its page."""
    if app.env.doc2path(docname).endswith(".ipynb"):
        notebook = json.loads(source[0])
        for cell in notebook["cells"]:
            if {*cell["metadata"].get("tags", [])} >= GUARD:
                cell["metadata"]["tags"] = [KEPT]
        source[0] = json.dumps(notebook)


def is_cell(node, tag):
    """Tell whether a node is a code cell with a tag."""
    return f"tag_{tag}" in node.get("classes", [])


def fold_guards(app, doctree):
    """Put a tick in place of each guard, or one in place of several in a row."""
    for cell in list(doctree.findall(nodes.container)):
        if is_cell(cell, KEPT):
            block, place = cell.next_node(nodes.literal_block), cell.parent
            at = place.index(cell)
            place.remove(cell)
            add_guard(*home(place, at), (block["language"], block.astext()))


def home(place, at):
    """Return where a guard belongs that stood at an index of a section.

    One right after a heading holds what is said before it.
    """
    if at and isinstance(place[at - 1], nodes.title):
        place, at = place.parent, place.parent.index(place)
        while at and isinstance(place[at - 1], nodes.target | nodes.section):
            if isinstance(before := place[at - 1], nodes.section):
                place, at = before, len(before)
            else:
                at -= 1
    solutions = [node for node in place[:at] if "solution" in node["classes"]]
    if solutions and (
        place[at - 1] is solutions[-1] or is_cell(place[at - 1], "check")
    ):
        inner = solutions[-1][-1]
        return inner, len(inner)
    return place, at


def add_guard(place, at, guard):
    """Put a guard under the tick just before, or under a new one."""
    if at and isinstance(place[at - 1], tick):
        place[at - 1]["guards"].append(guard)
    else:
        place.insert(at, tick(guards=[guard]))


def name_of(code):
    """Return what a guard says that it holds: its first comment."""
    lines = takewhile(lambda line: line.startswith("#"), code.splitlines())
    said = " ".join(line.lstrip("# ") for line in lines)
    return re.sub("^Guard: *", "", said)


def visit_tick(page, node):
    """Write a tick with its guards."""
    names = " ".join(name_of(code) for _, code in node["guards"])
    name = html.escape(textwrap.shorten(f": {names}", NAME, placeholder=" …"))
    page.body.append(HEAD.format(name))
    for language, code in node["guards"]:
        marked = page.highlighter.highlight_block(code, language)
        page.body.append(MARK.sub(r"\1", marked))
    page.body.append(FOOT.format(link_to_term(page)))
    raise nodes.SkipNode


def link_to_term(page):
    """Return the word "guard", as a link where the glossary explains it."""
    entry = page.builder.env.domaindata["std"]["objects"].get(TERM)
    if entry is None:
        return "guard"
    address = page.builder.get_relative_uri(page.builder.current_docname, entry[0])
    return f'<a href="{address}#{entry[1]}">guard</a>'


def count_guards(app, pagename, templatename, context, doctree):
    """Tell the foot of a page how much stands behind its ticks."""
    ticks = [] if doctree is None else [*doctree.findall(tick)]
    codes = [code for node in ticks for _, code in node["guards"]]
    held = sum(len(ASSERT.findall(code)) for code in codes)
    context["guards"] = {"ticks": len(ticks), "cells": len(codes), "asserts": held}


def setup(app):
    """Register the ticks."""
    app.add_node(tick, html=(visit_tick, None))
    app.connect("source-read", keep_guards)
    app.connect("doctree-read", fold_guards)
    app.connect("html-page-context", count_guards)
