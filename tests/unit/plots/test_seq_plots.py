"""Figures of sequences that become others: what is drawn, and what is refused."""

import matplotlib
import pytest

matplotlib.use("Agg")

from lstm_utils.plots import plot_learning


@pytest.fixture(autouse=True)
def closed_figures():
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


def test_each_name_stands_once_in_the_legend_and_its_runs_look_alike():
    curves = {
        "slow": [([1, 2], [0.1, 0.4]), ([1, 2], [0.2, 0.5])],
        "fast": [([1, 2, 3], [0.5, 0.9, 1.0])],
    }
    ax = plot_learning(curves, xlabel="seconds", ylabel="exact", target=0.99)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["slow", "fast"]
    first, second, fast, line = ax.lines
    assert first.get_color() == second.get_color() != fast.get_color()
    assert first.get_linestyle() == second.get_linestyle() != fast.get_linestyle()
    assert second.get_ydata().tolist() == [0.2, 0.5]
    assert set(line.get_ydata()) == {0.99}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("seconds", "exact")


@pytest.mark.parametrize(
    ("curves", "error", "message"),
    [
        ({}, ValueError, "curves is empty"),
        ([1, 2], TypeError, "curves must be a dict"),
        ({str(k): [([1], [1])] for k in range(5)}, ValueError, "holds 5 names"),
        ({"a": [([1, 2], [1])]}, ValueError, r"curves\['a'\]\[0\] has 2 x and 1 y"),
    ],
)
def test_curves_that_cannot_be_drawn_are_refused(curves, error, message):
    with pytest.raises(error, match=message):
        plot_learning(curves)
