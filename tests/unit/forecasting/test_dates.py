"""Tables with dates: every step once, faults named by row and column, gaps left out."""

import numpy as np
import pandas as pd
import pytest

from lstm_utils import dated_windows, regular_dates
from lstm_utils.forecasting import persistence

DAYS = pd.date_range("2026-01-01", periods=8)
LINE = pd.Series(np.arange(8.0), DAYS, name="rain")


def test_missing_steps_become_nan_and_nothing_else_changes():
    holes = LINE.drop(DAYS[[2, 5]])
    for table in (holes, holes.to_frame()):
        found = regular_dates(table, "D")
        pd.testing.assert_index_equal(found.index, DAYS, check_names=False)
        assert np.flatnonzero(found.isna()).tolist() == [2, 5]
        assert (found.dropna() == table).all().all()
    assert holes.index.freq is None  # nothing is changed in the caller's table


def test_a_regular_table_needs_no_step_and_keeps_its_columns():
    table = pd.DataFrame({"a": range(8), "b": LINE.astype(str)}, pd.Index([*DAYS]))
    found = regular_dates(table)
    assert found.index.freqstr == "D"
    assert [*found.columns] == ["a", "b"]
    assert {str(kind) for kind in found.dtypes} == {"float64"}
    months = pd.Series([1.0, 2.0], pd.to_datetime(["2026-01-01", "2026-03-01"]))
    assert regular_dates(months, "MS").isna().tolist() == [False, True, False]


def changed(row, value):
    values = [*LINE.astype(object)]
    values[row] = value
    return pd.DataFrame({"rain": values}, DAYS)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (LINE.iloc[[0, 1, 1, 2]], r"2026-01-02 twice, in rows 1 and 2"),
        (LINE.iloc[[0, 2, 1, 3]], r"row 2 has the date 2026-01-02, after 2026-01-03"),
        (changed(3, "n/a"), r"'n/a' stands in column 'rain', row 3 \(2026-01-04\)"),
        (changed(2, "1,5"), r"'1,5' stands in column 'rain', row 2.*decimal=','"),
        (changed(1, np.inf), r"inf stands in column 'rain', row 1"),
        (changed(1, {}), r"\{\} stands in column 'rain', row 1"),
        (LINE * 0 + 5, r"column 'rain' holds one number, 5, in every row"),
        (LINE.iloc[[0, 1, 2, 4, 5]], r"rows from 2 on, 2026-01-03 and 2026-01-05"),
        (LINE.iloc[:0], r"table is empty"),
        (LINE.iloc[:1].dropna(), r"holds one number"),
        (LINE.reset_index(drop=True), r"an index of dates, but 0 .*index_col"),
        (LINE.set_axis([str(day) for day in DAYS]), r"but '2026-01-01 00:00:00' as"),
        (LINE.set_axis([pd.NaT, *DAYS[1:]]), r"no date in row 0"),
        (LINE.to_numpy(), r"Series or DataFrame of pandas .* ndarray came"),
        (pd.DataFrame({"when": DAYS}, DAYS), r"column 'when'"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_with_row_and_column(table, message):
    with pytest.raises((TypeError, ValueError), match=message):
        regular_dates(table)


@pytest.mark.parametrize(("freq", "gap"), [("MS", 3), ("YS", 5), ("h", 2)])
def test_the_gap_is_named_and_not_a_short_month(freq, gap):
    dates = pd.date_range("2025-01-01", periods=12, freq=freq)
    table = pd.Series(np.arange(11.0), dates.delete(gap))
    with pytest.raises(ValueError, match=f"from {gap - 1} on.*'h', 'D' or 'MS'"):
        regular_dates(table)


def test_a_date_between_steps_is_named():
    table = LINE.set_axis([*DAYS[:3], DAYS[3] + pd.Timedelta("1h"), *DAYS[4:]])
    with pytest.raises(ValueError, match=r"2026-01-04 01:00:00 in row 3.*resample"):
        regular_dates(table, "D")
    with pytest.raises(ValueError, match="freq must be a step of pandas, but 'often'"):
        regular_dates(LINE, "often")


@pytest.mark.parametrize("horizon", [1, 2])
def test_windows_equal_a_plain_loop_past_gaps(horizon):
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(30, 2)), columns=["a", "b"])
    table = table.set_axis(pd.date_range("2026-01-01", periods=30, freq="h"))
    table.iloc[11, 0] = table.iloc[20, 1] = np.nan
    x, y, dates = dated_windows(table, 4, horizon, target="b")
    wanted = [
        (table[k : k + 4], table["b"][k + 4 : k + 4 + horizon])
        for k in range(30 - 4 - horizon + 1)
    ]
    wanted = [
        (a, b) for a, b in wanted if not (a.isna().any(axis=None) | b.isna().any())
    ]
    np.testing.assert_array_equal(x, [a for a, _ in wanted])
    np.testing.assert_array_equal(y, [b for _, b in wanted])
    assert [*dates] == [b.index[0] for _, b in wanted]


def test_the_next_value_can_be_asked_for():
    longer = LINE.reindex(pd.date_range(DAYS[0], periods=9))
    x, y, dates = dated_windows(longer, 3, unknown=True)
    assert dates[-1] == longer.index[-1]
    assert np.isnan(y[-1, 0])
    assert x[-1].ravel().tolist() == [5, 6, 7]
    assert len(dated_windows(longer, 3).x) == len(x) - 1
    assert persistence(LINE)(longer).iloc[-1] == 7


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        (LINE, {"window": 8}, r"8 \+ 1 = 9 steps, but table has 8, from 2026-01-01 to"),
        (LINE.iloc[[0, 1, 3]], {"window": 1}, "no regular step"),
        (LINE.iloc[[0]].set_axis(DAYS[[0]]), {"window": 1}, "has 1, from|no regular"),
        (LINE.where(LINE.index.day % 2 == 0), {"window": 2}, "no window of 2 steps"),
        (LINE.to_frame("a"), {"window": 2, "target": "b"}, r"columns \['a'\], but 'b'"),
        (LINE.to_frame().assign(b=1), {"window": 2}, "one of the columns"),
    ],
)
def test_what_gives_no_window_is_refused(table, options, message):
    with pytest.raises(ValueError, match=message):
        dated_windows(table, **options)


def test_a_clock_with_a_zone_is_as_good():
    zoned = LINE.tz_localize("Europe/Zurich")
    assert dated_windows(zoned, 3).dates.tz is not None
    assert regular_dates(zoned.drop(zoned.index[3]), "D").isna().sum() == 1
