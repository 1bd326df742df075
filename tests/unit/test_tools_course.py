"""A chapter for students: stubs, checks and marks; and some chapters as a book."""

import os
import shutil
import zipfile

import pytest
import yaml
from nbformat.v4 import new_code_cell as code
from nbformat.v4 import new_markdown_cell as prose
from nbformat.v4 import new_notebook
from nbgrader.nbgraderformat import MetadataValidator

from book_tools.chapters import (
    ROOT,
    code_cells,
    list_chapters,
    read_notebook,
    serialise,
    tags,
)
from book_tools.course import chosen, editions, notes
from book_tools.course.exercises import BEGIN, exercise_part, find_exercises
from book_tools.course.grading import course
from book_tools.course.students import REGION, asked_for, for_students
from book_tools.normalise import normalise
from book_tools.site.addresses import VARIABLES
from book_tools.site.book import Book
from book_tools.slices import names
from tests.chapters.answers import bare, leaks, secrets
from tests.chapters.small_chapter import small_chapter

BASE = "https://example.org/book/"
every_chapter = pytest.mark.parametrize(
    "path", list_chapters(), ids=lambda path: path.stem[:2]
)


def student_of(path):
    return for_students(read_notebook(path))


def marks(notebook):
    return {
        cell.id: cell.metadata["nbgrader"]
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }


# ---- what nbgrader must know


@every_chapter
def test_each_exercise_is_marked_as_nbgrader_wants_it(path):
    notebook = read_notebook(path)
    MetadataValidator().validate_nb(notebook)
    marked = marks(notebook)
    for exercise in find_exercises(notebook.cells):
        for role, cell in exercise.roles():
            mark = marked.pop(cell.id)
            assert mark["grade_id"] == cell.id
            assert mark["solution"] == (role != "check")
            assert mark["grade"] == (role != "answer")
            assert (mark.get("points", 0) > 0) == mark["grade"]
            assert mark["locked"] == (role == "check")
    assert not marked, "cells that are part of no exercise"


def test_points_set_by_hand_are_kept_and_nothing_else_is():
    notebook = normalise(small_chapter())
    exercises = find_exercises(notebook.cells)
    assert [e.label for e in exercises] == [
        "ex-01-steps",
        "ex-01-features",
        "ex-01-why",
    ]
    check, rubric = exercises[0].check, exercises[2].rubric
    assert check.metadata["nbgrader"]["points"] == 5
    check.metadata["nbgrader"] |= {"points": 2.5, "grade_id": "other", "solution": True}
    rubric.metadata["nbgrader"]["points"] = "many"
    again = marks(normalise(notebook))
    assert again[check.id]["points"] == 2.5
    assert again[check.id]["grade_id"] == check.id
    assert not again[check.id]["solution"]
    assert again[rubric.id]["points"] == 1


def test_a_rubric_is_worth_its_items():
    notebook = small_chapter()
    find_exercises(notebook.cells)[2].rubric.source = (
        ":::{solution-start} ex-01-why\n:class: dropdown\n:::\n"
        "**Rubric.** (1) It names the axis; (2) it counts. As in (2) above.\n\n"
        ":::{solution-end}\n:::"
    )
    cell = find_exercises(normalise(notebook).cells)[2].rubric
    assert cell.metadata["nbgrader"]["points"] == 2


def test_the_marks_of_a_students_notebook_survive_the_normal_form():
    released = for_students(normalise(small_chapter()))
    kept = marks(normalise(released))
    assert {*kept} == {*marks(released)}


def test_an_exercise_that_is_not_whole_is_named():
    notebook = small_chapter()
    notebook.cells = [cell for cell in notebook.cells if "check" not in tags(cell)]
    with pytest.raises(ValueError, match="ex-01-steps has neither an answer"):
        find_exercises(notebook.cells)


# ---- students


@every_chapter
def test_a_students_chapter_tells_no_answer(path):
    hidden = secrets([path])
    assert len(hidden) > 15
    assert len(leaks(bare(serialise(read_notebook(path))), hidden)) > 0.9 * len(hidden)
    assert leaks(bare(serialise(student_of(path))), hidden) == []


@every_chapter
def test_a_students_chapter_keeps_all_but_the_answers(path):
    whole, released = read_notebook(path), student_of(path)
    part = {cell.id for cell in exercise_part(whole.cells)}
    before = [cell for cell in whole.cells if cell.id not in part]
    after = [cell for cell in released.cells if cell.id not in part]
    assert [cell.id for cell in before] == [cell.id for cell in after]
    changed = [a.id for a, b in zip(before, after, strict=True) if a != b]
    assert len(changed) <= 1  # where it says how exercises work
    assert "folded solution" not in serialise(released)
    exercises = [c for c in code_cells(released) if c.id in part]
    assert not any(cell.outputs or cell.execution_count for cell in exercises)
    assert not any("test" in tags(cell) for cell in exercises)


@every_chapter
def test_each_stub_says_what_is_due_and_each_check_that_it_is(path):
    exercises = find_exercises(read_notebook(path).cells)
    cells = {cell.id: cell for cell in student_of(path).cells}
    for exercise in filter(lambda e: e.answer, exercises):
        stub, check = cells[exercise.answer.id], cells[exercise.check.id]
        assert "source_hidden" not in stub.metadata.get("jupyter", {})
        assert check.metadata["jupyter"]["source_hidden"]
        asked = asked_for(exercise)
        lines = stub.source[stub.source.index("# Your answer") :]
        values = {}
        assert_stops(lines, values, NotImplementedError, asked.values())
        first = "\n".join(check.source.splitlines()[:5])
        for left in ({}, values):  # never run, and run as it is
            assert_stops(first, left, AssertionError, ["Not answered yet", *asked])
        exec(first, dict.fromkeys(asked, 1))  # noqa: S102


def assert_stops(source, values, kind, words):
    with pytest.raises(kind) as stopped:
        exec(source, values)  # noqa: S102
    for word in words:
        assert word in str(stopped.value)


def names_taught(notebook):
    """Return the names that a chapter's code binds outside its exercises."""
    part = {cell.id for cell in exercise_part(notebook.cells)}
    taught = (cell for cell in code_cells(notebook) if cell.id not in part)
    return {name for cell in taught for name in names(cell.source)[1]}


@every_chapter
def test_a_stub_asks_for_all_that_its_check_needs(path):
    notebook = read_notebook(path)
    known = names_taught(notebook)
    for exercise in filter(lambda e: e.answer, find_exercises(notebook.cells)):
        inside = "\n".join(REGION.findall(exercise.answer.source))
        bound = names(inside)[1] - {"ours"} - known
        read, own = names(exercise.check.source)
        outside = names(REGION.sub("", exercise.answer.source))[0]
        needed = bound & ((read - own) | outside)
        assert needed <= asked_for(exercise).keys(), exercise.label


@every_chapter
def test_no_check_and_no_later_section_needs_another_answer(path):
    notebook = read_notebook(path)
    given, known = set(), names_taught(notebook)
    for exercise in filter(lambda e: e.answer, find_exercises(notebook.cells)):
        read, own = names(exercise.check.source)
        assert not (read - own) & (given - {*asked_for(exercise)}), exercise.label
        inside = "\n".join(REGION.findall(exercise.answer.source))
        given |= names(inside)[1] - {"ours"} - known
    ids = [cell.id for cell in notebook.cells]
    last = ids.index(exercise_part(notebook.cells)[-1].id)
    assert not [*code_cells(new_notebook(cells=notebook.cells[last + 1 :]))]


def test_what_stands_beside_a_solution_stays():
    notebook = normalise(small_chapter())
    answer = find_exercises(notebook.cells)[0].answer
    answer.source = f"first = 1\n{answer.source}\nprint(steps)"
    cells = {cell.id: cell.source for cell in for_students(notebook).cells}
    lines = cells[answer.id].splitlines()
    assert (lines[0], lines[-1]) == ("first = 1", "print(steps)")
    assert "steps = ..." in lines
    assert BEGIN not in "".join(cells.values())


def test_an_exercise_that_names_no_answer_is_named():
    notebook = normalise(small_chapter())
    for cell in notebook.cells:
        cell.source = cell.source.replace("`steps`", "steps")
    with pytest.raises(ValueError, match="ex-01-steps names nothing in `code`"):
        for_students(notebook)


# ---- some chapters


@pytest.fixture(scope="module")
def elsewhere():
    """Return what the chapters 01 and 04 leave out."""
    paths = [path for path in list_chapters() if path.stem[:2] in ("01", "04")]
    return chosen.find_elsewhere(paths, list_chapters(), BASE)


LINKS = {
    "{doc}`05-stacking`": f"[05 Stacking]({BASE}chapters/05-stacking.html)",
    "{doc}`/chapters/05-stacking`": f"[05 Stacking]({BASE}chapters/05-stacking.html)",
    "{doc}`how <../chapters/05-stacking>`": f"[how]({BASE}chapters/05-stacking.html)",
    "{ref}`five-seeds`": f"{BASE}chapters/00-before-you-start.html#five-seeds)",
    "{ref}`there <five-seeds>`": (
        f"[there]({BASE}chapters/00-before-you-start.html#five-seeds)"
    ),
    "{ref}`ex-05-count`": (
        f"[Count before you build]({BASE}chapters/05-stacking.html#ex-05-count)"
    ),
    "{numref}`fig-stack-unrolled`": (
        f"[a figure of 05 Stacking]({BASE}chapters/05-stacking.html#fig-stack-unrolled)"
    ),
    "[x](chapters/05-stacking.ipynb)": f"[x]({BASE}chapters/05-stacking.html)",
    "[x](05-stacking.md#why)": f"[x]({BASE}chapters/05-stacking.html#why)",
}
STAY = ["{doc}`01-one-cell`", "{ref}`units-talk`", "{term}`gate`", "[x](errors.md)"]
STAY += ["{doc}`../errors`", "{ref}`nowhere`", "`05-stacking`"]


@pytest.mark.parametrize(("text", "link"), LINKS.items())
def test_a_link_to_what_is_left_out_leads_to_the_public_book(elsewhere, text, link):
    assert link in elsewhere.lead_out(f"See {text}.")


@pytest.mark.parametrize("text", STAY)
def test_a_link_to_what_is_there_stays(elsewhere, text):
    assert elsewhere.lead_out(text) == text


def test_captions_lead_out_too(elsewhere):
    cell = code("1", metadata={"mystnb": {"figure": {"caption": "{doc}`05-stacking`"}}})
    chosen.lead_notebook_out(notebook := new_notebook(cells=[cell]), elsewhere)
    assert BASE in notebook.cells[0].metadata.mystnb.figure.caption


def test_buttons_lead_to_the_first_chapter_there_is(elsewhere):
    names = ("00-before-you-start", "04-what-comes-out")
    page = "\n".join(f"{{button-ref}} chapters/{name}" for name in names)
    said = chosen.lead_page_out(page, elsewhere, "01-one-cell")
    assert said.split()[1::2] == ["chapters/01-one-cell", "chapters/04-what-comes-out"]


def test_contents_keep_what_is_chosen_and_no_empty_part():
    text = (ROOT / "_toc.yml").read_text()
    kept = chosen.cut_contents(text, lambda name: "-cell" in name)
    assert [p["chapters"] for p in kept["parts"]] == [
        [{"file": "chapters/01-one-cell"}]
    ]
    assert kept["root"] == "intro"


def test_regions_go_or_stay():
    page = "a\n% only in the open book: run\nb\n% end\nc\n"
    page += "% only in the whole book\nd\n% end\n"
    assert chosen.cut_regions(page, set(), str) == "a\nb\nc\nd\n"
    assert chosen.cut_regions(page, {"whole"}, str) == "a\nb\nc\n"
    put = "instead of {}\n".format
    assert chosen.cut_regions(page, {"open"}, put) == "a\ninstead of run\nc\nd\n"


def test_the_landing_page_has_both_kinds_of_regions():
    page = (ROOT / "intro.md").read_text()
    found = [(m["book"], m["name"]) for m in chosen.ONLY.finditer(page)]
    assert {book for book, _ in found} == {"open", "whole"}
    assert page.count("% only in") == page.count("% end") == len(found)
    for _, name in found:
        assert name is None or editions.read_snippet(name)


# ---- teachers

TEACHING = """\
# Teaching

## Times

| Chapter | Reading | Needs |
|---|---|---|
| 01 One cell | 40 min | 00 |
| 02 Memory | 45 min | 01 |

## Chapter by chapter

### 01 One cell

Let them guess; see [the page](chapters/01-one-cell.ipynb) and [ours](TEACHING.md).
The gates [at work][gates-at-work], and [what][is] not named.

#### What goes wrong

Units and steps.

### 02 Memory

Later.

[gates-at-work]: https://book.example/01-one-cell.html
"""


def test_a_chapter_gets_its_row_and_its_section():
    notebook = new_notebook(cells=[prose("# 01 One cell"), prose("text")])
    notes.add_note(notebook, "01", [TEACHING])
    text = notebook.cells[1].source
    assert "- Reading: 40 min\n- Needs: 00" in text
    assert "Let them guess" in text
    assert "Units and steps." in text
    assert "](../chapters/01-one-cell.ipynb)" in text
    assert "[at work](https://book.example/01-one-cell.html), and [what][is] no" in text
    assert "#" not in text  # a note's headings would be the page's
    assert "Later" not in text
    assert "45 min" not in text


def test_a_chapter_without_a_note_stays_as_it_is():
    notebook = new_notebook(cells=[prose("# 03 Other")])
    notes.add_note(notebook, "03", [TEACHING])
    assert len(notebook.cells) == 1


def test_every_chapter_has_its_times_in_the_pages_on_teaching():
    pages = [path.read_text() for path in notes.teaching_pages(ROOT)]
    for path in list_chapters():
        assert notes.note_for(path.stem[:2], pages), path.stem


def test_links_to_files_that_are_not_there_lead_to_the_repository(tmp_path):
    (tmp_path / "here.md").touch()
    text = "[a](here.md) [b](tests/x.toml) [c](https://example.org/) [d](#top)"
    said = notes.lead_to_repository(text, tmp_path, "https://host/blob/main/")
    assert said == text.replace("(tests", "(https://host/blob/main/tests")


# ---- whole or not at all


@pytest.fixture
def root(tmp_path, monkeypatch):
    """Return a copy of the book that has one chapter."""
    for name in VARIABLES.values():
        monkeypatch.delenv(name, raising=False)
    for name in editions.FOLDERS:
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text("a")
    (tmp_path / "chapters").mkdir()
    for name in ("_config.yml", "_toc.yml", "CITATION.cff", "intro.md", "TEACHING.md"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copy(ROOT / "chapters" / "01-one-cell.ipynb", tmp_path / "chapters")
    (tmp_path / "dist" / "student").mkdir(parents=True)
    (tmp_path / "dist" / "student" / "old").touch()
    (tmp_path / "dist" / ".student-killed").mkdir()
    (tmp_path / "_build").mkdir()
    return tmp_path


def name_of_zip(kind):
    version = yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"]
    return f"stacked-lstms-step-by-step-{kind}-{version}.zip"


def in_dist(root):
    return sorted(path.name for path in (root / "dist").iterdir())


def test_an_edition_whose_site_fails_leaves_the_old_one(root, monkeypatch):
    def fail(book):
        assert (book.root / "chapters" / "01-one-cell.ipynb").is_file()
        raise SystemExit("not built")

    monkeypatch.setattr(Book, "make", fail)
    with pytest.raises(SystemExit, match="not built"):
        editions.student([], root=root)
    assert in_dist(root) == ["student"]
    assert (root / "dist" / "student" / "old").is_file()


def test_an_edition_takes_the_place_of_the_old_one_with_its_zip(
    root, monkeypatch, capsys
):
    def build(book):
        book.site.mkdir(parents=True)
        book.work.mkdir()
        (book.site / "index.html").write_text("<p>page</p>")

    monkeypatch.setattr(Book, "make", build)
    assert editions.instructor(["01"], root) == 0
    assert editions.student([], root=root) == 0
    said = capsys.readouterr().out
    assert "dist/student/: 01-one-cell" in said
    zips = [name for name in in_dist(root) if name.endswith(".zip")]
    assert in_dist(root) == sorted(["instructor", "student", *zips])
    assert zips == [name_of_zip("instructor"), name_of_zip("student")]
    with zipfile.ZipFile(root / "dist" / zips[1]) as packed:
        inside = {name.partition("/")[2] for name in packed.namelist()}
    assert {"README.md", "site/index.html", "chapters/01-one-cell.ipynb"} <= inside
    assert not any(name.startswith("_build") for name in inside)
    ours, theirs = (root / "dist" / kind for kind in ("instructor", "student"))
    assert not (theirs / "old").exists()
    assert not (theirs / "TEACHING.md").exists()
    assert (ours / "TEACHING.md").exists()
    noted = read_notebook(ours / "chapters" / "01-one-cell.ipynb")
    assert "For teachers" in noted.cells[1].source
    settings = yaml.safe_load((theirs / "_config.yml").read_text())
    assert "colab_url" not in settings["launch_buttons"]
    assert not settings["html"]["use_edit_page_button"]


def test_an_edition_on_a_branch_of_a_fork_opens_and_installs_from_there(
    root, monkeypatch
):
    fork = {"repository": "https://github.com/us/it", "base": "https://us.example/it/"}
    fork |= {"branch": "main", "notebooks": "published-notebooks"}
    for name, value in fork.items():
        monkeypatch.setenv(VARIABLES[name], value)

    def build(book):
        assert VARIABLES["notebooks"] not in os.environ
        assert VARIABLES["branch"] not in os.environ
        book.site.mkdir(parents=True)
        book.work.mkdir()

    monkeypatch.setattr(Book, "make", build)
    assert editions.student([], "students", root) == 0
    assert os.environ[VARIABLES["notebooks"]] == "published-notebooks"
    folder = root / "dist" / "student"
    settings = yaml.safe_load((folder / "_config.yml").read_text())
    assert settings["repository"]["branch"] == "students"
    assert "colab_url" in settings["launch_buttons"]
    notebook = (folder / "chapters" / "01-one-cell.ipynb").read_text()
    assert "git+https://github.com/us/it@students" in notebook
    assert (
        "https://github.com/us/it/blob/main/TEACHING.md"
        in (folder / "intro.md").read_text()
    )


def test_a_branch_that_is_none_gets_one_line(root):
    with pytest.raises(SystemExit, match="branch is '-f', expected the name of one"):
        editions.student([], "-f", root)


def test_a_chapter_that_is_not_there_gets_one_line(root):
    with pytest.raises(SystemExit, match=r"No chapter is called '99'. Chapters: 01-"):
        editions.student(["01", "99"], root=root)
    assert in_dist(root) == [".student-killed", "student"]


def test_a_page_without_exercises_is_not_graded(root):
    shutil.copy(ROOT / "chapters" / "ten-minutes.ipynb", root / "chapters")
    with pytest.raises(SystemExit, match="no exercises in ten-minutes: name a chapter"):
        course(["ten-minutes"], root)
    assert not (root / "dist" / "course").exists()
    assert course([], root) == 0
    assert [p.name for p in (root / "dist/course/source").iterdir()] == ["01-one-cell"]


def test_an_exercise_that_is_not_whole_ends_an_edition_in_one_line(root):
    path = root / "chapters" / "01-one-cell.ipynb"
    path.write_text(path.read_text().replace("### BEGIN SOLUTION", "### BEGIN"))
    with pytest.raises(SystemExit, match="01-one-cell: exercise ex-01-count has"):
        editions.student([], root=root)
    assert in_dist(root) == ["student"]
