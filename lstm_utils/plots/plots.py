"""Figures of data in the style of the book. Each takes data and returns axes."""

from __future__ import annotations

import numpy as np

from lstm_utils._validate import (
    as_numbers,
    check_array,
    check_axes,
    check_int,
    check_list,
    check_mapping,
)
from lstm_utils.plots.style import COLOURS

__all__ = [
    "plot_answers",
    "plot_gates",
    "plot_interval",
    "plot_jacobian",
    "plot_losses",
    "plot_predictions",
]

# For models side by side: orange stands for the output of one.
_MODELS = ("blue", "black", "green", "pink")


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
    import matplotlib.pyplot as plt

    if not hasattr(trace, "_fields"):
        raise TypeError(
            f"trace must be the traces of one layer, but {type(trace).__name__} came. "
            "gate_traces gives a list with one entry a layer: take one of them."
        )
    batch, time, units = trace.h.shape
    x = check_array("x", x, ("batch", "time", "features"))
    if x.shape[:2] != (batch, time):
        raise ValueError(
            f"x has shape {x.shape}, but the traces are of {batch} sequences of {time} "
            "steps. Pass the inputs that the traces came from."
        )
    hint = "Counting starts at 0."
    sequence = check_int("sequence", sequence, 0, hint, maximum=batch - 1)
    unit = check_int("unit", unit, 0, hint, maximum=units - 1)
    x = x[sequence]
    names = [f"x[{k}]" for k in range(x.shape[1])]
    names = list(names if input_names is None else input_names)
    if len(names) != x.shape[1]:
        raise ValueError(
            f"input_names has {len(names)} names {names}, but x has {x.shape[1]} "
            "features: one name for each."
        )
    figure, axes = plt.subplots(
        3, 1, figsize=(6.4, 5.8), sharex=True, height_ratios=[0.7, 1.1, 1.4]
    )
    steps = np.arange(time)
    colours = [COLOURS["green"], COLOURS["black"], "0.5"]
    for k, name in enumerate(names):
        at = np.flatnonzero(x[:, k])
        look = {"color": colours[k % 3], "linestyle": ["-", "--", ":"][k % 3]}
        axes[0].vlines(at, 0, x[at, k], **look)
        axes[0].plot(at, x[at, k], "os^v"[k % 4], color=colours[k % 3], label=name)
    low, high = min(0, x.min()), max(1, x.max())
    axes[0].set(ylabel="input", ylim=(1.5 * low, 1.5 * high), yticks=[low, high])
    axes[0].legend(loc="upper right", ncols=len(names))
    gates = {"i": ("input i", "sky", "-"), "f": ("forget f", "amber", "--")}
    gates["o"] = ("output o", "pink", "-.")
    states = {"c": ("cell state c", "blue", "-"), "h": ("output h", "orange", "--")}
    states["g"] = ("candidate g", "black", ":")
    axes[1].set(ylabel="gate", ylim=(-0.05, 1.15), yticks=[0, 0.5, 1])
    axes[2].set(ylabel="state", xlabel="step t", xlim=(-0.5, 1.2 * time))
    axes[2].axhline(0, color="0.7", linewidth=0.8, zorder=0, linestyle="-")
    for ax, lines in ((axes[1], gates), (axes[2], states)):
        for key, (label, colour, dash) in lines.items():
            values = getattr(trace, key)[sequence, :, unit]
            look = {"color": COLOURS[colour], "linestyle": dash, "label": label}
            ax.step(steps, values, where="mid", **look)
        _name_lines(ax)
    figure.align_ylabels()
    return axes


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
        One colour for all groups; a colour for each if left out.
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
    from scipy import stats

    hint = "It maps a name to its runs, such as {'rate 0.1': [0.063, 0.071]}."
    check_mapping("groups", groups, hint)
    _check_look(reference, colour)
    groups = {
        name: check_array(f"groups[{name!r}]", runs, ("runs",))
        for name, runs in groups.items()
    }
    for name, runs in groups.items():
        if len(runs) < 2:
            raise ValueError(
                f"groups[{name!r}] holds a single run, but an interval needs at least "
                "two. Run it under more seeds."
            )
    ax = _axes(ax, figsize=(6.4, 0.9 + 0.7 * len(groups)))
    if reference is not None:
        ax.axvline(reference, color="0.3", linewidth=1.2, linestyle="--", zorder=0)
    for row, runs in enumerate(groups.values()):
        paint = colour or list(COLOURS.values())[row % 4]
        mean, half = runs.mean(), stats.t.ppf(0.975, len(runs) - 1) * stats.sem(runs)
        dots = {"color": paint, "alpha": 0.55, "ls": "", "markeredgewidth": 0}
        ax.plot(runs, np.full(len(runs), row - 0.14), "o", **dots)
        bar = {"color": paint, "linestyle": "-", "marker": "|", "markersize": 9}
        ax.plot([mean - half, mean + half], [row + 0.16] * 2, **bar)
        ax.plot(mean, row + 0.16, "D", color=paint, markersize=6)
    ax.set(yticks=range(len(groups)), ylim=(len(groups) - 0.5, -0.5))
    ax.set_yticklabels(list(groups))
    ax.set_xlabel(label, fontsize=12)
    ax.tick_params(labelsize=12)
    ax.tick_params(axis="y", length=0)
    return ax


def _check_look(reference, colour) -> None:
    from matplotlib.colors import is_color_like

    if reference is not None and as_numbers("reference", reference).ndim:
        raise ValueError(
            "reference must be a single number, but an array of shape "
            f"{np.shape(reference)} came. Draw one line at a time, such as 0."
        )
    if colour is not None and not is_color_like(colour):
        raise ValueError(
            f"colour must be one that Matplotlib knows, but {colour!r} came. It is one "
            "colour for all groups, such as 'black' or '#0072B2'."
        )


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

    Raises
    ------
    TypeError, ValueError
        If `jacobian` is not a square array of numbers.

    Examples
    --------
    >>> ax = plot_jacobian([[0.5, -0.25], [0.0, 0.125]])
    >>> ax.texts[1].get_text()
    '-0.250'
    """
    jacobian = check_array("jacobian", jacobian, ("units", "units"))
    if jacobian.shape[0] != jacobian.shape[1]:
        raise ValueError(
            f"jacobian has shape {jacobian.shape}, expected as many rows as columns: "
            "each unit's output by each unit's earlier output."
        )
    ax = _axes(ax, figsize=(4.6, 3.8))
    limit = np.abs(jacobian).max() or 1.0
    image = ax.imshow(jacobian, cmap="PuOr_r", vmin=-limit, vmax=limit)
    for (row, column), value in np.ndenumerate(jacobian):
        strong = abs(value) > 0.6 * limit
        colour = "white" if strong else "black"
        ax.text(column, row, f"{value:.3f}", ha="center", va="center", color=colour)
    units = range(len(jacobian))
    ax.set(xticks=units, yticks=units, xlabel="moved by unit", ylabel="output of unit")
    ax.spines[:].set_visible(False)
    ax.figure.colorbar(image, ax=ax, label="∂h₁ / ∂h₀")
    return ax


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
    import matplotlib.pyplot as plt

    answers = check_mapping("answers", answers, "Give {title: (targets, outputs)}.")
    x = check_array("x", x, ("batch", "time", "1"))
    hint = "Counting starts at 0."
    sequence = check_int("sequence", sequence, 0, hint, maximum=len(x) - 1)
    pairs = {title: _check_pair(title, pair, x) for title, pair in answers.items()}
    x = x[sequence, :, 0]
    steps = np.arange(1, len(x) + 1)
    figure, axes = plt.subplots(
        len(answers), 1, figsize=(4.8, 1.7 * len(answers)), sharex=True, squeeze=False
    )
    for ax, (title, pair) in zip(axes[:, 0], pairs.items(), strict=True):
        targets, outputs = (part[sequence].ravel() for part in pair)
        at = steps[-len(targets) :]
        ax.axhline(0, color="0.8", linewidth=0.8, linestyle="-", zorder=0)
        ax.plot(steps, x, "s", color="0.6", markersize=4, ls=":", lw=1, label="input")
        marks = {"mfc": "white", "mec": "black", "markersize": 10, "mew": 1.4}
        ax.plot(at, targets, "o", ls="", label="target", **marks)
        ax.plot(at, outputs, "o", color=COLOURS["orange"], ls="-", label="output")
        ax.set(title=title, ylabel="value")
        ax.margins(y=0.15)
    axes[-1, 0].set(xlabel="step t", xticks=steps)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=3)
    return axes[:, 0]


def plot_losses(losses, *, baseline=None, ax=None):
    """Draw one or several losses against the epochs.

    Parameters
    ----------
    losses : dict of str to sequence of float
        A name and the loss of each epoch.
    baseline : tuple of (str, float), optional
        A name and a value for a horizontal line to compare with. A loss that ends
        on that line, within 5 %, shares one label with it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it should be, or two do not belong together.

    Examples
    --------
    >>> ax = plot_losses({"LSTM": [1.0, 0.1]}, baseline=("variance", 2.0))
    >>> [text.get_text() for text in ax.texts]
    ['variance', 'LSTM']
    """
    losses = check_mapping("losses", losses, "Give {name: history.history['loss']}.")
    losses = {
        name: check_array(f"losses[{name!r}]", values, ("epochs",))
        for name, values in losses.items()
    }
    ax = _axes(ax)
    labels = {name: name for name in losses}
    above = {"xytext": (0, 4), "textcoords": "offset points", "va": "bottom"}
    if baseline is not None:
        name, value = baseline
        ax.axhline(value, color="0.6", linewidth=1, linestyle="-", zorder=0)
        met = [k for k in losses if np.isclose(losses[k][-1], value, rtol=0.05)]
        labels |= {k: f"{k} = {name}" for k in met}
        if not met:
            ax.annotate(name, (1, value), **above)
    for k, (name, values) in enumerate(losses.items()):
        epochs = np.arange(1, len(values) + 1)
        colour = COLOURS[_MODELS[k % len(_MODELS)]]
        ax.plot(epochs, values, color=colour)
        end = (epochs[-1], values[-1])
        ax.annotate(labels[name], end, ha="right", color=colour, **above)
    ax.set(xlabel="epoch", ylabel="loss (log scale)", yscale="log")
    ax.yaxis.set_major_formatter("{x:g}")
    ax.margins(y=0.15)
    return ax


def plot_predictions(targets, outputs, *, ax=None):
    """Draw outputs against targets; a perfect model lies on the diagonal.

    Parameters
    ----------
    targets : array_like
        The right answers.
    outputs : dict of str to array_like
        A name and the outputs of a model, as many as there are targets.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it should be, or two do not belong together.

    Examples
    --------
    >>> ax = plot_predictions([0.0, 1.0], {"LSTM": [0.1, 0.9]})
    >>> ax.get_ylabel()
    'output'
    """
    targets = as_numbers("targets", targets).ravel()
    outputs = check_mapping("outputs", outputs, "Give {name: model.predict(x)}.")
    for name, values in outputs.items():
        size = as_numbers(f"outputs[{name!r}]", values).size
        if size != targets.size or not size:
            raise ValueError(
                f"outputs[{name!r}] has {size} numbers, but there are {targets.size} "
                "targets: one output for each, and at least one."
            )
    ax = _axes(ax, figsize=(4.2, 3.8))
    ends = [targets.min(), targets.max()]
    ax.plot(ends, ends, color="0.6", linewidth=1, linestyle="-", zorder=0)
    for k, (name, values) in enumerate(outputs.items()):
        colour = COLOURS[_MODELS[k % len(_MODELS)]]
        style = {"color": colour, "ls": "", "markersize": 4, "alpha": 0.5}
        ax.plot(targets, np.ravel(values), "o^s"[k % 3], label=name, **style)
    ax.set(xlabel="target", ylabel="output")
    ax.legend(loc="upper left", markerscale=1.5, borderpad=0, handletextpad=0.1)
    return ax


def _axes(ax, **options):
    import matplotlib.pyplot as plt

    check_axes(ax)
    return plt.subplots(**options)[1] if ax is None else ax


def _check_pair(title, pair, x) -> list[np.ndarray]:
    name = f"answers[{title!r}]"
    if len(check_list(name, pair, "Give the pair (targets, outputs).")) != 2:
        raise ValueError(
            f"{name} has {len(pair)} entries, expected (targets, outputs)."
        )
    parts = [as_numbers(name, part) for part in pair]
    for part in parts:
        if part.shape not in {x.shape, (len(x), 1)}:
            raise ValueError(
                f"{name} holds an array of shape {part.shape}, but for inputs of shape "
                f"{x.shape} the answers have that shape, or {(len(x), 1)}."
            )
    return parts


def _name_lines(ax) -> None:
    """Write each labelled line's name at its right end, none on top of another.

    The names are darker than the lines, so that light colours can be read.
    """
    from matplotlib.colors import to_rgb

    lines = [line for line in ax.lines if not line.get_label().startswith("_")]
    low, high = ax.get_ylim()
    gap = 0.13 * (high - low)
    floor = -np.inf
    for line in sorted(lines, key=lambda line: line.get_ydata()[-1]):
        floor = max(line.get_ydata()[-1], floor + gap)
        ax.annotate(
            line.get_label(),
            (line.get_xdata()[-1], floor),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=np.multiply(0.65, to_rgb(line.get_color())),
        )
