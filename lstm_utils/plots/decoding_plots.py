"""Figures of how a decoder writes: step by step, and at random."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from lstm_utils._validate import check_array, check_axes, check_mapping
from lstm_utils.experiments import interval
from lstm_utils.plots.style import COLOURS, LOOKS

__all__ = ["plot_by_step", "plot_temperatures"]


def plot_by_step(panels, *, xlabels, ylabel: str):
    """Draw shares by step, a panel for each way of counting steps.

    Parameters
    ----------
    panels : mapping of str to mapping of str to array_like, shape (runs, steps)
        For each title up to four lines by name; at least two runs, steps from 1.
    xlabels : mapping of str to str
        What is counted along the bottom of a panel, by title.
    ylabel : str
        What is drawn.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (panels,)
        Means, with the 95 % interval of the mean as a band. Each panel has its own
        scale, up to 1 and down to what is drawn in it.

    Raises
    ------
    TypeError, ValueError
        If there is no panel, or one holds what cannot be drawn.

    Examples
    --------
    >>> runs = [[0.9, 0.8], [1.0, 0.7]]
    >>> axes = plot_by_step({"a": {"free": runs}}, xlabels={"a": "step"}, ylabel="y")
    >>> axes[0].texts[0].get_text()
    'free'
    """
    import matplotlib.pyplot as plt

    hint = "It maps a title to {name: runs by steps}."
    check_mapping("panels", panels, hint)
    _, grid = plt.subplots(1, len(panels), figsize=(6.4, 2.9), squeeze=False)
    for ax, (title, lines) in zip(grid[0], panels.items(), strict=True):
        check_mapping(f"panels[{title!r}]", lines, hint)
        if len(lines) > len(LOOKS):
            raise ValueError(
                f"panels[{title!r}] has {len(lines)} lines, expected at most "
                f"{len(LOOKS)}. Spread them over more panels."
            )
        for (name, runs), look in zip(lines.items(), LOOKS, strict=False):
            runs = check_array(f"panels[{title!r}][{name!r}]", runs, ("runs", "steps"))
            _draw_line(ax, name, runs, look)
        ax.set_title(title, fontsize=10)
        ax.set_xlabel(xlabels[title])
        bottom = np.floor(5 * min(ax.dataLim.ymin, 0.8)) / 5
        ax.set_ylim(bottom, 1.02)
        _spread_names(ax, gap=0.085 * (1.02 - bottom))
    grid[0][0].set_ylabel(ylabel)
    return grid[0]


def _draw_line(ax, name, runs, look) -> None:
    colour, dash, mark = look
    paint, steps = COLOURS[colour], np.arange(1, runs.shape[1] + 1)
    means, low, high = zip(*(interval(column) for column in runs.T), strict=True)
    ax.fill_between(steps, low, high, color=paint, alpha=0.2, linewidth=0)
    ax.plot(steps, means, dash, color=paint, marker=mark, markersize=4)
    ax.text(steps[-1] + 0.03 * len(steps), means[-1], name, color=paint, va="center")
    ax.set_xticks(steps if len(steps) < 7 else steps[::2])
    ax.set_xlim(0.5, steps[-1] + 0.06 * len(steps) + 0.055 * len(steps) * len(name))


def _spread_names(ax, gap) -> None:
    """Move names that would lie on each other apart."""
    names = sorted(ax.texts, key=lambda text: text.get_position()[1])
    for below, above in pairwise(names):
        lowest = below.get_position()[1] + gap
        if above.get_position()[1] < lowest:
            above.set_y(lowest)
    over = max(text.get_position()[1] for text in names) - 1.0
    if over > 0:
        for text in names:
            text.set_y(text.get_position()[1] - over)


def plot_temperatures(temperatures, shares, *, ax=None):
    """Draw what becomes of sampled texts as the temperature rises.

    Parameters
    ----------
    temperatures : array_like, shape (n,)
        Above 0.
    shares : mapping of str to array_like, shape (runs, n)
        Shares from 0 to 1 of up to four things by name.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes
        The mean of the runs as a thick line, each run as a thin one; the scale of the
        temperature is logarithmic.

    Raises
    ------
    TypeError, ValueError
        If the lines do not fit the temperatures.

    Examples
    --------
    >>> ax = plot_temperatures([0.5, 2.0], {"accepted": [[1.0, 0.2], [0.9, 0.1]]})
    >>> ax.get_xscale()
    'log'
    """
    import matplotlib.pyplot as plt

    where = check_array("temperatures", temperatures, ("temperatures",))
    if where.min() <= 0:
        raise ValueError(
            f"temperatures must be above 0, but {where.min()} came. The scale is "
            "logarithmic."
        )
    check_mapping("shares", shares, "It maps a name to runs by temperatures.")
    check_axes(ax)
    ax = plt.subplots()[1] if ax is None else ax
    for (name, runs), look in zip(shares.items(), LOOKS, strict=False):
        runs = check_array(f"shares[{name!r}]", runs, ("runs", "temperatures"))
        if runs.shape[1] != len(where):
            raise ValueError(
                f"shares[{name!r}] has {runs.shape[1]} values for {len(where)} "
                "temperatures, expected one for each."
            )
        colour, dash, mark = look
        paint, mean = COLOURS[colour], runs.mean(axis=0)
        ax.plot(where, mean, dash, color=paint, marker=mark)
        ax.plot(where, runs.T, dash, color=paint, linewidth=0.7, alpha=0.5, marker="")
        ax.text(where[-1] * 1.06, mean[-1], name, color=paint, va="center")
    ax.set_xscale("log")
    ax.set_xticks(where, [f"{value:g}" for value in where])
    ax.minorticks_off()
    ax.set_xlim(where[0] / 1.1, where[-1] * 1.9)
    ax.set(xlabel="temperature", ylabel="share of sentences", ylim=(0, 1.05))
    _spread_names(ax, gap=0.06)
    return ax
