"""Figures of what depth does to signal, gradient and training."""

from __future__ import annotations

import numpy as np

from lstm_utils._validate import check_array, check_axes, check_mapping
from lstm_utils.plots.style import COLOURS, LOOKS

__all__ = ["plot_maps", "plot_rates", "plot_training"]


def plot_maps(maps, *, label: str, floor: float = 1e-9):
    """Draw maps of layers by steps side by side, on one logarithmic colour scale.

    Parameters
    ----------
    maps : mapping of str to array_like, each of shape (layers, time)
        For each title what `signal_map` or `gradient_map` gives; the lowest layer
        is drawn at the bottom.
    label : str
        What the numbers are.
    floor : float
        Numbers below it are drawn as if they were this.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (maps,)

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
    import matplotlib.pyplot as plt
    from matplotlib.colors import LogNorm

    check_mapping("maps", maps, "It maps a title to a map.")
    if floor <= 0:
        raise ValueError(f"floor must be above 0, but {floor!r} came.")
    checked = {}
    for title, values in maps.items():
        values = check_array(f"maps[{title!r}]", values, ("layers", "time"))
        if (values < 0).any():
            raise ValueError(
                f"maps[{title!r}] holds {values.min():g}, but sizes are 0 or more."
            )
        checked[title] = np.maximum(values, floor)
    top = max(max(values.max() for values in checked.values()), 2 * floor)
    low = min(values.min() for values in checked.values())
    norm = LogNorm(min(low, top / 2), top)
    width = 1.2 + 2.0 * len(maps)
    figure, axes = plt.subplots(
        1, len(maps), figsize=(width, 2.5), squeeze=False, sharey=True
    )
    for ax, (title, values) in zip(axes[0], checked.items(), strict=True):
        layers, steps = values.shape
        image = ax.imshow(
            values,
            norm=norm,
            cmap="viridis",
            origin="lower",
            aspect="auto",
            extent=(0.5, steps + 0.5, 0.5, layers + 0.5),
            interpolation="nearest",
        )
        ax.set(title=title, xlabel="step", xticks=_ends(steps), yticks=_ends(layers))
        ax.spines[:].set_visible(False)
    axes[0, 0].set_ylabel("layer (1 reads the input)")
    figure.colorbar(image, ax=axes, label=label)
    return axes[0]


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
    import matplotlib.pyplot as plt
    from matplotlib.patches import Rectangle

    hint = "It maps a depth to {rate: runs}."
    check_mapping("scores", scores, hint)
    depths = sorted(scores)
    rates = sorted(check_mapping(f"scores[{depths[0]!r}]", scores[depths[0]], hint))
    for depth in depths:
        if sorted(scores[depth]) != rates:
            raise ValueError(
                f"scores[{depth!r}] has the rates {sorted(scores[depth])}, but "
                f"scores[{depths[0]!r}] has {rates}: each depth needs the same."
            )
    means = np.array(
        [
            [
                check_array(f"scores[{d}][{r}]", scores[d][r], ("runs",)).mean()
                for r in rates
            ]
            for d in depths
        ]
    )
    check_axes(ax)
    if ax is None:
        size = (1.4 + 0.72 * len(rates), 1.1 + 0.42 * len(depths))
        ax = plt.subplots(figsize=size)[1]
    top = means.max() if chance is None else chance
    image = ax.imshow(means, cmap="viridis_r", vmin=0, vmax=top, aspect="auto")
    for (row, column), mean in np.ndenumerate(means):
        colour = "white" if mean > 0.5 * top else "black"
        ax.text(
            column, row, f"{mean:.2f}", ha="center", va="center", color=colour, size=9
        )
    for row, column in enumerate(means.argmin(axis=1)):
        corner = (column - 0.47, row - 0.46)
        ax.add_patch(
            Rectangle(corner, 0.94, 0.92, fill=False, color=COLOURS["orange"], lw=2.5)
        )
    ax.set(xlabel="learning rate", ylabel="layers")
    ax.set_xticks(range(len(rates)), [f"{rate:g}" for rate in rates])
    ax.set_yticks(range(len(depths)), [str(depth) for depth in depths])
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    ax.figure.colorbar(image, ax=ax, label=label)
    return ax


def plot_training(losses, *, baseline, ax=None):
    """Draw losses against the epochs, and the line that guessing reaches.

    Parameters
    ----------
    losses : mapping of str to array_like, each of shape (epochs,)
        Up to four runs by name, with the loss of each epoch.
    baseline : tuple of (str, float)
        A name and a value for a horizontal line.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If there is no run, there are more than four, or one holds no finite numbers.

    Examples
    --------
    >>> ax = plot_training({"stuck": [2.3, 2.3]}, baseline=("ln 10", 2.303))
    >>> [text.get_text() for text in ax.texts]
    ['stuck', 'ln 10']
    """
    import matplotlib.pyplot as plt

    check_mapping("losses", losses, "It maps a name to the loss of each epoch.")
    if len(losses) > len(LOOKS):
        raise ValueError(
            f"losses holds {len(losses)} runs, but at most {len(LOOKS)} can be told "
            "apart in one figure. Draw two."
        )
    check_axes(ax)
    ax = plt.subplots()[1] if ax is None else ax
    name, value = baseline
    ax.axhline(value, color="0.3", linewidth=1.2, linestyle="--", zorder=3)
    beside = {"xytext": (6, 0), "textcoords": "offset points", "va": "center"}
    ends, longest = {name: (value, "0.3")}, 1
    for (run, values), (colour, dash, mark) in zip(losses.items(), LOOKS, strict=False):
        values = check_array(f"losses[{run!r}]", values, ("epochs",))
        epochs = np.arange(1, len(values) + 1)
        ax.plot(epochs, values, mark, color=COLOURS[colour], linestyle=dash)
        ends[run] = (float(values[-1]), COLOURS[colour])
        longest = max(longest, len(values))
    ax.set(xlabel="epoch", ylabel="loss", ylim=(0, None))
    gap, floor = 0.08 * ax.get_ylim()[1], -np.inf
    for run, (end, colour) in sorted(ends.items(), key=lambda item: item[1][0]):
        floor = max(end, floor + gap)
        ax.annotate(
            run, (longest, floor), color=colour, annotation_clip=False, **beside
        )
    return ax


def _ends(n) -> list[int]:
    """Return a few whole numbers from 1 to n."""
    if n < 6:
        return list(range(1, n + 1))
    step = next(k for k in (2, 5, 10, 20, 50, 10**6) if n // k <= 6)
    return [1, *range(step, n + 1, step)]
