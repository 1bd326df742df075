"""Many steps ahead: windows with what is known of the future, and feeding back."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lstm_utils._validate import (
    check_array,
    check_int,
    check_list,
    check_model,
    check_number,
    dated,
    wrong,
)
from lstm_utils.forecasting import _index
from lstm_utils.forecasting.dates import dated_windows

__all__ = ["feed_back", "one_step_inputs", "pinball", "windows_ahead"]

PAST = "It is `past` of windows_ahead, the column that is forecast first."
FUTURE = "It is `future` of windows_ahead: what is known of each step to come."


class WindowsAhead(NamedTuple):
    """What lies before each origin, what is known of the steps after it, and truth.

    `past` has the shape (n, window, columns), the column that is forecast first;
    `future` (n, horizon, known columns); `y` (n, horizon). `dates` holds the date of
    each first target.
    """

    past: np.ndarray
    future: np.ndarray
    y: np.ndarray
    dates: object


def windows_ahead(
    table, window: int, horizon: int, *, target, known=(), unknown: bool = False
) -> WindowsAhead:
    """Cut a dated table into pasts, what is known of their futures, and targets.

    Introduced in: 15

    Parameters
    ----------
    table : pandas.DataFrame
        As `regular_dates` returns it: one row for each step, NaN where one is missing.
    window, horizon : int
        Steps of each past, and steps that are forecast after it.
    target : str
        The column to forecast. All columns of the past are inputs.
    known : list or tuple of str
        Columns that are known beforehand, such as the weekday or a promotion that is
        planned. They may never be missing.
    unknown : bool
        Whether to keep windows whose targets are not known yet. For a forecast beyond
        the last value, give the table `horizon` more rows with their known columns.

    Returns
    -------
    WindowsAhead
        `past`, `future`, `y` and `dates`; windows that touch a gap are left out.

    Raises
    ------
    TypeError, ValueError
        If the dates are not regular, window and horizon are longer than the table, a
        column does not exist, or a known one has a gap.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.date_range("2026-01-01", periods=6)
    >>> table = pd.DataFrame({"sold": [1, 2, 4, 3, 5, 6], "open": 1.0}, days)
    >>> found = windows_ahead(table, 3, 2, target="sold", known=["open"])
    >>> found.past.shape, found.future.shape, found.y.tolist()
    ((2, 3, 2), (2, 2, 1), [[3.0, 5.0], [5.0, 6.0]])
    """
    frame = _index.regular("table", table)
    frame = frame.to_frame() if frame.ndim == 1 else frame
    if known not in ((), []):
        check_list("known", known, "It names columns of the table.")
    for column in (target, *known):
        if [*frame.columns].count(column) != 1:
            name = "target" if column is target else "known"
            expected = f"be among the columns {[*frame.columns]}"
            raise wrong(ValueError, name, expected, repr(column), "Each stands once.")
    holes = frame[[*known]].isna().any(axis=1)
    if holes.any():
        raise ValueError(
            f"table has a gap in a known column on {dated(holes.idxmax())}, but what "
            "is known beforehand is known of every step. Fill it, or leave it out of "
            "`known`."
        )
    order = [target, *(c for c in frame.columns if c not in (target, *known)), *known]
    frame = frame[order]
    x, y, dates = dated_windows(frame, window, horizon, target=target, unknown=unknown)
    ahead = frame[[*known]].to_numpy()
    starts = frame.index.get_indexer(dates)
    future = np.moveaxis(sliding_window_view(ahead, horizon, axis=0), -1, 1)[starts]
    return WindowsAhead(x, future, y, dates)


def one_step_inputs(past, future) -> np.ndarray:
    """Let each step of the past hold what is known of the step after it.

    A network that forecasts one step must see what is known of *that* step: its last
    input then is the last value, and the weekday of the next one.

    Introduced in: 15

    Parameters
    ----------
    past : array_like, shape (n, window, columns)
        As `windows_ahead` returns it, of the target and the known columns alone.
    future : array_like, shape (n, horizon, columns - 1)
        As `windows_ahead` returns it. With one column of past, its shape may be
        (n, horizon, 0).

    Returns
    -------
    ndarray, shape (n, window, columns)

    Raises
    ------
    TypeError, ValueError
        If the two do not fit each other.

    Examples
    --------
    >>> one_step_inputs([[[1.0, 5.0], [2.0, 6.0]]], [[[7.0], [8.0]]]).tolist()
    [[[1.0, 6.0], [2.0, 7.0]]]
    """
    past, future = _fitting(past, future)
    moved = np.concatenate([past[:, 1:, 1:], future[:, :1]], axis=1)
    return np.concatenate([past[:, :, :1], moved], axis=2)


def feed_back(model, past, future, horizon: int) -> np.ndarray:
    """Forecast many steps by a model of one step, which is fed its own forecasts.

    Introduced in: 15

    Parameters
    ----------
    model : keras.Model
        From (n, window, columns) to (n, outputs), trained on `one_step_inputs`. The
        middle one of its outputs is fed back.
    past, future : array_like
        As for `one_step_inputs`.
    horizon : int
        Steps to forecast; `future` must have as many.

    Returns
    -------
    ndarray, shape (n, horizon, outputs)

    Raises
    ------
    TypeError, ValueError
        If the arrays do not fit each other, or `future` is shorter than the horizon.

    Examples
    --------
    >>> import keras
    >>> model = keras.Sequential([keras.Input((3, 1)), keras.layers.GRU(1)])
    >>> past, nothing = np.zeros((2, 3, 1)), np.zeros((2, 4, 0))
    >>> feed_back(model, past, nothing, 4).shape
    (2, 4, 1)
    """
    check_model("model", model)
    past, future = _fitting(past, future)
    hint = "Forecast no further than something is known of the future."
    horizon = check_int("horizon", horizon, 1, hint, maximum=future.shape[1])
    rows = one_step_inputs(past, future)
    found = []
    for step in range(horizon):
        outputs = model.predict(rows, batch_size=len(rows), verbose=0)
        found.append(outputs)
        middle = outputs[:, outputs.shape[1] // 2, None]
        after = future[:, min(step + 1, horizon - 1)]
        new = np.concatenate([middle, after], axis=1)[:, None]
        rows = np.concatenate([rows[:, 1:], new.astype(rows.dtype)], axis=1)
    return np.stack(found, axis=1)


def pinball(levels) -> Callable:
    """Return a loss under which each output becomes a quantile of the targets.

    What lies above the forecast of a level q costs q for each unit, what lies below it
    1 - q. With the level 0.5 this is half the absolute error, whose best forecast is
    the median.

    Introduced in: 15

    Parameters
    ----------
    levels : list or tuple of float
        Of the quantiles, above 0 and below 1: one for each output.

    Returns
    -------
    function
        A loss for ``model.compile``, of targets and outputs (..., levels). Repeat the
        targets along the last axis.

    Raises
    ------
    TypeError, ValueError
        If there is no level, or one is not between 0 and 1.

    References
    ----------
    scikit-learn's ``mean_pinball_loss`` is the same for one level, in NumPy.

    Examples
    --------
    >>> below, above = pinball([0.9])([3.0], [1.0]), pinball([0.9])([1.0], [3.0])
    >>> round(float(below), 3), round(float(above), 3)
    (1.8, 0.2)
    """
    hint = "Such as (0.1, 0.5, 0.9), for the middle and a band of eight in ten."
    check_list("levels", levels, hint)
    each = [
        check_number(f"levels[{k}]", level, 0, hint, strict=True, below=1)
        for k, level in enumerate(levels)
    ]

    def pinball_loss(y_true, y_pred):
        from keras import ops

        missed = ops.subtract(y_true, y_pred)
        weights = ops.cast(each, missed.dtype)
        costs = ops.maximum(weights * missed, (weights - 1) * missed)
        return ops.mean(costs, axis=-1)

    return pinball_loss


def _fitting(past, future) -> tuple[np.ndarray, np.ndarray]:
    """Return both as arrays, or raise where they do not belong together."""
    past = check_array("past", past, ("windows", "steps", "columns"), PAST)
    if getattr(future, "shape", (1,))[-1:] != (0,):
        axes = ("windows", "steps", "known columns")
        future = check_array("future", future, axes, FUTURE)
    columns = past.shape[2] - 1
    if future.ndim != 3 or (len(future), future.shape[2]) != (len(past), columns):
        expected = f"have the shape ({len(past)}, steps, {columns})"
        raise wrong(ValueError, "future", expected, f"shape {future.shape}", FUTURE)
    return past, future
