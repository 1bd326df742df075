import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy import stats

from lstm_utils.plots import plot_interval

GROUPS = {"a": [1.0, 2.0, 4.0], "b": [3.0, 3.5, 3.1, 2.9, 3.3]}


@pytest.fixture(autouse=True)
def _off_screen():
    mpl.use("Agg")
    yield
    plt.close("all")


def interval_ends(ax) -> list[tuple[float, float]]:
    bars = [line for line in ax.lines if line.get_marker() == "|"]
    return [tuple(bar.get_xdata()) for bar in bars]


class TestPlotInterval:
    def test_draws_the_interval_that_scipy_gives(self):
        ax = plot_interval(GROUPS)
        expected = [
            stats.ttest_1samp(runs, 0).confidence_interval(0.95)
            for runs in GROUPS.values()
        ]
        assert np.allclose(interval_ends(ax), expected)

    def test_every_run_is_a_dot_and_every_group_a_named_row(self):
        ax = plot_interval(GROUPS)
        dots = [line.get_xdata() for line in ax.lines if line.get_marker() == "o"]
        assert [list(row) for row in dots] == list(GROUPS.values())
        assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]

    def test_equal_runs_give_an_interval_of_no_width(self):
        assert interval_ends(plot_interval({"a": [2.0, 2.0, 2.0]})) == [(2.0, 2.0)]

    def test_marks_the_reference(self):
        ax = plot_interval({"a": [1.0, 2.0]}, reference=0)
        assert [0, 0] in [list(line.get_xdata()) for line in ax.lines]

    def test_a_label_and_one_colour_for_all(self):
        ax = plot_interval(GROUPS, label="error (°C)", colour="black")
        assert ax.get_xlabel() == "error (°C)"
        assert {line.get_color() for line in ax.lines} == {"black"}

    @pytest.mark.parametrize(
        ("runs", "message"),
        [
            ([1.0], r"groups\['a'\] holds a single run.*more seeds"),
            ([], r"groups\['a'\] is empty"),
            ([1.0, np.nan], r"groups\['a'\] holds NaN"),
            ([[1.0, 2.0]], r"groups\['a'\] must have the 1 axis \(runs,\)"),
        ],
    )
    def test_says_what_is_wrong_with_a_group(self, runs, message):
        with pytest.raises(ValueError, match=message):
            plot_interval({"a": runs})

    @pytest.mark.parametrize(
        ("groups", "options", "error", "message"),
        [
            ({}, {}, ValueError, "groups is empty.*maps a name to its runs"),
            ([0.1, 0.2], {}, TypeError, "groups must be a dict, but list came"),
            (None, {}, TypeError, "groups must be a dict, but NoneType came"),
            ({"a": ["x", "y"]}, {}, TypeError, r"groups\['a'\] must hold real numbers"),
            (GROUPS, {"reference": "0"}, TypeError, "reference must hold real numbers"),
            (GROUPS, {"reference": [0, 1]}, ValueError, "reference .* single number"),
            (GROUPS, {"reference": np.nan}, ValueError, "reference holds NaN"),
            (
                GROUPS,
                {"colour": ["red", "blue"]},
                ValueError,
                "colour must be one that",
            ),
            (GROUPS, {"colour": "blau"}, ValueError, "colour .* 'blau' came"),
            (GROUPS, {"ax": np.zeros(2)}, TypeError, "ax must be .* ndarray came"),
        ],
    )
    def test_says_what_else_is_wrong(self, groups, options, error, message):
        with pytest.raises(error, match=message):
            plot_interval(groups, **options)
        assert not plt.get_fignums()

    def test_text_can_be_read_at_the_width_of_a_phone(self):
        ax = plot_interval(GROUPS, label="error")
        labels = [ax.xaxis.label, *ax.get_xticklabels(), *ax.get_yticklabels()]
        assert min(text.get_size() for text in labels) >= 12
