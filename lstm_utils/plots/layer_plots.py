"""Figures of what each layer of a stack does, before and after training."""

from __future__ import annotations

import numpy as np

from lstm_utils._validate import check_array, check_axes, check_int, check_mapping
from lstm_utils.diagnostics import half_life
from lstm_utils.experiments import interval
from lstm_utils.plots.style import COLOURS

__all__ = ["plot_by_layer", "plot_probes", "plot_response"]

_STATES = {
    "untrained": {"color": COLOURS["blue"], "marker": "o", "linestyle": "--"},
    "trained": {"color": COLOURS["orange"], "marker": "s", "linestyle": "-"},
}
_LAYERS = (("blue", "-", "o"), ("orange", "--", "s"), ("green", "-.", "^"))


def plot_response(response, *, ax=None):
    """Draw how a changed input fades in each layer, with the half-lives.

    Parameters
    ----------
    response : array_like, shape (layers, lags)
        What `lstm_utils.diagnostics.perturbation_response` gives, for up to three
        layers that all respond.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes
        Each layer's response as a share of its own peak.

    Raises
    ------
    TypeError, ValueError
        If `response` cannot be drawn.

    Examples
    --------
    >>> ax = plot_response([[4.0, 3.0, 1.0, 0.0], [0.0, 2.0, 2.0, 0.5]])
    >>> ax.texts[0].get_text()
    'layer 1: half-life 2'
    """
    import matplotlib.pyplot as plt

    rows = check_array("response", response, ("layers", "lags"))
    if len(rows) > len(_LAYERS) or not rows.any(axis=1).all():
        raise ValueError(
            f"response has {len(rows)} layers with the peaks {rows.max(axis=1)}, "
            f"expected at most {len(_LAYERS)}, each with a peak above 0."
        )
    check_axes(ax)
    ax = plt.subplots()[1] if ax is None else ax
    lives = half_life(rows)
    for k, (row, life) in enumerate(zip(rows, lives, strict=True)):
        colour, dash, mark = _LAYERS[k]
        paint = COLOURS[colour]
        ax.plot(row / row.max(), color=paint, linestyle=dash)
        if np.isfinite(life):
            place = (life, row[int(life)] / row.max())
            ax.plot(*place, mark, color=paint, markersize=7)
        text = f"layer {k + 1}: half-life {life:g}"
        spot = {"transform": ax.transAxes, "ha": "right", "color": paint}
        ax.text(0.98, 0.9 - 0.11 * k, text, **spot)
    ax.axhline(0.5, color="0.6", linewidth=1, linestyle=":")
    ax.set(xlabel="steps since the change", ylabel="difference ÷ its peak")
    ax.set_ylim(0, 1.05)
    return ax


def plot_by_layer(panels, *, ylabel: str, longest: float | None = None, columns=4):
    """Draw how long each layer remembers, trained beside untrained.

    Parameters
    ----------
    panels : mapping of str to mapping of str to array_like, shape (runs, layers)
        For each title the runs ``"untrained"`` and ``"trained"``, in steps, at least
        two of each. Infinite lives are allowed where `longest` is given.
    ylabel : str
        What is drawn.
    longest : float, optional
        The lags that were followed. Lives beyond them are drawn there, as triangles,
        and lines join the medians. If left out, lines join the means on the
        logarithmic scale, with their 95 % intervals.
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
    >>> runs = {"untrained": [[3, 9], [3, 8]], "trained": [[1, 1], [2, 1]]}
    >>> len(plot_by_layer({"task": runs}, ylabel="half-life (steps)"))
    1
    """
    import matplotlib.pyplot as plt

    hint = "It maps a title to {'untrained': runs, 'trained': runs}."
    check_mapping("panels", panels, hint)
    columns = check_int("columns", columns, 1, "It counts panels side by side.")
    checked = {
        title: {
            state: _check_runs(f"panels[{title!r}][{state!r}]", states, state, longest)
            for state in _STATES
        }
        for title, states in panels.items()
    }
    rows = -(-len(panels) // columns)
    _, grid = plt.subplots(
        rows,
        columns,
        figsize=(1.65 * columns, 2.05 * rows),
        squeeze=False,
        sharey=True,
    )
    for ax in grid.ravel()[len(panels) :]:
        ax.remove()
    axes = grid.ravel()[: len(panels)]
    for number, (ax, (title, states)) in enumerate(
        zip(axes, checked.items(), strict=True)
    ):
        for shift, (state, runs) in zip((-0.12, 0.12), states.items(), strict=True):
            _draw_runs(ax, runs, shift, longest, _STATES[state])
        layers = np.arange(1, runs.shape[1] + 1)
        ax.set_title(title, fontsize=9)
        ax.set(yscale="log", xticks=layers, xlim=(0.6, layers[-1] + 0.4))
        ax.set_xlabel("layer", fontsize=9)
        if number % columns == 0:
            ax.set_ylabel(ylabel, fontsize=9)
    axes[0].yaxis.set_major_locator(plt.FixedLocator([1, 2, 5, 10, 20, 40, 80]))
    axes[0].yaxis.set_minor_locator(plt.NullLocator())
    axes[0].yaxis.set_major_formatter("{x:g}")
    _name_states(axes[0])
    return axes


def _draw_runs(ax, runs, shift, longest, look) -> None:
    places = np.arange(1, runs.shape[1] + 1) + shift
    small = {"linestyle": "", "color": look["color"], "alpha": 0.4, "markersize": 4}
    for place, values in zip(places, runs.T, strict=True):
        spread = place + np.linspace(-0.07, 0.07, len(values))
        inside = np.isfinite(values)
        dots = {**small, "markeredgewidth": 0}
        ax.plot(spread[inside], values[inside], marker=look["marker"], **dots)
        if not inside.all():
            ax.plot(spread[~inside], np.full((~inside).sum(), longest), "^", **dots)
    if longest is not None:
        middles = np.minimum(np.median(runs, axis=0), longest)
    else:
        found = [interval(np.log(values)) for values in runs.T]
        middles = np.exp([one.mean for one in found])
        for place, one in zip(places, found, strict=True):
            ends = np.exp([one.low, one.high])
            ax.plot([place] * 2, ends, color=look["color"], ls="-", lw=1.5)
    ax.plot(places, middles, **look, markersize=5, linewidth=1.2)


def _name_states(ax) -> None:
    for y, (state, look) in zip((0.97, 0.85), _STATES.items(), strict=True):
        place = {"transform": ax.transAxes, "va": "top", "fontsize": 8}
        mark = "○" if look["marker"] == "o" else "□"
        ax.text(0.04, y, f"{mark} {state}", color=look["color"], **place)


def plot_probes(panels, lags, *, columns: int = 2):
    """Draw what a linear readout of each layer knows of earlier inputs.

    Parameters
    ----------
    panels : mapping of str to array_like, shape (runs, layers, lags)
        For each title R² of at least two runs, with up to three layers.
    lags : sequence of int
        How many steps back each input lies.
    columns : int
        Panels side by side.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (panels,)
        Means over the runs with their 95 % intervals.

    Raises
    ------
    TypeError, ValueError
        If there is no panel, or one holds what cannot be drawn.

    Examples
    --------
    >>> axes = plot_probes({"task": [[[0.9, 0.2]], [[0.8, 0.1]]]}, [0, 4])
    >>> axes[0].get_xlabel()
    'steps back'
    """
    import matplotlib.pyplot as plt

    check_mapping("panels", panels, "It maps a title to R², (runs, layers, lags).")
    columns = check_int("columns", columns, 1, "It counts panels side by side.")
    checked = {}
    for title, values in panels.items():
        name = f"panels[{title!r}]"
        runs = check_array(name, values, ("runs", "layers", "lags"))
        if len(runs) < 2 or runs.shape[1] > len(_LAYERS) or runs.shape[2] != len(lags):
            raise ValueError(
                f"{name} has shape {runs.shape}, expected (runs, layers, lags) with at "
                f"least 2 runs, at most {len(_LAYERS)} layers and the {len(lags)} lags "
                "given."
            )
        checked[title] = runs
    rows = -(-len(panels) // columns)
    _, grid = plt.subplots(
        rows,
        columns,
        figsize=(3.2 * columns, 2.1 * rows),
        squeeze=False,
        sharex=True,
        sharey=True,
    )
    for ax in grid.ravel()[len(panels) :]:
        ax.remove()
    axes = grid.ravel()[: len(panels)]
    for ax, (title, runs) in zip(axes, checked.items(), strict=True):
        for k in range(runs.shape[1]):
            _draw_probe(ax, runs[:, k], k)
        ax.set_title(title, fontsize=10)
        ax.set(xticks=range(len(lags)), xticklabels=lags, ylim=(-0.05, 1.08))
        ax.set(xlabel="steps back", ylabel="R²")
        ax.label_outer()
    axes[0].set_xlabel("steps back")
    for k, (colour, _, mark) in enumerate(_LAYERS[: runs.shape[1]]):
        shape = {"o": "●", "s": "■", "^": "▲"}[mark]
        place = {"transform": axes[0].transAxes, "ha": "right", "fontsize": 9}
        text = f"{shape} layer {k + 1}"
        axes[0].text(0.98, 0.9 - 0.13 * k, text, color=COLOURS[colour], **place)
    return axes


def _draw_probe(ax, runs, k) -> None:
    colour, dash, mark = _LAYERS[k]
    places = np.arange(runs.shape[1]) + 0.08 * (k - 1)
    found = [interval(values) for values in runs.T]
    look = {"color": COLOURS[colour], "linestyle": dash, "linewidth": 1.3}
    ax.plot(places, [one.mean for one in found], mark, **look, markersize=4)
    for place, one in zip(places, found, strict=True):
        bar = {"color": COLOURS[colour], "ls": "-", "lw": 1}
        ax.plot([place] * 2, [one.low, one.high], **bar)


def _check_runs(name, states, state, longest) -> np.ndarray:
    if state not in states:
        raise ValueError(f"{name} is missing; there are {list(states)}.")
    runs = np.asarray(states[state], dtype="float64")
    if runs.ndim != 2 or len(runs) < 2 or not runs.size:
        raise ValueError(
            f"{name} has shape {runs.shape}, expected (runs, layers) with at least 2 "
            "runs."
        )
    if np.isnan(runs).any() or (runs <= 0).any():
        raise ValueError(f"{name} holds NaN or numbers that are not above 0.")
    if longest is None and np.isinf(runs).any():
        raise ValueError(
            f"{name} holds infinite lives. Say in longest how many lags were followed."
        )
    return runs
