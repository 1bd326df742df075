"""Figures of sweeps show the runs that they were given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lstm_utils.experiments import interval
from lstm_utils.plots import plot_by_budget, plot_by_depth

RUNS = {1: [0.2, 0.3, 0.25], 2: [0.1, 0.15, 0.12], 4: [0.4, 0.5, 0.6]}


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def drawn(ax, mark):
    """Return the points of an axes that carry a mark, as (x, y)."""
    lines = [line for line in ax.lines if line.get_marker() == mark]
    return [point for line in lines for point in zip(*line.get_data(), strict=True)]


def test_every_run_is_a_dot_at_its_depth():
    (ax,) = plot_by_depth({"task": RUNS})
    dots = {(round(x), y) for x, y in drawn(ax, "o")}
    assert dots == {(depth, run) for depth, runs in RUNS.items() for run in runs}
    assert list(ax.get_xticks()) == [1, 2, 4]
    assert ax.get_yscale() == "log"


def test_the_mean_stands_inside_its_interval():
    (ax,) = plot_by_depth({"task": RUNS})
    means = [y for _, y in drawn(ax, "D")]
    np.testing.assert_allclose(means, [np.mean(runs) for runs in RUNS.values()])
    bars = [line.get_ydata() for line in ax.lines if len(line.get_xdata()) == 2]
    bars = [bar for bar in bars if bar[0] != bar[1]]
    for bar, runs in zip(bars, RUNS.values(), strict=True):
        np.testing.assert_allclose(bar, interval(runs)[1:])


def test_each_task_has_its_panel_its_title_and_its_unit():
    panels = dict.fromkeys("abcd", RUNS)
    axes = plot_by_depth(panels, labels={"b": "bits"}, columns=3)
    assert [ax.get_title(loc="left") or ax.get_title() for ax in axes] == list("abcd")
    assert [ax.get_ylabel() for ax in axes] == ["score", "bits", "score", "score"]
    assert len(axes[0].figure.axes) == 4


def test_curves_go_through_the_means_in_order_of_cost():
    curves = {"wide": {400: [0.4, 0.6], 100: [0.8, 1.0]}, "deep": {200: [0.1, 0.3]}}
    ax = plot_by_budget(curves, xlabel="updates", ylabel="error")
    assert drawn(ax, "o") == [(100, pytest.approx(0.9)), (400, pytest.approx(0.5))]
    assert drawn(ax, "s") == [(200, pytest.approx(0.2))]
    assert {text.get_text() for text in ax.texts} == {"wide", "deep"}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("updates", "error")


def test_names_of_curves_that_end_together_do_not_lie_on_each_other():
    curves = {name: {1: [1.0, 2.0], 2: [0.5, 0.6]} for name in ("one", "two", "three")}
    ax = plot_by_budget(curves, xlabel="updates")
    heights = np.log(sorted(text.xy[1] for text in ax.texts))
    assert np.diff(heights).min() > 0.08 * np.diff(np.log(ax.get_ylim()))


def test_a_figure_can_be_drawn_into():
    _, ax = plt.subplots()
    assert plot_by_budget({"a": {1: [1.0, 2.0]}}, xlabel="updates", ax=ax) is ax


@pytest.mark.parametrize("span", [(1e-4, 2e-4), (0.01, 0.9), (3, 3.5), (1e-3, 40)])
def test_an_axis_has_two_to_five_plain_numbers(span):
    (ax,) = plot_by_depth({"task": {1: span, 2: span}})
    ticks = ax.yaxis.get_ticklocs()
    assert 2 <= len(ticks) <= 5


@pytest.mark.parametrize(
    ("panels", "error", "message"),
    [
        ({}, ValueError, "panels is empty"),
        ([1, 2], TypeError, "panels must be a dict"),
        ({"t": {1: [0.5]}}, ValueError, r"panels\['t'\]\[1\] holds a single run"),
        ({"t": {1: [0.5, 0.0]}}, ValueError, "needs numbers above 0"),
        ({"t": {}}, ValueError, r"panels\['t'\] is empty"),
    ],
)
def test_what_cannot_be_drawn_is_refused(panels, error, message):
    with pytest.raises(error, match=message):
        plot_by_depth(panels)


def test_more_curves_than_looks_are_refused():
    curves = {name: {1: [1.0, 2.0]} for name in "abcde"}
    with pytest.raises(ValueError, match="curves holds 5 models, but at most 4"):
        plot_by_budget(curves, xlabel="updates")
    with pytest.raises(TypeError, match="ax must be one Axes"):
        plot_by_budget({"a": {1: [1.0, 2.0]}}, xlabel="updates", ax=[1])
