"""What a network has to beat: forecasts that are not clever, on equal terms.

A *forecaster* is a function of the past, such as `persistence`. It returns a function
that gives, for each date of a series, the forecast of that date from those before it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np

from lstm_utils._validate import check_flag, check_int, load_extra
from lstm_utils.forecasting._index import one_column
from lstm_utils.forecasting.dates import dated_windows

__all__ = [
    "exponential_smoothing",
    "linear_autoregression",
    "persistence",
    "seasonal_naive",
]

SEASON = "It counts steps: 12 in a year of months, 24 in a day of hours."


def persistence(past) -> Callable:
    """Forecast that the next value will be the last one.

    Introduced in: 03

    Parameters
    ----------
    past : pandas.Series
        Dated values. Nothing is learnt of them.

    Returns
    -------
    function
        From a series to its forecasts, one step ahead, under the same dates.

    Raises
    ------
    TypeError, ValueError
        If the series is not dated, or not regular.

    Examples
    --------
    >>> import pandas as pd
    >>> series = pd.Series([1.0, 2.0, 4.0], pd.date_range("2026-01-01", periods=3))
    >>> persistence(series)(series).to_list()
    [nan, 1.0, 2.0]
    """
    one_column("past", past)
    return lambda series: one_column("series", series).shift(1)


def seasonal_naive(past, *, season: int) -> Callable:
    """Forecast that the next value will be that of one season ago.

    Introduced in: 03

    Parameters
    ----------
    past : pandas.Series
        Dated values. Nothing is learnt of them.
    season : int
        Steps of a season.

    Returns
    -------
    function
        From a series to its forecasts, one step ahead, under the same dates.

    Raises
    ------
    TypeError, ValueError
        If the series is not dated, not regular, or shorter than a season.

    Examples
    --------
    >>> import pandas as pd
    >>> series = pd.Series([1.0, 2.0, 4.0], pd.date_range("2026-01-01", periods=3))
    >>> seasonal_naive(series, season=2)(series).to_list()
    [nan, nan, 1.0]
    """
    n = len(one_column("past", past))
    season = check_int("season", season, 1, SEASON, maximum=n)
    return lambda series: one_column("series", series).shift(season)


def linear_autoregression(past, *, lags: int) -> Callable:
    """Fit by least squares how the next value depends on the last ones.

    Introduced in: 03

    Parameters
    ----------
    past : pandas.Series
        Dated values to fit; gaps are left out.
    lags : int
        How many of the last values are used.

    Returns
    -------
    function
        From a series to its forecasts, one step ahead, under the same dates.

    Raises
    ------
    TypeError, ValueError
        If the series is not dated, not regular, or too short for so many lags.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.date_range("2026-01-01", periods=6)
    >>> series = pd.Series([1.0, 2.0, 4.0, 8.0, 16.0, 32.0], days)
    >>> round(float(linear_autoregression(series, lags=1)(series).iloc[-1]), 6)
    32.0
    """
    past = one_column("past", past)
    lags = check_int("lags", lags, 1, "It counts steps.", maximum=len(past) - 1)
    x, y, _ = dated_windows(past, lags)
    ones = np.ones((len(x), 1))
    weights = np.linalg.lstsq(np.hstack([x[:, :, 0], ones]), y[:, 0], rcond=None)[0]

    def forecast(series):
        series = one_column("series", series)
        x, _, dates = dated_windows(series, lags, unknown=True)
        found = load_extra("pandas", "sweeps").Series(
            x[:, :, 0] @ weights[:-1] + weights[-1], dates
        )
        return found.reindex(series.index)

    return forecast


def exponential_smoothing(past, *, season: int = 1, trend: bool = False) -> Callable:
    """Fit a level, and if asked for a slope and a season, that follow the series.

    Introduced in: 03

    Parameters
    ----------
    past : pandas.Series
        Dated values to fit. A gap is taken to hold the value before it. The first five
        seasons, and at least twelve values, say where level, slope and season start.
    season : int
        Steps of a season; 1 for none.
    trend : bool
        Whether there is a slope.

    Returns
    -------
    function
        From a series to its forecasts, one step ahead, under the same dates.

    Raises
    ------
    TypeError, ValueError
        If the series is not dated, not regular, or shorter than five seasons.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.date_range("2026-01-01", periods=40)
    >>> series = pd.Series([1.0, 3.0] * 20, days)
    >>> forecast = exponential_smoothing(series, season=2)(series)
    >>> bool(abs(forecast - series).tail(10).max() < 0.1)
    True
    """
    past = one_column("past", past)
    n = int(past.ffill().count())
    if n < 12:  # statsmodels' start would differ with what comes later
        raise ValueError(f"past must hold at least 12 values, but {n} came.")
    season = check_int("season", season, 1, SEASON, maximum=n // 5)
    form = {"trend": "add" if check_flag("trend", trend) else None}
    if season > 1:
        form |= {"seasonal": "add", "seasonal_periods": season}
    ets = load_extra("statsmodels.tsa.exponential_smoothing.ets", "data")

    def model(series):
        known = series.ffill().dropna().to_numpy()
        return ets.ETSModel(known, initialization_method="heuristic", **form)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a fit that is perfect, or ended early
        params = model(past).fit(disp=False, maxiter=1000).params

    def forecast(series):
        series = one_column("series", series)
        found = np.full(len(series), np.nan)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitted = model(series).smooth(params).fittedvalues
        found[len(found) - len(fitted) :] = fitted
        return load_extra("pandas", "sweeps").Series(found, series.index)

    return forecast
