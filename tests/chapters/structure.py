"""What a chapter's notebook must be: each check yields one line for each fault."""

import ast
import builtins
import re
import statistics
from collections.abc import Iterator
from typing import NamedTuple

from nbformat import NotebookNode

from book_tools.chapters import code_cells, tags
from book_tools.normalise import parse_cell
from book_tools.outputs import refused_outputs

BEFORE = ["What you will learn", "What you need"]
FAILS = "When it fails: "
AFTER = [
    "Check yourself",
    "Exercises",
    "Recap",
    "Readers' questions",
    "Further reading",
]
TAGS = {
    *("check", "colab", "hide-input", "hide-output", "nbval-ignore-output"),
    *("raises-exception", "remove-cell", "remove-input", "remove-output", "test"),
}
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
QUIZ = re.compile(
    r"^::::\{admonition\} [^\n]+\n:class: quiz\n(.*?)^::::$", re.MULTILINE | re.DOTALL
)
OPTION = re.compile(
    r"^:::\{admonition\} [^\n]+\n:class: dropdown\n\*\*(Right|No)\.\*\*(.*?)^:::$",
    re.MULTILINE | re.DOTALL,
)
NOTICE = re.compile(
    r"^:{3,}\{admonition\} How to notice\n:class: warning", re.MULTILINE
)
DRAWN = re.compile(r"^:{3,}\{(?:figure|image)\}[^\n]*\n((?::.*\n)*)", re.MULTILINE)
HTML = re.compile(
    r"</?(?:a|b|br|center|details|div|em|font|i|iframe|img|p|script|span|strong"
    r"|style|sub|summary|sup|table|td|tr)\b[^>]*>|\{eval-rst\}|\{raw\}"
)
CLOCK = re.compile(
    r"\b(?:time\.\w*time|perf_counter|process_time|monotonic|datetime\.now|today)\("
    r"|^%%?time",
    re.MULTILINE,
)
NETWORK_MODULES = {"aiohttp", "ftplib", "httpx", "requests", "socket", "urllib"}
NETWORK_CALLS = re.compile(
    r"https?://|\bget_file\(|\bfetch_\w+\(|\.load_data\(|^\s*[!%]\s*(?:pip|wget|curl)",
    re.MULTILINE,
)


class Section(NamedTuple):
    """An H2 section: its title and its cells, the one with the heading first."""

    title: str
    cells: list[NotebookNode]


def prose(cell: NotebookNode) -> str:
    """Return a markdown cell's text without fenced code; nothing for a code cell."""
    return FENCE.sub("", cell.source) if cell.cell_type == "markdown" else ""


def headings(cell: NotebookNode, level: int) -> list[str]:
    """Return the headings of one level in a cell, with plain apostrophes."""
    found = HEADING.findall(prose(cell))
    return [text.replace("’", "'") for marks, text in found if len(marks) == level]


def sections(notebook: NotebookNode) -> list[Section]:
    """Split a notebook at its H2 headings; what comes before has no title."""
    found = [Section("", [])]
    for cell in notebook.cells:
        found += [Section(title, []) for title in headings(cell, 2)]
        found[-1].cells.append(cell)
    return found


def section(notebook: NotebookNode, start: str) -> Section:
    """Return the first section whose title starts so; an empty one if none does."""
    fitting = (part for part in sections(notebook) if part.title.startswith(start))
    return next(fitting, Section(start, []))


def text_of(part: Section) -> str:
    """Return the prose of a section."""
    return "\n\n".join(prose(cell) for cell in part.cells) + "\n"


def check_title(notebook: NotebookNode) -> Iterator[str]:
    """One H1, in the first cell, whose first paragraph asks the question."""
    titles = [title for cell in notebook.cells for title in headings(cell, 1)]
    if len(titles) != 1 or not headings(notebook.cells[0], 1):
        yield f"has {len(titles)} H1 headings; one opens the first cell"
    after_title = HEADING.split(text_of(sections(notebook)[0]), maxsplit=1)[-1]
    paragraphs = [text for text in re.split(r"\n\s*\n", after_title) if text.strip()]
    if not paragraphs or "?" not in paragraphs[0]:
        yield "asks no question in its first paragraph"


def check_skeleton(notebook: NotebookNode) -> Iterator[str]:
    """Every section that a chapter has, in order."""
    titles = [part.title for part in sections(notebook)][1:]
    if titles[: len(BEFORE)] != BEFORE:
        yield f"begins with {titles[:2]}, expected {BEFORE}"
    if titles[-len(AFTER) :] != AFTER:
        yield f"ends with {titles[-len(AFTER) :]}, expected {AFTER}"
    failing = [title for title in titles if title.startswith(FAILS)]
    if len(failing) != 1:
        yield f"has {len(failing)} sections '{FAILS}…', expected one"


def check_setup(notebook: NotebookNode) -> Iterator[str]:
    """The Colab cell and the set-up cell, in this order, under "What you need"."""
    first = [cell.id for cell in code_cells(notebook)[:2]]
    if first != ["colab", "setup"]:
        yield f"begins its code with {first}, expected ['colab', 'setup']"
        return
    if not {"colab", "setup"} <= {
        cell.id for cell in section(notebook, BEFORE[1]).cells
    }:
        yield f"has its set-up cells outside the section '{BEFORE[1]}'"
    setup = code_cells(notebook)[1]
    if "hide-input" not in tags(setup) or "setup(seed=" not in setup.source:
        yield "has a set-up cell without tag hide-input or without setup(seed=…)"


def check_minutes(notebook: NotebookNode) -> Iterator[str]:
    """How long the chapter takes."""
    if not re.search(r"\d\s+minutes", text_of(section(notebook, BEFORE[1]))):
        yield f"names no minutes under '{BEFORE[1]}'"


def check_quiz(notebook: NotebookNode) -> Iterator[str]:
    """Five questions, each with one right option and feedback on every option."""
    questions = QUIZ.findall(text_of(section(notebook, "Check yourself")))
    if len(questions) != 5:
        yield f"has {len(questions)} quiz questions, expected 5"
    for number, question in enumerate(questions, start=1):
        options = OPTION.findall(question)
        right = [mark for mark, _ in options if mark == "Right"]
        if len(options) < 2 or len(right) != 1:
            yield f"quiz {number} has {len(right)} right of {len(options)} options"
        if any(not feedback.strip() for _, feedback in options):
            yield f"quiz {number} has an option without feedback"


def check_failure(notebook: NotebookNode) -> Iterator[str]:
    """The thing broken on purpose, and the box that says how to notice."""
    part = section(notebook, FAILS)
    if not any(cell.cell_type == "code" for cell in part.cells):
        yield f"breaks nothing under '{FAILS}…': no code cell there"
    if not NOTICE.search(text_of(part)):
        yield "has no admonition 'How to notice' of class warning under 'When it fails'"


def check_exercises(notebook: NotebookNode) -> Iterator[str]:
    """Three to six exercises, each with a label, a solution, and check or rubric."""
    cells = section(notebook, "Exercises").cells
    exercises = list(_split(cells, "exercise-start"))
    if not 3 <= len(exercises) <= 6:
        yield f"has {len(exercises)} exercises, expected 3 to 6"
    labels = [_label(exercise[0]) for exercise in exercises]
    if len({*labels}) != len(labels):
        yield f"gives a label twice: {labels}"
    for label, exercise in zip(labels, exercises, strict=True):
        for fault in _exercise_faults(label, exercise):
            yield f"exercise {label or exercise[0].id} {fault}"


def _split(cells: list[NotebookNode], kind: str) -> Iterator[list[NotebookNode]]:
    """Split cells before each one that holds a directive."""
    starts = [n for n, cell in enumerate(cells) if f"{{{kind}}}" in prose(cell)]
    for start, end in zip(starts, [*starts[1:], len(cells)], strict=True):
        yield cells[start:end]


def _label(cell: NotebookNode) -> str:
    found = re.search(r"\{exercise-start\}[^\n]*\n:label: (\S+)", cell.source)
    return found.group(1) if found else ""


def _exercise_faults(label: str, cells: list[NotebookNode]) -> Iterator[str]:
    if not re.fullmatch(r"ex-\d\d-[a-z0-9-]+", label):
        yield f"has the label {label!r}, expected ex-NN-name"
    text = text_of(Section(label, cells))
    marks = ["{exercise-end}", f"{{solution-start}} {label}\n", "{solution-end}"]
    places = [text.find(mark) for mark in marks]
    if -1 in places or places != sorted(places):
        yield f"needs, in this order: {', '.join(mark.strip() for mark in marks)}"
        return
    if not re.search(r"\{solution-start\}[^\n]*\n:class: dropdown", text):
        yield "has a solution that is not folded: `:class: dropdown`"
    if "**Rubric" not in text[places[1] :]:
        yield from _code_solution_faults(cells)


def _code_solution_faults(cells: list[NotebookNode]) -> Iterator[str]:
    code = [cell for cell in cells if cell.cell_type == "code"]
    answers = [cell for cell in code if "### BEGIN SOLUTION" in cell.source]
    if not answers or any("### END SOLUTION" not in cell.source for cell in answers):
        yield "has neither a **Rubric** nor code between BEGIN and END SOLUTION"
    if any(
        not cell.metadata.get("jupyter", {}).get("source_hidden") for cell in answers
    ):
        yield "has an answer cell without jupyter.source_hidden"
    checks = [cell for cell in code if "check" in tags(cell)]
    if not checks:
        yield "has no check cell (tag check)"
    for cell in checks:
        yield from _assert_faults(cell, helpful=True)


def _assert_faults(cell: NotebookNode, *, helpful: bool) -> Iterator[str]:
    nodes = ast.walk(parse_cell(cell.source))
    asserts = [node for node in nodes if isinstance(node, ast.Assert)]
    calls_check = re.search(r"\bcheck_\w+\(|assert_\w+\(", cell.source)
    if not asserts and not calls_check:
        yield f"asserts nothing in cell {cell.id}"
    if asserts and not any(_names(node.test) for node in asserts):
        yield f"asserts what names nothing of the chapter in cell {cell.id}"
    if helpful and any(node.msg is None for node in asserts):
        yield f"has an assert without a message in cell {cell.id}"


def _names(node: ast.expr) -> set[str]:
    """Return the names in an expression that Python itself does not give."""
    found = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return found - vars(builtins).keys()


def check_guards(notebook: NotebookNode) -> Iterator[str]:
    """At least three claims of the prose asserted in hidden cells."""
    guards = [cell for cell in code_cells(notebook) if "test" in tags(cell)]
    if len(guards) < 3:
        yield f"guards {len(guards)} claims, expected at least 3"
    for cell in guards:
        if "remove-cell" not in tags(cell):
            yield f"shows its guard {cell.id}: add the tag remove-cell"
        yield from _assert_faults(cell, helpful=False)


def check_length(notebook: NotebookNode) -> Iterator[str]:
    """Cells that can be read in one breath, on a phone too."""
    cells = [cell for cell in code_cells(notebook) if "colab" not in tags(cell)]
    for cell in cells:
        if max(map(len, cell.source.splitlines()), default=0) > 79:
            yield f"has a line of more than 79 columns in cell {cell.id}"
    shown = [cell for cell in cells if "remove-cell" not in tags(cell)]
    lengths = {cell.id: _length(cell) for cell in shown}
    if not lengths:
        yield "shows no code"
        return
    if (median := statistics.median(lengths.values())) > 5:
        yield f"has cells of {median} lines (median), expected at most 5"
    long = [name for name, lines in lengths.items() if lines > 12]
    if len(long) > len(lengths) / 10:
        yield f"has more than one cell in ten over 12 lines: {', '.join(long)}"
    for name, lines in lengths.items():
        if lines > 20:
            yield f"has a cell of {lines} lines, expected at most 20: {name}"


def _length(cell: NotebookNode) -> int:
    lines = cell.source.splitlines()
    return sum(not line.strip().startswith("### ") for line in lines)


def check_figures(notebook: NotebookNode) -> Iterator[str]:
    """Every figure described for those who do not see it, with a caption and a name."""
    for cell in code_cells(notebook):
        if "remove-cell" not in tags(cell) and "remove-output" not in tags(cell):
            pictures = [out for out in cell.outputs if _is_picture(out)]
            yield from _figure_faults(cell, len(pictures))
    for cell in notebook.cells:
        for options in DRAWN.findall(prose(cell)):
            if not re.search(r"^:alt: .{40}", options, re.MULTILINE):
                yield f"has a drawing without 40 letters of :alt: in cell {cell.id}"


def _is_picture(output: NotebookNode) -> bool:
    return any(kind.startswith("image/") for kind in output.get("data", {}))


def _figure_faults(cell: NotebookNode, pictures: int) -> Iterator[str]:
    if not pictures:
        return
    if pictures > 1:
        yield f"draws {pictures} figures in one cell: {cell.id}"
    stores_svg = any("image/svg+xml" in o.get("data", {}) for o in cell.outputs)
    if stores_svg and "show_diagram(" not in cell.source:
        yield f"stores an SVG that is no diagram of the book, expected PNG: {cell.id}"
    details = cell.metadata.get("mystnb", {})
    alt = details.get("image", {}).get("alt", "")
    caption = details.get("figure", {}).get("caption", "")
    if not isinstance(alt, str) or len(alt) < 40 or alt == caption:
        yield f"needs an alt text of 40 letters that is not the caption: {cell.id}"
    if not caption or not str(details["figure"].get("name", "")).startswith("fig-"):
        yield f"needs a caption and a name fig-…: {cell.id}"


def check_outputs(notebook: NotebookNode) -> Iterator[str]:
    """Outputs that exist and hold nothing of the machine they were made on."""
    if not any(cell.outputs for cell in code_cells(notebook)):
        yield "has no outputs; `make run` makes them"
    yield from refused_outputs(notebook)


def check_compared(notebook: NotebookNode) -> Iterator[str]:
    """No cell reads the clock and is compared; none escapes comparison otherwise."""
    for cell in code_cells(notebook):
        timed, ignored = CLOCK.search(cell.source), "nbval-ignore-output" in tags(cell)
        if timed and not ignored and cell.outputs:
            yield f"compares what the clock says: {cell.id} ({timed.group()})"
        if ignored and not timed:
            yield f"escapes the comparison without need: {cell.id}"
        if "NBVAL_" in cell.source:
            yield f"marks a cell by a comment instead of a tag: {cell.id}"
        if unknown := {*tags(cell)} - TAGS:
            yield f"has unknown tags {sorted(unknown)}: {cell.id}"


def check_network(notebook: NotebookNode) -> Iterator[str]:
    """Nothing is fetched while a chapter runs."""
    for cell in code_cells(notebook):
        if "colab" in tags(cell):
            continue
        used = imported_packages(parse_cell(cell.source)) & NETWORK_MODULES
        call = NETWORK_CALLS.search(cell.source)
        if used or call:
            what = ", ".join(sorted(used)) or call.group().strip()
            yield f"reaches for the network in cell {cell.id}: {what}"


def imported_packages(tree: ast.Module) -> set[str]:
    """Return the first part of every module name that some code imports."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module)
    return {name.split(".")[0] for name in names}


def check_portable(notebook: NotebookNode) -> Iterator[str]:
    """No HTML and no reStructuredText, so that the text can move to other tools."""
    for cell in notebook.cells:
        without_code = re.sub(r"`[^`\n]+`", "", prose(cell))
        if found := HTML.search(without_code):
            yield f"holds {found.group()} in cell {cell.id}"


CHECKS = [value for name, value in globals().items() if name.startswith("check_")]
