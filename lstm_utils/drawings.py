"""Diagrams of networks and arrays in the style of the book."""

from __future__ import annotations

from lstm_utils.plots import COLOURS

__all__ = ["draw_cell"]

GATE_COLOURS = {"i": "#CBE5F6", "f": "#FCE4B8", "g": "#E8E8E8", "o": "#F3D5E6"}


def draw_cell(*, ax=None):
    """Draw one LSTM cell at one step: states, gates and where they act.

    Parameters
    ----------
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = _blank(ax, figsize=(6.4, 4.2), xlim=(0, 12.8), ylim=(-0.2, 8.2))
    ax.add_patch(_box(1.5, 0.9, 9.8, 6.5, "#F4F4F4", edge="0.6"))
    gates = {"f": 2.7, "i": 4.6, "g": 6.2, "o": 8.3}
    names = {"f": "forget", "i": "input", "g": "candidate", "o": "output"}
    squash = {"f": "σ", "i": "σ", "g": "tanh", "o": "σ"}
    line = {"color": "0.25", "linewidth": 1.6, "linestyle": "-"}
    # The cell state runs along the top, the output along the bottom.
    _arrow(ax, (0.2, 6.6), (12.6, 6.6), COLOURS["blue"], width=2.6)
    ax.plot([0.2, 8.3], [1.5, 1.5], **line)
    ax.plot([1.0, 1.0], [-0.1, 1.5], **line)
    for key, x in gates.items():
        _arrow(ax, (x, 1.5), (x, 2.3), "0.25")
        ax.add_patch(_box(x - 0.65, 2.3, 1.3, 0.95, GATE_COLOURS[key]))
        ax.text(x, 2.78, squash[key], ha="center", va="center", fontsize=11)
        ax.text(x - 0.12, 3.5, names[key], fontsize=9, ha="right")
        ax.text(x + 0.12, 4.15, f"${key}_t$", fontsize=12)
    # What each gate does: forget and write on the store, then show it.
    _arrow(ax, (2.7, 3.25), (2.7, 6.25), "0.25")
    _times(ax, 2.7, 6.6)
    ax.plot([4.6, 4.6], [3.25, 5.0], **line)
    _arrow(ax, (4.6, 5.0), (5.05, 5.0), "0.25")
    ax.plot([6.2, 6.2], [3.25, 5.0], **line)
    _arrow(ax, (6.2, 5.0), (5.75, 5.0), "0.25")
    _times(ax, 5.4, 5.0)
    _arrow(ax, (5.4, 5.32), (5.4, 6.25), "0.25")
    _times(ax, 5.4, 6.6, "+")
    ax.plot([10.0, 10.0], [6.6, 6.0], **line)
    ax.add_patch(_box(9.35, 5.1, 1.3, 0.9, "white"))
    ax.text(10.0, 5.55, "tanh", ha="center", va="center", fontsize=11)
    _arrow(ax, (10.0, 5.1), (10.0, 4.05), "0.25")
    ax.plot([8.3, 8.3], [3.25, 3.72], **line)
    _arrow(ax, (8.3, 3.72), (9.65, 3.72), "0.25")
    _times(ax, 10.0, 3.72)
    ax.plot([10.0, 10.0], [3.4, 1.5], color=COLOURS["orange"], linestyle="-")
    _arrow(ax, (10.0, 1.5), (12.6, 1.5), COLOURS["orange"], width=2.6)
    for x, y, text, colour in (
        (0.1, 7.6, "$c_{t-1}$", COLOURS["blue"]),
        (11.6, 7.6, "$c_t$", COLOURS["blue"]),
        (0.0, 1.85, "$h_{t-1}$", COLOURS["orange"]),
        (11.6, 0.55, "$h_t$", COLOURS["orange"]),
        (1.2, -0.1, "$x_t$", "black"),
    ):
        ax.text(x, y, text, fontsize=14, color=colour)
    return ax


def _blank(ax, *, figsize, xlim, ylim):
    import matplotlib.pyplot as plt

    if ax is None:
        _, ax = plt.subplots(figsize=figsize)
    ax.set(xlim=xlim, ylim=ylim, aspect="equal")
    ax.axis("off")
    return ax


def _box(x, y, width, height, colour, *, edge="0.25"):
    from matplotlib.patches import FancyBboxPatch

    return FancyBboxPatch(
        (x, y),
        width,
        height,
        boxstyle="round,pad=0,rounding_size=0.15",
        facecolor=colour,
        edgecolor=edge,
        linewidth=1.2,
    )


def _arrow(ax, start, end, colour, *, width=1.6):
    style = {"arrowstyle": "-|>", "color": colour, "linewidth": width}
    style |= {"shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=end, xytext=start, arrowprops=style)


def _times(ax, x, y, sign="×"):
    from matplotlib.patches import Circle

    ax.add_patch(Circle((x, y), 0.34, facecolor="white", edgecolor="0.25", zorder=3))
    ax.text(x, y - 0.03, sign, ha="center", va="center", fontsize=12, zorder=4)
