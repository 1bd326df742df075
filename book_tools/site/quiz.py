"""Quizzes: on the site, admonitions of class ``quiz`` become radio buttons.

A question is an admonition, and each of its options one inside it that is folded
(class ``dropdown``), so that JupyterLab shows a quiz without any help: a click on an
option unfolds what is said of it. That begins with **Right.** for the right option
and with **No.** for the others. The page needs no script either: a style sheet shows
what is said of the option that is chosen.
"""

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

logger = logging.getLogger(__name__)

MARKS = {"Right.": "right", "No.": "wrong"}


class quiz(nodes.General, nodes.Element):
    """One question with its options: a group of radio buttons."""


class quiz_question(nodes.TextElement):
    """The question, which is the legend of the group."""


class quiz_option(nodes.Element):
    """One radio button with its label and feedback."""


class quiz_label(nodes.TextElement):
    """The text of an option."""


class quiz_feedback(nodes.Element):
    """What is said to the one who chose an option."""


def is_quiz(node):
    """Tell whether a node is a question as it was written."""
    return isinstance(node, nodes.admonition) and "quiz" in node["classes"]


def options_of(box):
    """Return the options of a question, each as it was written."""
    return [child for child in box.children if isinstance(child, nodes.admonition)]


def mark_of(option):
    """Return "right" or "wrong", as its feedback begins, or None."""
    first = option.next_node(nodes.paragraph) or nodes.paragraph()
    # The parser may put an empty text before the bold one.
    opening = next((child for child in first.children if child.astext()), None)
    return MARKS.get(opening.astext()) if isinstance(opening, nodes.strong) else None


def find_fault(box):
    """Return the node of a quiz that is wrong and what is wrong with it, or None."""
    options = options_of(box)
    if len(options) < 2:
        return box, f"has {len(options)} options: write two or more admonitions in it"
    if box.index(options[-1]) != len(box) - 1:
        return box, "has text after its last option: write it before the first one"
    for option in options:
        title = option[0].astext()
        if "dropdown" not in option["classes"]:
            return option, f"option {title!r} gives itself away: add :class: dropdown"
        if mark_of(option) is None:
            expected = "begin what is said of it with **Right.** or **No.**"
            return option, f"option {title!r} is not marked: {expected}"
    right = sum(mark_of(option) == "right" for option in options)
    if right != 1:
        return box, f"has {right} right options, expected one"
    return None


def make_quiz(box, name):
    """Return the radio buttons for a question as it was written."""
    title, *rest = box.children
    head = quiz_question("", "", *title.children)
    result = quiz("", head, ids=[name], name=name)
    for number, child in enumerate(rest, start=1):
        if not isinstance(child, nodes.admonition):
            result += child
            continue
        option = f"{name}-{number}"
        label, *said = child.children
        feedback = quiz_feedback("", *said, name=option, mark=mark_of(child))
        label = quiz_label("", "", *label.children, name=option)
        result += quiz_option(
            "", label, feedback, ids=[option], name=option, group=name
        )
    return result


class QuizTransform(SphinxTransform):
    """Replace each quiz of a page, or say what is wrong with it."""

    default_priority = 400

    def apply(self, **_):
        """Go through the quizzes of the page."""
        boxes = list(self.document.findall(is_quiz))
        for serial, box in enumerate(boxes, start=1):
            if fault := find_fault(box):
                node, message = fault
                logger.error("quiz %r %s", box[0].astext()[:60], message, location=node)
            else:
                box.replace_self(make_quiz(box, f"quiz-{serial}"))


# A reader's software may read the outer box of what is said at any time; while the
# option is not chosen the inner box is hidden, so that nothing is given away.
HTML = {
    quiz: ('<fieldset class="quiz" id="{name}">\n', "</fieldset>\n"),
    quiz_question: ('<legend class="quiz-question">', "</legend>\n"),
    quiz_option: (
        """<div class="quiz-option"><input type="radio" id="{name}" name="{group}"\
 aria-describedby="{name}-said">""",
        "</div>\n",
    ),
    quiz_label: ('<label for="{name}">', "</label>\n"),
    quiz_feedback: (
        """<div class="quiz-feedback" id="{name}-said" aria-live="polite">\
<div class="quiz-said quiz-{mark}">""",
        "</div></div>\n",
    ),
}


def write(text):
    """Return a visitor that writes a text with the attributes of its node filled in."""
    return lambda page, node: page.body.append(text.format(**node.attributes))


def setup(app):
    """Register the transform and its nodes."""
    app.add_transform(QuizTransform)
    for kind, tags in HTML.items():
        app.add_node(kind, html=tuple(map(write, tags)))
