"""Figures of depth show what they are given, and refuse what cannot be drawn."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lstm_utils.plots import plot_maps, plot_rates, plot_training

FAINT, STRONG = [[1.0, 0.5], [1e-4, 1e-3]], [[1.0, 2.0], [3.0, 4.0]]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_maps_share_one_scale_and_have_the_lowest_layer_at_the_bottom():
    axes = plot_maps({"plain": FAINT, "residual": STRONG}, label="signal")
    images = [ax.images[0] for ax in axes]
    assert images[0].get_clim() == images[1].get_clim() == (1e-4, 4.0)
    assert images[0].origin == "lower"
    assert images[0].get_array()[0].tolist() == [1.0, 0.5]
    assert not axes[0].yaxis_inverted()
    assert [ax.get_title("left") or ax.get_title() for ax in axes] == [
        "plain",
        "residual",
    ]


def test_what_is_zero_is_drawn_at_the_floor():
    axes = plot_maps({"dead": [[1.0, 0.0]]}, label="signal", floor=1e-3)
    assert axes[0].images[0].get_array().min() == 1e-3


def test_rates_print_means_and_frame_the_best_of_each_depth():
    scores = {2: {0.1: [0.9, 0.8], 0.01: [0.2, 0.4]}, 1: {0.01: [0.5], 0.1: [0.1]}}
    ax = plot_rates(scores, label="share wrong", chance=0.9)
    assert [text.get_text() for text in ax.texts] == ["0.50", "0.10", "0.30", "0.85"]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["1", "2"]
    frames = [tuple(np.round(patch.get_center())) for patch in ax.patches]
    assert frames == [(1, 0), (0, 1)]


def test_names_of_losses_that_end_together_do_not_overlap():
    losses = {"flat": [2.3, 2.3], "near": [3.0, 2.31]}
    ax = plot_training(losses, baseline=("guessing", 2.303))
    heights = sorted(text.xy[1] for text in ax.texts)
    assert np.diff(heights).min() > 0.05 * ax.get_ylim()[1]
    assert [line.get_ydata()[0] for line in ax.lines[1:]] == [2.3, 3.0]


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plot_maps({}, label="x"), "maps is empty"),
        (lambda: plot_maps({"a": [[-1.0]]}, label="x"), r"maps\['a'\] holds -1"),
        (lambda: plot_maps({"a": [1.0]}, label="x"), "2 axes"),
        (lambda: plot_maps({"a": [[1.0]]}, label="x", floor=0), "floor must be above"),
        (
            lambda: plot_rates({1: {0.1: [1]}, 2: {0.2: [1]}}, label="x"),
            r"scores\[2\] has the rates \[0.2\]",
        ),
        (
            lambda: plot_training(
                {name: [1.0] for name in "abcde"}, baseline=("guessing", 1.0)
            ),
            "5 runs, but at most 4",
        ),
        (
            lambda: plot_training({"a": [np.nan]}, baseline=("guessing", 1.0)),
            "holds NaN",
        ),
    ],
)
def test_what_cannot_be_drawn_is_named(draw, message):
    with pytest.raises((TypeError, ValueError), match=message):
        draw()
