"""From a table with dates to windows: every step once, gaps left out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lstm_utils._validate import check_flag, check_int, dated, wrong
from lstm_utils.forecasting import _index

__all__ = ["dated_windows", "regular_dates"]


class DatedWindows(NamedTuple):
    """Inputs, the values that follow them, and the dates of these.

    `x` has the shape (n, window, columns), `y` (n, horizon), and `dates` holds the date
    of each first target.
    """

    x: np.ndarray
    y: np.ndarray
    dates: object


def regular_dates(table, freq=None):
    """Give a table one row for each step of time, or say what is wrong with its rows.

    Introduced in: 03

    Parameters
    ----------
    table : pandas.Series or pandas.DataFrame
        Numbers under an index of dates, the oldest first, as `pandas.read_csv` reads
        them with ``index_col`` and ``parse_dates``.
    freq : str, optional
        The step, such as ``"h"``, ``"D"`` or ``"MS"``, which stands for the first of
        each month. If left out, the dates must show it, without a gap.

    Returns
    -------
    pandas.Series or pandas.DataFrame
        Of floats. Dates that are missing between the first and the last hold NaN.

    Raises
    ------
    TypeError, ValueError
        If the index holds no dates; if a date comes twice, too early or between two
        steps; if a column holds text, infinity or one number throughout. The message
        names row and column.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-04"])
    >>> regular_dates(pd.Series([1.0, 2.0, 4.0], days), "D").to_list()
    [1.0, 2.0, nan, 4.0]
    """
    _index.check_index("table", table)
    return _index.on_grid("table", _index.floats("table", table), freq)


def dated_windows(
    table, window: int, horizon: int = 1, *, target=None, unknown: bool = False
) -> DatedWindows:
    """Cut a dated table into inputs and the values that follow, and leave out gaps.

    Introduced in: 03

    Parameters
    ----------
    table : pandas.Series or pandas.DataFrame
        As `regular_dates` returns it: one row for each step, NaN where one is missing.
    window, horizon : int
        Steps of each input, and of the target that follows it at once.
    target : str, optional
        The column to forecast, where there are several. All of them are inputs.
    unknown : bool
        Whether to keep windows whose target is not known, such as the next value.

    Returns
    -------
    DatedWindows
        `x`, `y` and `dates`; no input holds NaN, and no target does unless `unknown`.

    Raises
    ------
    TypeError, ValueError
        If the dates are not regular, the table is too short, there is no such column,
        or gaps leave no window.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.date_range("2026-01-01", periods=5)
    >>> x, y, dates = dated_windows(pd.Series([1.0, 2.0, 4.0, 8.0, 16.0], days), 3)
    >>> x[:, :, 0].tolist(), y[:, 0].tolist(), str(dates[0].date())
    ([[1.0, 2.0, 4.0], [2.0, 4.0, 8.0]], [8.0, 16.0], '2026-01-04')
    """
    frame = _index.regular("table", table)
    frame = frame.to_frame() if frame.ndim == 1 else frame
    names = [*frame.columns]
    if target is None and len(names) == 1:
        target = names[0]
    elif names.count(target) != 1:
        expected = f"be one of the columns {names}"
        raise wrong(ValueError, "target", expected, repr(target), "It is forecast.")
    hint = "Windows are measured in steps."
    window = check_int("window", window, 1, hint)
    horizon = check_int("horizon", horizon, 1, hint)
    unknown = check_flag("unknown", unknown)
    if window + horizon > len(frame):
        first, last = (dated(frame.index[k]) for k in (0, -1))
        raise ValueError(
            f"window + horizon is {window} + {horizon} = {window + horizon} steps, but "
            f"table has {len(frame)}, from {first} to {last}. Shorten the window, or "
            "let more lie before the split."
        )
    both = sliding_window_view(frame.to_numpy(), window + horizon, axis=0)
    x = np.moveaxis(both[:, :, :window], -1, 1)
    y = both[:, names.index(target), window:]
    kept = ~np.isnan(x).any(axis=(1, 2)) & (unknown | ~np.isnan(y).any(axis=1))
    if not kept.any():
        raise ValueError(
            f"table has {int(frame.isna().sum().sum())} gaps, and no window of "
            f"{window} steps is without one. Shorten the window, or fill short gaps "
            "from the past: table.ffill(limit=1)."
        )
    return DatedWindows(x[kept], y[kept], frame.index[window:][: len(kept)][kept])
