"""How long a chapter takes: what can be counted is counted, the rest is estimated.

Reading is counted: the words of the page at the rate at which adults read non-fiction
in English, in silence, on average (Brysbaert 2019: 238 words a minute), and so many
seconds for each line of code, each figure or table and each question of the quiz. The
exercises are estimated. Computing was measured, as `record` does it: the seconds that
all cores spent on a chapter, as a multiple of those that they spent on one of them,
to the nearest half, since two runs of that one differed by a sixth.
"""

import asyncio
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from tqdm import tqdm

from book_tools.chapters import (
    ROOT,
    code_cells,
    list_chapters,
    read_notebook,
    replace_file,
    tags,
)
from book_tools.course.exercises import exercise_part, find_exercises
from book_tools.normalise import read_in_form
from book_tools.site.facts import NEEDS, read_facts

WORDS_A_MINUTE = 238
SECONDS_A_LINE = 4
SECONDS_A_FIGURE = 30
SECONDS_A_QUESTION = 45
MINUTES_CHECKED = 8
MINUTES_OPEN = 10
STEP = 5  # minutes, to which times are rounded
UNREAD = {"Exercises", "Readers' questions", "Further reading", "Check yourself"}
UNSEEN = {"remove-cell", "hide-input", "check", "test"}
MARKUP = re.compile(
    r"(?m)^\(.*?\)=$|^:{3,}.*$|^:\w+:.*$|^\|[-| :]+\|$|\{[\w:-]+\}(?=`)|<[\w -]+>(?=`)"
    r"|\]\([^)]*\)"
)
FORMULA = re.compile(r"(?s)\$\$.*?\$\$|\$[^$]*\$")
RECORD = Path("book_tools", "times.csv")
PLAN = "TEACHING.md"
YARDSTICK = "01-one-cell"
OFF = 0.25  # as a share, how far what a chapter says may lie from what is counted
HEAD = """\
| Chapter | Reading | Exercises | Words | Code | Figures, tables | Computing | Needs |
|---|---|---|---|---|---|---|---|
"""
ROW = (
    "| {facts.title} | {facts.minutes} min | {counted.exercises} min "
    "| {counted.words:,} | {counted.lines} | {counted.figures} "
    "| {took:.1f} × | {needs} |\n"
)
TABLE = re.compile(r"(?m)^\| Chapter \| Reading .*\n(?:\|.*\n)+")


@dataclass(frozen=True)
class Times:
    """What a chapter has to read and to do, counted, and the minutes that makes."""

    words: int
    lines: int
    figures: int
    questions: int
    checked: int
    open: int

    @property
    def reading(self) -> int:
        """Minutes for the page, the quiz among it, without the exercises."""
        seconds = (
            self.lines * SECONDS_A_LINE
            + self.figures * SECONDS_A_FIGURE
            + self.questions * SECONDS_A_QUESTION
        )
        return rounded(self.words / WORDS_A_MINUTE + seconds / 60)

    @property
    def exercises(self) -> int:
        """Minutes for the exercises, an estimate."""
        return rounded(self.checked * MINUTES_CHECKED + self.open * MINUTES_OPEN)


def rounded(minutes: float) -> int:
    """Return minutes as a plan has them."""
    return STEP * max(1, round(minutes / STEP))


def count(notebook: NotebookNode) -> Times:
    """Count what a reader of a chapter's page has before them; exercises apart."""
    texts = [text for heading, text in sections(notebook) if heading not in UNREAD]
    said = FORMULA.sub(" x ", MARKUP.sub(" ", "\n".join(texts)))
    asked = {cell.id for cell in exercise_part(notebook.cells)}
    read = [cell for cell in code_cells(notebook) if cell.id not in asked]
    shown = [cell for cell in read if not UNSEEN & {*tags(cell)}]
    seen = [cell for cell in read if "remove-cell" not in tags(cell)]
    kinds = [{*o.get("data", {})} for cell in seen for o in cell.outputs]
    exercises = find_exercises(notebook.cells)
    checked = sum(exercise.answer is not None for exercise in exercises)
    return Times(
        words=len(re.findall(r"\w[\w'’.,-]*", said)),
        lines=sum(1 for c in shown for line in c.source.splitlines() if line.strip()),
        figures=sum(
            bool(k & {"image/png", "image/svg+xml", "text/html"}) for k in kinds
        ),
        questions=sum(cell.source.count(":class: quiz") for cell in notebook.cells),
        checked=checked,
        open=len(exercises) - checked,
    )


def sections(notebook: NotebookNode) -> Iterator[tuple[str, str]]:
    """Yield the text of each Markdown cell with the name of its section."""
    heading = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for part in re.split(r"(?m)^(?=## )", cell.source):
                if part.startswith("## "):
                    heading = part.splitlines()[0].removeprefix("## ").strip()
                yield heading, part


def times(root: Path = ROOT, *, measure: bool = False) -> int:
    """Write the table of TEACHING.md anew; name the chapters whose minutes are off."""
    if measure:
        record(root)
    path = root / PLAN
    text = path.read_text("utf-8")
    if len(TABLE.findall(text)) != 1:
        raise SystemExit(
            f"{PLAN} has no table, or two, that begin with '| Chapter | Reading': "
            "expected one. Put its first line back, then run make times again."
        )
    replace_file(path, TABLE.sub(table(root), text))
    off = [line for path in list_chapters(root) if (line := complaint(path))]
    print("\n".join([f"{PLAN} has the times.", *off]))
    return 1 if off else 0


def table(root: Path) -> str:
    """Return the table of all chapters, as TEACHING.md has it."""
    took = read_record(root)
    rows = [
        ROW.format(
            facts=read_facts(path),
            counted=count(read_notebook(path)),
            took=round(2 * took[path.stem] / took[YARDSTICK]) / 2,
            needs=", ".join(needed(path)) or "–",
        )
        for path in list_chapters(root)
    ]
    return HEAD + "".join(rows)


def complaint(path: Path) -> str:
    """Say where the minutes that a chapter names are far from what is counted."""
    said, counted = read_facts(path).minutes, count(read_notebook(path)).reading
    if abs(said - counted) <= OFF * counted:
        return ""
    return f"{path.stem} says 'About {said} minutes'; counted are {counted}"


def needed(path: Path) -> list[str]:
    """Return the numbers of the earlier chapters that a chapter says it needs."""
    cells = read_notebook(path).cells
    text = next(cell.source for cell in cells if cell.source.startswith(NEEDS))
    named = re.findall(r"\{doc\}`(\d\d)-", text)
    return sorted({number for number in named if number < path.stem[:2]})


def read_record(root: Path) -> dict[str, float]:
    """Return the seconds of computing of each chapter, as they were measured."""
    with (root / RECORD).open(encoding="utf-8") as file:
        return {
            row["chapter"]: float(row["cpu_seconds"]) for row in csv.DictReader(file)
        }


def record(root: Path) -> None:
    """Run each chapter alone, one after the other, and keep what it took."""
    from book_tools.run import REFERENCE, ChapterFailed, Loop, execute

    rows = ["chapter,cpu_seconds\n"]
    for path in tqdm(list_chapters(root), unit="chapter"):
        notebook = read_in_form(path, root)
        with asyncio.Runner(loop_factory=Loop) as runner, tqdm(disable=True) as bar:
            try:
                _, took = runner.run(execute(notebook, path, REFERENCE, bar))
            except ChapterFailed as error:
                raise SystemExit(
                    f"{path.stem} was not measured: {str(error).splitlines()[0]} The "
                    f"times are as they were; make run CHAPTER={path.stem} says more."
                ) from None
        rows.append(f"{path.stem},{took.cpu_seconds:.1f}\n")
    replace_file(root / RECORD, "".join(rows))
