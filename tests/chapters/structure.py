"""What a notebook of the book must be: each check yields one line for each fault."""

import ast
import builtins
import posixpath
import re
import statistics
from collections.abc import Iterator
from itertools import pairwise

from nbformat import NotebookNode

from book_tools.chapters import code_cells, tags
from book_tools.normalise import parse_cell
from book_tools.outputs import refused_outputs

BEFORE = ["What you will learn", "What you need"]
FAILS = "When it fails: "
AFTER = ["Check yourself", "Exercises", "Recap"]
AFTER += ["Readers' questions", "Further reading"]
TAGS = {
    *("check", "colab", "hide-input", "hide-output"),
    *("nbval-check-output", "nbval-ignore-output"),
    *("raises-exception", "remove-cell", "remove-input", "remove-output", "test"),
}
FENCE = re.compile(r"(?ms)^```.*?^```")
CODE_BLOCK = re.compile(r"(?ms)^(```+|~~~+)(?!\{).*?^\1")  # and no directive
HEADING = re.compile(r"(?m)^(#+) (.+)$")
TITLE = re.compile(r"# .+\n\n\*\*.+\?\*\*\n\n")  # with a chapter's number: facts.py
QUIZ = re.compile(r"(?ms)^::::\{admonition\} [^\n]+\n:class: quiz\n(.*?)^::::$")
OPTION = re.compile(
    r"(?ms)^:::\{admonition\} [^\n]+\n:class: dropdown\n"
    r"\*\*(Right|No)\.\*\*(.*?)^:::$"
)
NOTICE = re.compile(r"(?m)^:{3,}\{admonition\} How to notice\n:class: warning")
DRAWN = re.compile(r"(?m)^:{3,}\{(?:figure|image)\}[^\n]*\n((?::.*\n)*)")
# Any tag, comment or handler of events; directives that put files or foreign markup
# into a page; links that run something or carry a file. The build refuses them too.
HOSTILE = re.compile(
    r"</?[a-z][\w-]*(?:[\s/][^<>]*)?>|<!--|<[!?]\w"
    r"|^\s*(?:[:`~]{3,}|\.\.\s)[ \t]*\{?(?:raw|include|literalinclude|meta)\b[^\n]*"
    r"|^[:`~]{3,}[ \t]*\{eval-rst\}|^:(?:file|url):[^\n]*|\{(?:raw|download)[\w-]*\}"
    r"|(?:javascript|vbscript|data|attachment|file):(?=\S*[)>])|\A---$",
    re.IGNORECASE | re.MULTILINE,
)
SCRIPTED = re.compile(
    r"<(?:script|iframe|svg)\b|\son\w+\s*=|javascript:", re.IGNORECASE
)
PICTURED = re.compile(r"(?m)\{(?:figure|image)\}[ \t]*(\S+)|!\[[^\]]*\]\(([^\s)]+)")
# What is promised for another place of the book, and what a link looks like.
PROMISE = re.compile(
    r"\b(?:later|next|coming|following) chapters?\b|\bchapters? (?:on|about)\b"
    r"|\bin an exercise\b|\b(?:exercises?|sections?) below\b|\blater sections?\b"
    r"|\b(?:first|second|third|fourth|fifth|sixth|last) exercise\b",
    re.IGNORECASE,
)
LINK = re.compile(r"\{(?:doc|ref|numref|func|mod)\}`|\]\(")
CLOCK = re.compile(
    r"(?m)\b(?:time\.\w*time|perf_counter|process_time|monotonic|datetime\.now|today)"
    r"\(|^%%?time"
)
ABSENT = {"aiohttp", "ftplib", "httpx", "requests", "socket", "urllib"}  # network
ABSENT |= {"book_tools", "tests"}
NETWORK_CALLS = re.compile(
    r"(?m)https?://|\bget_file\(|\bfetch_\w+\(|\.load_data\("
    r"|^\s*[!%]\s*(?:pip|wget|curl)"
)


def prose(*cells: NotebookNode) -> str:
    """Return the text of the markdown cells among some, without fenced code."""
    texts = (cell.source for cell in cells if cell.cell_type == "markdown")
    return "".join(FENCE.sub("", text) + "\n\n" for text in texts)


def headings(cell: NotebookNode, level: int) -> list[str]:
    """Return the headings of one level in a cell, with plain apostrophes."""
    found = HEADING.findall(prose(cell))
    return [text.replace("’", "'") for marks, text in found if len(marks) == level]


def sections(notebook: NotebookNode) -> list[tuple[str, list[NotebookNode]]]:
    """Split a notebook at its H2 headings; what comes before has no title."""
    found = [("", [])]
    for cell in notebook.cells:
        found += [(title, []) for title in headings(cell, 2)]
        found[-1][1].append(cell)
    return found


def section(notebook: NotebookNode, start: str) -> list[NotebookNode]:
    """Return the cells of the first section whose title starts so; none without one."""
    return next((part for t, part in sections(notebook) if t.startswith(start)), [])


def check_title(notebook: NotebookNode) -> Iterator[str]:
    """One H1, in the first cell; below it the question, in bold."""
    titles = [title for cell in notebook.cells for title in headings(cell, 1)]
    if len(titles) != 1 or not headings(notebook.cells[0], 1):
        yield f"has {len(titles)} H1 headings; one opens the first cell"
    elif not TITLE.match(notebook.cells[0].source):
        yield "does not begin with '# Name' and '**The question?**'"


def check_skeleton(notebook: NotebookNode) -> Iterator[str]:
    """Every section that a chapter has, in order; one with a failure to notice."""
    titles = [title for title, _ in sections(notebook)][1:]
    if titles[: len(BEFORE)] != BEFORE:
        yield f"begins with {titles[:2]}, expected {BEFORE}"
    if titles[-len(AFTER) :] != AFTER:
        yield f"ends with {titles[-len(AFTER) :]}, expected {AFTER}"
    if (failing := sum(title.startswith(FAILS) for title in titles)) != 1:
        yield f"has {failing} sections '{FAILS}…', expected one"
    broken = section(notebook, FAILS)
    if not any(cell.cell_type == "code" for cell in broken):
        yield f"breaks nothing under '{FAILS}…': no code cell there"
    if not NOTICE.search(prose(*broken)):
        yield "has no admonition 'How to notice' of class warning under 'When it fails'"


def check_setup(notebook: NotebookNode) -> Iterator[str]:
    """The Colab cell and the set-up cell come first."""
    first = code_cells(notebook)[:2]
    if (ids := [cell.id for cell in first]) != ["colab", "setup"]:
        yield f"begins its code with {ids}, expected ['colab', 'setup']"
        return
    if "hide-input" not in tags(first[1]) or "setup(seed=" not in first[1].source:
        yield "has a set-up cell without tag hide-input or without setup(seed=…)"


def check_needs(notebook: NotebookNode) -> Iterator[str]:
    """Under "What you need" the minutes, and the first two code cells."""
    needs = section(notebook, BEFORE[1])
    if not re.search(r"\d\s+minutes", prose(*needs)):
        yield f"names no minutes under '{BEFORE[1]}'"
    if any(cell not in needs for cell in code_cells(notebook)[:2]):
        yield f"has its set-up cells outside the section '{BEFORE[1]}'"


def check_quiz(notebook: NotebookNode) -> Iterator[str]:
    """Five questions, each with one right option and feedback on every option."""
    questions = QUIZ.findall(prose(*section(notebook, "Check yourself")))
    if len(questions) != 5:
        yield f"has {len(questions)} quiz questions, expected 5"
    for number, question in enumerate(questions, start=1):
        options = OPTION.findall(question)
        right = sum(mark == "Right" for mark, _ in options)
        if len(options) < 2 or right != 1:
            yield f"quiz {number} has {right} right of {len(options)} options"
        if any(not feedback.strip() for _, feedback in options):
            yield f"quiz {number} has an option without feedback"


def check_exercises(notebook: NotebookNode) -> Iterator[str]:
    """Three to six exercises, each with a label, a solution, and check or rubric."""
    cells = section(notebook, "Exercises")
    starts = [n for n, cell in enumerate(cells) if "{exercise-start}" in prose(cell)]
    if not 3 <= len(starts) <= 6:
        yield f"has {len(starts)} exercises, expected 3 to 6"
    named = r"\{exercise-start\}[^\n]*\n:label: (\S+)"
    labels = ["".join(re.findall(named, cells[n].source)[:1]) for n in starts]
    if len({*labels}) != len(labels):
        yield f"gives a label twice: {labels}"
    for label, (start, end) in zip(labels, pairwise([*starts, None]), strict=True):
        for fault in _exercise_faults(label, cells[start:end]):
            yield f"exercise {label or cells[start].id} {fault}"


def _exercise_faults(label: str, cells: list[NotebookNode]) -> Iterator[str]:
    if not re.fullmatch(r"ex-\d\d-[a-z0-9-]+", label):
        yield f"has the label {label!r}, expected ex-NN-name"
    text = prose(*cells)
    marks = ["{exercise-end}", f"{{solution-start}} {label}\n", "{solution-end}"]
    places = [text.find(mark) for mark in marks]
    if -1 in places or places != sorted(places):
        yield f"needs, in this order: {', '.join(mark.strip() for mark in marks)}"
        return
    if not re.search(r"\{solution-start\}[^\n]*\n:class: dropdown", text):
        yield "has a solution that is not folded: `:class: dropdown`"
    if "**Rubric" not in text[places[1] :]:
        yield from _code_solution_faults([c for c in cells if c.cell_type == "code"])


def _code_solution_faults(code: list[NotebookNode]) -> Iterator[str]:
    answers = [cell for cell in code if "### BEGIN SOLUTION" in cell.source]
    if not answers or any("### END SOLUTION" not in cell.source for cell in answers):
        yield "has neither a **Rubric** nor code between BEGIN and END SOLUTION"
    folded = (cell.metadata.get("jupyter", {}).get("source_hidden") for cell in answers)
    if not all(folded):
        yield "has an answer cell without jupyter.source_hidden"
    checks = [cell for cell in code if "check" in tags(cell)]
    if not checks:
        yield "has no check cell (tag check)"
    for cell in checks:
        yield from _assert_faults(cell, helpful=True)


def _assert_faults(cell: NotebookNode, *, helpful: bool) -> Iterator[str]:
    nodes = ast.walk(parse_cell(cell.source))
    asserts = [node for node in nodes if isinstance(node, ast.Assert)]
    if not asserts and not re.search(r"\bcheck_\w+\(|assert_\w+\(", cell.source):
        yield f"asserts nothing in cell {cell.id}"
    parts = (part for node in asserts for part in ast.walk(node.test))
    names = {part.id for part in parts if isinstance(part, ast.Name)}
    if asserts and names <= vars(builtins).keys():
        yield f"asserts what names nothing of the chapter in cell {cell.id}"
    if helpful and any(node.msg is None for node in asserts):
        yield f"has an assert without a message in cell {cell.id}"


def check_guards(notebook: NotebookNode) -> Iterator[str]:
    """At least three claims of the prose asserted in hidden cells."""
    guards = [cell for cell in code_cells(notebook) if "test" in tags(cell)]
    if len(guards) < 3:
        yield f"guards {len(guards)} claims, expected at least 3"
    for cell in guards:
        if "remove-cell" not in tags(cell):
            yield f"shows its guard {cell.id}: add the tag remove-cell"
        if cell.outputs:
            yield f"prints something in its guard {cell.id}, which nobody sees"
        if not re.match("# Guard: .{10}", cell.source):
            yield f"does not say what a guard holds: `# Guard: …` first in {cell.id}"
        yield from _assert_faults(cell, helpful=False)


def check_length(notebook: NotebookNode) -> Iterator[str]:
    """Cells that can be read in one breath, on a phone too."""
    lengths = {}
    for cell in code_cells(notebook):
        lines = cell.source.splitlines()
        if "colab" not in tags(cell) and max(map(len, lines), default=0) > 79:
            yield f"has a line of more than 79 columns in cell {cell.id}"
        if not {"colab", "remove-cell"} & {*tags(cell)}:
            marks = sum(line.strip().startswith("### ") for line in lines)
            lengths[cell.id] = len(lines) - marks
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


def check_figures(notebook: NotebookNode) -> Iterator[str]:
    """Every figure described for those who do not see it, with a caption and a name."""
    for cell in code_cells(notebook):
        kinds = [[*output.get("data", {})] for output in cell.outputs]
        pictures = [kind for kind in kinds if "image/" in " ".join(kind)]
        if pictures and not {"remove-cell", "remove-output"} & {*tags(cell)}:
            yield from (
                f"{fault}: {cell.id}" for fault in _figure_faults(cell, pictures)
            )
    for cell in notebook.cells:
        for options in DRAWN.findall(prose(cell)):
            if not re.search(r"(?m)^:alt: .{40}", options):
                yield f"has a drawing without 40 letters of :alt: in cell {cell.id}"


def _figure_faults(cell: NotebookNode, pictures: list[list[str]]) -> Iterator[str]:
    if len(pictures) > 1:
        yield f"draws {len(pictures)} figures in one cell"
    stored = any("image/svg+xml" in kinds for kinds in pictures)
    if stored and "show_diagram(" not in cell.source:
        yield "stores an SVG, expected PNG"
    details = cell.metadata.get("mystnb", {})
    alt = details.get("image", {}).get("alt", "")
    figure = details.get("figure", {})
    if not isinstance(alt, str) or len(alt) < 40 or alt == figure.get("caption", ""):
        yield "needs an alt text of 40 letters that is not the caption"
    if not figure.get("caption") or not str(figure.get("name", "")).startswith("fig-"):
        yield "needs a caption and a name fig-…"


def check_outputs(notebook: NotebookNode) -> Iterator[str]:
    """Outputs that exist, hold nothing of one machine or moment, and are compared."""
    if not any(cell.outputs for cell in code_cells(notebook)):
        yield "has no outputs; `make run` makes them"
    yield from refused_outputs(notebook)
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


def check_promises(notebook: NotebookNode) -> Iterator[str]:
    """Whatever is promised for another place stands beside a link to it."""
    for cell in notebook.cells:
        yield from (f"{fault} in cell {cell.id}" for fault in promises(prose(cell)))


def promises(text: str) -> Iterator[str]:
    """Yield what sentences promise for another place without a link to it."""
    for sentence in re.split(r"(?<=[.!?;])[)*]*\s+|\n", text):
        found = PROMISE.search(sentence)
        if found and not LINK.search(sentence):
            yield f"promises '{found.group()}' without a link"


def check_portable(notebook: NotebookNode) -> Iterator[str]:
    """No HTML, no reStructuredText, and nothing fetched while a chapter runs."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield from (f"{f} in cell {cell.id}" for f in hostile(cell.source, 1))
        if cell.get("attachments"):
            yield f"holds attachments in cell {cell.id}"
        for output in cell.get("outputs", []):
            if found := SCRIPTED.search(output.get("data", {}).get("text/html", "")):
                yield f"stores a script: {found.group()} in cell {cell.id}"
    for cell in code_cells(notebook):
        used = sorted(_imported(parse_cell(cell.source)) & ABSENT)
        used = used or NETWORK_CALLS.findall(cell.source)[:1]
        if used and "colab" not in tags(cell):
            what = ", ".join(used).strip()
            yield f"reaches for the network or the tools in cell {cell.id}: {what}"


def hostile(text: str, depth: int = 0) -> Iterator[str]:
    """Yield what no page may hold; `depth` counts the folders that the page lies in."""
    words = re.sub(r"`[^`\n]+`", "", CODE_BLOCK.sub("", text))
    yield from (f"holds {found.group().strip()}" for found in HOSTILE.finditer(words))
    for place in map("".join, PICTURED.findall(CODE_BLOCK.sub("", text))):
        parts = posixpath.normpath("folder/" * depth + place).split("/")
        if place[:1] == "/" or ":" in place or any(part[:1] == "." for part in parts):
            yield f"shows {place}, expected a file of the book"


def _imported(tree: ast.Module) -> set[str]:
    """Return the first part of every module name that some code imports."""
    found = ast.Import | ast.ImportFrom
    nodes = [node for node in ast.walk(tree) if isinstance(node, found)]
    names = {getattr(n, "module", None) or a.name for n in nodes for a in n.names}
    return {name.split(".")[0] for name in names}


CHECKS = [value for name, value in globals().items() if name.startswith("check_")]
OF_CHAPTERS = {check_skeleton, check_needs, check_quiz, check_exercises}
