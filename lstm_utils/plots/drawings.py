"""Diagrams of networks and arrays in the style of the book."""

from __future__ import annotations

import numpy as np

from lstm_utils._validate import (
    check_array,
    check_axes,
    check_flag,
    check_int,
    check_list,
)
from lstm_utils.plots.style import COLOURS

__all__ = ["draw_cell", "draw_return_options", "draw_stack", "draw_tensor"]

GATE_COLOURS = {"i": "#CBE5F6", "f": "#FCE4B8", "g": "#E8E8E8", "o": "#F3D5E6"}


def draw_cell(*, ax=None):
    """Draw one LSTM cell at one step: states, gates and where they act.

    Parameters
    ----------
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> ax = draw_cell()
    >>> "forget" in [text.get_text() for text in ax.texts]
    True
    """
    ax = _blank(ax, figsize=(6.4, 4.2), xlim=(0, 12.8), ylim=(-0.2, 8.2))
    ax.add_patch(_box(1.5, 0.9, 9.8, 6.5, "#F4F4F4", edge="0.6"))
    gates = {"f": 2.7, "i": 4.6, "g": 6.2, "o": 8.3}
    names = {"f": "forget", "i": "input", "g": "candidate", "o": "output"}
    squash = {"f": "σ", "i": "σ", "g": "tanh", "o": "σ"}
    line = {"color": "0.25", "linewidth": 1.6, "linestyle": "-"}
    # The cell state runs along the top, the output along the bottom.
    _arrow(ax, (0.2, 6.6), (12.6, 6.6), COLOURS["blue"], width=2.6)
    ax.plot([0.2, 1.0], [1.5, 1.5], color=COLOURS["orange"], linewidth=2.6, ls="-")
    ax.plot([1.0, 8.3], [1.5, 1.5], **line)
    _arrow(ax, (1.0, -0.1), (1.0, 1.5), "0.25")
    for key, x in gates.items():
        _arrow(ax, (x, 1.5), (x, 2.3), "0.25")
        ax.add_patch(_box(x - 0.65, 2.3, 1.3, 0.95, GATE_COLOURS[key]))
        ax.text(x, 2.78, squash[key], ha="center", va="center", fontsize=11)
        ax.text(x - 0.12, 3.5, names[key], fontsize=9, ha="right")
        ax.text(x + 0.12, 4.15, f"${key}_t$", fontsize=12)
    # What each gate does: forget and write on the store, then show it.
    _arrow(ax, (2.7, 3.25), (2.7, 6.25), "0.25")
    _times(ax, 2.7, 6.6)
    ax.plot([4.6, 4.6], [3.25, 5.0], **line)
    _arrow(ax, (4.6, 5.0), (5.05, 5.0), "0.25")
    ax.plot([6.2, 6.2], [3.25, 5.0], **line)
    _arrow(ax, (6.2, 5.0), (5.75, 5.0), "0.25")
    _times(ax, 5.4, 5.0)
    _arrow(ax, (5.4, 5.32), (5.4, 6.25), "0.25")
    _times(ax, 5.4, 6.6, "+")
    ax.plot([10.0, 10.0], [6.6, 6.0], **line)
    ax.add_patch(_box(9.35, 5.1, 1.3, 0.9, "white"))
    ax.text(10.0, 5.55, "tanh", ha="center", va="center", fontsize=11)
    _arrow(ax, (10.0, 5.1), (10.0, 4.05), "0.25")
    ax.plot([8.3, 8.3], [3.25, 3.72], **line)
    _arrow(ax, (8.3, 3.72), (9.65, 3.72), "0.25")
    _times(ax, 10.0, 3.72)
    ax.plot([10.0, 10.0], [3.4, 1.5], color=COLOURS["orange"], linestyle="-")
    _arrow(ax, (10.0, 1.5), (12.6, 1.5), COLOURS["orange"], width=2.6)
    for x, y, text, colour in (
        (0.1, 7.6, "$c_{t-1}$", COLOURS["blue"]),
        (11.6, 7.6, "$c_t$", COLOURS["blue"]),
        (0.0, 1.85, "$h_{t-1}$", COLOURS["orange"]),
        (11.6, 0.55, "$h_t$", COLOURS["orange"]),
        (1.2, -0.1, "$x_t$", "black"),
    ):
        ax.text(x, y, text, fontsize=14, color=colour)
    return ax


def draw_return_options():
    """Draw what an LSTM returns under each setting of its two switches.

    Four pictures of one layer over three steps: filled tiles come out, dashed ones
    are computed and kept inside.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (2, 2)
        A row for each value of ``return_sequences``, a column for each value of
        ``return_state``.

    Examples
    --------
    >>> draw_return_options().shape
    (2, 2)
    """
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(2, 2, figsize=(4.8, 4.4))
    for row, sequences in enumerate((False, True)):
        for column, state in enumerate((False, True)):
            _draw_returned(axes[row, column], sequences=sequences, state=state)
    return axes


def _draw_returned(ax, *, sequences, state) -> None:
    _blank(ax, figsize=None, xlim=(-0.25, 6.7), ylim=(-1.45, 4.75))
    shape = "(batch, time, units)" if sequences else "(batch, units)"
    returned = f"{shape}, then\ntwice (batch, units)" if state else shape
    title = f"return_sequences={sequences}\nreturn_state={state}"
    ax.text(0, 4.7, title, family="DejaVu Sans Mono", fontsize=9, va="top")
    ax.text(0, -0.35, returned, fontsize=9, va="top")
    for step, x in enumerate((0.0, 1.7, 3.4), start=1):
        ax.text(x + 0.5, 0.0, f"$x_{step}$", ha="center", fontsize=11)
        _arrow(ax, (x + 0.5, 0.4), (x + 0.5, 0.85), "0.25", width=1.2)
        ax.add_patch(_box(x - 0.1, 0.85, 1.2, 0.9, "#F4F4F4"))
        ax.text(x + 0.5, 1.3, "LSTM", ha="center", va="center", fontsize=9)
        if x < 3:
            _arrow(ax, (x + 1.1, 1.3), (x + 1.6, 1.3), "0.25", width=1.2)
        _tile(ax, x + 0.1, 2.5, f"$h_{step}$", out=sequences or step == 3)
        _arrow(ax, (x + 0.5, 1.75), (x + 0.5, 2.5), "0.25", width=1.2)
    for y, name, colour in ((1.35, "$h_3$", "orange"), (0.35, "$c_3$", "blue")):
        _tile(ax, 5.4, y, name, out=state, colour=colour)
    _arrow(ax, (4.5, 1.3), (5.3, 1.3), "0.25" if state else "0.7", width=1.2)


def _tile(ax, x, y, name, *, out, colour="orange") -> None:
    from matplotlib.patches import Rectangle

    ax.add_patch(
        Rectangle(
            (x, y),
            0.8,
            0.8,
            facecolor=COLOURS[colour] if out else "white",
            edgecolor=COLOURS[colour] if out else "0.6",
            linestyle="-" if out else (0, (2, 2)),
            linewidth=1.2,
        )
    )
    ink = {"orange": "black", "blue": "white"}[colour] if out else "0.4"
    ax.text(x + 0.4, y + 0.38, name, ha="center", va="center", color=ink, fontsize=11)


def draw_stack(
    n_layers: int = 3, steps: int = 4, *, return_sequences: bool = False, ax=None
):
    """Draw a stack of LSTM layers, unrolled over the steps of a sequence.

    Time runs from left to right, depth from bottom to top. Across a layer go both
    states, up to the next layer goes the output alone.

    Parameters
    ----------
    n_layers : int
        Number of LSTM layers, at most 6.
    steps : int
        Number of steps, at most 6.
    return_sequences : bool
        Whether the top layer answers at every step or at the last one only.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If a number is not whole or out of range, or `return_sequences` is no bool.

    Examples
    --------
    >>> ax = draw_stack(2, 3)
    >>> [text.get_text() for text in ax.texts].count("LSTM")
    6
    """
    hint = "A larger drawing could not be read."
    n_layers = check_int("n_layers", n_layers, 1, hint, maximum=6)
    steps = check_int("steps", steps, 1, hint, maximum=6)
    return_sequences = check_flag("return_sequences", return_sequences)
    across, up = 2.7, 2.1  # from one box to the next
    right, top = across * steps + 0.3, up * n_layers + 1.0
    width = right + 2.1
    ax = _blank(
        ax,
        figsize=(6.4, 6.4 * (top + 1.5) / width),
        xlim=(-2.1, right),
        ylim=(-1.5, top),
    )
    orange, blue = COLOURS["orange"], COLOURS["blue"]
    text = {"ha": "center", "va": "center", "fontsize": 12}
    for layer in range(1, n_layers + 1):
        floor = up * (layer - 1)
        ax.text(-2.0, floor + 0.5, f"layer {layer}", va="center", fontsize=12)
        face = list(GATE_COLOURS.values())[(layer - 1) % len(GATE_COLOURS)]
        for step in range(1, steps + 1):
            left = across * (step - 1)
            middle = left + 0.7
            ax.add_patch(_box(left, floor, 1.4, 1.0, face))
            ax.text(middle, floor + 0.48, "LSTM", **text)
            if step < steps:
                _arrow(
                    ax, (left + 1.4, floor + 0.5), (left + across, floor + 0.5), blue
                )
                ax.text(left + 2.02, floor + 0.78, "$h,c$", **text | {"color": blue})
            if layer < n_layers or return_sequences or step == steps:
                _arrow(ax, (middle, floor + 1.0), (middle, floor + up), orange)
                name = f"$h_{step}^{{({layer})}}$"
                place = (middle + 0.12, floor + 1.5)
                ax.text(*place, name, va="center", fontsize=12, color=orange)
    for step in range(1, steps + 1):
        middle = across * (step - 1) + 0.7
        _arrow(ax, (middle, -0.8), (middle, 0), "0.25")
        ax.text(middle, -1.15, f"$x_{step}$", **text)
    return ax


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
    arrow = -0.2 - 0.21 * max(map(len, features))  # left of the names of features
    left, right = arrow - 0.6, batch * pitch - 0.4
    bottom = -0.8 * n_features
    ax = _blank(
        ax,
        figsize=(6.4, 6.4 * (2.2 - bottom) / (right - left)),
        xlim=(left, right),
        ylim=(bottom - 0.95, 1.25),
    )
    for (sample, step, feature), value in np.ndenumerate(x):
        corner = (sample * pitch + step, -0.8 * (feature + 1))
        _number_tile(ax, corner, value, picked=shaded[sample, step, feature])
    text = {"ha": "center", "va": "center", "fontsize": 12}
    for sample, name in enumerate(samples):
        start = sample * pitch
        ax.text(start + time / 2, 0.9, name, weight="bold", **text)
        for step, step_name in enumerate(steps):
            ax.text(start + step + 0.5, 0.3, step_name, **text)
        _arrow(ax, (start, bottom - 0.3), (start + time, bottom - 0.3), "0.4")
        ax.text(start + time / 2, bottom - 0.65, "time", **text)
    for feature, name in enumerate(features):
        ax.text(-0.1, -0.8 * feature - 0.4, name, **text | {"ha": "right"})
    _arrow(ax, (arrow, 0), (arrow, bottom), "0.4")
    ax.text(arrow - 0.3, bottom / 2, "features", rotation=90, **text)
    return ax


def _blank(ax, *, figsize, xlim, ylim):
    import matplotlib.pyplot as plt

    check_axes(ax)
    if ax is None:
        _, ax = plt.subplots(figsize=figsize)
    ax.set(xlim=xlim, ylim=ylim, aspect="equal")
    ax.axis("off")
    return ax


def _box(x, y, width, height, colour, *, edge="0.25"):
    from matplotlib.patches import FancyBboxPatch

    return FancyBboxPatch(
        (x, y),
        width,
        height,
        boxstyle="round,pad=0,rounding_size=0.15",
        facecolor=colour,
        edgecolor=edge,
        linewidth=1.2,
    )


def _arrow(ax, start, end, colour, *, width=1.6):
    style = {"arrowstyle": "-|>", "color": colour, "linewidth": width}
    style |= {"shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=end, xytext=start, arrowprops=style)


def _times(ax, x, y, sign="×"):
    from matplotlib.patches import Circle

    ax.add_patch(Circle((x, y), 0.34, facecolor="white", edgecolor="0.25", zorder=3))
    ax.text(x, y - 0.03, sign, ha="center", va="center", fontsize=12, zorder=4)


def _axis_names(argument, names, x, axis, *, default):
    if names is not None:
        hint = f"It holds a name for each of the {x.shape[axis]} {argument} of x."
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


def _number_tile(ax, corner, value, *, picked):
    from matplotlib.patches import Rectangle

    face = "#FCE4B8" if picked else "#EEF5FA"
    ax.add_patch(Rectangle(corner, 1, 0.8, facecolor=face, edgecolor="white", lw=2))
    weight = "bold" if picked else "normal"
    x, y = corner[0] + 0.5, corner[1] + 0.4
    ax.text(x, y, f"{value:g}", ha="center", va="center", weight=weight, size=13)
