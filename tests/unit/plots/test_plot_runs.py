"""Figures of runs show the runs, means and intervals that they were given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy import stats

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
    rows = np.array([[0.9, 0.8, 0.7], [1.0, 0.8, 0.5]])
    ax = one(rows, draw="band")
    np.testing.assert_allclose(joined(ax)[0].get_xdata(), [1, 2, 3])
    np.testing.assert_allclose(joined(ax)[0].get_ydata(), rows.mean(axis=0))


def test_no_interval_hides_another():
    ax = draw({"t": dict.fromkeys("abcd", RUNS)})[0]
    places = [bars.get_segments()[0][0, 0] for bars in ax.collections]
    assert np.diff(places).min() > 0.05
    assert max(abs(np.array(places) - 1)) < 0.3


def test_on_a_logarithmic_x_nothing_is_moved_aside():
    ax = draw({"t": {"a": {100: [1, 2]}, "b": {160: [1, 3]}}}, log="xy")[0]
    assert [line.get_xdata().tolist() for line in joined(ax)] == [[100], [160]]


def test_each_title_has_its_panel_and_names_look_alike_in_all():
    panels = {"p": {"a": RUNS, "b": RUNS}, "q": {"b": RUNS}, "r": {"a": RUNS}}
    axes = draw(panels)
    assert [ax.get_title("left") for ax in axes] == ["p", "q", "r"]
    assert len(axes[0].figure.axes) == 3
    assert [ax.get_ylabel() for ax in axes] == ["y", "", "y"]
    assert [ax.get_xlabel() for ax in axes] == ["", "x", "x"]
    looks = [[(k.get_color(), k.get_marker()) for k in joined(ax)] for ax in axes]
    assert looks[1] == looks[0][1:]
    assert looks[2] == looks[0][:1]
    assert [[text.get_text() for text in ax.texts] for ax in axes][1:] == [["b"], ["a"]]


def test_panels_have_one_scale_where_asked():
    panels = {"p": {"a": RUNS}, "q": {"a": {1: [30, 31], 2: [40, 41]}}}
    own, shared = draw(panels), draw(panels, sharey=True)
    assert own[0].get_ylim()[1] < 1
    assert own[1].get_ylim()[0] > 1
    assert shared[0].get_ylim() == shared[1].get_ylim()
    assert shared[0].get_ylim()[0] < 0.1


def test_a_legend_names_each_line_once():
    axes = draw({"p": {"a": RUNS}, "q": {"a": RUNS, "b": RUNS}}, names="legend")
    (legend,) = axes[0].figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b"]
    assert not [text for ax in axes for text in ax.texts]


def test_an_empty_name_is_not_written():
    (ax,) = draw({"t": {"": RUNS}})
    assert not ax.texts
    assert joined(ax)


def test_many_x_are_labelled_in_part():
    ax = one(np.random.default_rng(0).uniform(size=(3, 11)), draw="band")
    assert list(ax.get_xticks()) == [1, 3, 5, 7, 9, 11]


# --- plot_interval --------------------------------------------------------------------


def interval_ends(ax) -> list[tuple[float, float]]:
    return [tuple(bar.get_xdata()) for bar in ax.lines if bar.get_marker() == "|"]


def test_the_interval_is_that_of_scipy():
    tests = [stats.ttest_1samp(runs, 0) for runs in GROUPS.values()]
    expected = [test.confidence_interval(0.95) for test in tests]
    np.testing.assert_allclose(interval_ends(plot_interval(GROUPS)), expected)
    assert interval_ends(plot_interval({"a": [2.0, 2.0, 2.0]})) == [(2.0, 2.0)]


def test_every_run_is_a_dot_and_every_group_a_named_row():
    ax = plot_interval(GROUPS)
    rows = [list(k.get_xdata()) for k in ax.lines if k.get_marker() == "o"]
    assert rows == list(GROUPS.values())
    means = [k.get_xdata()[0] for k in ax.lines if k.get_marker() == "D"]
    assert means == [np.mean(runs) for runs in GROUPS.values()]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]
    assert ax.yaxis_inverted()


def test_a_reference_a_label_and_one_colour_in_given_axes():
    _, ax = plt.subplots()
    options = {"reference": 0, "label": "error (°C)", "colour": "black"}
    assert plot_interval(GROUPS, **options, ax=ax) is ax
    assert list(ax.lines[0].get_xdata()) == [0, 0]
    assert ax.get_xlabel() == "error (°C)"
    assert {line.get_color() for line in ax.lines[1:]} == {"#000000"}


def test_rows_can_be_read_at_the_width_of_a_phone():
    ax = plot_interval(GROUPS, label="error")
    labels = [ax.xaxis.label, *ax.get_xticklabels(), *ax.get_yticklabels()]
    assert min(text.get_size() for text in labels) >= 12


# --- plot_curves ----------------------------------------------------------------------


def test_numbers_are_drawn_over_their_steps_and_named_beside_the_baseline():
    _, ax = plt.subplots()
    options = {"baseline": ("variance", 4.0), "log": "y"}
    assert curve({"a": [3.0, 2.0], "b": [1.0]}, **options, ax=ax) is ax
    first, second, baseline = ax.lines
    assert [k.get_xydata().tolist() for k in (first, second)] == [
        [[1, 3], [2, 2]],
        [[1, 1]],
    ]
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


# --- refusals -------------------------------------------------------------------------

LINE, SHORT, UNEVEN = {1: [1, 2], 2: [3, 4]}, {1: [1, 2]}, {1: [1, 2], 2: [3]}
MANY = {"s": dict.fromkeys("abc", LINE), "t": dict.fromkeys("cde", LINE)}


@pytest.mark.parametrize(
    ("function", "given", "options", "message"),
    [
        (draw, {"t": LINE}, {}, r"panels\['t'\]\[1\] must have the 2 axes"),
        (draw, {"t": {"a": {}}}, {}, r"panels\['t'\]\['a'\] is empty"),
        (one, {1: [0.5]}, {}, r"\['net'\]\[1\] .* two runs.* 1 came.* seeds"),
        (one, {1: [0.5]}, {"draw": "band"}, "at least two runs"),
        (one, {1: [1, np.nan]}, {}, r"\['net'\]\[1\] holds NaN"),
        (one, {1: [1, np.inf]}, {}, r"\['net'\]\[1\] holds inf"),
        (one, {1: [1, 0]}, {"log": "y"}, r"\['net'\]\[1\] .* above 0 .* 0 came"),
        (one, {0: [1, 2]}, {"log": "x"}, r"x of panels.* above 0"),
        (one, {"b": [1, 2]}, {}, r"x of panels\['task'\]\['net'\] must hold real"),
        (draw, {"t": dict.fromkeys("abcde", LINE)}, {}, "panels .* most 4 .* 5 came"),
        (draw, MANY, {}, "panels .* at most 4 .* 5 came"),
        (
            draw,
            {"t": {"a": LINE, "b": SHORT}},
            {},
            r"\['t'\] .* many x .*'a': 2, 'b': 1",
        ),
        (one, UNEVEN, {"draw": "runs"}, r"\['net'\] .* many runs .*1: 2, 2: 1"),
        (plot_interval, {"a": [1.0]}, {}, r"groups\['a'\] .* two runs.* more seeds"),
        (plot_interval, GROUPS, {"colour": "blau"}, "colour .* 'blau' came"),
        (curve, {"a": [{}]}, {}, r"curves\['a'\] is empty"),
        (curve, {"a": [1, 0]}, {"log": "y"}, r"curves\['a'\] .* above 0"),
        (curve, {"a": [{0: 1}]}, {"log": "x"}, r"x of curves\['a'\] .* above 0"),
        (curve, dict.fromkeys("abcde", (1,)), {}, "curves .* at most 4 .* 5 came"),
        (curve, {"a": [1]}, {"baseline": ("b", 0), "log": "y"}, "baseline .* above 0"),
    ],
)
def test_what_cannot_be_drawn_is_named(function, given, options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        function(given, **options)
    assert not plt.get_fignums()
