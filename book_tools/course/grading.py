"""Write the folder in which nbgrader grades, and tell nbgrader how.

Its `source/` has each chapter with its solutions; what nbgrader releases of it is the
chapter of the students' edition. What was handed in, and marked, is never touched.
"""

import os
import sys
from pathlib import Path
from typing import Any

from book_tools.chapters import ROOT, alone, list_chapters, replace_file
from book_tools.course.editions import choose
from book_tools.run import CELL_SECONDS

CONFIG = """\
\"\"\"nbgrader's settings for this folder; `make course` writes this file anew.\"\"\"

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from book_tools.course.grading import configure  # noqa: E402

configure(get_config())  # noqa: F821
"""
HOW = """\
{folder}/: nbgrader's folder, with the source of {what}.
There, with .venv's nbgrader, for example for the first:
  nbgrader generate_assignment {first}    what students get, in release/
  nbgrader autograde {first}              marks submitted/NAME/{first}/{first}.ipynb
  nbgrader export                         the points, as grades.csv
"""


def course(chapters: list[str], root: Path = ROOT) -> int:
    """Write nbgrader's settings and the source of some chapters, or of all."""
    graded, folder = {*list_chapters(root)}, root / "dist" / "course"
    chosen = [path for path in choose(chapters, root) if path in graded]
    if not chosen:
        raise SystemExit(
            f"There are no exercises in {', '.join(chapters) or 'this book'}: name a "
            "chapter by its number, such as 01."
        )
    with alone(root, "course"):
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(folder / "nbgrader_config.py", CONFIG)
        for path in chosen:
            place = folder / "source" / path.stem
            place.mkdir(parents=True, exist_ok=True)
            replace_file(place / path.name, path.read_text("utf-8"))
    what = ", ".join(path.stem for path in chosen)
    where = folder.relative_to(root).as_posix()
    print(HOW.format(folder=where, what=what, first=chosen[0].stem), end="")
    return 0


def configure(config: Any) -> None:
    """Set what nbgrader must do otherwise than usual, in its own settings.

    A release is the chapter of the students' edition, and a cell may train a network.
    """
    from nbgrader.preprocessors import SaveCells

    from book_tools.course.students import AFTERWARDS, BEFORE

    # It starts alembic by name, which lies beside the Python that runs this.
    beside = str(Path(sys.executable).parent)
    os.environ["PATH"] = os.pathsep.join([beside, os.environ.get("PATH", "")])
    config.GenerateAssignment.preprocessors = [*BEFORE, SaveCells, *AFTERWARDS]
    config.Execute.timeout = CELL_SECONDS
    config.CourseDirectory.course_id = "stacked-lstms"
