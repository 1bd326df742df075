"""The quiz directive: what it reads, and what it says of a quiz with a fault."""

import pytest

from book_tools.site import quiz

GOOD = """\
How many gates
has an LSTM?

- [ ] two
  > Count again,
  > slowly.
- [x] three, as
  the picture shows
  > Input, forget
  and output.
- [ ] four
  > The candidate is no gate.
"""


def fault(text):
    return quiz.find_fault(*quiz.read(text.splitlines()))


def test_question_options_and_feedback_are_told_apart():
    question, options = quiz.read(GOOD.splitlines())
    assert question == ["How many gates", "has an LSTM?", ""]
    assert [option.text for option in options] == [
        ["two"],
        ["three, as", "the picture shows"],
        ["four"],
    ]
    assert [option.right for option in options] == [False, True, False]
    assert options[0].feedback == ["Count again,", "slowly."]
    assert options[1].feedback == ["Input, forget", "and output."]
    assert [option.line for option in options] == [3, 6, 10]
    assert fault(GOOD) is None


def test_capital_x_marks_the_right_option_too():
    assert fault(GOOD.replace("[x]", "[X]")) is None


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("How many?\n", 0, "has no option"),
        ("- [x] three\n  > Yes.\n", 0, "has no question"),
        (GOOD.replace("[x]", "[ ]"), 3, "has no right option: mark one with [x]"),
        (GOOD.replace("[ ]", "[x]"), 6, "has 3 right options"),
        (GOOD.replace("  > The candidate is no gate.\n", ""), 10, "'four' has no feed"),
    ],
    ids=["no-option", "no-question", "none-right", "several-right", "no-feedback"],
)
def test_fault_is_named_at_its_line(text, line, message):
    found, said = fault(text)
    assert found == line
    assert message in said
