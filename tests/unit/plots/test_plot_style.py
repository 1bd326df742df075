"""The look of the figures: white, and told apart without colours too."""

import warnings
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from matplotlib import font_manager

from lstm_utils.plots import COLOURS, LOOKS, plot_curves, plot_runs


def test_the_style_is_opaque_white_and_the_colours_are_okabe_and_itos():
    assert mpl.rcParams["figure.facecolor"] == "white"
    assert mpl.rcParams["savefig.facecolor"] == "white"
    assert COLOURS["blue"] == "#0072B2"
    assert len(set(COLOURS.values())) == len(COLOURS) == 7


def test_lines_differ_in_dashes_and_marker_as_well_as_in_colour():
    cycle = mpl.rcParams["axes.prop_cycle"].by_key()
    for what in ("color", "linestyle", "marker"):
        looks = [look[what] for look in LOOKS]
        assert len({*looks}) == len(looks) == 4
        assert what == "marker" or cycle[what][:4] == looks


def test_figures_speak_in_the_type_of_the_pages_and_lack_no_sign(caplog):
    figure, ax = plt.subplots()
    ax.set_title("share wrong, −1 to 2.5 ÷ 3: σ → ∞, ∂h, ‖x‖, h₁ ≥ 0")
    ax.set_xlabel("months", weight="bold")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a sign that no font has is drawn as a box
        figure.canvas.draw()
    assert not caplog.messages  # a weight that no font has is drawn in another
    fonts = (ax.title, "regular"), (ax.xaxis.label, "semibold")
    for text, face in fonts:
        found = font_manager.findfont(text.get_fontproperties())
        assert Path(found).name == f"source-serif-4-{face}.ttf"


def contrast(colour) -> float:
    """Return the contrast of a colour with white, as WCAG counts it."""
    parts = [c / 12.92 if c <= 0.04 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    light = 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    return 1.05 / (light + 0.05)


def test_names_can_be_read_and_stand_beside_the_ends_of_their_lines(covered):
    ends = {"low": 0.1, "high": 0.9, "middle": 0.5, "top": 1.0}
    ax = plot_curves({name: [0, y] for name, y in ends.items()}, xlabel="", ylabel="")
    assert {text.get_text(): text.xy[1] for text in ax.texts} == ends
    assert min(contrast(text.get_color()) for text in ax.texts) > 4.5
    assert not covered(ax)
    right = ax.get_window_extent().x1
    assert all(text.get_window_extent().x0 > right for text in ax.texts)


@pytest.mark.parametrize("log", ["", "y"])
def test_names_of_lines_that_end_together_stand_apart_in_their_order(log, covered):
    ends = {"b": 0.501, "d": 0.503, "a": 0.5, "c": 0.502}
    curves = {name: [0.01, y] for name, y in ends.items()}
    ax = plot_curves(curves, xlabel="", ylabel="", log=log, baseline=("base", 0.5))
    assert not covered(ax)
    boxes = {text.get_text(): text.get_window_extent() for text in ax.texts}
    del boxes["base"]
    assert sorted(boxes, key=lambda name: boxes[name].y0) == list("abcd")


def test_names_keep_apart_and_inside_the_figure_in_small_panels(covered):
    runs = {1: [0.5, 0.6], 2: [0.5, 0.6]}
    lines = dict.fromkeys(("one layer", "two layers", "three layers"), runs)
    axes = plot_runs(dict.fromkeys("abcd", lines), xlabel="x", ylabel="y")
    assert not any(covered(ax) for ax in axes)
    width = axes[0].figure.bbox.x1
    ends = [text.get_window_extent().x1 for ax in axes for text in ax.texts]
    assert len(ends) == 12
    assert max(ends) <= width


@pytest.mark.parametrize(
    "span", [(1e-4, 2e-4), (0.01, 0.9), (3, 3.5), (2.5, 2.51), (1e-3, 40), (1e-4, 1)]
)
def test_a_logarithmic_axis_has_a_few_plain_numbers(span):
    ax = plot_curves({"a": span}, xlabel="", ylabel="", log="y")
    ax.figure.canvas.draw()
    low, high = ax.get_ylim()
    ticks = [tick for tick in ax.get_yticks() if low <= tick <= high]
    assert 2 <= len(ticks) <= 9
    assert f"{ticks[0]:g}" in [text.get_text() for text in ax.get_yticklabels()]


def test_a_figure_needs_no_style_to_keep_its_names(covered):
    mpl.rcdefaults()
    ax = plot_curves({"a long name": [1, 2]}, xlabel="x", ylabel="y")
    ax.figure.canvas.draw()
    assert ax.texts[0].get_window_extent().x1 <= ax.figure.bbox.x1
