"""Checks that turn a silent mistake into an error."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lstm_utils._validate import (
    BOOLS,
    as_numbers,
    check_flag,
    check_model,
    dated,
    load_extra,
    shown,
    wrong,
)

__all__ = ["check_no_leak", "check_targets"]


def check_no_leak(function, table, at, *, forecasts: bool = True) -> None:
    """Raise if what a function says of the past depends on the future.

    The function is called twice: with the table, and with a table whose values from the
    date `at` on are others. What it gives for earlier dates must be the same.

    Introduced in: 03

    Parameters
    ----------
    function : callable
        Takes the table, and returns a Series or DataFrame with dates: scaled values,
        features, or forecasts. What it draws at random it must seed itself.
    table : pandas.Series or pandas.DataFrame
        Dated numbers, in order.
    at : str or date
        The first date of the future. Give the date of the split, too: what was fitted
        on more than lies before it, such as a scaler, is found there.
    forecasts : bool
        Whether a row is a forecast of its own date, so that not even the row of `at`
        may change; False for what is known on its date, such as a scaled value.

    Raises
    ------
    TypeError
        If the function gives no table with dates.
    ValueError
        If it gives other numbers, or other dates, for the past.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.date_range("2026-01-01", periods=6)
    >>> series = pd.Series([1.0, 2.0, 4.0, 3.0, 5.0, 4.0], days)
    >>> check_no_leak(lambda s: s.shift(1), series, "2026-01-04")
    >>> check_no_leak(lambda s: s / s.max(), series, "2026-01-04", forecasts=False)
    Traceback (most recent call last):
    ...
    ValueError: function sees the future: what it gives for 2026-01-01 changes from...
    """
    pandas = load_extra("pandas", "sweeps")
    if not callable(function):
        hint = "It takes the table and returns one with dates."
        raise wrong(TypeError, "function", "be a function", shown(function), hint)
    if not isinstance(getattr(table, "index", None), pandas.DatetimeIndex):
        what = "be a Series or DataFrame with an index of dates"
        raise wrong(TypeError, "table", what, type(table).__name__)
    forecasts = check_flag("forecasts", forecasts)
    at = _date_within(table.index, at)
    since = dated(at)
    values = as_numbers("table", table.fillna(0.0)).astype(float)
    known = table.index < at
    if known.all() or not known.any():
        expected = f"lie within the dates, from {table.index[0]} to {table.index[-1]}"
        raise wrong(ValueError, "at", expected, at)
    # Another future, without gaps: that a value is missing is known when it is.
    changed, noise = table.astype(float), np.random.default_rng(0)
    noise = noise.standard_normal(values[~known].shape)
    changed[~known] = values.mean(axis=0) + (3 * values.std(axis=0) + 1) * noise
    before, after = (
        _past("function", function(one.copy()), at, forecasts)
        for one in (table, changed)
    )
    if not before.index.equals(after.index) or not before.columns.equals(after.columns):
        raise ValueError(
            "function sees the future: it gives other dates or columns for the past, "
            f"{before.shape} and then {after.shape}, if what comes from {since} on is "
            "changed."
        )
    same = np.isclose(before, after, rtol=1e-5, atol=1e-8, equal_nan=True)
    if not same.all():
        row, column = np.argwhere(~same)[0]
        date = dated(before.index[row])
        raise ValueError(
            f"function sees the future: what it gives for {date} changes from "
            f"{before.iat[row, column]:.4g} to {after.iat[row, column]:.4g} if only "
            f"values from {since} on are changed. Look for what was fitted, filled, "
            "sorted or shuffled over the whole table: a scaler, an interpolation, a "
            "shift in the wrong direction."
        )


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


def _date_within(index, at):
    pandas = load_extra("pandas", "sweeps")
    try:
        found = pandas.Timestamp(at)
    except (TypeError, ValueError):
        found = pandas.NaT
    if isinstance(at, (*BOOLS, float, int)) or found is pandas.NaT:
        raise wrong(ValueError, "at", "be a date", shown(at), "Such as '1990-01-01'.")
    return found if index.tz is None or found.tz else found.tz_localize(index.tz)


def _past(name, found, at, forecasts):
    """Return the part of a dated result that may not depend on the future."""
    pandas = load_extra("pandas", "sweeps")
    if not isinstance(getattr(found, "index", None), pandas.DatetimeIndex):
        what = "return a Series or DataFrame with dates"
        hint = "Put an array under dates: pandas.DataFrame(array, dates)."
        raise wrong(TypeError, name, what, type(found).__name__, hint)
    found = pandas.DataFrame(found).astype(float)
    return found[found.index <= at] if forecasts else found[found.index < at]


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
