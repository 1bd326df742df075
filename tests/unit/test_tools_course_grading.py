"""A course graded by nbgrader: three students, and what each of them gets."""

import subprocess
import sys

import pytest
from nbgrader.api import Gradebook

from book_tools.chapters import (
    ROOT,
    code_cells,
    find_chapter,
    read_notebook,
    replace_file,
    serialise,
    tags,
)
from book_tools.course.exercises import find_exercises
from book_tools.course.grading import course
from book_tools.course.students import for_students
from book_tools.run import REFERENCE, environment
from tests.chapters.test_visible_alone import execute

CHAPTER = find_chapter("04")  # one that is quick to run
STEM = CHAPTER.stem
EXERCISES = find_exercises(read_notebook(CHAPTER).cells)
CODED = [exercise for exercise in EXERCISES if exercise.answer]
WRITTEN = [exercise for exercise in EXERCISES if exercise.rubric]
SHARE = {"full": len(CODED), "half": len(CODED) // 2, "empty": 0}


def nbgrader(folder, *command):
    """Run nbgrader in its folder, without anyone's own settings."""
    own = {"JUPYTER_CONFIG_DIR": str(folder / "no-settings")}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *command],
        cwd=folder,
        env=environment(REFERENCE, ROOT) | own,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def failed(notebook):
    """Return the cells that ended in an error, each with the error's name."""
    outputs = ((cell.id, o) for cell in code_cells(notebook) for o in cell.outputs)
    return {name: o.ename for name, o in outputs if o.output_type == "error"}


SHOWN = {  # errors that the page itself is about
    cell.id: cell.outputs[-1].ename
    for cell in code_cells(read_notebook(CHAPTER))
    if "raises-exception" in tags(cell)
}
DUE = SHOWN | {e.answer.id: "NotImplementedError" for e in CODED}
DUE |= {e.check.id: "AssertionError" for e in CODED}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return nbgrader's folder for one chapter that was released."""
    root = tmp_path_factory.mktemp("course")
    for place in ("_build", "chapters"):
        (root / place).mkdir()
    (root / "chapters" / CHAPTER.name).write_bytes(CHAPTER.read_bytes())
    assert course(["04"], root) == 0
    folder = root / "dist" / "course"
    nbgrader(folder, "generate_assignment", STEM)
    return folder


@pytest.mark.slow
def test_what_is_released_is_the_chapter_of_the_students_edition(folder):
    released = read_notebook(folder / "release" / STEM / CHAPTER.name)
    assert released.cells == for_students(read_notebook(CHAPTER)).cells


@pytest.mark.slow
def test_writing_the_folder_again_keeps_what_was_handed_in(folder):
    kept = folder / "submitted" / "kept"
    kept.mkdir(parents=True)
    course(["04"], folder.parents[1])
    assert kept.is_dir()
    assert (folder / "gradebook.db").is_file()
    kept.rmdir()


def hand_in(folder, who, answered):
    """Write what a student hands in: so many answers, and a text where all are."""
    notebook = for_students(read_notebook(CHAPTER))
    cells = {cell.id: cell for cell in notebook.cells}
    for exercise in CODED[:answered]:
        cells[exercise.answer.id].source = exercise.answer.source
    if who == "full":
        cells[WRITTEN[0].rubric.id].source = "I would nudge one unit."
    if who == "half":  # and does away with a check
        cells[CODED[-1].check.id].source = "print('passed')"
    place = folder / "submitted" / who / STEM
    place.mkdir(parents=True)
    replace_file(place / CHAPTER.name, serialise(notebook))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_a_full_a_half_and_an_empty_submission_are_marked_right(folder):
    for who, answered in SHARE.items():
        hand_in(folder, who, answered)
    nbgrader(folder, "autograde", STEM)
    points = {e.check.id: e.check.metadata["nbgrader"]["points"] for e in CODED}
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        for who, answered in SHARE.items():
            right = {e.check.id for e in CODED[:answered]}
            submission = book.find_submission(STEM, who)
            grades = {g.name: g for n in submission.notebooks for g in n.grades}
            assert {*grades} == {*points} | {e.rubric.id for e in WRITTEN}
            for name, worth in points.items():
                assert grades[name].auto_score == (worth if name in right else 0)
            read = [e for e in WRITTEN if grades[e.rubric.id].needs_manual_grade]
            assert read == (WRITTEN[:1] if who == "full" else [])
    graded = {
        who: read_notebook(folder / "autograded" / who / STEM / CHAPTER.name)
        for who in SHARE
    }
    assert failed(graded["full"]) == SHOWN
    assert failed(graded["empty"]) == DUE  # and nowhere else


@pytest.mark.slow
def test_another_chapter_as_well_fails_only_where_an_answer_is_due():
    path = find_chapter("05")
    released = for_students(read_notebook(path))
    ran = execute(released, str(path.parent), allow_errors=True)
    exercises = [e for e in find_exercises(read_notebook(path).cells) if e.answer]
    due = {cell.id for e in exercises for cell in (e.answer, e.check)}
    shown = {cell.id for cell in code_cells(ran) if "raises-exception" in tags(cell)}
    assert failed(ran).keys() == due | shown
