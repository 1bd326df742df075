"""Figures of grids show what they are given, and refuse what cannot be drawn."""

import matplotlib.pyplot as plt
import numpy as np

from lstm_utils.plots import plot_alignment, plot_maps, plot_rates

FAINT, STRONG = [[1.0, 0.5], [1e-4, 1e-3]], [[1.0, 2.0], [3.0, 4.0]]
SCORES = {2: {0.1: [0.9, 0.8], 0.01: [0.2, 0.4]}, 1: {0.01: [0.5], 0.1: [0.1]}}
WEIGHTS = np.array([[0.1, 0.9, 0.0], [0.8, 0.2, 0.0], [0.5, 0.5, 0.0]])
RIGHT = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]], dtype=bool)


def framed(ax):
    """Return the cells with a frame, as (column, row)."""
    return [tuple(np.round(patch.get_center(), 6)) for patch in ax.patches]


def names(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def test_maps_share_one_scale_and_have_the_lowest_layer_at_the_bottom():
    axes = plot_maps({"plain": FAINT, "residual": STRONG}, label="signal")
    image, other = (ax.images[0] for ax in axes)
    assert image.get_clim() == other.get_clim() == (1e-4, 4.0)
    assert image.get_array()[0].tolist() == [1.0, 0.5]
    assert (image.origin, axes[0].yaxis_inverted()) == ("lower", False)
    assert image.get_extent() == [0.5, 2.5, 0.5, 2.5]
    assert [ax.get_title("left") for ax in axes] == ["plain", "residual"]
    assert axes[0].figure.axes[-1].get_ylabel() == "signal"


def test_what_is_zero_is_drawn_on_a_logarithmic_scale_all_the_same():
    axes = plot_maps({"dead": [[1.0, 0.0]]}, label="signal")
    assert axes[0].images[0].get_array().min() == 1e-9
    plot_maps({"dead": [[0.0, 0.0]]}, label="signal")[0].figure.canvas.draw()


def test_rates_print_means_and_frame_the_best_of_each_depth():
    ax = plot_rates(SCORES, label="share wrong", chance=0.9)
    assert [text.get_text() for text in ax.texts] == ["0.50", "0.10", "0.30", "0.85"]
    assert (names(ax.yaxis), names(ax.xaxis)) == (["1", "2"], ["0.01", "0.1"])
    assert framed(ax) == [(1, 0), (0, 1)]
    assert ax.images[0].get_clim() == (0, 0.9)


def test_numbers_can_be_read_on_their_cells():
    ax = plot_rates(SCORES, label="share wrong")
    for text in ax.texts:
        column, row = (int(k) for k in text.get_position())
        cell = ax.images[0].to_rgba(ax.images[0].get_array())[row, column, :3]
        light = {"white": 1, "black": 0}[text.get_color()]
        assert abs(light - cell @ [0.3, 0.6, 0.1]) > 0.4


def test_a_map_of_attention_shows_its_weights_and_frames_what_is_right():
    ax = plot_alignment(WEIGHTS, ["b", "a", "end"], "ab", right=RIGHT, title="t")
    assert ax.images[0].get_array().tolist() == WEIGHTS[:, :2].tolist()
    assert ax.images[0].get_clim() == (0, 1)
    assert framed(ax) == [(1, 0), (0, 1)]
    assert (names(ax.yaxis), names(ax.xaxis)) == (["b", "a", "end"], ["a", "b"])
    assert ax.get_title("left") == "t"
    assert len(ax.figure.axes) == 2


def test_a_map_goes_where_it_is_told_with_no_scale_of_its_own_and_shows_a_space():
    figure, (left, right) = plt.subplots(1, 2)
    assert plot_alignment(WEIGHTS, ["x"], ["a", " ", "b"], ax=left) is left
    assert names(left.xaxis)[1] == "␣"
    assert plot_rates(SCORES, label="x", ax=right) is right
    assert len(figure.axes) == 3
