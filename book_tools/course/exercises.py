"""Where a chapter asks for an answer, where it gives one, and what judges it.

From that comes what nbgrader must know of a cell, which every notebook carries: the
answer is the student's, the check is marked by running it, a rubric by the teacher.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from nbformat import NotebookNode

from book_tools.chapters import tags

START = re.compile(r"\{exercise-start\}[ \t]*(?P<title>[^\n]*)\n:label: (?P<label>\S+)")
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
RUBRIC = "**Rubric"
ITEM = re.compile(r"\((\d|[a-z])\) ")
CHECK_POINTS = 5  # of a rubric each item is worth one
AFTER = re.compile(r"(?m)^## (?!Exercises$)")
ROLES = {
    "answer": {"grade": False, "solution": True, "locked": False},
    "check": {"grade": True, "solution": False, "locked": True},
    "rubric": {"grade": True, "solution": True, "locked": False},
}


@dataclass
class Exercise:
    """An exercise with its cells; it has an answer and its check, or a rubric."""

    label: str
    title: str
    text: str
    answer: NotebookNode | None = None
    check: NotebookNode | None = None
    rubric: NotebookNode | None = None
    told: list[NotebookNode] = field(default_factory=list)  # what surrounds an answer

    def roles(self) -> Iterator[tuple[str, NotebookNode]]:
        """Yield the cells that nbgrader must know, each with what it is."""
        for role in ROLES:
            if (cell := getattr(self, role)) is not None:
                yield role, cell


def find_exercises(cells: list[NotebookNode]) -> list[Exercise]:
    """Return the exercises of a notebook in order; `ValueError` says what is amiss."""
    found: list[Exercise] = []
    inside = False
    for cell in exercise_part(cells):
        words = cell.source if cell.cell_type == "markdown" else ""
        if start := START.search(words):
            found.append(Exercise(start["label"], start["title"].strip(), words))
        if not found:
            continue
        if "{solution-start}" in words:
            inside = True
        _place(cell, found[-1], inside=inside)
        if "{solution-end}" in words:
            inside = False
    for exercise in found:
        _refuse_incomplete(exercise)
    return found


def exercise_part(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Return the cells from the first exercise on, up to the next section."""
    texts = [cell.source if cell.cell_type == "markdown" else "" for cell in cells]
    first = next((n for n, text in enumerate(texts) if START.search(text)), len(cells))
    ends = (n for n in range(first + 1, len(cells)) if AFTER.search(texts[n]))
    return cells[first : next(ends, len(cells))]


def _place(cell: NotebookNode, exercise: Exercise, *, inside: bool) -> None:
    """Note what a cell is to the exercise that it stands in."""
    if cell.cell_type == "code":
        if BEGIN in cell.source:
            exercise.answer = cell
        elif "check" in tags(cell):
            exercise.check = cell
    elif inside and RUBRIC in cell.source:
        exercise.rubric = cell
    elif inside:
        exercise.told.append(cell)


def _refuse_incomplete(exercise: Exercise) -> None:
    both = exercise.answer is not None and exercise.check is not None
    if not both and exercise.rubric is None:
        raise ValueError(
            f"exercise {exercise.label} has neither an answer between {BEGIN} and "
            f"{END} with a cell tagged check after it, nor a {RUBRIC}.**"
        )
    for cell in filter(None, [exercise.rubric, *exercise.told]):
        if "{exercise-start}" in cell.source:
            raise ValueError(
                f"exercise {exercise.label}: the solution shares cell {cell.id} with "
                "an exercise; give each a cell of its own"
            )


def mark_for_grading(cells: list[NotebookNode]) -> None:
    """Write nbgrader's metadata, the same each time; points set by hand are kept."""
    try:
        found = find_exercises(cells)
    except ValueError:
        return  # it is being written, or it is a student's, whose marks stay
    given = {id(cell): cell.metadata.pop("nbgrader", {}) for cell in cells}
    for exercise in found:
        for role, cell in exercise.roles():
            mark = ROLES[role] | {"grade_id": cell.id, "schema_version": 3}
            if mark["grade"]:
                mark["points"] = _points(role, cell, given[id(cell)].get("points"))
            cell.metadata["nbgrader"] = NotebookNode(
                dict(sorted((mark | {"task": False}).items()))
            )


def _points(role: str, cell: NotebookNode, given: object) -> float:
    """Return what a cell is worth: as set by hand, else by its kind."""
    if isinstance(given, int | float) and not isinstance(given, bool) and given >= 0:
        return given
    return CHECK_POINTS if role == "check" else len({*ITEM.findall(cell.source)}) or 1
