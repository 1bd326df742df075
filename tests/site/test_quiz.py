"""Quizzes: what becomes of one, and what is said of one with a fault."""

import pytest
from docutils import nodes

from book_tools.site import quiz


def option(title, *said, classes=("dropdown",)):
    opening = [nodes.strong("", said[0])] if said else []
    rest = [nodes.Text(f" {text}") for text in said[1:]]
    return nodes.admonition(
        "",
        nodes.title("", title),
        nodes.paragraph("", "", *opening, *rest),
        classes=list(classes),
    )


def question(*children, title="How many gates?"):
    return nodes.admonition("", nodes.title("", title), *children, classes=["quiz"])


TWO = option("two", "No.", "Count again.")
THREE = option("three", "Right.", "Input, forget and output.")


def good():
    return question(TWO.deepcopy(), THREE.deepcopy())


def test_question_options_and_feedback_are_told_apart():
    made = quiz.make_quiz(good(), "quiz-1")
    assert made["ids"] == ["quiz-1"]
    assert made[0].astext() == "How many gates?"
    options = list(made.findall(quiz.quiz_option))
    assert [node["ids"] for node in options] == [["quiz-1-1"], ["quiz-1-2"]]
    assert [node[0].astext() for node in options] == ["two", "three"]
    assert [node[1]["mark"] for node in options] == ["wrong", "right"]
    assert options[1][1].astext() == "Right. Input, forget and output."
    assert quiz.find_fault(good()) is None


def test_a_question_may_have_more_than_one_paragraph():
    more = nodes.paragraph("", "Look at the picture.")
    box = question(more, TWO.deepcopy(), THREE.deepcopy())
    assert quiz.find_fault(box) is None
    assert "Look at the picture." in quiz.make_quiz(box, "quiz-1").astext()


@pytest.mark.parametrize(
    ("children", "message"),
    [
        ([THREE], "has 1 options"),
        ([TWO, TWO], "has 0 right options"),
        ([THREE, THREE, TWO], "has 2 right options"),
        ([TWO, option("three")], "option 'three' is not marked"),
        ([TWO, option("three", "Maybe.")], "option 'three' is not marked"),
        ([TWO, option("three", "Right.", classes=())], "'three' gives itself away"),
        ([TWO, THREE, nodes.paragraph("", "So.")], "has text after its last option"),
    ],
    ids=["one", "none-right", "two-right", "silent", "unmarked", "open", "trailing"],
)
def test_fault_is_named(children, message):
    _, said = quiz.find_fault(question(*(child.deepcopy() for child in children)))
    assert message in said


def test_other_admonitions_are_left_alone():
    assert quiz.is_quiz(good())
    assert not quiz.is_quiz(TWO)
    assert not quiz.is_quiz(nodes.paragraph("", "quiz"))
