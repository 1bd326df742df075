"""The diagram of a beam shows what it was given."""

import matplotlib.pyplot as plt
import pytest

from lstm_utils.plots import draw_beam


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


LEVELS = [
    [("a", -0.1, True), ("b", -2.0, True), ("c", -3.0, False)],
    [("ab", -0.9, True), ("ba", -2.1, True), ("aa", -4.0, False)],
]


def test_a_beam_joins_each_beginning_to_the_one_it_came_from():
    ax = draw_beam(LEVELS, right="ba")
    starts = [tuple(line.get_data()[1]) for line in ax.lines]
    assert starts == [(0, 0), (-1, -1), (0, -2)]


def test_a_beam_marks_what_it_kept_and_what_is_right():
    ax = draw_beam(LEVELS, right="ba")
    bold = [t.get_text().split()[0] for t in ax.texts if t.get_weight() == "bold"]
    assert bold == ["a", "b", "ab", "ba"]
    boxed = [
        t.get_text().split()[0]
        for t in ax.texts
        if t.get_bbox_patch().get_edgecolor()[3] > 0
    ]
    assert boxed == ["b", "ba"]


def test_a_beam_without_steps_is_refused():
    with pytest.raises(ValueError, match=r"levels\[1\] is empty"):
        draw_beam([LEVELS[0], []])
    with pytest.raises(ValueError, match="levels is empty"):
        draw_beam([])
