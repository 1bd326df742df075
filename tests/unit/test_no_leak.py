"""Whatever lets the future into the past is caught, and what does not is let pass."""

import numpy as np
import pandas as pd
import pytest

from lstm_utils.checks import check_no_leak

DAYS = pd.date_range("2026-01-01", periods=40)
SERIES = pd.Series(np.random.default_rng(1).normal(size=40).cumsum(), DAYS)
HOLES = SERIES.copy()
HOLES.iloc[[5, 16, 20, 21, 33]] = np.nan
AT = DAYS[20]
CLEAN = {
    "as it is": lambda s: s,
    "differences": lambda s: s.diff(),
    "mean so far": lambda s: s.expanding().mean(),
    "filled forward": lambda s: s.ffill(),
    "scaled by the past": lambda s: s / s[s.index < AT].std(),
    "past windows": lambda s: s.rolling(3).mean().dropna(),
}
LEAKS = {
    "scaled by all": lambda s: (s - s.mean()) / s.std(),
    "interpolated": lambda s: s.where(s.index != DAYS[19]).interpolate(),
    "filled backwards": lambda s: s.where(s.index != DAYS[19]).bfill(),
    "ranks": lambda s: s.rank(),
    "smoothed": lambda s: s.rolling(3, center=True).mean(),
    "shifted": lambda s: s.shift(-1),
    "without outliers": lambda s: s[(s - s.mean()).abs() < s.std()],
}


TABLES = {"column": HOLES, "table": HOLES.to_frame("a"), "whole": SERIES}
GAPS = ("interpolated", "filled backwards")  # which do nothing without one


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("name", [*CLEAN, *LEAKS])
def test_a_leak_is_told_from_a_clean_step(name, kind):
    table = TABLES["column" if name in GAPS else kind]
    before = table.copy()
    if name in CLEAN:
        check_no_leak(CLEAN[name], table, AT, forecasts=False)
    else:
        with pytest.raises(ValueError, match="function sees the future"):
            check_no_leak(LEAKS[name], table, AT, forecasts=False)
    np.testing.assert_array_equal(table, before)


def test_a_forecast_may_not_know_its_own_value():
    check_no_leak(lambda s: s.shift(1), SERIES, AT)
    check_no_leak(lambda s: s, SERIES, AT, forecasts=False)
    with pytest.raises(ValueError, match=r"gives for 2026-01-21 changes from"):
        check_no_leak(lambda s: s, SERIES, AT)


def test_every_column_is_changed_and_a_date_may_be_text():
    table = pd.DataFrame({"a": SERIES, "b": np.arange(40)})
    for column in table:
        with pytest.raises(ValueError, match="sees the future"):
            check_no_leak(lambda t, c=column: t[c].shift(-1), table, "2026-01-21")


@pytest.mark.parametrize(
    ("function", "table", "at", "message"),
    [
        (3, SERIES, AT, "function must be a function"),
        (
            np.asarray,
            SERIES,
            AT,
            r"return a Series or DataFrame with dates, but ndarray",
        ),
        (lambda s: s, SERIES.to_numpy(), AT, "table must be a Series or DataFrame"),
        (lambda s: s, SERIES, DAYS[0], "at must lie within the dates"),
        (lambda s: s, SERIES, "2027-01-01", "at must lie within the dates"),
        (lambda s: s, SERIES, "soon", "at must be a date, but 'soon'"),
        (lambda s: s, SERIES, 20, "at must be a date, but 20"),
    ],
)
def test_what_cannot_be_checked_is_refused(function, table, at, message):
    with pytest.raises((TypeError, ValueError), match=message):
        check_no_leak(function, table, at)
