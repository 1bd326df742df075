"""A figure of what an encoder hands to its decoder, layer by layer."""

from __future__ import annotations

from lstm_utils._validate import check_int
from lstm_utils.models import HANDOVERS
from lstm_utils.plots.drawings import GATE_COLOURS, _arrow, _blank, _box
from lstm_utils.plots.style import COLOURS

__all__ = ["draw_handovers"]

ACROSS, UP = 3.9, 1.75  # from encoder to decoder, and from one layer to the next
WIDE, HIGH = 1.5, 0.9  # of a box


def draw_handovers(n_layers: int = 2):
    """Draw the four ways to hand an encoder's last states to its decoder.

    A panel for each: the encoder's layers on the left, the decoder's on the right, the
    lowest at the bottom. Blue arrows carry a pair of states, orange ones the output
    at every step; a layer that is handed nothing starts at zeros.

    Parameters
    ----------
    n_layers : int
        Layers on either side, from 2 to 4.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (2, 2)
        In reading order matched, top, same and none.

    Raises
    ------
    TypeError, ValueError
        If `n_layers` is not such a number.

    Examples
    --------
    >>> draw_handovers(2).shape
    (2, 2)
    """
    import matplotlib.pyplot as plt

    hint = "With one layer three of the four are the same, and more cannot be read."
    n_layers = check_int("n_layers", n_layers, 2, hint, maximum=4)
    height = UP * (n_layers - 1) + HIGH + 2.05
    width = ACROSS + WIDE + 0.2
    _, axes = plt.subplots(2, 2, figsize=(6.4, 6.6 * height / width))
    for ax, handover in zip(axes.ravel(), HANDOVERS, strict=True):
        _blank(ax, figsize=None, xlim=(-0.1, width - 0.1), ylim=(-1.4, height - 1.4))
        ax.set_title(handover, weight="bold")
        _draw_sides(ax, n_layers)
        for layer in range(n_layers):
            _draw_given(ax, _sender(handover, layer, n_layers), layer)
    return axes


def _sender(handover, layer, n_layers):
    """Return the encoder layer whose states a decoder layer gets, or None."""
    top = n_layers - 1
    return {
        "matched": layer,
        "top": top if layer == top else None,
        "same": top,
        "none": None,
    }[handover]


def _draw_sides(ax, n_layers) -> None:
    orange, text = COLOURS["orange"], {"ha": "center", "va": "center"}
    sides = ((0.0, "source", "encoder"), (ACROSS, "target so far", "decoder"))
    for left, entry, side in sides:
        middle = left + WIDE / 2
        ax.text(middle, -0.75, entry, fontsize=10, **text)
        ax.text(middle, -1.2, side, fontsize=10, weight="bold", **text)
        _arrow(ax, (middle, -0.5), (middle, 0), "0.25")
        for layer in range(n_layers):
            floor, face = UP * layer, list(GATE_COLOURS.values())[layer]
            ax.add_patch(_box(left, floor, WIDE, HIGH, face))
            ax.text(middle, floor + HIGH / 2, f"layer {layer + 1}", **text, fontsize=10)
            end = floor + (UP if layer < n_layers - 1 else HIGH + 0.55)
            if left or layer < n_layers - 1:
                _arrow(ax, (middle, floor + HIGH), (middle, end), orange)
    place = (ACROSS + WIDE / 2 - 0.12, UP * (n_layers - 1) + HIGH + 0.4)
    ax.text(*place, "answer", ha="right", va="center", fontsize=10)


def _draw_given(ax, sender, layer) -> None:
    blue, end = COLOURS["blue"], (ACROSS, UP * layer + HIGH / 2)
    if sender is None:
        ax.text(end[0] - 0.75, end[1], "0", ha="center", va="center", fontsize=12)
        _arrow(ax, (end[0] - 0.55, end[1]), end, "0.5")
        return
    start = (WIDE, UP * sender + HIGH / 2)
    _arrow(ax, start, end, blue)
    name = f"$h^{{({sender + 1})}}_T, c^{{({sender + 1})}}_T$"
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    if sender == layer:
        across, up, by = "center", "bottom", 0.1
    elif layer:
        across, up, by = "left", "bottom", 0.05
    else:  # the steepest arrow has its room below
        across, up, by = "right", "top", -0.05
    ax.text(x, y + by, name, color=blue, fontsize=10, ha=across, va=up)
