"""A chapter as students get it: no answers, and a stub where one is due.

nbgrader's own preprocessor clears what stands between the marks of a solution, and
each rubric. What it cannot know is done around it: the hint of each stub, the first
line of each check, the text and the guards that tell what comes out.
"""

import ast
import re
from copy import deepcopy
from textwrap import dedent
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)

from book_tools.chapters import tags
from book_tools.course.exercises import (
    BEGIN,
    END,
    Exercise,
    exercise_part,
    find_exercises,
)
from book_tools.slices import names

REGION = re.compile(rf"(?ms)^[ \t]*{BEGIN}\n(.*?)^[ \t]*{END}[ \t]*$")
SPAN = re.compile(r"`([^`\n]+)`")
WORD = r"[A-Za-z_]\w*"
CALLED = re.compile(rf"({WORD})(\([^()]*\)|\[[^\[\]]*\])?")
SEVERAL = re.compile(rf"{WORD}(, {WORD})+")
STUB = """\
# Your answer goes here, in place of these three lines.
{names} = ...
raise NotImplementedError("not answered yet: {asked}")"""
DUE = """\
_due = [n for n in [{names}] if globals().get(n, ...) is ...]
assert not _due, (
    "Not answered yet: " + ", ".join(_due) + ". Write it in the cell above and "
    "run that cell, then this one."
)
"""
TEXT_STUB = "*Your answer goes here, in place of this line.*"
HOW_TO = re.compile(r"(?m)^Each exercise has a folded solution,[^\n]*$")
HOW_TO_HERE = (
    "Each exercise has a cell for your answer. Where a check follows, run it after "
    "your answer: it says what is not right yet. Elsewhere you write text, and your "
    "teacher reads it."
)


class ForStudents(ClearSolutions):
    """Takes the answers out of a chapter; works within nbgrader as well."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.text_stub = TEXT_STUB
        self._answers: dict[str, Exercise] = {}

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Clear the solutions of a notebook, and all else that tells them."""
        exercises = find_exercises(nb.cells)
        part = exercise_part(nb.cells)
        self._answers = {e.answer.id: e for e in exercises if e.answer}
        told = {cell.id for e in exercises for cell in e.told}
        told |= {cell.id for cell in part if "test" in tags(cell)}
        for exercise in exercises:
            if exercise.answer:
                ask_first(exercise)
        nb, resources = super().preprocess(nb, resources)
        for cell in part:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        for cell in nb.cells:
            if cell.cell_type == "markdown":
                cell.source = HOW_TO.sub(HOW_TO_HERE, cell.source)
        nb.cells = [cell for cell in nb.cells if cell.id not in told]
        nb.metadata.get("book", {}).pop("stamp", None)
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, cell_index: int
    ) -> tuple:
        """Clear one cell; its stub says what is asked for."""
        if exercise := self._answers.get(cell.id):
            asked = asked_for(exercise)
            said = {"names": " = ".join(asked), "asked": ", ".join(asked.values())}
            self.code_stub = {"python": STUB.format(**said)}
            cell.metadata.pop("jupyter", None)
        return super().preprocess_cell(cell, resources, cell_index)


def ask_first(exercise: Exercise) -> None:
    """Let a check begin by saying that there is nothing yet to judge."""
    wanted = ", ".join(f'"{name}"' for name in asked_for(exercise))
    exercise.check.source = DUE.format(names=wanted) + exercise.check.source


def asked_for(exercise: Exercise) -> dict[str, str]:
    """Return the names that an answer must bind, each as the exercise writes it.

    They are what stands in code in its text, and what the book's own answer binds.
    """
    source = exercise.answer.source
    inside = "\n".join(dedent(part) for part in REGION.findall(source))
    _, bound = names(inside)
    bound -= {alias for node in ast.parse(inside).body for alias in _imported(node)}
    written: dict[str, str] = {}
    for span in SPAN.findall(exercise.text):
        if called := CALLED.fullmatch(span):
            written.setdefault(called[1], span)
        elif SEVERAL.fullmatch(span):
            written |= {name: name for name in span.split(", ")} | written
    asked = {name: span for name, span in written.items() if name in bound}
    if not asked:
        raise ValueError(
            f"exercise {exercise.label} names nothing in `code` that its answer "
            f"binds: {', '.join(sorted(bound))}; say what the answer is to be called"
        )
    return asked


def _imported(node: ast.stmt) -> list[str]:
    """Return the names that an import gives."""
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return []
    return [alias.asname or alias.name for alias in node.names]


# What nbgrader does to a chapter before it notes its cells, and afterwards.
BEFORE = (LockCells, ForStudents, CheckCellMetadata, ComputeChecksums)
AFTERWARDS = (ClearHiddenTests, ClearMarkScheme, ComputeChecksums, CheckCellMetadata)


def for_students(notebook: NotebookNode) -> NotebookNode:
    """Return a copy of a chapter without its answers, as nbgrader releases it."""
    changed, resources = deepcopy(notebook), {}
    for kind in (*BEFORE, *AFTERWARDS):
        changed, resources = kind().preprocess(changed, resources)
    return changed
