"""Figures of sweeps: scores against depth, and against what the training cost."""

from __future__ import annotations

import numpy as np

from lstm_utils._validate import check_array, check_axes, check_int, check_mapping
from lstm_utils.experiments import interval
from lstm_utils.plots.style import COLOURS, LOOKS

__all__ = ["plot_by_budget", "plot_by_depth"]


def plot_by_depth(panels, *, labels=None, columns: int = 3):
    """Draw test scores against depth, a panel for each task.

    Each run is a dot; beside the dots stand the mean and its 95 % interval, and a
    line joins the means. The scale of every panel is logarithmic and its own, since
    the tasks have different units.

    Parameters
    ----------
    panels : mapping of str to mapping of int to array_like
        For each title the runs at each depth, at least two and all above 0.
    labels : mapping of str to str, optional
        What a panel's scores are, by title.
    columns : int
        Panels side by side.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (panels,)

    Raises
    ------
    TypeError, ValueError
        If there is no panel, or one holds what cannot be drawn.

    Examples
    --------
    >>> axes = plot_by_depth({"task": {1: [0.2, 0.3], 2: [0.1, 0.15]}})
    >>> len(axes)
    1
    """
    import matplotlib.pyplot as plt

    hint = "It maps a title to {depth: runs}."
    check_mapping("panels", panels, hint)
    columns = check_int("columns", columns, 1, "It counts panels side by side.")
    labels = {} if labels is None else labels
    checked = {
        title: {
            depth: _check_runs(f"panels[{title!r}][{depth}]", runs)
            for depth, runs in check_mapping(
                f"panels[{title!r}]", by_depth, hint
            ).items()
        }
        for title, by_depth in panels.items()
    }
    rows = -(-len(panels) // columns)
    figure, grid = plt.subplots(
        rows, columns, figsize=(2.15 * columns, 1.9 * rows), squeeze=False
    )
    for ax in grid.ravel()[len(panels) :]:
        ax.remove()
    axes = grid.ravel()[: len(panels)]
    for ax, (title, by_depth) in zip(axes, checked.items(), strict=True):
        _draw_depths(ax, by_depth)
        ax.set_title(title, fontsize=10)
        ax.set_ylabel(labels.get(title, "score"), fontsize=9)
        ax.set_xlabel("layers", fontsize=9)
    figure.align_ylabels()
    return axes


def _draw_depths(ax, by_depth) -> None:
    depths = list(by_depth)
    blue, orange = COLOURS["blue"], COLOURS["orange"]
    means = [runs.mean() for runs in by_depth.values()]
    ax.plot(depths, means, color="0.6", linewidth=1, linestyle="-", zorder=0)
    for depth, runs in by_depth.items():
        found = interval(runs)
        dots = {"color": blue, "alpha": 0.5, "ls": "", "markeredgewidth": 0}
        ax.plot(np.full(len(runs), depth - 0.13), runs, "o", markersize=4, **dots)
        bar = {"color": orange, "linestyle": "-", "linewidth": 1.8}
        ax.plot([depth + 0.13] * 2, [max(found.low, 1e-9), found.high], **bar)
        ax.plot(depth + 0.13, found.mean, "D", color=orange, markersize=5)
    every = np.concatenate(list(by_depth.values()))
    ax.set(xticks=depths, xlim=(min(depths) - 0.5, max(depths) + 0.5), yscale="log")
    _plain_ticks(ax, every.min() / 1.25, every.max() * 1.25)


def plot_by_budget(curves, *, xlabel: str, ylabel: str = "score", ax=None):
    """Draw mean scores against what the training cost, a line for each model.

    Parameters
    ----------
    curves : mapping of str to mapping of float to array_like
        For each model the runs at each cost, at least two and all above 0. The
        means are drawn with their 95 % intervals.
    xlabel, ylabel : str
        What the cost and the score are.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If there is no curve, or one holds what cannot be drawn.

    Examples
    --------
    >>> curve = {100: [0.5, 0.6], 200: [0.2, 0.3]}
    >>> ax = plot_by_budget({"one layer": curve}, xlabel="updates")
    >>> ax.texts[0].get_text()
    'one layer'
    """
    import matplotlib.pyplot as plt

    hint = "It maps a name to {cost: runs}."
    check_mapping("curves", curves, hint)
    if len(curves) > len(LOOKS):
        raise ValueError(
            f"curves holds {len(curves)} models, but at most {len(LOOKS)} can be "
            "told apart in one figure. Draw two."
        )
    check_axes(ax)
    ax = plt.subplots()[1] if ax is None else ax
    ends, every = {}, []
    for (name, curve), (colour, dash, mark) in zip(curves.items(), LOOKS, strict=False):
        paint = COLOURS[colour]
        check_mapping(f"curves[{name!r}]", curve, hint)
        runs = {
            x: _check_runs(f"curves[{name!r}][{x}]", curve[x]) for x in sorted(curve)
        }
        found = [interval(values) for values in runs.values()]
        means = [one.mean for one in found]
        ax.plot(list(runs), means, mark, color=paint, linestyle=dash, markersize=5)
        for x, one in zip(runs, found, strict=True):
            bar = {"color": paint, "linestyle": "-", "linewidth": 1}
            ax.plot([x, x], [max(one.low, 1e-9), one.high], marker="_", **bar)
        ends[name] = (max(runs), means[-1], paint)
        every += [bound for one in found for bound in (one.mean, one.high)]
        every += [one.low for one in found if one.low > 0]
    ax.set(xscale="log", yscale="log", xlabel=xlabel, ylabel=ylabel)
    _plain_ticks(ax, min(every) / 1.3, max(every) * 1.2)
    costs = sorted(next(iter(curves.values())))
    ax.set_xticks(costs, [f"{cost:g}" for cost in costs])
    ax.set_xticks([], minor=True)
    _name_ends(ax, ends)
    return ax


def _name_ends(ax, ends) -> None:
    """Write each curve's name beside its last point, none on top of another."""
    low, high = np.log(ax.get_ylim())
    floor = -np.inf
    for name, (x, y, colour) in sorted(ends.items(), key=lambda item: item[1][1]):
        floor = max(np.log(y), floor + 0.09 * (high - low))
        ax.annotate(
            name,
            (x, np.exp(floor)),
            xytext=(7, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            annotation_clip=False,
        )


def _check_runs(name, runs) -> np.ndarray:
    runs = check_array(name, runs, ("runs",))
    if len(runs) < 2:
        raise ValueError(
            f"{name} holds a single run, but an interval needs at least two. Run it "
            "under more seeds."
        )
    if (runs <= 0).any():
        raise ValueError(
            f"{name} holds {runs.min():g}, but a logarithmic scale needs numbers "
            "above 0."
        )
    return runs


def _plain_ticks(ax, low, high) -> None:
    """Label a logarithmic axis with a few plain numbers inside its limits."""
    from matplotlib.ticker import FixedLocator, NullLocator

    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    for steps in ((1, 2, 5), (1, 1.5, 2, 3, 4, 5, 7)):
        ticks = [k * 10.0**p for p in powers for k in steps]
        ticks = [tick for tick in ticks if low <= tick <= high]
        if len(ticks) >= 2:
            break
    while len(ticks) > 5:
        ticks = ticks[::2]
    ax.set_ylim(low, high)
    ax.yaxis.set_major_locator(FixedLocator(ticks))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter("{x:g}")
