"""Every number that a chapter says stands among its outputs or settings.

That it stands there does not make the sentence true; that is what guards are for. It
finds the number that was left behind when an output changed.
"""

import tomllib

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from prose_numbers import said, unheld

from book_tools.chapters import ROOT, list_notebooks, read_notebook

EXCUSES = tomllib.loads((ROOT / "tests" / "numbers.toml").read_text("utf-8"))["number"]


@pytest.mark.parametrize("path", list_notebooks(), ids=lambda path: path.stem)
def test_every_number_said_is_given_or_excused(path):
    excused = {
        text
        for excuse in EXCUSES
        if excuse["chapter"] == path.stem[:2]
        for text in excuse["texts"]
    }
    found = {*unheld(read_notebook(path))}
    free = sorted(f"{text} in {cell}" for cell, text in found if text not in excused)
    assert not free, f"{path.stem} says what it does not give: {', '.join(free)}"
    assert excused - {text for _, text in found} == set(), "no longer needed"


def page(text, output="", source="x", **image):
    cell = new_code_cell(source, outputs=[new_output("stream", text=output)])
    cell.metadata["mystnb"] = nbformat.from_dict({"image": image})
    return new_notebook(cells=[new_markdown_cell(text), cell])


HELD = {
    "to-the-digits-said": ("Wrong in 0.12 of the answers.", "0.1234"),
    "per-cent": ("It is right in 12 % of them.", "0.1234"),
    "in-a-hundred": ("Wrong 12 times in 100.", "0.12"),
    "thousands": ("It has 12,345 parameters.", "12345"),
    "a-third": ("A third of them is lost.", "0.34"),
    "of-ten": ("Seven of ten never learn.", "7"),
    "none": ("None of the ten learns.", "0 of 10"),
    "times": ("Three times as much.", "2.9"),
    "chapter": ("See chapter 06 and {numref}`fig-99-deep`.", ""),
    "code": ("Call `f(99)`, in [a text](77.md), after $x = 55$.", ""),
    "a-year": ("In 1997 somebody wrote it.", ""),
    "minus": ("It falls to −1.5.", "-1.52"),
}
NOT_HELD = {
    "other": ("Wrong in 0.12 of the answers.", "0.14", "0.12"),
    "no-digit": ("Wrong in .83 of the answers.", "0.5", ".83"),
    "words": ("A third of them is lost.", "0.5", "A third"),
    "of-ten": ("Seven of ten never learn.", "3", "Seven of ten"),
    "twice": ("That takes twice as long.", "9", "twice"),
    "times": ("It is 3.9 times as long.", "3.5", "3.9"),
}


@pytest.mark.parametrize(("text", "output"), HELD.values(), ids=HELD)
def test_a_number_that_the_page_gives_is_held(text, output):
    assert [*unheld(page(text, output))] == []


@pytest.mark.parametrize(("text", "output", "found"), NOT_HELD.values(), ids=NOT_HELD)
def test_a_number_that_the_page_does_not_give_is_found(text, output, found):
    assert [words for _, words in unheld(page(text, output))] == [found]


def test_alternative_texts_are_read_and_settings_give_numbers():
    assert [n for _, n, *_ in said(page("", alt="A line at 0.7."))] == ["0.7"]
    assert [*unheld(page("A layer of 64 units.", source="LSTM(64)"))] == []
