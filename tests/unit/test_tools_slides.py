"""Slides by rule: what stands on them, what only the speaker sees, what nobody sees."""

import pytest
from bs4 import BeautifulSoup
from PIL import Image

from book_tools.slides.deck import LINES, PRINTED, Deck
from book_tools.slides.figures import parts_of
from book_tools.slides.text import code_parts, sentences, words

NEW_LINE = "\n"


def code(*lines, output="", hidden=""):
    """Return a cell as the site has it."""
    shown = f'<div class="cell_output"><div class="output">{box(output)}</div></div>'
    listing = (
        f'<div class="cell_input">{box(NEW_LINE.join(lines))}</div>' if lines else ""
    )
    return f'<div class="cell {hidden}">{listing}{shown if output else ""}</div>'


def box(text):
    return f'<div class="highlight"><pre><span></span>{text}\n</pre></div>'


def deck(*parts, name="first", heading="First"):
    """Return the slides of a page with one section, and a recap after it."""
    inside = f'<section id="{name}"><h2>{heading}</h2>{"".join(parts)}</section>'
    recap = (
        '<section id="recap"><h2>Recap</h2><ul><li>All</li></ul><p>Next.</p></section>'
    )
    later = '<section id="exercises"><h2>Exercises</h2><p>Do them.</p></section>'
    text = f"<article><section>{recap}{later}{inside}</section></article>"
    return Deck(BeautifulSoup(text, "html.parser").article).slides


def shown(slide):
    """Return the text that a class sees on a slide."""
    html = " ".join([slide.heading, slide.lead, *slide.body, slide.after])
    return BeautifulSoup(html, "html.parser").get_text(" ")


BEFORE = "<p>A long story. Here is the sum.</p>"
AFTER = "<p>It is three, as all had hoped. Nobody knows the reason for it.</p>"


def test_a_listing_has_the_sentence_before_it_and_the_one_after_it():
    _, slide, _ = deck(BEFORE, code("1 + 2", output="3"), AFTER)[-3:]
    assert (slide.heading, slide.lead) == ("First", "Here is the sum.")
    assert slide.after.startswith("It is three, as all had hoped.")
    notes = " ".join(slide.notes)
    assert "A long story." in notes
    assert "Nobody knows the reason" in notes


def test_what_a_listing_prints_comes_one_step_later():
    slide = deck(code("1 + 2", output="3"))[-2]
    listing, output = slide.body
    assert "fragment" not in listing
    assert output.startswith('<div class="fragment">')


def test_a_long_output_has_slides_of_its_own():
    many = "\n".join(map(str, range(40)))
    slides = deck(code("print(many)", output=many))[1:-1]
    counts = [shown(slide).count("\n") + 1 for slide in slides]
    assert len(slides) > 3
    assert max(counts) <= PRINTED + 3
    joined = " ".join(map(shown, slides)).split()
    assert [word for word in joined if word.isdigit()] == [*map(str, range(40))]


@pytest.mark.parametrize("count", [12, 13, 20, 31])
def test_code_is_cut_into_parts_that_a_slide_can_hold(count):
    lines = [f"x{number} = 1" for number in range(count)]
    parts = code_parts(lines, LINES)
    assert [line for part in parts for line in part] == lines
    assert all(0 < len(part) <= LINES for part in parts)
    assert len(parts) == -(-count // LINES)


def test_code_is_cut_where_a_line_is_empty_and_not_within_a_function():
    lines = [*["a = 1"] * 6, "", "def f():", *["    pass"] * 8]
    first, second = code_parts(lines, LINES)
    assert first[-1] in ("a = 1", "")
    assert second[0] == "def f():"


SECRET = "NOBODYSHALLSEE"
LEFT_OUT = {
    "guard": f'<details class="guard">{SECRET}</details>',
    "solution": f'<details class="solution">{SECRET}</details>',
    "check": code(SECRET, output=SECRET, hidden="tag_check"),
    "set-up": code(f"setup(seed=1)  # {SECRET}"),
    "imports": code(f"import {SECRET}"),
}


@pytest.mark.parametrize("part", LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_a_class_shall_not_see_is_left_out(part):
    for slide in deck(BEFORE, part, AFTER):
        assert SECRET not in shown(slide) + " ".join(slide.notes)


@pytest.mark.parametrize("name", ["what-you-need", "readers-questions"])
def test_sections_for_readers_alone_have_no_slides(name):
    assert "It is three" not in " ".join(map(shown, deck(AFTER, name=name)))


def test_the_recap_comes_last_and_announces_nothing():
    last = deck(AFTER)[-1]
    assert last.heading == "Recap"
    assert "Next." not in shown(last)


def test_a_figure_stands_alone_and_its_caption_and_code_are_for_the_speaker():
    figure = (
        '<figure><a class="large" href="#"><img alt="A line" src="../_images/x.png">'
        "</a><figcaption><p>Fig. 1 It rises.</p></figcaption></figure>"
    )
    html = f'<div class="cell"><div class="cell_output">{figure}</div>'
    html += f'<div class="cell_input">{box("plot(x)")}</div></div>'
    slide = deck(html)[-2]
    assert slide.kind == "figure"
    assert "plot(x)" not in shown(slide)
    assert 'src="files/x.png"' in slide.body[0]
    assert "It rises." in " ".join(slide.notes)
    assert "plot(x)" in " ".join(slide.notes)


QUIZ = """
<fieldset class="quiz"><legend>How many?</legend>
<div class="quiz-option"><label>One</label>
<div class="quiz-said quiz-wrong"><p>No. Fewer.</p></div></div>
<div class="quiz-option"><label>Two</label>
<div class="quiz-said quiz-right"><p>Right. A pair.</p></div></div>
</fieldset>"""


def test_the_answer_of_a_quiz_comes_one_step_after_its_options():
    question, answer = deck(QUIZ)[-2].body
    for text in ("How many?", "One", "Two"):
        assert text in question
    assert "Right" not in question
    assert answer.startswith('<div class="fragment">')
    assert "<b>B.</b> Right. A pair." in answer
    assert "No. Fewer." in " ".join(deck(QUIZ)[-2].notes)


def test_a_long_list_is_shared_out_and_counts_on():
    items = "".join(f"<li>{'word ' * 20}</li>" for _ in range(9))
    slides = [s for s in deck(f"<ol>{items}</ol>") if "<ol" in "".join(s.body)]
    assert len(slides) == 2
    assert [slide.body[0].count("<li>") for slide in slides] == [5, 4]
    assert 'start="6"' in slides[1].body[0]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("One. Two? “Three!” Four", ["One.", "Two?", "“Three!”", "Four"]),
        ("See Fig. 3 there. Then go.", ["See Fig. 3 there.", "Then go."]),
        (
            "It is 0.5 here. <b>So.</b> Next.",
            ["It is 0.5 here.", "<b>So.</b>", "Next."],
        ),
        ("Call <code>a. B</code> now. End", ["Call <code>a. B</code> now.", "End"]),
        ("x &lt; y. Z", ["x &lt; y.", "Z"]),
    ],
)
def test_sentences_are_told_apart(html, expected):
    assert sentences(BeautifulSoup(f"<p>{html}</p>", "html.parser").p) == expected


def test_a_formula_counts_as_one_word():
    assert words('So <span class="katex">a b c</span> it is') == 4


def drawn(path, panels, height=150, gap=30):
    """Draw a figure of grey panels, one above the other, with white between them."""
    image = Image.new("RGB", (300, panels * (height + gap) + gap), "white")
    for number in range(panels):
        top = gap + number * (height + gap)
        image.paste((90, 90 + number, 90), (20, top, 280, top + height))
    image.save(path)
    return path


def colours(path):
    with Image.open(path) as image:
        return {c for _, c in image.getcolors() if c != (255, 255, 255)}


def test_a_tall_figure_is_cut_between_its_panels(tmp_path):
    parts = parts_of(drawn(tmp_path / "tall.png", 4))
    assert len(parts) > 1
    seen = [colours(part) for part in parts]
    assert set.union(*seen) == {(90, 90 + number, 90) for number in range(4)}
    assert sum(map(len, seen)) == 4  # no panel is on two slides


def test_a_figure_that_fits_or_has_no_gap_is_left_as_it_is(tmp_path):
    wide = drawn(tmp_path / "wide.png", 1)
    tall = drawn(tmp_path / "solid.png", 1, height=900)
    assert (parts_of(wide), parts_of(tall)) == ([wide], [tall])
