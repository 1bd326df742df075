"""Figures of attention: where it looks, how far it carries."""

from __future__ import annotations

import numpy as np

from lstm_utils._validate import check_array, check_axes, check_mapping
from lstm_utils.experiments import interval
from lstm_utils.plots.style import COLOURS, LOOKS

__all__ = ["plot_alignment", "plot_by_length"]

_LOOKS = (("black", ":", "D"), *LOOKS[:3])  # the model without attention comes first


def plot_alignment(weights, rows, columns, *, right=None, title="", ax=None):
    """Draw attention weights as a map, and where the weight should lie.

    Parameters
    ----------
    weights : array_like, shape (target steps, source steps)
        Numbers from 0 to 1.
    rows, columns : sequence of str
        What is written at each target step and what stands at each source step; as
        many as the map has, or fewer, in which case the rest is cut off.
    right : array_like of bool, of the same shape, optional
        The known alignment; its cells get a frame.
    title : str
        Stands above the map.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If the weights are not between 0 and 1, or shapes do not fit.

    Examples
    --------
    >>> ax = plot_alignment([[0.1, 0.9]], ["b"], ["a", "b"], right=[[False, True]])
    >>> len(ax.patches)
    1
    """
    import matplotlib.pyplot as plt
    from matplotlib.patches import Rectangle

    weights = check_array("weights", weights, ("target steps", "source steps"))
    if weights.min() < 0 or weights.max() > 1.001:
        raise ValueError(
            f"weights go from {weights.min():.3g} to {weights.max():.3g}, expected 0 "
            "to 1. Draw weights, not scores."
        )
    if len(rows) > weights.shape[0] or len(columns) > weights.shape[1]:
        raise ValueError(
            f"there are {len(rows)} rows and {len(columns)} columns to name, but "
            f"weights has the shape {weights.shape}, (target steps, source steps)."
        )
    check_axes(ax)
    if right is None:
        right = np.zeros(weights.shape, dtype=bool)
    right = np.asarray(right)
    if right.shape != weights.shape:
        raise ValueError(
            f"right has the shape {right.shape}, but weights has {weights.shape}: each "
            "cell of the map is right or not."
        )
    weights = weights[: len(rows), : len(columns)]
    if ax is None:
        size = (1.3 + 0.27 * len(columns), 0.9 + 0.24 * len(rows))
        ax = plt.subplots(figsize=size)[1]
    image = ax.imshow(weights, cmap="Greys", vmin=0, vmax=1, aspect="auto")
    for row, column in np.argwhere(right[: len(rows), : len(columns)]):
        corner = (column - 0.46, row - 0.46)
        frame = {"fill": False, "edgecolor": COLOURS["orange"], "linewidth": 1.6}
        ax.add_patch(Rectangle(corner, 0.92, 0.92, **frame))
    shown = ["␣" if name == " " else name for name in columns]
    ax.set_xticks(range(len(columns)), shown)
    ax.set_yticks(range(len(rows)), rows)
    ax.set(xlabel="read", ylabel="written", title=title)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    if not ax.figure.axes[1:]:
        ax.figure.colorbar(image, ax=ax, label="weight")
    return ax


def plot_by_length(panels, *, trained, ylabel="share written wrongly"):
    """Draw errors against the length of the source, a panel for each experiment.

    Parameters
    ----------
    panels : mapping of str to mapping of str to mapping of int to array_like
        For each title and model the runs at each length, at least two; up to four
        models, the same in every panel.
    trained : mapping of str to tuple of (int, int)
        For each title the shortest and the longest length that was trained.
    ylabel : str
        What the numbers are.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (panels,)
        The means with their 95 % intervals, cut to what a share can be.

    Raises
    ------
    TypeError, ValueError
        If there is nothing to draw, or too many models.

    Examples
    --------
    >>> panel = {"none": {5: [0.1, 0.2], 10: [0.8, 0.9]}}
    >>> len(plot_by_length({"reverse": panel}, trained={"reverse": (4, 8)}))
    1
    """
    import matplotlib.pyplot as plt

    check_mapping("panels", panels, "It maps a title to {model: {length: runs}}.")
    figure, axes = plt.subplots(
        1,
        len(panels),
        figsize=(0.6 + 2.9 * len(panels), 3.0),
        squeeze=False,
        sharey=True,
    )
    for ax, (title, models) in zip(axes[0], panels.items(), strict=True):
        check_mapping(f"panels[{title!r}]", models, "It maps a model to its runs.")
        if len(models) > len(_LOOKS):
            raise ValueError(
                f"panels[{title!r}] holds {len(models)} models, but at most "
                f"{len(_LOOKS)} can be told apart. Draw two figures."
            )
        if title not in trained:
            raise ValueError(
                f"trained has no lengths for {title!r}. Give the shortest and the "
                "longest."
            )
        ax.axvspan(*trained[title], color="0.92", zorder=0)
        for look, (name, by_length) in zip(_LOOKS, models.items(), strict=False):
            _draw_lengths(ax, look, name, by_length)
        ax.set(title=title, xlabel="letters", ylim=(-0.03, 1.03))
        ax.set_xticks(sorted({length for runs in models.values() for length in runs}))
    axes[0, 0].set_ylabel(ylabel)
    figure.legend(
        *axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4
    )
    return axes[0]


def _draw_lengths(ax, look, name, by_length) -> None:
    colour, dashes, marker = look
    colour, lengths = COLOURS[colour], sorted(by_length)
    found = [interval(by_length[length]) for length in lengths]
    ax.plot(
        lengths,
        [one.mean for one in found],
        color=colour,
        linestyle=dashes,
        marker=marker,
        markersize=4,
        label=name,
    )
    for length, one in zip(lengths, found, strict=True):
        ends = (max(one.low, 0), min(one.high, 1))
        ax.plot([length] * 2, ends, color=colour, linestyle="-", linewidth=3, alpha=0.4)
