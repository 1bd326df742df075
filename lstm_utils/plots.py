"""Figures of data in the style of the book. Each takes data and returns axes."""

from __future__ import annotations

import numpy as np
from cycler import cycler

__all__ = ["COLOURS", "plot_gates", "plot_jacobian", "use_book_style"]

COLOURS = {
    "blue": "#0072B2",
    "orange": "#D55E00",
    "green": "#009E73",
    "pink": "#CC79A7",
    "sky": "#56B4E9",
    "amber": "#E69F00",
    "black": "#000000",
}
"""The colours of Okabe and Ito, which colour-blind readers can tell apart."""


def use_book_style() -> None:
    """Set Matplotlib to the look of the book: opaque white, colours and dashes."""
    import matplotlib as mpl

    names = ["blue", "orange", "green", "pink", "black"]
    dashes = ["-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1))]
    mpl.rcParams.update(
        {
            "axes.prop_cycle": cycler(color=[COLOURS[name] for name in names])
            + cycler(linestyle=dashes),
            "axes.facecolor": "white",
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlelocation": "left",
            "axes.titlesize": "medium",
            "figure.constrained_layout.use": True,
            "figure.dpi": 144,
            "figure.facecolor": "white",
            "figure.figsize": (6.4, 3.2),
            "font.family": "DejaVu Sans",
            "font.size": 10,
            "legend.frameon": False,
            "lines.linewidth": 2,
            "savefig.facecolor": "white",
        }
    )
    _plain_png()


def _plain_png() -> None:
    """Inside a notebook, keep whole canvases and leave version notes out of PNGs."""
    try:
        from IPython import get_ipython
    except ImportError:
        return
    shell = get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        return
    from matplotlib_inline.config import InlineBackend

    InlineBackend.instance(parent=shell).print_figure_kwargs = {
        "bbox_inches": None,
        "metadata": {"Software": None},
    }


def plot_gates(trace, x, *, sequence: int = 0, unit: int = 0, input_names=None):
    """Draw the inputs, the gates, the cell state and the output of one unit.

    Parameters
    ----------
    trace : lstm_utils.diagnostics.GateTraces
        One layer's traces.
    x : array_like, shape (batch, time, features)
        The inputs that the traces came from.
    sequence, unit : int
        Which sequence of the batch and which unit of the layer.
    input_names : sequence of str, optional
        A name for each feature.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (3,)
        Inputs; gates and candidate; cell state and output.
    """
    import matplotlib.pyplot as plt

    x = np.asarray(x)[sequence]
    names = input_names or [f"x[{k}]" for k in range(x.shape[1])]
    figure, axes = plt.subplots(
        3, 1, figsize=(6.4, 5.6), sharex=True, height_ratios=[0.7, 1.2, 1.2]
    )
    steps = np.arange(len(x))
    for k, name in enumerate(names):
        at = np.flatnonzero(x[:, k])
        colour = list(COLOURS.values())[k]
        axes[0].vlines(at, 0, x[at, k], color=colour, linestyle=["-", "--"][k % 2])
        axes[0].plot(at, x[at, k], "os^v"[k % 4], color=colour, ls="", label=name)
    axes[0].set(ylabel="input", ylim=(0, 1.5), yticks=[0, 1])
    axes[0].legend(loc="upper right", ncols=len(names))
    labels = {"i": "input i", "f": "forget f", "o": "output o"}
    for key, label in labels.items():
        axes[1].step(steps, getattr(trace, key)[sequence, :, unit], where="mid")
        _name_line(axes[1], label)
    axes[1].set(ylabel="gate (0 to 1)", ylim=(-0.05, 1.05))
    for key, label in {"c": "cell c", "h": "output h"}.items():
        axes[2].step(steps, getattr(trace, key)[sequence, :, unit], where="mid")
        _name_line(axes[2], label)
    axes[2].axhline(0, color="0.7", linewidth=0.8, zorder=0, linestyle="-")
    axes[2].set(ylabel="state", xlabel="step t", xlim=(-0.5, len(x) + 4.5))
    figure.align_ylabels()
    return axes


def plot_jacobian(jacobian, *, ax=None):
    """Draw how much each unit's output moves with each unit's earlier output.

    Parameters
    ----------
    jacobian : array_like, shape (units, units)
        Row: the unit that is moved, column: the unit that moves it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes
    """
    import matplotlib.pyplot as plt

    jacobian = np.asarray(jacobian, dtype=float)
    if ax is None:
        _, ax = plt.subplots(figsize=(4.6, 3.8))
    limit = np.abs(jacobian).max() or 1.0
    image = ax.imshow(jacobian, cmap="PuOr_r", vmin=-limit, vmax=limit)
    for (row, column), value in np.ndenumerate(jacobian):
        strong = abs(value) > 0.6 * limit
        colour = "white" if strong else "black"
        ax.text(column, row, f"{value:.2f}", ha="center", va="center", color=colour)
    units = range(len(jacobian))
    ax.set(xticks=units, yticks=units, xlabel="moved by unit", ylabel="output of unit")
    ax.spines[:].set_visible(False)
    ax.figure.colorbar(image, ax=ax, label="∂h₁ / ∂h₀")
    return ax


def _name_line(ax, label) -> None:
    """Write a line's name at its right end, in its colour."""
    line = ax.lines[-1]
    x, y = line.get_xdata()[-1], line.get_ydata()[-1]
    ax.annotate(
        label,
        (x, y),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        color=line.get_color(),
    )
