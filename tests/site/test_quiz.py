"""Quizzes: what becomes of one, and what is said of one with a fault."""

import pytest
from docutils import nodes

from book_tools.site import quiz


def option(title, *said, classes=("dropdown",)):
    opening = [nodes.strong("", said[0])] if said else []
    paragraph = nodes.paragraph("", "", *opening, *map(nodes.Text, said[1:]))
    return nodes.admonition("", nodes.title("", title), paragraph, classes=[*classes])


def question(*children):
    title = nodes.title("", "How many gates?")
    copies = (child.deepcopy() for child in children)
    return nodes.admonition("", title, *copies, classes=["quiz"])


TWO = option("two", "No.", " Count again.")
THREE = option("three", "Right.", " Input, forget and output.")
MORE, AFTER = nodes.paragraph("", "Look at the picture."), nodes.paragraph("", "So.")


def test_question_options_and_feedback_are_told_apart():
    made = quiz.make_quiz(question(TWO, THREE), "quiz-1")
    assert made["ids"] == ["quiz-1"]
    assert made[0].astext() == "How many gates?"
    options = list(made.findall(quiz.quiz_option))
    assert [node["ids"] for node in options] == [["quiz-1-1"], ["quiz-1-2"]]
    assert [node[0].astext() for node in options] == ["two", "three"]
    assert [node[1]["mark"] for node in options] == ["wrong", "right"]
    assert options[1][1].astext() == "Right. Input, forget and output."


def test_a_question_may_have_more_than_one_paragraph():
    box = question(MORE, TWO, THREE)
    assert quiz.find_fault(question(TWO, THREE)) is quiz.find_fault(box) is None
    assert "Look at the picture." in quiz.make_quiz(box, "quiz-1").astext()


FAULTS = {
    "one": ([THREE], "has 1 options"),
    "none-right": ([TWO, TWO], "has 0 right options"),
    "two-right": ([THREE, THREE, TWO], "has 2 right options"),
    "silent": ([TWO, option("three")], "option 'three' is not marked"),
    "unmarked": ([TWO, option("three", "Maybe.")], "option 'three' is not marked"),
    "open": ([TWO, option("three", "Right.", classes=())], "'three' gives itself away"),
    "trailing": ([TWO, THREE, AFTER], "has text after its last option"),
}


@pytest.mark.parametrize(("children", "message"), FAULTS.values(), ids=FAULTS)
def test_fault_is_named(children, message):
    _, said = quiz.find_fault(question(*children))
    assert message in said


def test_other_admonitions_are_left_alone():
    assert quiz.is_quiz(question(TWO, THREE))
    assert not quiz.is_quiz(TWO)
    assert not quiz.is_quiz(AFTER)
