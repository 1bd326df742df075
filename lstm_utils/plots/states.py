"""Figures of what a network does with one sequence: gates, answers, forecasts."""

from __future__ import annotations

import numpy as np

from lstm_utils import _validate as valid
from lstm_utils.plots import style

__all__ = ["plot_answers", "plot_forecast", "plot_gates"]

START = "Counting starts at 0."


def plot_gates(trace, x, *, sequence: int = 0, unit: int = 0, input_names=None):
    """Draw the inputs, the gates, the cell state and the output of one unit.

    Parameters
    ----------
    trace : lstm_utils.diagnostics.GateTraces
        One layer's traces.
    x : array_like, shape (batch, time, features)
        The inputs that the traces came from, with up to four features.
    sequence, unit : int
        Which sequence of the batch and which unit of the layer.
    input_names : sequence of str, optional
        A name for each feature.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (3,)
        Inputs; gates; cell state, output and candidate.

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it should be, or does not belong to the traces.

    Examples
    --------
    >>> import numpy as np
    >>> from lstm_utils.diagnostics import GateTraces
    >>> trace = GateTraces("lstm", *np.full((6, 1, 8, 2), 0.5))
    >>> axes = plot_gates(trace, np.ones((1, 8, 1)), unit=1)
    >>> [ax.get_ylabel() for ax in axes]
    ['input', 'gate', 'state']
    """
    if not hasattr(trace, "_fields"):
        one = "be one entry of the list that gate_traces gives, a layer each"
        raise valid.wrong(TypeError, "trace", one, type(trace).__name__)
    batch, time, units = trace.h.shape
    x = valid.check_array("x", x, ("batch", "time", "features"))
    if x.shape[:2] != (batch, time):
        own = f"be what the traces came from, {batch} sequences of {time} steps"
        raise valid.wrong(ValueError, "x", own, f"shape {x.shape}")
    sequence = valid.check_int("sequence", sequence, 0, START, maximum=batch - 1)
    unit = valid.check_int("unit", unit, 0, START, maximum=units - 1)
    x = x[sequence].T
    names = [f"x[{k}]" for k in range(len(x))] if input_names is None else input_names
    valid.check_list("input_names", names, "One for each feature.", length=len(x))
    style.looks("x", range(len(x)))  # no more than can be told apart
    size, heights = (6.4, 5.8), [2, 3, 4]
    axes = style.panel_grid([""] * 3, 1, size, sharex=True, height_ratios=heights)
    others = style.LOOKS[2:] + style.LOOKS[:2]  # than those of c and h
    for name, values, look in zip(names, x, others, strict=False):
        at = np.flatnonzero(values)
        axes[0].vlines(at, 0, values[at], color=look["color"], ls=look["linestyle"])
        axes[0].plot(at, values[at], **look | {"linestyle": ""}, label=name)
    low, high = min(0, x.min()), max(1, x.max())
    axes[0].set(ylabel="input", ylim=(1.5 * low, 1.5 * high), yticks=[low, high])
    axes[0].legend(loc="upper right", ncols=len(names))
    axes[1].set(ylabel="gate", ylim=(-0.05, 1.15), yticks=[0, 0.5, 1])
    axes[2].set(ylabel="state", xlabel="step t", xlim=(-0.5, time - 0.5))
    axes[2].axhline(0, color="0.7", linewidth=0.8, zorder=0, linestyle="-")
    for ax, keys in zip(axes[1:], ("ifo", "chg"), strict=True):
        lines = []
        for key in keys:
            values = getattr(trace, key)[sequence, :, unit]
            lines += ax.step(range(time), values, where="mid", **style.TRACES[key])
        style.finish(ax, [(line.get_label(), line) for line in lines])
    axes[0].figure.align_ylabels()
    return axes


def plot_answers(x, answers, *, sequence: int = 0):
    """Draw what a network should answer and what it did, one panel a task.

    Parameters
    ----------
    x : array_like, shape (batch, time, 1)
        The inputs, the same in every task.
    answers : dict of str to (targets, outputs)
        For each title a pair of arrays, both (batch, time, 1), or both (batch, 1)
        for a task with a single answer, which is drawn at the last step.
    sequence : int
        Which sequence of the batch.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (panels,)

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it should be, or two do not belong together.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.ones((1, 5, 1))
    >>> axes = plot_answers(x, {"running sum": (x.cumsum(axis=1), x)})
    >>> axes[0].get_ylabel()
    'value'
    """
    x = valid.check_array("x", x, ("batch", "time", "1"))
    sequence = valid.check_int("sequence", sequence, 0, START, maximum=len(x) - 1)
    valid.check_mapping("answers", answers, "Give {title: (targets, outputs)}.")
    pairs = [_pair(f"answers[{title!r}]", pair, x) for title, pair in answers.items()]
    steps = np.arange(1, x.shape[1] + 1)
    axes = style.panel_grid(answers, 1, (4.8, 1.7 * len(pairs)), sharex=True)
    inputs = {"color": "0.6", "markersize": 4, "lw": 1, "label": "input"}
    rings = {"mfc": "white", "mec": "black", "markersize": 10, "label": "target"}
    for ax, pair in zip(axes, pairs, strict=True):
        targets, outputs = (part[sequence].ravel() for part in pair)
        at = steps[-len(targets) :]
        ax.axhline(0, color="0.8", linewidth=0.8, linestyle="-", zorder=0)
        ax.plot(steps, x[sequence, :, 0], "s:", **inputs)
        ax.plot(at, targets, "o", **rings, mew=1.4)
        ax.plot(at, outputs, "o-", color=style.COLOURS["orange"], label="output")
        ax.set(ylabel="value", ymargin=0.15)
    axes[-1].set(xlabel="step t", xticks=steps)
    axes[0].figure.legend(handles=axes[0].lines[1:], loc="outside upper right", ncols=3)
    return axes


def plot_forecast(series, forecasts, *, ylabel, ax=None):
    """Draw a series and forecasts of it over their dates.

    Parameters
    ----------
    series : pandas.Series
        What was measured, under dates; gaps are left open.
    forecasts : mapping of str to pandas.Series
        Up to four, each under the dates that it is for.
    ylabel : str
        What is measured, with its unit.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If something has no dates, or there are more than four forecasts.

    Examples
    --------
    >>> import pandas as pd
    >>> series = pd.Series([1.0, 2.0, 4.0], pd.date_range("2026-01-01", periods=3))
    >>> ax = plot_forecast(series, {"as before": series.shift(1)}, ylabel="rain (mm)")
    >>> [line.get_label() for line in ax.lines]
    ['measured', 'as before']
    """
    from matplotlib import dates

    hint = "Give {name: Series under the dates that it forecasts}."
    valid.check_mapping("forecasts", forecasts, hint)
    styles = style.looks("forecasts", forecasts)
    named = {f"forecasts[{name!r}]": one for name, one in forecasts.items()}
    for name, one in {"series": series, **named}.items():
        if not hasattr(getattr(one, "index", None), "date") or one.ndim != 1:
            expected = "be a Series of pandas under dates"
            raise valid.wrong(TypeError, name, expected, type(one).__name__, hint)
    ax = style.axes_for(ax, (6.4, 3.0), ylabel=ylabel)
    look = {"color": "0.35", "linestyle": "-", "marker": "o", "markersize": 3, "lw": 1}
    ax.plot(series.index, series, **look, label="measured")
    for name, one in forecasts.items():
        ax.plot(one.index, one, **styles[name] | {"marker": "", "label": name})
    ax.set_ylabel(ylabel)
    ticks = dates.AutoDateLocator(maxticks=8)
    ax.xaxis.set_major_locator(ticks)
    ax.xaxis.set_major_formatter(dates.ConciseDateFormatter(ticks))
    ax.legend(loc="upper left")
    return ax


def _pair(name, pair, x) -> list[np.ndarray]:
    """Return targets and outputs that fit the inputs, or raise."""
    shapes = (x.shape, (len(x), 1))
    valid.check_list(name, pair, "Give (targets, outputs).", length=2)
    for part in (parts := [valid.as_numbers(name, part) for part in pair]):
        if part.shape not in shapes:
            expected = f"hold arrays of the shape {shapes[0]} or {shapes[1]}"
            raise valid.wrong(ValueError, name, expected, f"shape {part.shape}")
    return parts
