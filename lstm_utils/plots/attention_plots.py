"""A diagram of attention: how it is wired."""

from __future__ import annotations

from itertools import pairwise

from lstm_utils.plots.drawings import GATE_COLOURS, _arrow, _blank, _box
from lstm_utils.plots.style import COLOURS

__all__ = ["draw_attention"]


def draw_attention(*, ax=None):
    """Draw how one step of a decoder looks back at every step of the encoder.

    Parameters
    ----------
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> ax = draw_attention()
    >>> "context" in [text.get_text() for text in ax.texts]
    True
    """
    ax = _blank(ax, figsize=(6.4, 3.3), xlim=(0, 12.8), ylim=(0, 6.6))

    def write(x, y, text, size=9, **options):
        ax.text(x, y, text, ha="center", va="center", fontsize=size, **options)

    def box(x, y, text, colour, width=1.2):
        ax.add_patch(_box(x - width / 2, y - 0.4, width, 0.8, colour, edge="0.4"))
        write(x, y, text, 10)

    def arrow(start, end, colour="0.35", width=1.4):
        _arrow(ax, start, end, colour, width=width)

    places, decoder = (1.0, 2.7, 4.4), (7.9, 9.6, 11.3)
    weights = (0.05, 0.15, 0.8)
    for k, (x, letter) in enumerate(zip(places, "abc", strict=True)):
        box(x, 1.5, f"$k_{k + 1}$", GATE_COLOURS["i"])
        arrow((x, 0.65), (x, 1.1))
        write(x, 0.35, letter, 11)
    for k, (x, letter) in enumerate(zip(decoder, ("start", "c", "b"), strict=True)):
        box(x, 1.5, f"$q_{k + 1}$", GATE_COLOURS["f"])
        arrow((x, 0.65), (x, 1.1))
        write(x, 0.35, letter, 11)
    steps = [*places, *decoder]
    for left, right in pairwise(steps):
        arrow((left + 0.6, 1.5), (right - 0.6, 1.5))
    write(6.15, 1.05, "the state", 8, color="0.3")
    box(4.4, 4.3, "context", GATE_COLOURS["g"], 1.8)
    for x, weight in zip(places, weights, strict=True):
        end = 4.4 + (x - 2.7) * 0.25
        arrow((x, 1.9), (end, 3.9), COLOURS["blue"], 1 + 5 * weight)
        beside = x + 0.3 * (end - x) + 0.55
        write(beside, 2.4, f"{weight:.2f}", color=COLOURS["blue"])
    box(7.9, 4.3, "Dense", "white", 1.5)
    arrow((5.3, 4.3), (7.15, 4.3))
    arrow((7.9, 1.9), (7.9, 3.9))
    arrow((7.9, 4.7), (7.9, 5.5))
    write(7.9, 5.85, "c", 11)
    arrow((7.6, 1.9), (5.1, 3.9), COLOURS["orange"])
    write(6.95, 2.95, "asks", 9, color=COLOURS["orange"])
    write(2.7, 6.2, "encoder", 11, color="0.3")
    write(10.2, 6.2, "decoder", 11, color="0.3")
    return ax
