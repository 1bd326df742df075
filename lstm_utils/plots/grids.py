"""Figures of grids: maps of layers by steps, tables of scores, attention weights."""

from __future__ import annotations

import numpy as np

from lstm_utils import _validate as valid
from lstm_utils.plots import style

__all__ = ["plot_alignment", "plot_maps", "plot_rates"]


def plot_maps(maps, *, label: str):
    """Draw maps of layers by steps side by side, on one logarithmic colour scale.

    Parameters
    ----------
    maps : mapping of str to array_like, each of shape (layers, time)
        For each title what `signal_map` or `gradient_map` gives; the lowest layer
        is drawn at the bottom.
    label : str
        What the numbers are.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (maps,)
        Numbers below 1e-9 are drawn as if they were that.

    Raises
    ------
    TypeError, ValueError
        If there is no map, or one is not a table of numbers from 0 up.

    Examples
    --------
    >>> axes = plot_maps({"plain": [[0.1, 0.2], [0.01, 0.05]]}, label="signal")
    >>> len(axes)
    1
    """
    style.check_texts(label=label)
    checked = {}
    for title, values in valid.check_mapping("maps", maps, "By title.").items():
        name = f"maps[{title!r}]"
        values = valid.check_array(name, values, ("layers", "time"))
        if (least := values.min()) < 0:
            raise valid.wrong(ValueError, name, "hold sizes from 0 up", f"{least:g}")
        checked[title] = np.maximum(values, 1e-9)
    ends = np.array([(values.min(), values.max()) for values in checked.values()])
    top = max(ends.max(), 2e-9)
    scale = {"norm": "log", "vmin": min(ends.min(), top / 2), "vmax": top}
    axes = style.panel_grid(maps, 1, (4.6, 0.8 + 1.6 * len(maps)), sharex=True)
    for ax, values in zip(axes, checked.values(), strict=True):
        layers, steps = values.shape
        extent = (0.5, steps + 0.5, 0.5, layers + 0.5)
        image = _image(ax, values, **scale, origin="lower", extent=extent)
        ax.locator_params(nbins=6, integer=True)
    axes[-1].set_xlabel("step")
    axes[0].figure.supylabel("layer (1 reads the input)", fontsize="medium")
    axes[0].figure.colorbar(image, ax=axes, label=label)
    return axes


def plot_rates(scores, *, label: str, chance=None, ax=None):
    """Draw mean scores by depth and learning rate as a table of colours and numbers.

    Parameters
    ----------
    scores : mapping of int to mapping of float to array_like
        For each depth and each rate the runs; all depths have the same rates.
    label : str
        What the scores are; lower is better.
    chance : float, optional
        The score of guessing, at which the colours end.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes
        With a frame around the best rate of each depth.

    Raises
    ------
    TypeError, ValueError
        If there is nothing to draw, or the depths have different rates.

    Examples
    --------
    >>> cells = {1: {0.01: [0.1, 0.2], 0.1: [0.3, 0.3]}}
    >>> [text.get_text() for text in plot_rates(cells, label="wrong").texts]
    ['0.15', '0.30']
    """
    hint = "It maps a depth to {rate: runs}."
    depths, means = sorted(valid.check_mapping("scores", scores, hint)), []
    rates = sorted(valid.check_mapping(f"scores[{depths[0]}]", scores[depths[0]], hint))
    for depth in depths:
        name, runs = f"scores[{depth}]", scores[depth]
        if sorted(valid.check_mapping(name, runs, hint)) != rates:
            same = f"have the rates {rates} of the first depth"
            raise valid.wrong(ValueError, name, same, sorted(runs))
        runs = [(f"{name}[{rate}]", runs[rate], ("runs",)) for rate in rates]
        means.append([valid.check_array(*one).mean() for one in runs])
    means = np.array(means)
    top = means.max() if chance is None else chance
    valid.check_number("chance", top, 0, "It is the score of guessing.")
    size = (1.4 + 0.72 * len(rates), 1.1 + 0.42 * len(depths))
    ax = style.axes_for(ax, size, label=label)
    best = enumerate(means.argmin(axis=1))
    image = _image(ax, means, best, cmap="viridis_r", vmin=0, vmax=top)
    for (row, column), mean in np.ndenumerate(means):
        look = {"color": "white" if mean > top / 2 else "black", "size": 9}
        ax.text(column, row, f"{mean:.2f}", ha="center", va="center", **look)
    ax.set(xlabel="learning rate", ylabel="layers")
    ax.set_xticks(range(len(rates)), [f"{rate:g}" for rate in rates])
    ax.set_yticks(range(len(depths)), depths)
    ax.figure.colorbar(image, ax=ax, label=label)
    return ax


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
    weights = valid.check_array("weights", weights, ("target steps", "source steps"))
    if weights.min() < 0 or weights.max() > 1.001:
        ends = f"numbers from {weights.min():.3g} to {weights.max():.3g}"
        raise valid.wrong(ValueError, "weights", "lie from 0 to 1", ends)
    rows = _names("rows", rows, weights.shape[0])
    columns = _names("columns", columns, weights.shape[1])
    right = weights < 0 if right is None else valid.as_numbers("right", right)
    if right.shape != weights.shape:
        text = f"say of each cell of {weights.shape} whether it is right"
        raise valid.wrong(ValueError, "right", text, f"shape {right.shape}")
    shown = np.s_[: len(rows), : len(columns)]
    size = (1.3 + 0.27 * len(columns), 0.9 + 0.24 * len(rows))
    ax = style.axes_for(ax, size, title=title)
    frames = np.argwhere(right[shown])
    image = _image(ax, weights[shown], frames, cmap="Greys", vmin=0, vmax=1)
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    ax.set(xlabel="read", ylabel="written", title=title)
    if not ax.figure.axes[1:]:
        ax.figure.colorbar(image, ax=ax, label="weight")
    return ax


def _image(ax, values, frames=(), **look):
    """Draw a grid of colours with frames around some cells, and return it."""
    from matplotlib.patches import Rectangle

    frame = {"fill": False, "color": style.COLOURS["orange"], "linewidth": 2}
    for row, column in frames:
        ax.add_patch(Rectangle((column - 0.46, row - 0.46), 0.92, 0.92, **frame))
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    return ax.imshow(values, aspect="auto", interpolation="nearest", **look)


def _names(name, value, steps) -> list[str]:
    """Return the names of at most so many steps, a space made visible, or raise."""
    value = [*value] if isinstance(value, str) else value
    if len(valid.check_list(name, value, "It names steps.")) > steps:
        most = f"hold at most {steps} names, as weights has steps"
        raise valid.wrong(ValueError, name, most, len(value))
    style.check_texts(**{f"{name}[{k}]": one for k, one in enumerate(value)})
    return ["␣" if one == " " else one for one in value]
