"""Checks of tables with dates, with messages that name row and column."""

from __future__ import annotations

import warnings

import numpy as np

from lstm_utils._validate import dated, load_extra, wrong

READ = "Read them with pandas.read_csv(path, index_col=…, parse_dates=True)."


def one_column(name: str, series):
    """Return a dated, regular Series of floats, or raise."""
    found = regular(name, series)
    if found.ndim != 1:
        hint = f"Pick the one that is forecast: {name}[…]."
        what = f"the columns {[*found.columns]}"
        raise wrong(ValueError, name, "be a Series", what, hint)
    return found


def regular(name: str, table):
    """Return a dated table of floats whose rows are all steps, or raise."""
    check_index(name, table)
    return on_grid(name, floats(name, table, constant=True))


def check_index(name: str, table) -> None:
    """Raise if a table has no dates, or they are not in order, each once."""
    pandas = load_extra("pandas", "sweeps")
    if not isinstance(table, pandas.Series | pandas.DataFrame):
        expected = "be a Series or DataFrame of pandas with an index of dates"
        raise wrong(TypeError, name, expected, type(table).__name__, READ)
    index = table.index
    if table.size == 0:
        raise ValueError(f"{name} is empty: its shape is {table.shape}.")
    if not isinstance(index, pandas.DatetimeIndex):
        what = f"{index[0]!r} as the first row's"
        hint = f"{READ} If they stay text, say how they are written: date_format=…"
        raise wrong(TypeError, name, "have an index of dates", what, hint)
    if (bad := np.flatnonzero(index.isna())).size:
        raise ValueError(f"{name} has no date in row {bad[0]}. Drop it or mend it.")
    steps = np.diff(index.asi8)
    if (bad := np.flatnonzero(steps <= 0)).size:
        row = bad[0] + 1
        date, before = dated(index[row]), dated(index[row - 1])
        if steps[bad[0]]:
            raise ValueError(
                f"{name} goes back in time: row {row} has the date {date}, after "
                f"{before}. {name}.sort_index() puts rows in order; or day and month "
                "were taken for each other, or two tables stand one under the other."
            )
        raise ValueError(
            f"{name} has the date {date} twice, in rows {row - 1} and {row}. Keep one "
            f"or average them: {name}.groupby(level=0).mean()."
        )


def floats(name: str, table, *, constant: bool = False):
    """Return a table as floats, or raise naming the row and column that is none."""
    pandas = load_extra("pandas", "sweeps")
    frame = table.to_frame() if table.ndim == 1 else table
    columns = []
    for label, column in frame.items():
        if column.dtype.kind in "cmM":
            what = f"column {label!r} of dtype {column.dtype}"
            raise wrong(TypeError, name, "hold real numbers", what)
        numbers = pandas.to_numeric(column, errors="coerce").astype(float)
        bad = (np.isinf(numbers) | (numbers.isna() & column.notna())).to_numpy()
        if bad.any():
            row = int(bad.argmax())
            what = column.astype(object).iloc[row]
            raise TypeError(
                f"{name} must hold numbers, but {what!r} stands in column "
                f"{label!r}, row {row} ({dated(table.index[row])}). pandas.read_csv "
                "takes what stands for a missing value, na_values=…, and decimal=','."
            )
        if not constant and numbers.nunique() < 2:
            raise ValueError(
                f"{name} must change, but column {label!r} holds one number, "
                f"{numbers.max():g}, in every row: nothing to forecast or to scale by."
            )
        columns.append(numbers)
    frame = pandas.concat(columns, axis=1)
    return frame if table.ndim == 2 else frame.iloc[:, 0].rename(table.name)


def on_grid(name: str, table, freq=None):
    """Return a table with a row for each step; raise if its dates show no step."""
    pandas = load_extra("pandas", "sweeps")
    index = table.index
    freq = (index.freq or _inferred(index)) if freq is None else freq
    if freq is None:
        steps = np.diff(index.asi8) if len(index) > 1 else np.ones(1)
        usual = np.median(steps)
        long = steps > 1.5 * usual  # months differ by less
        row = int((long if long.any() else steps != usual).argmax())
        seen = f"{dated(index[row])} and {dated(index[min(row + 1, len(index) - 1)])}"
        raise ValueError(
            f"{name} has no regular step: look at the rows from {row} on, {seen}. Say "
            "which step is meant, such as 'h', 'D' or 'MS', as in regular_dates(table, "
            "'h'): what is missing becomes NaN."
        )
    what, hint = f"{freq!r}", "Such as 'h', 'D', 'MS' or 'YS'."
    if not isinstance(freq, str) and not hasattr(freq, "freqstr"):
        raise wrong(TypeError, "freq", "be a step of pandas", what, hint)
    try:
        grid = pandas.date_range(index[0], index[-1], freq=freq, name=index.name)
    except (TypeError, ValueError):
        raise wrong(ValueError, "freq", "be a step of pandas", what, hint) from None
    if (off := ~index.isin(grid)).any():
        row = int(off.argmax())
        step = grid.freqstr
        raise ValueError(
            f"{name} has the date {dated(index[row])} in row {row}, and no step of "
            f"{step!r} from {dated(index[0])} on falls there. Average over steps, "
            f"{name}.resample({step!r}).mean(), or choose another freq."
        )
    return table.reindex(grid).set_axis(grid)


def _inferred(index):
    """Return the step that dates show, None if there are gaps or too few."""
    pandas = load_extra("pandas", "sweeps")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it will not be a text one day
        return pandas.infer_freq(index) if len(index) > 2 else None
