"""Drawings of networks, arrays and beams of any size."""

from __future__ import annotations

import numpy as np

from lstm_utils._validate import check_array, check_axes, check_list
from lstm_utils.plots.style import COLOURS

__all__ = ["draw_beam", "draw_tensor"]

LAYERS = ("#CBE5F6", "#FCE4B8", "#E8E8E8", "#F3D5E6")  # from the lowest up, then again


def draw_tensor(x, *, samples=None, steps=None, features=None, picked=None, ax=None):
    """Draw a small array as sheets of tiles: one sheet for each sample.

    Time runs from left to right, features from top to bottom.

    Parameters
    ----------
    x : array_like, shape (batch, time, features)
        The numbers in the tiles.
    samples, steps, features : list of str, optional
        A name for each entry of the axis; samples and steps are numbered if left
        out.
    picked : index, optional
        What ``x[picked]`` takes is shaded; ``np.s_[0, :, 1]`` writes such an index.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If `x` is not such an array, or the names or the index do not fit its axes.

    Examples
    --------
    >>> import numpy as np
    >>> ax = draw_tensor(np.arange(24).reshape(2, 4, 3), picked=np.s_[1, :, 0])
    >>> ax.texts[0].get_text()
    '0'
    """
    x = check_array("x", x, ("batch", "time", "features"))
    batch, time, n_features = x.shape
    numbered = [f"sample {k}" for k in range(batch)]
    samples = _axis_names("samples", samples, x, 0, default=numbered)
    steps = _axis_names("steps", steps, x, 1, default=range(time))
    features = _axis_names("features", features, x, 2, default=[""] * n_features)
    shaded = _picked_tiles(x, picked)
    pitch = time + 0.5  # from one sheet to the next
    edge = -0.2 - 0.21 * max(map(len, features))  # left of the names of features
    bottom = -0.8 * n_features
    ax = _blank(ax, (edge - 0.6, batch * pitch - 0.4), (bottom - 0.95, 1.25))
    for (sample, step, feature), value in np.ndenumerate(x):
        corner = (sample * pitch + step, -0.8 * (feature + 1))
        _number_tile(ax, corner, value, picked=shaded[sample, step, feature])
    for sample, name in enumerate(samples):
        start = sample * pitch
        _write(ax, start + time / 2, 0.9, name, weight="bold")
        for step, step_name in enumerate(steps):
            _write(ax, start + step + 0.5, 0.3, step_name)
        _arrow(ax, (start, bottom - 0.3), (start + time, bottom - 0.3), "0.4")
        _write(ax, start + time / 2, bottom - 0.65, "time")
    for feature, name in enumerate(features):
        _write(ax, -0.1, -0.8 * feature - 0.4, name, ha="right")
    _arrow(ax, (edge, 0), (edge, bottom), "0.4")
    _write(ax, edge - 0.3, bottom / 2, "features", rotation=90)
    return ax


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
        raise ValueError(f"levels is empty. {hint}")
    for column, level in enumerate(levels):
        name = f"levels[{column}]"
        parts = check_list(name, level, hint)
        if {len(check_list(name, part, hint)) for part in parts} != {3}:
            raise ValueError(f"{name} is {level}. {hint}")
    if not isinstance(right, str):
        raise TypeError(f"right must be a text, but {right!r} came. '' boxes nothing.")
    rows = max(map(len, levels))
    ax = plt.subplots(figsize=(1.8 * len(levels), 0.3 + 0.45 * rows))[1]
    heights = {}
    for column, level in enumerate(levels):
        for row, (text, score, kept) in enumerate(level):
            paint, dash, weight = ("0.45", ":", "normal")
            if kept:
                paint, dash, weight = (COLOURS["blue"], "-", "bold")
                heights[column, text] = -row
            if (column - 1, text[:-1]) in heights:
                ends = (heights[column - 1, text[:-1]], -row)
                ax.plot((column - 0.6, column - 0.4), ends, dash, color=paint, lw=1)
            edge = COLOURS["orange"] if right.startswith(text) else "none"
            frame = {"boxstyle": "square,pad=0.2", "fc": "white", "ec": edge}
            style = {"color": paint, "weight": weight, "bbox": frame, "size": 11}
            _write(ax, column, -row, f"{text}  {score:.2f}", **style)
    ax.set(xlim=(-0.5, len(levels) - 0.5), ylim=(0.6 - rows, 0.6))
    ax.axis("off")
    return ax


def _blank(ax, xlim, ylim):
    import matplotlib.pyplot as plt

    check_axes(ax)
    if ax is None:
        height = 6.4 * (ylim[1] - ylim[0]) / (xlim[1] - xlim[0])
        _, ax = plt.subplots(figsize=(6.4, height))
    ax.set(xlim=xlim, ylim=ylim, aspect="equal")
    ax.axis("off")
    return ax


def _write(ax, x, y, text, **options) -> None:
    ax.text(x, y, text, **{"ha": "center", "va": "center", "size": 12} | options)


def _box(ax, x, y, colour) -> None:
    from matplotlib.patches import FancyBboxPatch

    round_ = "round,pad=0,rounding_size=0.15"
    look = {"facecolor": colour, "edgecolor": "0.25", "linewidth": 1.2}
    ax.add_patch(FancyBboxPatch((x, y), 1.4, 1.0, boxstyle=round_, **look))


def _arrow(ax, start, end, colour) -> None:
    style = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.6}
    style |= {"shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=end, xytext=start, arrowprops=style)


def _axis_names(argument, names, x, axis, *, default):
    hint = f"It holds a name for each of the {x.shape[axis]} {argument} of x."
    if names is not None:
        check_list(argument, names, hint)
    names = [str(name) for name in (default if names is None else names)]
    if len(names) != x.shape[axis]:
        raise ValueError(
            f"{argument} must hold one name for each of the {x.shape[axis]} {argument} "
            f"of x, whose shape {x.shape} is read as (batch, time, features), but "
            f"{len(names)} came: {names}."
        )
    return names


def _picked_tiles(x, picked):
    tiles = np.zeros(x.shape, dtype=bool)
    if picked is None:
        return tiles
    try:
        tiles[picked] = True
    except (IndexError, TypeError, ValueError) as error:
        raise ValueError(
            f"picked must be an index of x, whose shape is {x.shape}, but "
            f"{type(picked).__name__} came, and NumPy says: {error}. Counting starts "
            "at 0, and np.s_[0, :, 1] writes such an index."
        ) from None
    return tiles


def _number_tile(ax, corner, value, *, picked) -> None:
    from matplotlib.patches import Rectangle

    face, weight = ("#FCE4B8", "bold") if picked else ("#EEF5FA", "normal")
    ax.add_patch(Rectangle(corner, 1, 0.8, facecolor=face, edgecolor="white", lw=2))
    x, y = corner[0] + 0.5, corner[1] + 0.4
    _write(ax, x, y, f"{value:g}", weight=weight, size=13)
