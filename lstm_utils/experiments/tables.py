"""Tables of runs: read, and checked by running rows again."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path

from lstm_utils._validate import check_flag, check_number, load_extra
from lstm_utils.experiments._lines import text_of, whole_lines
from lstm_utils.experiments.grid import check_entries, check_function, check_path

__all__ = ["check_table", "read_table"]

ABOVE = Path(__file__).resolve().parents
# In the book, and inside an installed package.
FOLDERS = (ABOVE[2] / "experiments" / "results", ABOVE[1] / "results")


def read_table(table, *, failed: bool = False):
    """Read a table of results.

    Parameters
    ----------
    table : str or Path
        The name of one of the book's own tables, such as ``"deep_or_wide.csv"``,
        or the path of any table that `run_grid` or a benchmark wrote.
    failed : bool
        Whether to keep the runs that failed, whose metrics are NaN.

    Returns
    -------
    pandas.DataFrame
        One row for each run, in the order in which they ended.

    Raises
    ------
    FileNotFoundError
        If there is no such table.
    TypeError, ValueError
        If an argument is not what it must be, or a line of the table is damaged.

    Warns
    -----
    UserWarning
        If the table ends in half a line, which a kill leaves; it is left out.

    Examples
    --------
    >>> read_table("deep_or_wide.csv")["depth"].nunique()
    4
    """
    check_flag("failed", failed)
    places = [
        check_path("table", table),
        *(folder / Path(table).name for folder in FOLDERS),
    ]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        known = sorted(p.name for folder in FOLDERS for p in folder.glob("*.csv"))
        raise FileNotFoundError(
            f"There is no table {str(table)!r}. The book's own are {known}."
        )
    pandas = load_extra("pandas", "sweeps")
    lines, _ = whole_lines(found)
    if not lines:
        return pandas.DataFrame()
    missing = {"keep_default_na": False, "na_values": ["", "nan"]}
    rows = pandas.read_csv(BytesIO(lines), low_memory=False, **missing)
    for name in rows.columns:
        texts = {v: text_of(v) for v in rows[name] if isinstance(v, str)}
        quoted = any(text not in (field, None) for field, text in texts.items())
        if quoted or (texts and {*texts.values()} == {None}):
            rows[name] = rows[name].astype(object).map(_value).infer_objects()
    if failed or "error" not in rows:
        return rows
    return rows[rows["error"].isna()].drop(columns="error").reset_index(drop=True)


def _value(field):
    """Return what a field stands for in a column of several kinds."""
    if not isinstance(field, str):
        return field
    if (text := text_of(field)) is not None:
        return text
    if field.lower() in {"true", "false"}:
        return field.lower() == "true"
    return float(field) if set(field) & set(".einEIN") else int(field)


def check_table(
    function: Callable[..., Mapping],
    rows: Sequence[Mapping],
    *,
    keys: Sequence[str],
    metrics: Sequence[str],
    tolerance: float = 1e-4,
) -> list[str]:
    """Run some rows of a table again and say where the metrics differ.

    Parameters
    ----------
    function : callable
        The one that made the table.
    rows : sequence of mappings
        Rows of the table, such as ``table.sample(3).to_dict("records")``.
    keys, metrics : sequence of str
        Which columns are the setting and which the outcome.
    tolerance : float
        Relative difference that is allowed in a metric.

    Returns
    -------
    list of str
        One line for each metric that differs; empty where all agree.

    Examples
    --------
    >>> rows = [{"seed": 3, "score": 9.0}, {"seed": 4, "score": 17.0}]
    >>> check_table(
    ...     lambda seed: {"score": seed**2}, rows, keys=["seed"], metrics=["score"]
    ... )
    ['seed=4: score is 16 now, 17.0 in the table']
    """
    check_function(function)
    rows = check_entries("rows", rows, Mapping, "dicts")
    keys = check_entries("keys", keys, str, "names")
    metrics = check_entries("metrics", metrics, str, "names")
    check_number("tolerance", tolerance, 0, "It is relative: 1e-4 is four digits.")
    faults = []
    for row in rows:
        if lacking := {*keys, *metrics} - row.keys():
            raise ValueError(f"rows, keys and metrics differ: no {sorted(lacking)}.")
        # An empty field is None, and NaN in a data frame.
        setting = {k: None if row[k] != row[k] else row[k] for k in keys}
        name = ", ".join(f"{key}={value}" for key, value in setting.items())
        now = function(**setting)
        if lacking := {*metrics} - {*now}:
            raise ValueError(f"function returned no {sorted(lacking)} for {name}.")
        faults += [
            f"{name}: {metric} is {now[metric]} now, {row[metric]} in the table"
            for metric in metrics
            if not _agree(now[metric], row[metric], tolerance)
        ]
    return faults


def _agree(now, then, tolerance) -> bool:
    diverged = math.isnan(now) and math.isnan(then)
    return diverged or math.isclose(now, then, rel_tol=tolerance)
