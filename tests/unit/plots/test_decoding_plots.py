"""Figures of decoding show the numbers that they were given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lstm_utils.experiments import interval
from lstm_utils.plots import plot_by_step, plot_temperatures

GIVEN = np.array([[0.9, 0.8, 0.85], [1.0, 0.9, 0.95]])
FREE = np.array([[0.9, 0.6, 0.4], [1.0, 0.7, 0.5]])


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def two_panels():
    panels = {"step": {"given": GIVEN, "free": FREE}, "later": {"free": FREE[:, :2]}}
    labels = {"step": "step of the answer", "later": "steps after"}
    return plot_by_step(panels, xlabels=labels, ylabel="right")


def test_lines_go_through_the_means_of_the_runs():
    left, right = two_panels()
    np.testing.assert_allclose(left.lines[1].get_ydata(), FREE.mean(axis=0))
    np.testing.assert_allclose(left.lines[0].get_xdata(), [1, 2, 3])
    np.testing.assert_allclose(right.lines[0].get_ydata(), FREE[:, :2].mean(axis=0))


def test_bands_are_the_intervals_of_the_means():
    left, _ = two_panels()
    corners = left.collections[1].get_paths()[0].vertices
    at_two = corners[corners[:, 0] == 2][:, 1]
    _, low, high = interval(FREE[:, 1])
    assert (at_two.min(), at_two.max()) == pytest.approx((low, high))


def test_every_panel_shows_its_bands_whole():
    low = np.array([[0.05, 0.2], [0.15, 0.4]])
    high = np.array([[0.9, 0.95], [0.91, 0.96]])
    panels = {"low": {"a": low}, "high": {"a": high}}
    axes = plot_by_step(panels, xlabels={"low": "x", "high": "x"}, ylabel="y")
    for ax, runs in zip(axes, (low, high), strict=True):
        lowest = min(interval(column).low for column in runs.T)
        assert ax.get_ylim()[0] <= lowest
    assert axes[1].get_ylim()[0] == pytest.approx(0.8)


def test_every_panel_says_what_it_counts():
    left, right = two_panels()
    assert (left.get_xlabel(), right.get_xlabel()) == (
        "step of the answer",
        "steps after",
    )
    assert left.get_ylabel() == "right"
    assert {text.get_text() for text in left.texts} == {"given", "free"}


def test_names_of_lines_that_end_together_stand_apart_and_inside():
    panels = {"t": {"a": GIVEN, "b": GIVEN, "c": GIVEN}}
    (ax,) = plot_by_step(panels, xlabels={"t": "x"}, ylabel="y")
    heights = sorted(text.get_position()[1] for text in ax.texts)
    assert np.diff(heights).min() > 0.08 * np.diff(ax.get_ylim())[0]
    assert heights[-1] <= 1.0


def test_too_many_lines_or_runs_of_the_wrong_shape_are_refused():
    lines = dict.fromkeys("abcde", GIVEN)
    with pytest.raises(ValueError, match="5 lines, expected at most 4"):
        plot_by_step({"t": lines}, xlabels={"t": "x"}, ylabel="y")
    with pytest.raises(ValueError, match="runs, steps"):
        plot_by_step({"t": {"a": [0.1, 0.2]}}, xlabels={"t": "x"}, ylabel="y")
    with pytest.raises(ValueError, match="panels is empty"):
        plot_by_step({}, xlabels={}, ylabel="y")


def test_means_and_every_run_stand_over_their_temperatures():
    old, new = [[1, 0.9, 0.1], [1, 0.7, 0.3]], [[0, 0.5, 1]]
    ax = plot_temperatures([0.3, 1, 2], {"accepted": old, "new": new})
    drawn = [line.get_ydata() for line in ax.lines]
    np.testing.assert_allclose(drawn, [[1, 0.8, 0.2], *old, *new, *new])
    widths = [line.get_linewidth() for line in ax.lines]
    assert widths[0] == widths[3] > widths[1] == widths[2] == widths[4]
    np.testing.assert_allclose(ax.lines[0].get_xdata(), [0.3, 1, 2])
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["0.3", "1", "2"]


def test_names_of_shares_that_end_together_stand_apart():
    ax = plot_temperatures([1, 2], {"old": [[1, 0.2]], "new": [[0, 0.19]]})
    old, new = (text.get_position()[1] for text in ax.texts)
    assert old - new > 0.05


def test_shares_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="2 values for 3 temperatures"):
        plot_temperatures([0.3, 1, 2], {"accepted": [[1, 0.9]]})
    with pytest.raises(ValueError, match="runs, temperatures"):
        plot_temperatures([0.3, 1, 2], {"accepted": [1, 0.9, 0.1]})
    with pytest.raises(ValueError, match="above 0"):
        plot_temperatures([0, 1], {"accepted": [[1, 0.9]]})
