"""Figures of runs: means with their intervals, single runs, courses of training."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import numpy as np

from lstm_utils import _validate as valid
from lstm_utils.experiments import interval
from lstm_utils.plots import style

__all__ = ["plot_curves", "plot_interval", "plot_runs"]

DOTS = {"alpha": 0.4, "linestyle": "", "markeredgewidth": 0, "markersize": 5}
INTERVALS = ("bars", "band")
HINT = "Give {title: {name: {x: runs}}}."


def plot_runs(
    panels, *, xlabel, ylabel, draw="bars", log="", names="ends", sharey=False
):
    """Draw runs of an experiment over what was varied, a panel for each title.

    Parameters
    ----------
    panels : mapping of str to mapping of str to mapping of float to array_like
        For each title and name the runs at each x, ``{title: {name: {x: runs}}}``, or
        for a name an array (runs, points), whose points are 1, 2 and so on. Up to four
        names, which look alike in every panel; the name ``""`` is not written.
    xlabel, ylabel : str
        What x is, and what the numbers are.
    draw : {"bars", "band", "dots", "runs"}
        ``"bars"``: each run as a faint dot, and the mean with its 95 % interval as a
        bar. ``"band"``: the mean, and the interval as a band. ``"dots"``: each run as
        a dot, with a line through the medians. ``"runs"``: the mean as a thick line,
        each run as a thin one.
    log : {"", "x", "y", "xy"}
        Which axes are logarithmic.
    names : {"ends", "legend"}
        Where names stand: at the ends of their lines, or below the figure, which is
        better where lines end together.
    sharey : bool
        Whether all panels have one scale.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (panels,)

    Raises
    ------
    TypeError, ValueError
        If there is nothing to draw, or something that cannot be drawn: a single run
        where an interval is asked for, a name with fewer x than another, more than
        four names, numbers not above 0 on a logarithmic axis.

    Examples
    --------
    >>> runs = {1: [0.4, 0.6], 2: [0.2, 0.3]}
    >>> axes = plot_runs({"task": {"LSTM": runs}}, xlabel="layers", ylabel="error")
    >>> axes[0].texts[0].get_text()
    'LSTM'
    """
    style.check_texts(xlabel=xlabel, ylabel=ylabel)
    valid.check_choice("draw", draw, (*INTERVALS, "dots", "runs"))
    valid.check_choice("log", log, ("", "x", "y", "xy"))
    valid.check_choice("names", names, ("ends", "legend"))
    checked = {}
    for title, lines in valid.check_mapping("panels", panels, HINT).items():
        name = f"panels[{title!r}]"
        valid.check_mapping(name, lines, HINT)
        points = [_points(f"{name}[{k!r}]", lines[k], draw, log) for k in lines]
        checked[title] = dict(zip(lines, points, strict=True))
        _check_even(name, checked[title], "x for each name: lines pass over gaps")
    styles = style.looks("panels", [k for lines in checked.values() for k in lines])
    columns = min(len(panels), 2)
    rows = -(-len(panels) // columns)
    size = (4.6, 2.9 if len(panels) == 1 else 0.7 + 1.7 * rows)
    titles = [fill(title, 44 // columns) for title in panels]
    axes = style.panel_grid(titles, columns, size, sharey=sharey)
    pairs = list(zip(axes, checked.values(), strict=True))
    drawn = [_draw_panel(ax, lines, styles, draw, log) for ax, lines in pairs]
    for k, (ax, lines) in enumerate(pairs):
        ax.set_xlabel(xlabel if k + columns >= len(axes) else "")
        ax.set_ylabel("" if k % columns else ylabel)
        style.finish(ax, drawn[k], names, log)  # now that all limits are known
        x = [*next(iter(lines.values()))]
        x = x[:: -(-len(x) // 8)]
        ax.set_xticks(x, [f"{at:g}" for at in x])
    if names == "legend":
        seen = {name: line for lines in drawn for name, line in lines if name}
        axes[0].figure.legend(seen.values(), seen, loc="outside lower center", ncols=4)
    return axes


def _draw_panel(ax, lines, styles, draw, log) -> list:
    """Draw one panel, and return each name with its line."""
    steps, aside = np.diff([*next(iter(lines.values()))]), 0.0
    if draw in ("bars", "dots") and "x" not in log and len(steps):
        aside = 0.4 * steps.min() / len(lines)  # so that bars stand side by side
    drawn = []
    for k, (name, runs) in enumerate(lines.items()):
        x = np.array([*runs]) + aside * (k - (len(lines) - 1) / 2)
        runs, look = list(runs.values()), styles[name] | {"markersize": 5}
        middle = [np.median(one) if draw == "dots" else np.mean(one) for one in runs]
        if draw in INTERVALS:
            ends = np.transpose([interval(one)[1:] for one in runs])
        if draw == "band":
            ax.fill_between(x, *ends, color=look["color"], alpha=0.2, linewidth=0)
        elif draw == "runs":
            ax.plot(x, runs, **look | {"marker": "", "lw": 0.7, "alpha": 0.5})
        else:
            for place, values in zip(x - aside / 4, runs, strict=True):
                ax.plot(np.full(len(values), place), values, **look | DOTS)
            x = x + aside / 4
        if draw == "bars":
            ax.vlines(x, *ends, color=look["color"], linewidth=1.6)
        drawn.append((name, *ax.plot(x, middle, **look)))
    return drawn


def plot_interval(groups, *, reference=None, label="", colour=None, ax=None):
    """Draw each run as a dot, with the mean and 95 % interval of each group.

    Parameters
    ----------
    groups : mapping of str to array_like, each of shape (runs,)
        One number for each run, at least two runs a group; the keys name the rows.
    reference : float, optional
        Where to draw a vertical line, such as 0 for differences.
    label : str
        Name and unit of the numbers.
    colour : str, optional
        One of `COLOURS` for all groups; if left out, they take turns with four.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If there is no group, one is not a row of at least two numbers, or
        `reference`, `colour` or `ax` is not what it should be.

    Examples
    --------
    >>> ax = plot_interval({"rate 0.1": [0.066, 0.045, 0.049]}, label="error")
    >>> ax.get_xlabel()
    'error'
    """
    valid.check_mapping("groups", groups, "Give {name: runs}.")
    valid.check_choice("colour", colour, (None, *style.COLOURS))
    rows = [_runs(f"groups[{name!r}]", runs) for name, runs in groups.items()]
    if reference is not None:
        valid.check_number("reference", reference, -np.inf, "It is where a line goes.")
    ax = style.axes_for(ax, (6.4, 0.9 + 0.7 * len(rows)), label=label)
    if reference is not None:
        ax.axvline(reference, **style.BESIDE)
    for row, runs in enumerate(rows):
        look = {"color": style.COLOURS.get(colour, style.LOOKS[row % 4]["color"])}
        ax.plot(runs, np.full(len(runs), row - 0.14), "o", **look | DOTS)
        mean, low, high = interval(runs)
        ax.plot([low, high], [row + 0.16] * 2, "|-", **look, markersize=9)
        ax.plot(mean, row + 0.16, "D", **look, markersize=6)
    ax.set(yticks=range(len(rows)), yticklabels=groups, ylim=(len(rows) - 0.5, -0.5))
    ax.set_xlabel(label, fontsize=12)
    ax.tick_params(labelsize=12)
    return ax


def plot_curves(
    curves, *, xlabel, ylabel, baseline=None, log="", names="ends", ax=None
):
    """Draw courses, such as losses by epoch, a line for each run.

    Parameters
    ----------
    curves : mapping of str to array_like, or to a list of mappings of float to float
        For each name, at most four, either the numbers (steps,) at the steps 1, 2 and
        so on, or a list of one or more runs, each ``{x: y}``. The runs of a name look
        alike.
    xlabel, ylabel : str
        What the axes are.
    baseline : tuple of (str, float), optional
        A name and a value for a horizontal line to compare with.
    log : {"", "x", "y", "xy"}
        Which axes are logarithmic.
    names : {"ends", "legend"}
        Where names stand: at the ends of their lines, or in a legend, which is better
        where lines end together.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If there is no curve, there are more than four names, or numbers are not above
        0 on a logarithmic axis.

    Examples
    --------
    >>> losses = {"LSTM": [1.0, 0.1]}
    >>> look = {"xlabel": "epoch", "ylabel": "loss", "baseline": ("variance", 2.0)}
    >>> [text.get_text() for text in plot_curves(losses, **look).texts]
    ['LSTM', 'variance']
    """
    valid.check_choice("log", log, ("", "x", "y", "xy"))
    valid.check_choice("names", names, ("ends", "legend"))
    hint = "Give for each name its numbers, or a list of runs {x: y}."
    courses = [
        (name, *course)
        for name, runs in valid.check_mapping("curves", curves, hint).items()
        for course in _courses(f"curves[{name!r}]", runs, hint, log)
    ]
    styles, lines = style.looks("curves", curves), {}
    if baseline is not None:
        text, value = valid.check_list("baseline", baseline, "(name, number)", length=2)
        (value,) = _above("baseline", [value], "y", log)
    ax = style.axes_for(ax, (5.6, 3.2), xlabel=xlabel, ylabel=ylabel)
    for name, x, y in courses:
        (lines[name],) = ax.plot(x, y, **styles[name], markersize=4)
    drawn = list(lines.items())
    if baseline is not None:
        drawn.append((text, ax.axhline(value, **style.BESIDE)))
    ax.set(xlabel=xlabel, ylabel=ylabel)
    style.finish(ax, drawn, names, log)
    if names == "legend":
        ax.legend(*zip(*[(line, k) for k, line in drawn if k], strict=True))
    return ax


def _points(name, runs, draw, log) -> dict:
    """Return the runs at each x, x rising, or raise."""
    if not isinstance(runs, Mapping):
        columns = valid.check_array(name, runs, ("runs", "points"), HINT).T
        runs = dict(enumerate(columns, start=1))
    x = list(valid.check_mapping(name, runs, HINT))
    _above(f"x of {name}", x, "x", log)
    runs = {x: _runs(f"{name}[{x}]", runs[x], draw, log) for x in sorted(runs)}
    _check_even(name, runs if draw == "runs" else {}, "runs at each x, a line each")
    return runs


def _runs(name, runs, draw="bars", log="") -> np.ndarray:
    runs = _above(name, runs, "y", log)
    if len(runs) < 2 and draw in INTERVALS:
        hint = "An interval needs them: run it under more seeds."
        raise valid.wrong(ValueError, name, "hold at least two runs", 1, hint)
    return runs


def _courses(name, runs, hint, log):
    """Yield x and y of each run of a curve, or raise."""
    many = isinstance(runs, list) and len(runs) and isinstance(runs[0], Mapping)
    for run in runs if many else [runs]:
        if not isinstance(run, Mapping):
            run = dict(enumerate(valid.check_array(name, run, ("steps",), hint), 1))
        x = _above(f"x of {name}", list(run), "x", log)
        yield x, _above(name, list(run.values()), "y", log)


def _above(name, values, axis, log) -> np.ndarray:
    """Return a row of numbers, above 0 if this axis is logarithmic, or raise."""
    values = valid.check_array(name, values, ("numbers",))
    if axis in log and np.min(values) <= 0:
        expected = "hold numbers above 0 for a logarithmic scale"
        raise valid.wrong(ValueError, name, expected, f"{np.min(values):g}")
    return values


def _check_even(name, entries, what) -> None:
    """Raise if one entry is longer than another."""
    counts = {key: len(entry) for key, entry in entries.items()}
    if len({*counts.values()}) > 1:
        raise valid.wrong(ValueError, name, f"have as many {what}", counts)
