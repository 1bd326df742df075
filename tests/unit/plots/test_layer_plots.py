"""Figures of layers: what is drawn, and what is refused."""

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

from lstm_utils.plots import plot_by_layer, plot_probes, plot_response

RUNS = {
    "untrained": [[3.0, 9.0, 15.0], [3.0, 8.0, 14.0], [3.0, 10.0, 16.0]],
    "trained": [[1.0, 2.0, np.inf], [1.0, 3.0, np.inf], [2.0, 4.0, 20.0]],
}


@pytest.fixture(autouse=True)
def closed_figures():
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


def joined(ax):
    """Return the heights of the lines that join layers, by colour."""
    return {
        line.get_color(): line.get_ydata().tolist()
        for line in ax.lines
        if line.get_linestyle() != "None" and len(line.get_xdata()) == 3
    }


def test_lives_beyond_the_lags_stand_at_the_top_and_medians_are_joined():
    (ax,) = plot_by_layer({"task": RUNS}, ylabel="steps", longest=80)
    assert sorted(joined(ax).values()) == [[1, 3, 80], [3, 9, 15]]
    triangles = [line for line in ax.lines if line.get_marker() == "^"]
    assert [line.get_ydata().tolist() for line in triangles] == [[80, 80]]


def test_means_are_those_of_logarithms_with_intervals():
    runs = {"untrained": [[1.0, 2.0], [4.0, 8.0]], "trained": [[1, 1], [2, 2]]}
    (ax,) = plot_by_layer({"task": runs}, ylabel="steps")
    means = [line.get_ydata().tolist() for line in ax.lines if line.get_lw() == 1.2]
    assert np.allclose(means, [[2, 4], [2**0.5, 2**0.5]])
    bars = [line for line in ax.lines if (line.get_lw(), line.get_ls()) == (1.5, "-")]
    assert len(bars) == 4
    low, high = bars[0].get_ydata()
    assert low < 1
    assert high > 4
    assert np.isclose(low * high, 4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"trained": [[1.0, np.inf], [1.0, 2.0]]}, "infinite lives"),
        ({"trained": [[1.0, 2.0]]}, r"shape \(1, 2\)"),
        ({"trained": [[0.0, 2.0], [1.0, 2.0]]}, "not above 0"),
    ],
)
def test_runs_that_cannot_be_drawn_are_named(change, message):
    runs = {"untrained": [[3.0, 9.0], [3.0, 8.0]]} | change
    with pytest.raises(ValueError, match=rf"panels\['task'\]\['trained'\].*{message}"):
        plot_by_layer({"task": runs}, ylabel="steps")


def test_a_missing_state_is_named():
    with pytest.raises(ValueError, match=r"\['untrained'\] is missing"):
        plot_by_layer({"task": {"trained": [[1.0], [2.0]]}}, ylabel="steps")


def test_probes_are_drawn_as_means_a_line_for_each_layer():
    values = np.array([[[0.9, 0.1], [0.5, 0.3]], [[0.7, 0.3], [0.7, 0.1]]])
    (ax,) = plot_probes({"task": values}, [0, 4])
    lines = [line for line in ax.lines if line.get_lw() == 1.3]
    assert np.allclose([line.get_ydata() for line in lines], [[0.8, 0.2], [0.6, 0.2]])
    assert [text.get_text() for text in ax.get_xticklabels()] == ["0", "4"]


def test_probes_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"shape \(1, 2, 2\).*at least 2 runs"):
        plot_probes({"task": np.zeros((1, 2, 2))}, [0, 4])


def test_a_response_is_marked_at_its_half_life():
    ax = plot_response([[4.0, 3.0, 1.0, 0.0], [0.0, 2.0, 2.0, 1.5]])
    marks = [line for line in ax.lines if line.get_markersize() == 7]
    assert [line.get_xdata().tolist() for line in marks] == [[2]]
    assert "half-life inf" in ax.texts[1].get_text()


def test_a_layer_that_does_not_respond_cannot_be_drawn():
    with pytest.raises(ValueError, match="peak above 0"):
        plot_response([[1.0, 0.5], [0.0, 0.0]])
