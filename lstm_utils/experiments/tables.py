"""Tables of runs: read, and checked by running rows again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lstm_utils._validate import load_extra

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

    Examples
    --------
    >>> read_table("deep_or_wide.csv")["depth"].nunique()
    4
    """
    places = [Path(table), *(folder / Path(table).name for folder in FOLDERS)]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        known = sorted(p.name for folder in FOLDERS for p in folder.glob("*.csv"))
        raise FileNotFoundError(
            f"There is no table {str(table)!r}. The book's own are {known}."
        )
    rows = load_extra("pandas", "sweeps").read_csv(found)
    if failed or "error" not in rows:
        return rows
    return rows[rows["error"].isna()].drop(columns="error").reset_index(drop=True)


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
    import math

    faults = []
    for row in rows:
        setting = {key: row[key] for key in keys}
        name = ", ".join(f"{key}={value}" for key, value in setting.items())
        now = function(**setting)
        faults += [
            f"{name}: {metric} is {now[metric]} now, {row[metric]} in the table"
            for metric in metrics
            if not math.isclose(now[metric], row[metric], rel_tol=tolerance)
        ]
    return faults
