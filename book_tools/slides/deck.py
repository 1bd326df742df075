"""A deck of slides out of the page of a chapter, by rules from the page's structure.

A slide has one thing to look at: a listing with what it prints, a figure, a table, a
formula, a box. Above it stands the last sentence before it, below it, one step later,
the first sentence after it. All of that prose stands in the slide's notes. What a
listing prints comes one step after the listing, so that a class can predict it.
"""

import re
from copy import copy
from dataclasses import dataclass, field
from html import escape

from bs4 import Tag

from book_tools.slides.text import (
    clean,
    code_lines,
    code_parts,
    kind_of,
    output_parts,
    plain,
    sentences,
    some,
    words,
)

LEFT_OUT = ("what-you-need", "readers-questions", "further-reading")
SETUP = "setup(seed="
IMPORT = re.compile(r"(from \S+ )?import |\s*$")
LINES = 12  # of code on one slide
ITEMS = 6  # of a list on one slide
TOGETHER = 13  # lines that a listing and what it prints may have on one slide
PRINTED = 15  # lines of what a listing prints, on a slide of their own
AFTER = 22  # words of the sentences below what is shown
TEXT = 34  # words of a paragraph on a slide of text
ROOM = 110  # words on a slide of text
LISTING = '<div class="highlight"><pre>{}</pre></div>'
STEP = '<div class="fragment">{}</div>'


@dataclass
class Slide:
    """One slide: its heading, its parts as HTML, and what its speaker can say."""

    heading: str
    kind: str = ""
    lead: str = ""
    body: list[str] = field(default_factory=list)
    after: str = ""
    notes: list[str] = field(default_factory=list)
    lines: int = 0  # of code


class Deck:
    """The slides of the page of a chapter; the recap comes last."""

    def __init__(self, article: Tag) -> None:
        self.slides: list[Slide] = []
        self.heading = ""
        self.waiting: list[Tag] = []  # paragraphs since the last thing to look at
        self.shown: Slide | None = None  # that thing's slide, under this heading
        parts = copy(article).section.find_all("section", recursive=False)
        parts = [part for part in parts if part["id"] not in LEFT_OUT]
        for part in sorted(parts, key=lambda part: part["id"] == "recap"):
            self.read(part)
            if part["id"] == "recap":
                self.waiting.clear()  # where the next chapter is announced
            self.share(follows=False)

    def read(self, section: Tag) -> None:
        """Take the parts of a section in their order."""
        for part in section.find_all(recursive=False):
            kind = kind_of(part)
            if part.name == "section":
                self.read(part)
            elif part.name in ("h2", "h3", "h4"):
                self.share(follows=False)
                self.heading, self.shown = clean(part).decode_contents(), None
            elif part.name == "p":
                self.waiting.append(clean(part))
            elif "cell" in kind:
                self.take_cell(part)
            elif part.name == "fieldset":
                self.take_quiz(part)
            elif "exercise" in kind:
                self.take_exercise(clean(part))
            elif part.name in ("ul", "ol"):
                self.take_list(clean(part))
            elif part.name != "details" and part.get_text(strip=True):
                self.show(str(clean(part)), kind="thing")

    def show(self, *body: str, kind: str, lines: int = 0, notes: str = "") -> Slide:
        """Add a slide, and let the prose before it lead over to it."""
        lead, spoken = self.share(follows=True)
        said = [note for note in (spoken, notes) if note]
        self.shown = Slide(self.heading, kind, lead, [*body], notes=said, lines=lines)
        self.slides.append(self.shown)
        return self.shown

    def share(self, *, follows: bool) -> tuple[str, str]:
        """Share out the prose that waits between what was shown and what follows.

        Return the sentence that leads over to what follows, and the notes for that.
        """
        run, self.waiting = self.waiting, []
        lead = spoken = ""
        if run and self.shown is not None:
            first = run.pop(0)
            said = sentences(first)
            self.shown.notes.append(str(first))
            asks = len(said) > 1 or said[0].endswith((":", "?"))
            if follows and asks and not run:
                lead = said.pop()
            self.shown.after = " ".join(some(said, AFTER))
        if run and follows:
            last = run.pop()
            lead, spoken = sentences(last)[-1], str(last)
        self.say(run)
        return lead, spoken

    def say(self, run: list[Tag]) -> None:
        """Add slides of text: of each paragraph what it begins with."""
        total = ROOM
        for paragraph in run:
            said = " ".join(some(sentences(paragraph), TEXT))
            total += words(said)
            if total > ROOM:
                total = words(said)
                self.slides.append(Slide(self.heading, kind="text"))
            self.slides[-1].body.append(f"<p>{said}</p>")
            self.slides[-1].notes.append(str(paragraph))

    def take_cell(self, cell: Tag) -> None:
        """Show a cell: its figures large, or its listing and what that prints."""
        if "tag_check" in kind_of(cell) or SETUP in cell.get_text():
            return
        listing = cell.select_one(":scope > .cell_input .highlight")
        lines = code_lines(listing) if listing else []
        results = [clean(each) for each in cell.select(":scope > .cell_output > *")]
        figures = [result for result in results if result.find("img")]
        code = escape("\n".join(map(plain, lines)), quote=False)
        for result in figures:
            said = result.figcaption.decode_contents() if result.figcaption else ""
            said += f"<pre>{code}</pre>" if code else ""
            self.show(str(result.img), kind="figure", notes=said)
        if not figures:
            results = [result for result in results if result.get_text(strip=True)]
            self.take_listing(lines, results)

    def take_listing(self, lines: list[str], results: list[Tag]) -> None:
        """Show code, and what it prints: on the same slide or, if long, on the next."""
        if not results and all(IMPORT.match(plain(line)) for line in lines):
            return
        parts = code_parts(lines, LINES) if lines else []
        before = self.slides[-1] if self.slides else None
        goes_on = before and before is self.shown and before.kind == "code"
        if goes_on and not self.waiting and before.lines + len(lines) < LINES:
            before.body.append(LISTING.format("\n".join(lines)))
            before.lines += len(lines)
            parts = []
        for part in parts:
            self.show(LISTING.format("\n".join(part)), kind="code", lines=len(part))
        printed = [each for result in results for each in output_parts(result, PRINTED)]
        shown = "".join(printed)
        if shown and lines and self.shown.lines + shown.count("\n") <= TOGETHER:
            self.shown.body.append(STEP.format(shown))
            self.shown.kind = "run"
        elif len(results) == 1:
            for part in printed:
                self.show(part, kind="result")
        elif shown:
            self.show(shown, kind="result")

    def take_list(self, listed: Tag) -> None:
        """Show a list, a few items a slide."""
        items = [str(item) for item in listed.find_all("li", recursive=False)]
        sizes = [*map(words, items)]
        least = max(-(-len(items) // ITEMS), -(-sum(sizes) // ROOM))
        shares, total = [[]], 0
        for item, size in zip(items, sizes, strict=True):
            filled = total + size / 2 > sum(sizes) * len(shares) / least
            if shares[-1] and (len(shares[-1]) == ITEMS or filled):
                shares.append([])
            shares[-1].append(item)
            total += size
        begin = 1
        for share in shares:
            opened = f'<{listed.name} start="{begin}">'
            self.show(f"{opened}{''.join(share)}</{listed.name}>", kind="list")
            begin += len(share)

    def take_quiz(self, quiz: Tag) -> None:
        """Show a question with its options; what is right comes with the next step."""
        options, notes, right = "", "", ""
        for letter, option in zip(
            "ABCDEFGH", quiz.select(".quiz-option"), strict=False
        ):
            said, text = option.select_one(".quiz-said"), option.label.decode_contents()
            if "quiz-right" in kind_of(said):
                right = f"<p><b>{letter}.</b> {said.p.decode_contents()}</p>"
            notes += f"<p>{letter}. {said.p.decode_contents()}</p>"
            options += f"<li>{text}</li>"
        asked = f'<p class="question">{quiz.legend.decode_contents()}</p>'
        shown = f'{asked}<ol class="options">{options}</ol>'
        self.show(shown, STEP.format(right), kind="quiz", notes=notes)

    def take_exercise(self, exercise: Tag) -> None:
        """Announce an exercise; its solution and its check stay on the page."""
        self.waiting.clear()
        heading, self.shown = self.heading, None
        self.heading = exercise.select_one(".admonition-title").extract().get_text()
        self.show(exercise.decode_contents(), kind="exercise")
        self.heading, self.shown = heading, None
