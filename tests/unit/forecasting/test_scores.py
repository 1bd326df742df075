"""Baselines forecast what they say, learn from the past alone, and are scored alike."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from lstm_utils import check_no_leak
from lstm_utils.forecasting import (
    dated_windows,
    exponential_smoothing,
    linear_autoregression,
    mase,
    persistence,
    regular_dates,
    seasonal_naive,
    walk_forward,
)
from lstm_utils.tasks import SERIES, load_series

DAYS = pd.date_range("2026-01-01", periods=60)
RNG = np.random.default_rng(0)
NOISY = pd.Series(np.sin(np.arange(60) * 2 * np.pi / 6) + RNG.normal(size=60) / 9, DAYS)
ALL = {
    "persistence": persistence,
    "seasonal": partial(seasonal_naive, season=6),
    "linear": partial(linear_autoregression, lags=7),
    "smoothing": partial(exponential_smoothing, season=6, trend=True),
}


def test_naive_forecasts_repeat_what_was():
    assert persistence(NOISY)(NOISY)[1:].tolist() == NOISY[:-1].tolist()
    assert seasonal_naive(NOISY, season=6)(NOISY)[6:].tolist() == NOISY[:-6].tolist()


def test_least_squares_finds_the_weights_and_goes_past_gaps():
    values = [1.0, 0.5]
    for _ in range(58):
        values.append(0.5 + 0.9 * values[-1] - 0.6 * values[-2])
    series = pd.Series(values, DAYS)
    series.iloc[20] = np.nan
    found = linear_autoregression(series, lags=2)(series)
    assert found.index.equals(series.index)
    assert found.isna().to_numpy().nonzero()[0].tolist() == [0, 1, 21, 22]
    known = found.notna() & series.notna()
    np.testing.assert_allclose(found[known], series[known], atol=1e-9)


def test_smoothing_follows_a_season_and_a_slope():
    steady = pd.Series(0.3 * np.arange(60) + np.tile([0.0, 5.0, 1.0], 20), DAYS)
    found = exponential_smoothing(steady, season=3, trend=True)(steady)
    np.testing.assert_allclose(found[30:], steady[30:], atol=0.05)
    steady.iloc[40] = np.nan
    found = exponential_smoothing(steady[:30], season=3, trend=True)(steady)
    assert found.notna().all()


def test_each_block_is_forecast_by_what_was_fitted_before_it():
    seen = []

    def spy(past):
        seen.append(past.index[-1])
        return lambda series: series.shift(1) + len(past)

    table = walk_forward(NOISY, {"spy": spy}, steps=5, origins=3)
    assert seen == [DAYS[44], DAYS[49], DAYS[54]]
    dates = table.index.get_level_values("date")
    assert [*dates] == [*DAYS[45:]]
    origins = table.index.get_level_values("origin")
    assert [*origins] == [day for day in DAYS[[45, 50, 55]] for _ in range(5)]
    np.testing.assert_array_equal(table["truth"], NOISY[45:])
    added = table["spy"].to_numpy() - NOISY.shift(1)[45:].to_numpy()
    np.testing.assert_allclose(added, np.repeat([45, 50, 55], 5))


def test_mase_counts_in_steps_of_the_past():
    past = pd.Series([0.0, 2.0, 0.0, 4.0], DAYS[:4])
    assert mase([1.0, -3.0], past) == pytest.approx(2 / (8 / 3))
    assert mase([1.0, -3.0], past, season=2) == pytest.approx(2 / 1)
    errors = persistence(past)(past).sub(past).dropna()
    assert mase(errors, past) == 1


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("kind", ALL)
def test_no_forecast_sees_the_future(name, kind):
    series = load_series(name).iloc[-300:]
    at, season = series.index[200], SERIES[name].season
    options = {
        "seasonal": {"season": season},
        "linear": {"lags": season},
        "smoothing": {"season": season},
    }.get(kind, {})
    forecaster = partial(ALL[kind].func, **options) if options else ALL[kind]
    check_no_leak(lambda s: forecaster(s[s.index < at])(s), series, at)
    # Not even the value of its own date may enter a forecast, wherever it stands.
    check_no_leak(forecaster(series), series, series.index[250])


@pytest.mark.parametrize(("season", "n"), [(1, 12), (2, 12), (3, 15), (6, 30)])
def test_smoothing_of_the_shortest_past_starts_without_the_future(season, n):
    at = DAYS[n]

    def forecast(series):
        return exponential_smoothing(series[:n], season=season, trend=True)(series)

    check_no_leak(forecast, NOISY, at)


@pytest.mark.parametrize("name", SERIES)
def test_no_window_sees_the_future(name):
    series = load_series(name)
    at = series.index[len(series) // 2]

    def inputs(table):
        x, _, dates = dated_windows(table, 12, unknown=True)
        return pd.DataFrame(x[:, :, 0], dates)

    check_no_leak(inputs, series, at)
    check_no_leak(lambda s: regular_dates(s, s.index.freq), series, at, forecasts=False)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda: seasonal_naive(NOISY, season=61), "season must be at most 60"),
        (lambda: linear_autoregression(NOISY[:5], lags=5), "lags must be at most 4"),
        (lambda: exponential_smoothing(NOISY, season=13), "season must be at most 12"),
        (lambda: exponential_smoothing(NOISY[:9]), "at least 12 values, but 9 came"),
        (
            lambda: walk_forward(
                NOISY, {"a": lambda _: lambda s: s.to_frame()}, steps=2
            ),
            r"\['a'\] must return a function that gives a Series with.* DataFrame",
        ),
        (lambda: walk_forward(NOISY, ALL, steps=12), "leave 0 of the series' 60"),
        (lambda: walk_forward(NOISY, {"a": 3}, steps=2), r"functions of the past.*'a'"),
        (lambda: walk_forward(NOISY, {"a": list}, steps=2), r"\['a'\] must.* list"),
        (
            lambda: walk_forward(NOISY, {"a": lambda _: np.array}, steps=2),
            r"\['a'\] must return a function that gives a Series with.* ndarray",
        ),
        (lambda: mase([1.0], NOISY * 0), "past never changes"),
        (lambda: mase([np.nan], NOISY), "errors holds NaN"),
        (lambda: persistence(NOISY.to_frame()), "past must be a Series"),
    ],
)
def test_what_cannot_be_forecast_is_refused(function, message):
    with pytest.raises((TypeError, ValueError), match=message):
        function()
