"""Figures of attention show what they are given, and refuse what cannot be drawn."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lstm_utils.plots import plot_alignment, plot_by_length

WEIGHTS = np.array([[0.1, 0.9, 0.0], [0.8, 0.2, 0.0], [0.5, 0.5, 0.0]])
RIGHT = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]], dtype=bool)
RUNS = {"none": {5: [0.1, 0.2], 10: [0.9, 1.0]}, "dot": {5: [0, 0], 10: [0.2, 0.4]}}


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_a_map_shows_its_weights_and_frames_what_is_right():
    ax = plot_alignment(WEIGHTS, ["b", "a", "end"], ["a", "b"], right=RIGHT)
    assert ax.images[0].get_array().tolist() == WEIGHTS[:, :2].tolist()
    assert ax.images[0].get_clim() == (0, 1)
    centres = [tuple(np.round(patch.get_center(), 6)) for patch in ax.patches]
    assert centres == [(1, 0), (0, 1)]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["b", "a", "end"]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["a", "b"]


def test_a_space_is_made_visible():
    ax = plot_alignment(WEIGHTS, ["x"], ["a", " ", "b"])
    assert ax.get_xticklabels()[1].get_text() == "␣"


def test_lines_are_means_within_intervals_that_a_share_can_have():
    (ax,) = plot_by_length({"reverse": RUNS}, trained={"reverse": (4, 6)})
    means = {line.get_label(): line.get_ydata() for line in ax.lines[::3]}
    assert np.allclose(means["none"], [0.15, 0.95])
    assert np.allclose(means["dot"], [0, 0.3])
    drawn = np.concatenate([line.get_ydata() for line in ax.lines])
    assert drawn.min() >= 0
    assert drawn.max() <= 1


def test_each_panel_shades_the_lengths_that_were_trained():
    axes = plot_by_length(
        {"short": RUNS, "long": RUNS}, trained={"short": (4, 6), "long": (8, 12)}
    )
    spans = [ax.patches[0].get_extents().width for ax in axes]
    bounds = [ax.patches[0].get_x() for ax in axes]
    assert bounds == [4, 8]
    assert spans[1] > 1.5 * spans[0]


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plot_alignment(WEIGHTS * 2, ["b"], ["a"]), "weights go from 0 to 1.8"),
        (lambda: plot_alignment(WEIGHTS, "abcd", "abc"), "4 rows and 3 columns"),
        (lambda: plot_alignment(WEIGHTS, "a", "a", right=RIGHT[:2]), "each cell"),
        (lambda: plot_alignment(WEIGHTS[0], "a", "a"), "2 axes"),
        (lambda: plot_by_length({}, trained={}), "panels is empty"),
        (lambda: plot_by_length({"a": RUNS}, trained={}), "no lengths for 'a'"),
        (
            lambda: plot_by_length(
                {"a": dict.fromkeys(range(5))}, trained={"a": (1, 2)}
            ),
            "5 models, but at most 4",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
