"""The `{quiz}` directive: one question, its options, and a word on each of them.

The page needs no script: the options are radio buttons, and a style sheet shows the
feedback of the one that is chosen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)

OPTION = re.compile(r"- \[(?P<mark>[ xX])\] +(?P<text>.+)")
FEEDBACK = re.compile(r"> ?(?P<text>.*)")


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


@dataclass
class Option:
    """An option as it was written; lines count from the start of the directive."""

    line: int
    right: bool
    text: list[str]
    feedback: list[str] = field(default_factory=list)


def read(lines):
    """Split a quiz into its question and its options.

    Parameters
    ----------
    lines : sequence of str
        The content of the directive.

    Returns
    -------
    question : list of str
    options : list of Option
    """
    question, options = [], []
    for number, line in enumerate(lines):
        inner = line.strip()
        if start := OPTION.fullmatch(line.rstrip()):
            right = start["mark"] != " "
            options.append(Option(number, right, [start["text"]]))
        elif not options:
            question.append(line)
        elif said := FEEDBACK.fullmatch(inner):
            options[-1].feedback.append(said["text"])
        elif options[-1].feedback and inner:
            options[-1].feedback.append(inner)
        elif inner:
            options[-1].text.append(inner)
    return question, options


def find_fault(question, options):
    """Return what is wrong with a quiz and at which of its lines, or None."""
    if not "".join(question).strip():
        return 0, "has no question: write it before the first option"
    if not options:
        return (
            0,
            "has no option: write each as a line '- [ ] …', the right one '- [x] …'",
        )
    for option in options:
        if not "".join(option.feedback).strip():
            text = option.text[0]
            return option.line, f"option {text!r} has no feedback: add a line '  > …'"
    right = [option for option in options if option.right]
    if not right:
        return options[0].line, "has no right option: mark one with [x]"
    if len(right) > 1:
        return right[1].line, f"has {len(right)} right options: mark only one with [x]"
    return None


class Quiz(SphinxDirective):
    """Turn a question, a list of options and their feedback into a quiz."""

    has_content = True

    def run(self):
        """Return the quiz, or report at which line something is wrong with it."""
        question, options = read(self.content)
        if fault := find_fault(question, options):
            line, message = fault
            title = " ".join(" ".join(question).split())[:60]
            place = (self.env.docname, self.lineno + self.content_offset + line)
            logger.error("quiz %r %s", title, message, location=place)
            return []
        serial = self.env.new_serialno("quiz") + 1
        result = quiz(ids=[f"quiz-{serial}"])
        result += self.parse_question(question)
        for number, option in enumerate(options, start=1):
            result += self.parse_option(option, f"quiz-{serial}-{number}")
        return [result]

    def parse(self, lines, offset=0):
        """Return the nodes of some lines of the directive."""
        holder = nodes.Element()
        block = StringList(lines, source=self.env.docname)
        self.state.nested_parse(block, self.content_offset + offset, holder)
        return holder.children

    def parse_question(self, lines):
        """Return the legend, and whatever blocks follow the first paragraph."""
        first, *rest = self.parse(lines)
        return [quiz_question("", "", *first.children), *rest]

    def parse_option(self, option, name):
        """Return an option with its label and feedback."""
        first, *_ = self.parse([" ".join(option.text)], option.line)
        label = quiz_label("", "", *first.children)
        feedback = quiz_feedback(ids=[f"{name}-said"], right=option.right)
        feedback += self.parse(option.feedback, option.line + 1)
        return quiz_option("", label, feedback, ids=[name])


def visit_quiz(translator, node):
    """Open the group."""
    translator.body.append(translator.starttag(node, "fieldset", CLASS="quiz"))


def visit_question(translator, node):
    """Open the legend."""
    translator.body.append('<legend class="quiz-question">')


def visit_option(translator, node):
    """Write the radio button; its label follows."""
    (name,) = node["ids"]
    group = name.rpartition("-")[0]
    translator.body.append(
        f'<div class="quiz-option"><input type="radio" id="{name}" name="{group}"'
        f' aria-describedby="{name}-said">'
    )


def visit_label(translator, node):
    """Open the label of the radio button."""
    (name,) = node.parent["ids"]
    translator.body.append(f'<label for="{name}">')


def visit_feedback(translator, node):
    """Open the feedback: an outer box that is always there, an inner one that shows.

    A reader's software may read the outer box at any time; while the option is not
    chosen the inner box is hidden, so that nothing is given away.
    """
    (name,) = node["ids"]
    kind, mark = ("right", "Right:") if node["right"] else ("wrong", "Not this one:")
    translator.body.append(
        f'<div class="quiz-feedback" id="{name}" aria-live="polite">'
        f'<div class="quiz-said quiz-{kind}"><span class="quiz-mark">{mark}</span>'
    )


def close(text):
    """Return a visitor that ends an element."""
    return lambda translator, node: translator.body.append(text)


def setup(app):
    """Register the directive and its nodes."""
    app.add_directive("quiz", Quiz)
    app.add_node(quiz, html=(visit_quiz, close("</fieldset>\n")))
    app.add_node(quiz_question, html=(visit_question, close("</legend>\n")))
    app.add_node(quiz_option, html=(visit_option, close("</div>\n")))
    app.add_node(quiz_label, html=(visit_label, close("</label>\n")))
    app.add_node(quiz_feedback, html=(visit_feedback, close("</div></div>\n")))
