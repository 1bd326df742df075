"""Forecasts from several origins, and their errors on one scale for all series."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lstm_utils._validate import (
    check_array,
    check_int,
    check_mapping,
    load_extra,
    wrong,
)
from lstm_utils.forecasting._index import one_column
from lstm_utils.forecasting.baselines import SEASON

__all__ = ["mase", "walk_forward"]


def walk_forward(series, forecasters: Mapping, *, steps: int, origins: int = 5):
    """Let forecasters forecast the end of a series, block by block.

    Before each block, every forecaster is fitted afresh to all that lies before it.
    Within the block it is told each value after it has forecast it.

    Introduced in: 03

    Parameters
    ----------
    series : pandas.Series
        Dated values, as `regular_dates` returns them.
    forecasters : mapping of str to function
        Each takes the past and returns a function from a series to its forecasts.
    steps, origins : int
        Steps of a block, and how many blocks there are at the end of the series.

    Returns
    -------
    pandas.DataFrame
        A column for each forecaster and ``truth``; rows under ``origin``, the first
        date of a block, and the date that is forecast.

    Raises
    ------
    TypeError, ValueError
        If the series is not dated and regular, nothing lies before the first block, or
        a forecaster is none.

    Examples
    --------
    >>> import pandas as pd
    >>> from lstm_utils.forecasting import persistence
    >>> series = pd.Series(range(9), pd.date_range("2026-01-01", periods=9), float)
    >>> table = walk_forward(series, {"as before": persistence}, steps=2, origins=2)
    >>> table["as before"].to_list(), table["truth"].to_list()
    ([4.0, 5.0, 6.0, 7.0], [5.0, 6.0, 7.0, 8.0])
    """
    pandas = load_extra("pandas", "sweeps")
    series = one_column("series", series)
    check_mapping("forecasters", forecasters, "Give {name: function of the past}.")
    for name, forecaster in forecasters.items():
        if not callable(forecaster):
            what = f"{forecaster!r} as forecasters[{name!r}]"
            raise wrong(TypeError, "forecasters", "hold functions of the past", what)
    steps = check_int("steps", steps, 1, "It counts the steps of a block.")
    origins = check_int("origins", origins, 1, "It counts blocks.")
    first = len(series) - origins * steps
    if first < 2:
        raise ValueError(
            f"{origins} blocks of {steps} steps leave {first} of the series' "
            f"{len(series)} before the first. Take smaller steps or fewer origins."
        )
    blocks = {}
    for start in range(first, len(series), steps):
        past, known = series.iloc[:start], series.iloc[: start + steps]
        block = {"truth": known}
        for name, forecaster in forecasters.items():
            block[name] = _forecast(name, forecaster(past), known)
        blocks[series.index[start]] = pandas.DataFrame(block).iloc[start:]
    return pandas.concat(blocks, names=["origin", "date"])


def mase(errors, past, *, season: int = 1) -> float:
    """Return mean absolute errors in units of what doing nothing loses on the past.

    1 is as good as the naive forecast was, on average, on the past; below is better.

    Introduced in: 03

    Parameters
    ----------
    errors : array_like, shape (n,)
        Forecasts less true values.
    past : pandas.Series
        The values before the first forecast.
    season : int
        1 to compare with the last value, else with the one a season ago.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If something is no number, or the past never changes.

    References
    ----------
    Hyndman and Koehler (2006), Another look at measures of forecast accuracy.

    Examples
    --------
    >>> import pandas as pd
    >>> past = pd.Series([1.0, 3.0, 1.0], pd.date_range("2026-01-01", periods=3))
    >>> mase([1.0, -1.0], past)
    0.5
    """
    errors = check_array("errors", errors, ("forecasts",))
    past = one_column("past", past)
    season = check_int("season", season, 1, SEASON, maximum=len(past) - 1)
    scale = past.diff(season).abs().mean()
    if not scale > 0:
        raise ValueError(
            f"past never changes from one season of {season} to the next, so there is "
            "no scale. Compare errors in the unit of the data."
        )
    return float(np.abs(errors).mean() / scale)


def _forecast(name, fitted, known):
    """Return what a fitted forecaster makes of a series, or raise."""
    label, found = f"forecasters[{name!r}]", fitted
    if callable(fitted):
        found = fitted(known)
        if hasattr(getattr(found, "index", None), "date") and found.ndim == 1:
            return found.reindex(known.index)
    expected = "return a function that gives a Series with dates"
    raise wrong(TypeError, label, expected, type(found).__name__)
