"""What TEACHING.md says of the chapters: times, plans, places, numbers, marks."""

import re

import nbformat
import numpy as np
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from prose_numbers import unheld

from book_tools import times
from book_tools.chapters import ROOT, list_chapters, read_notebook
from book_tools.site.facts import read_facts
from lstm_utils import models, tasks
from lstm_utils.reference import lstm_params

CHAPTERS = {path.stem[:2]: path for path in list_chapters()}
PLAN = (ROOT / "TEACHING.md").read_text("utf-8")
ANSWERS = (ROOT / "TEACHING-ANSWERS.md").read_text("utf-8")
SITE = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["html"]["baseurl"]
PLACE = re.compile(r"(?m)^\[([\w-]+)\]: (\S+)$")
USED = re.compile(r"\]\[([\w-]+)\]")
MARKED = re.compile(r"(?m)^- \*\*(\d\d\.\d)\*\* (.*)$")
QUESTIONS, SOLUTIONS = dict(MARKED.findall(PLAN)), dict(MARKED.findall(ANSWERS))


def section(name, level="##"):
    """Return the text under a heading of TEACHING.md."""
    body = PLAN.partition(f"\n{level} {name}\n")[2]
    return re.split(rf"(?m)^#{{1,{len(level)}}} |^\[[\w-]+\]: ", body)[0]


def by_chapter(number):
    return section(read_facts(CHAPTERS[number]).title, "###")


def labels(path):
    cells = [c.source for c in read_notebook(path).cells if c.cell_type == "markdown"]
    text = "\n".join(cells)
    return {*re.findall(r"(?m)^(?:\((\S+)\)=|:label: (\S+))$", text)}


def test_the_table_of_times_is_that_of_the_chapters():
    assert times.table(ROOT) in PLAN, "run make times"


@pytest.mark.parametrize("path", CHAPTERS.values(), ids=lambda path: path.stem)
def test_the_minutes_that_a_chapter_names_are_near_those_counted(path):
    assert times.complaint(path) == ""


def test_every_link_into_a_chapter_leads_to_a_section_that_is_there():
    places = dict(PLACE.findall(PLAN))
    assert {*USED.findall(PLAN)} == places.keys()
    for label, address in places.items():
        page, _, anchor = address.removeprefix(f"{SITE}chapters/").partition(".html#")
        path = ROOT / "chapters" / f"{page}.ipynb"
        assert path.is_file(), address
        assert label == anchor, address
        assert label in {name for pair in labels(path) for name in pair}, address


@pytest.mark.parametrize("text", [PLAN, ANSWERS], ids=["plan", "answers"])
def test_files_and_sections_that_are_linked_are_there(text):
    for target in re.findall(r"\]\(([^)]+)\)", text):
        file, _, anchor = target.partition("#")
        assert not file or (ROOT / file).is_file(), target
        assert not anchor or f"\n## {anchor.capitalize()}\n" in text, target


@pytest.mark.parametrize("number", CHAPTERS)
def test_each_chapter_has_two_wrong_ideas_with_the_place_that_shows_them(number):
    wrong = [line for line in by_chapter(number).splitlines() if line[:3] == "- *"]
    stem = CHAPTERS[number].stem
    places = dict(PLACE.findall(PLAN))
    assert len(wrong) >= 2
    for line in wrong:
        assert any(f"/{stem}.html#" in places[name] for name in USED.findall(line))
    assert "**Get across.**" in by_chapter(number)
    assert "**Stop** " in by_chapter(number)


@pytest.mark.parametrize("number", CHAPTERS)
def test_every_number_said_of_a_chapter_is_given_by_its_page(number):
    text = USED.sub("]", by_chapter(number).replace("in about 95 of 100", ""))
    chapter = read_notebook(CHAPTERS[number])
    text = new_markdown_cell(text, id="taught")
    page = new_notebook(cells=[text, *chapter.cells])
    assert [found for cell, found in unheld(page) if cell == "taught"] == []


def test_the_course_takes_chapters_after_those_that_they_need():
    done = set()
    rows = re.findall(r"(?m)^\| \d \| ([^|]+) \|", section("Six weeks"))
    assert len(rows) == 6
    for row in rows:
        for number in re.findall(r"\d\d", row):
            assert {*times.needed(CHAPTERS[number])} <= done, number
            done.add(number)
    assert done == CHAPTERS.keys()


def test_projects_take_their_data_from_functions_that_exist():
    rows = re.findall(r"(?m)^\| \d+ \| .*", section("Projects"))
    assert len(rows) >= 8
    for row in rows:
        data = row.split("|")[3]
        names = {name.split(".")[-1] for name in re.findall(r"`([\w.]+)`", data)}
        names -= {"diagnostics"}
        assert names, row
        for name in names:
            assert hasattr(tasks, name) or hasattr(models, name), name


def test_every_question_has_an_answer_whose_marks_add_up():
    assert len(QUESTIONS) >= 20
    assert QUESTIONS.keys() == SOLUTIONS.keys()
    asked = [number[:2] for number in QUESTIONS]
    assert all(asked.count(number) >= 2 for number in CHAPTERS)
    for number, question in QUESTIONS.items():
        (marks,) = re.findall(r" \((\d)\)$", question)
        given = sum(map(int, re.findall(r" \((\d)\)", SOLUTIONS[number])))
        if "at most" not in SOLUTIONS[number]:
            assert given == int(marks), number


@pytest.mark.slow
def test_the_answers_are_right_where_they_can_be_computed():
    def says(number, *texts):
        assert [text for text in texts if text not in SOLUTIONS[number]] == []

    says("01.1", f"= {lstm_params(2, 3)} ")
    assert 0.005 < 0.8**20 < 0.015
    says("02.1", "a hundredth", f"{1 / (1 + np.exp(-1)):.2f}")
    says("03.1", f"{len([start for start in range(99) if start <= 50 <= start + 10])}:")
    stack = models.make_stack(3, [8, 6, 4], n_features=2)
    kernels = [w.shape for w in stack.get_weights()[:9:3]]
    says("05.1", "{}, {} and {}".format(*kernels))
    says("08.1", f"{np.log(10):.2f}")
    pairs = 2 * 8  # h and c of a layer of 8 units
    says("11.1", f"Matched {2 * pairs}, top {pairs}, same {pairs}, none 0")
    queries, keys = np.ones((4, 9, 16)), np.ones((4, 20, 16))
    scores = queries @ keys.transpose(0, 2, 1)
    says("13.1", f"weights {scores.shape}", f"context {(scores @ keys).shape}")
    x = np.arange(40 * 6 * 12).reshape(40, 6, 12)
    says("00.1", f"of shape {x.transpose(0, 2, 1).shape}", "x[0, :, 0]")
    assert (x.transpose(0, 2, 1)[0, :, 0] == x[0, 0]).all()
    assert not (x.reshape(40, 12, 6)[0, :, 0] == x[0, 0]).all()


def page(*cells):
    """Return a chapter of a heading and some cells."""
    return new_notebook(cells=[new_markdown_cell("# 01 A\n\n## First"), *cells])


def hidden(source, tag):
    return new_code_cell(source, metadata={"tags": [tag]})


FIGURE = new_output("display_data", {"image/png": "", "text/plain": "figure"})
QUIZ = "## Check yourself\n\n::::{admonition} Why?\n:class: quiz\n::::"
TASK = "## Exercises\n\n:::{exercise-start} One\n:label: ex\n:::\n\nCount many words."
ANSWER = "### BEGIN SOLUTION\nn = 1\n### END SOLUTION"
OPEN = ":::{exercise-start} Two\n:label: ex-2\n:::\n\nSay why."
RUBRIC = ":::{solution-start} ex-2\n:::\n\n**Rubric.** A good answer."
COUNTED = {
    "nothing": ((), (3, 0, 0, 0, 0, 0)),
    "words": (
        (new_markdown_cell("It's a {term}`gate <forget>`, $x_t$ [or](x.md)."),),
        8,
    ),
    "code": ((new_code_cell("a = 1\n\nb = 2"), hidden("c = 3", "remove-cell")), (3, 2)),
    "figure": ((new_code_cell("a", outputs=[FIGURE]),), (3, 1, 1)),
    "quiz": ((new_markdown_cell(QUIZ + QUIZ),), (3, 0, 0, 2)),
    "exercises": (
        (
            *(new_markdown_cell(TASK), new_code_cell(ANSWER), hidden("n", "check")),
            *(new_markdown_cell(OPEN), new_markdown_cell(RUBRIC)),
        ),
        (3, 0, 0, 0, 1, 1),
    ),
}


@pytest.mark.parametrize(("cells", "expected"), COUNTED.values(), ids=COUNTED)
def test_what_a_reader_has_before_them_is_counted(cells, expected):
    found = times.count(nbformat.from_dict(page(*cells)))
    counted = list(vars(found).values())
    expected = [expected] if isinstance(expected, int) else list(expected)
    assert counted[: len(expected)] == expected


def test_minutes_come_from_the_stated_rule():
    long = times.Times(words=2380, lines=150, figures=4, questions=4, checked=3, open=2)
    assert long.reading == 25  # 10 for words, 10 for code, 2 for figures, 3 for quiz
    assert long.exercises == 45  # 3 of 8 minutes, 2 of 10


def test_without_its_table_the_plan_stays_as_it_is(small_book):
    path = small_book / "TEACHING.md"
    path.write_text("No table.\n")
    with pytest.raises(SystemExit, match=r"^TEACHING\.md has no table.*run make times"):
        times.times(small_book)
    assert path.read_text() == "No table.\n"


@pytest.mark.slow
def test_chapters_are_measured_all_or_none(small_book, write_chapter):
    kept = small_book / times.RECORD
    kept.parent.mkdir()
    write_chapter("sum(range(10))")
    write_chapter("sum(range(40_000_000))", name="02-long")
    times.record(small_book)
    took = times.read_record(small_book)
    assert took["02-long"] > took["01-small"] > 0
    write_chapter("1 / 0", name="03-wrong")
    with pytest.raises(
        SystemExit, match=r"^03-wrong was not measured: cell 3 .*failed"
    ):
        times.record(small_book)
    assert times.read_record(small_book) == took
