"""A diagram of what a beam looks at."""

from __future__ import annotations

from lstm_utils._validate import check_list
from lstm_utils.plots.style import COLOURS

__all__ = ["draw_beam"]


def draw_beam(levels, *, right: str = ""):
    """Draw what a beam looks at: a column of beginnings for each step.

    Parameters
    ----------
    levels : sequence of sequence of (text, score, kept)
        For each step the beginnings that were looked at, best first: the text so
        far, the sum of its log p, and whether the beam kept it.
    right : str
        The right answer; its beginnings are boxed.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If there is no step, or one holds no beginning.

    Examples
    --------
    >>> ax = draw_beam([[("a", -0.1, True), ("b", -2.3, False)]], right="ab")
    >>> [text.get_text() for text in ax.texts]
    ['a  -0.10', 'b  -2.30']
    """
    import matplotlib.pyplot as plt

    hint = "It holds for each step a list of (text, score, kept)."
    if not check_list("levels", levels, hint):
        raise ValueError(f"levels is empty, expected at least one step. {hint}")
    places = {}
    size = (1.8 * len(levels), 0.3 + 0.45 * max(map(len, levels)))
    ax = plt.subplots(figsize=size)[1]
    for column, level in enumerate(levels):
        if not level:
            raise ValueError(f"levels[{column}] is empty. {hint}")
        for row, (text, score, kept) in enumerate(level):
            here = (column, -row)
            there = places.get((column - 1, text[:-1]))
            paint = COLOURS["blue"] if kept else "0.45"
            if there:
                x = (there[0] + 0.4, here[0] - 0.4)
                y = (there[1], here[1])
                ax.plot(x, y, "-" if kept else ":", color=paint, linewidth=1)
            if kept:
                places[column, text] = here
            ax.text(
                *here,
                f"{text}  {score:.2f}",
                color=paint,
                fontsize=11,
                ha="center",
                va="center",
                weight="bold" if kept else "normal",
                bbox={
                    "boxstyle": "square,pad=0.2",
                    "facecolor": "white",
                    "edgecolor": (
                        COLOURS["orange"] if right.startswith(text) else "none"
                    ),
                },
            )
    ax.set_xlim(-0.5, len(levels) - 0.5)
    ax.set_ylim(0.6 - max(map(len, levels)), 0.6)
    ax.set_axis_off()
    return ax
