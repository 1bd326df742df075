"""Figures of sequences that become other sequences."""

from __future__ import annotations

from lstm_utils._validate import check_axes, check_mapping
from lstm_utils.plots.style import COLOURS, LOOKS

__all__ = ["plot_learning"]


def plot_learning(curves, *, xlabel="updates", ylabel="share", target=None, ax=None):
    """Draw how scores rise with training, a line for each run.

    Parameters
    ----------
    curves : mapping of str to list of (x, y)
        For each name, at most four, one or more runs: each a pair of arrays of one
        length. The runs of a name look alike, and the name stands in the legend.
    xlabel, ylabel : str
        What the axes are.
    target : float, optional
        Where to draw a horizontal line.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If there is no curve, there are more than four names, or x and y differ in
        length.

    Examples
    --------
    >>> ax = plot_learning({"one": [([1, 2, 3], [0.1, 0.5, 0.9])]})
    >>> ax.get_xlabel()
    'updates'
    """
    import matplotlib.pyplot as plt

    check_mapping("curves", curves, "It maps a name to a list of runs (x, y).")
    check_axes(ax)
    if len(curves) > len(LOOKS):
        raise ValueError(
            f"curves holds {len(curves)} names, at most {len(LOOKS)} can be told "
            "apart. Make two figures of them."
        )
    if ax is None:
        _, ax = plt.subplots(figsize=(6.4, 3.2))
    for (name, runs), (colour, style, _) in zip(curves.items(), LOOKS, strict=False):
        for number, (x, y) in enumerate(runs):
            if len(x) != len(y):
                raise ValueError(
                    f"curves[{name!r}][{number}] has {len(x)} x and {len(y)} y: each "
                    "point needs both."
                )
            label = name if number == 0 else None
            ax.plot(x, y, color=COLOURS[colour], linestyle=style, label=label)
    if target is not None:
        ax.axhline(target, color="0.4", linewidth=1, linestyle=(0, (2, 2)))
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
    return ax
