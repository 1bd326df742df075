"""Checks that turn a silent mistake into an error."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lstm_utils._validate import as_numbers, check_model

__all__ = ["check_targets"]


def check_targets(model, y) -> None:
    """Raise if the loss would broadcast the model's outputs against its targets.

    An elementwise loss such as ``mse`` accepts outputs (N, T, 1) with targets
    (N,): it subtracts every target from every output, and training then goes
    towards the mean of the targets without any error. This check compares the
    shapes first, as the compiled loss means them.

    Introduced in: 04

    Parameters
    ----------
    model : keras.Model
        A compiled model whose input shape is known.
    y : array_like, or list or dict of array_like
        The targets meant for ``model.fit``; a list or dict for several outputs.

    Raises
    ------
    TypeError
        If `model` is not a Keras model, or `y` does not hold numbers.
    ValueError
        If the model is not compiled, or a shape does not fit: for an elementwise
        loss the targets need the shape of the outputs (a last axis of length 1 may
        be left out or added), for a sparse loss that shape without its last axis.

    Notes
    -----
    A loss of your own is judged as elementwise. Where a model leaves its number of
    steps open, targets of one step are refused, since they would be repeated. A CTC
    loss aligns sequences of different lengths itself and is not judged.

    Examples
    --------
    >>> import keras, numpy as np
    >>> from lstm_utils.checks import check_targets
    >>> model = keras.Sequential([keras.Input((5, 1)), keras.layers.Dense(1)])
    >>> model.compile(loss="mse")
    >>> check_targets(model, np.zeros((8, 5, 1)))
    >>> check_targets(model, np.zeros(8))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    ValueError: y has shape (8,), but the model's output has shape (None, 5, 1)...
    """
    check_model("model", model)
    if not getattr(model, "compiled", False) or model.loss is None:
        raise ValueError(
            "model has no compiled loss, and the loss decides which targets fit. "
            "Call model.compile(loss=…) first."
        )
    if not model.built or not getattr(model, "outputs", None):
        raise ValueError(
            "model has no known output shape yet. Begin it with keras.Input(shape)."
        )
    shapes = _output_shapes(model)
    targets = _per_output("y", y, list(shapes))
    losses = _per_output("loss", model.loss, list(shapes), repeat=True)
    for name, target, loss in zip(shapes, targets, losses, strict=True):
        if loss is not None:
            label = "y" if len(shapes) == 1 else f"y[{name!r}]"
            _check_one(label, shapes[name], target, loss)


def _output_shapes(model) -> dict[str, tuple]:
    structure = getattr(model, "output", None)
    if isinstance(structure, Mapping):
        return {name: tuple(output.shape) for name, output in structure.items()}
    # A Sequential model has one output and no names for it.
    names = getattr(model, "output_names", ["output"])
    shapes = [tuple(output.shape) for output in model.outputs]
    return dict(zip(names, shapes, strict=True))


def _per_output(what, value, names, *, repeat=False):
    if isinstance(value, Mapping):
        missing = [name for name in names if name not in value]
        if missing:
            raise ValueError(
                f"{what} has the keys {list(value)}, but the model's outputs are "
                f"called {names}: {missing} is missing."
            )
        return [value[name] for name in names]
    if len(names) == 1:
        listed = isinstance(value, (list, tuple)) and len(value) == 1
        # [y] is a list of one target; [1.5] is a target of one number.
        return list(value) if listed and (repeat or np.ndim(value[0])) else [value]
    if isinstance(value, (list, tuple)) and len(value) == len(names):
        return list(value)
    if repeat and not isinstance(value, (list, tuple)):
        return [value] * len(names)
    raise ValueError(
        f"{what} must be a list or dict with one entry for each of the model's "
        f"{len(names)} outputs {names}, but {type(value).__name__} came."
    )


def _check_one(label, shape, target, loss):
    came, kind = as_numbers(label, target).shape, _kind(loss)
    if kind == "ctc" or _fits(came, shape, kind):
        return
    wanted = shape[:-1] if kind == "sparse" else shape
    raise ValueError(
        f"{label} has shape {came}, but the model's output has shape {shape}, so the "
        f"loss {_name(loss)!r} expects targets of shape {_text(wanted)}. "
        f"{_cause(came, shape, kind)}"
    )


def _kind(loss):
    name = _name(loss).lower().replace("_", "")
    if "sparsecategorical" in name:
        return "sparse"
    return "ctc" if name.startswith("ctc") else "elementwise"


def _name(loss):
    if isinstance(loss, str):
        return loss
    return getattr(loss, "__name__", None) or type(loss).__name__


def _fits(target, output, kind):
    if kind == "sparse":
        allowed = [output[:-1], (*output[:-1], 1)]
    else:
        allowed = [output, (*output, 1), *([output[:-1]] if output[-1] == 1 else [])]
    return any(_same(target, shape) for shape in allowed)


def _same(target, shape):
    # Where the steps are open, a single one is not a match but the trap itself: it
    # would be repeated for every step.
    return len(target) == len(shape) and all(
        size == wanted or (wanted is None and (axis == 0 or size != 1))
        for axis, (size, wanted) in enumerate(zip(target, shape, strict=True))
    )


def _text(shape):
    sizes = ["N", *("T" if size is None else str(size) for size in shape[1:])]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def _cause(target, output, kind):
    if kind == "sparse":
        return "A sparse loss takes one whole number for each prediction."
    if len(output) == 3 and (len(target) == 1 or target[1:] in {(1,), (1, 1)}):
        return (
            "There is one output per step, but one target per sequence: set "
            "return_sequences=False on the last LSTM layer, or give a target for "
            "every step."
        )
    if len(output) == 2 and len(target) == 3:
        return (
            "There is one output per sequence, but a target for every step: set "
            "return_sequences=True on the last LSTM layer."
        )
    return "Reshape the targets, or change the last layer, so that both agree."
