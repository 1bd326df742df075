"""Figures of runs show the runs, means and intervals that they were given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Text

from lstm_utils.experiments import interval
from lstm_utils.plots import plot_curves, plot_interval, plot_runs

RUNS = {1: [0.2, 0.3, 0.25], 2: [0.1, 0.15, 0.12], 4: [0.4, 0.5, 0.6]}
MEANS = [np.mean(runs) for runs in RUNS.values()]
GROUPS = {"a": [1.0, 2.0, 4.0], "b": [3.0, 3.5, 3.1, 2.9, 3.3]}


def draw(panels, **options):
    return plot_runs(panels, **{"xlabel": "x", "ylabel": "y"} | options)


def one(runs, **options):
    (ax,) = draw({"task": {"net": runs}}, **options)
    return ax


def curve(curves, **options):
    return plot_curves(curves, **{"xlabel": "epoch", "ylabel": "loss"} | options)


def joined(ax):
    """Return the lines through the middles, by colour."""
    lines = [line for line in ax.lines if line.get_linestyle() != "None"]
    return [line for line in lines if line.get_linewidth() > 1]


def dots(ax):
    marks = [line.get_data() for line in ax.lines if line.get_linestyle() == "None"]
    return [(round(x), y) for data in marks for x, y in zip(*data, strict=True)]


# --- plot_runs ------------------------------------------------------------------------


def test_every_run_is_a_dot_and_the_mean_stands_in_its_interval():
    ax = one(RUNS)
    assert dots(ax) == [(x, run) for x, runs in RUNS.items() for run in runs]
    (line,) = joined(ax)
    np.testing.assert_allclose(line.get_ydata(), MEANS)
    np.testing.assert_allclose(line.get_xdata(), list(RUNS), atol=0.2)
    (bars,) = ax.collections
    ends = [segment[:, 1] for segment in bars.get_segments()]
    np.testing.assert_allclose(ends, [interval(runs)[1:] for runs in RUNS.values()])
    assert list(ax.get_xticks()) == [1, 2, 4]


def test_bands_are_intervals_and_are_seen_whole():
    ax = one(RUNS, draw="band")
    corners = ax.collections[0].get_paths()[0].vertices
    for x, runs in RUNS.items():
        at = corners[corners[:, 0] == x][:, 1]
        assert (at.min(), at.max()) == pytest.approx(interval(runs)[1:])
    low, high = ax.get_ylim()
    assert low < corners[:, 1].min() < corners[:, 1].max() < high
    np.testing.assert_array_equal(joined(ax)[0].get_xdata(), list(RUNS))


def test_dots_are_joined_by_their_medians():
    ax = one({1: [1, 2, 90], 2: [3]}, draw="dots")
    assert joined(ax)[0].get_ydata().tolist() == [2, 3]
    assert dots(ax) == [(1, 1), (1, 2), (1, 90), (2, 3)]


def test_each_run_is_a_thin_line_beside_the_thick_mean():
    ax = one({0.3: [1, 1], 1: [0.9, 0.7], 2: [0.1, 0.3]}, draw="runs", log="x")
    np.testing.assert_allclose(joined(ax)[0].get_ydata(), [1, 0.8, 0.2])
    thin = [line.get_ydata().tolist() for line in ax.lines if line.get_lw() < 1]
    assert thin == [[1, 0.9, 0.1], [1, 0.7, 0.3]]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["0.3", "1", "2"]
    assert ax.get_xscale() == "log"


def test_points_stand_in_the_order_of_x_and_rows_are_counted_from_one():
    backwards = dict(reversed(RUNS.items()))
    np.testing.assert_allclose(joined(one(backwards))[0].get_ydata(), MEANS)
    (line,) = joined(one(np.array([[0.9, 0.8, 0.7], [1.0, 0.8, 0.5]]), draw="band"))
    np.testing.assert_allclose(line.get_data(), [[1, 2, 3], [0.95, 0.8, 0.6]])


def test_no_interval_hides_another_and_on_a_logarithmic_x_none_is_moved_aside():
    ax = draw({"t": dict.fromkeys("abcd", RUNS)})[0]
    places = [bars.get_segments()[0][0, 0] for bars in ax.collections]
    assert np.diff(places).min() > 0.05
    assert max(abs(np.array(places) - 1)) < 0.3
    ax = draw({"t": {"a": {100: [1, 2]}, "b": {160: [1, 3]}}}, log="xy")[0]
    assert [line.get_xdata().tolist() for line in joined(ax)] == [[100], [160]]


def test_each_title_has_its_panel_and_names_look_alike_in_all():
    panels = {"p": {"a": RUNS, "b": RUNS}, "q": {"b": RUNS}, "r": {"a": RUNS}}
    axes = draw(panels)
    assert len(axes[0].figure.axes) == 3
    said = [(ax.get_title("left"), ax.get_xlabel(), ax.get_ylabel()) for ax in axes]
    assert said == [("p", "", "y"), ("q", "x", ""), ("r", "x", "y")]
    looks = [[(k.get_color(), k.get_marker()) for k in joined(ax)] for ax in axes]
    assert looks[1:] == [looks[0][1:], looks[0][:1]]
    assert [[text.get_text() for text in ax.texts] for ax in axes][1:] == [["b"], ["a"]]


def test_panels_have_one_scale_where_asked():
    panels = {"p": {"a": RUNS}, "q": {"a": {1: [30, 31], 2: [40, 41]}}}
    low, high = (ax.get_ylim() for ax in draw(panels))
    assert low[1] < 1 < high[0]
    low, high = (ax.get_ylim() for ax in draw(panels, sharey=True))
    assert low[0] < 0.1
    assert low == high


def test_a_legend_names_each_line_once():
    axes = draw({"p": {"a": RUNS}, "q": {"a": RUNS, "b": RUNS}}, names="legend")
    (legend,) = axes[0].figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b"]
    assert not [text for ax in axes for text in ax.texts]


def test_an_empty_name_is_not_written_and_many_x_are_labelled_in_part():
    rows = np.random.default_rng(0).uniform(size=(3, 11))
    (ax,) = draw({"t": {"": rows}}, draw="band")
    assert not ax.texts
    assert joined(ax)
    assert list(ax.get_xticks()) == [1, 3, 5, 7, 9, 11]


@pytest.mark.parametrize("panels", [1, 2, 4, 7, 11])
def test_words_can_be_read_and_titles_stay_apart_at_the_width_of_a_phone(panels):
    titles = [f"{n}-layer teachers, by updates" for n in range(panels)]
    axes = draw({title: {"a": RUNS} for title in titles})
    figure = axes[0].figure
    figure.canvas.draw()
    phone = 343 / 72 / figure.get_figwidth()  # pixels for a point
    words = [axes[-1].xaxis.label, *axes[0].get_yticklabels()]
    assert phone * min(word.get_size() for word in words) > 10
    for k, ax in enumerate(axes):
        said = ax.get_title("left")
        (title,) = (t for t in ax.findobj(Text) if t.get_text() == said)
        beside = axes[k + 1].bbox.x0 if k % 2 == 0 and k + 1 < panels else np.inf
        assert title.get_window_extent().x1 < min(beside, figure.bbox.x1)


# --- plot_interval --------------------------------------------------------------------


def test_each_group_is_a_named_row_with_its_runs_their_mean_and_its_interval():
    groups = {**GROUPS, "same": [2.0, 2.0, 2.0]}
    ax = plot_interval(groups)
    shown = {mark: [] for mark in ("o", "D", "|", "None")}
    for line in ax.lines:
        shown[line.get_marker()].append(list(line.get_xdata()))
    assert shown["o"] == list(groups.values())
    assert shown["D"] == [[np.mean(runs)] for runs in groups.values()]
    assert shown["|"] == [[*interval(runs)[1:]] for runs in groups.values()]
    assert [label.get_text() for label in ax.get_yticklabels()] == [*groups]
    assert ax.yaxis_inverted()


def test_a_reference_a_label_that_can_be_read_and_one_colour_in_given_axes():
    _, ax = plt.subplots()
    options = {"reference": 0, "label": "error (°C)", "colour": "black"}
    assert plot_interval(GROUPS, **options, ax=ax) is ax
    assert list(ax.lines[0].get_xdata()) == [0, 0]
    assert ax.get_xlabel() == "error (°C)"
    assert {line.get_color() for line in ax.lines[1:]} == {"#000000"}
    labels = [ax.xaxis.label, *ax.get_xticklabels(), *ax.get_yticklabels()]
    assert min(text.get_size() for text in labels) >= 12  # at the width of a phone


# --- plot_curves ----------------------------------------------------------------------


def test_numbers_are_drawn_over_their_steps_and_named_beside_the_baseline():
    _, ax = plt.subplots()
    options = {"baseline": ("variance", 4.0), "log": "y"}
    assert curve({"a": [3.0, 2.0], "b": [1.0]}, **options, ax=ax) is ax
    first, second, baseline = ax.lines
    assert first.get_xydata().tolist() == [[1, 3], [2, 2]]
    assert second.get_xydata().tolist() == [[1, 1]]
    assert set(baseline.get_ydata()) == {4}
    assert sorted(text.get_text() for text in ax.texts) == ["a", "b", "variance"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss")
    assert ax.get_yscale() == "log"


def test_runs_of_a_name_look_alike_and_stand_once_in_the_legend():
    slow, fast = [{1: 0.1, 2: 0.4}, {1.5: 0.2, 3: 0.5}], [{1: 0.5, 2: 0.9, 3: 1.0}]
    ax = curve({"slow": slow, "fast": fast}, baseline=("", 0.99), names="legend")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["slow", "fast"]
    first, second, fast, line = ax.lines
    assert first.get_color() == second.get_color() != fast.get_color()
    assert first.get_linestyle() == second.get_linestyle() != fast.get_linestyle()
    assert second.get_xdata().tolist() == [1.5, 3]
    assert set(line.get_ydata()) == {0.99}
    assert not ax.texts
