"""Run a function over a grid of settings: resumed after a kill, recorded row by row."""

from __future__ import annotations

import csv
import io
import os
import platform
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from lstm_utils._validate import load_extra

__all__ = ["run_grid"]


def run_grid(
    function: Callable[..., Mapping],
    grid: Sequence[Mapping],
    path,
    *,
    metrics: Sequence[str],
    n_jobs: int | None = None,
    retry: bool = False,
) -> int:
    """Call a function under each setting of a grid, and write a row as each ends.

    What is in the table already is not run again, so a sweep that was killed goes
    on where it stopped. A call that raises is recorded, with empty metrics and its
    error, and the sweep goes on. Runs go through joblib, so that
    ``joblib.parallel_config(backend="dask")`` sends them to a cluster.

    Parameters
    ----------
    function : callable
        Takes the keys of a setting as keyword arguments and returns its metrics.
    grid : sequence of mappings
        The settings, all with the same keys; ``seed`` is one of them as a rule.
    path : str or Path
        The CSV file, made if it is not there; its folder must be.
    metrics : sequence of str
        The names that `function` returns.
    n_jobs : int, optional
        Processes at a time; joblib's own choice if left out, which is one.
    retry : bool
        Whether to run again what has failed before.

    Returns
    -------
    int
        The number of runs made now.

    Raises
    ------
    OSError
        If the table cannot be written.
    ValueError
        If the settings do not all have the same keys, or the table has other
        columns or holds a run twice.
    RuntimeError
        If another sweep is writing to the same table.

    Warns
    -----
    UserWarning
        If the table ended in half a line, which a kill leaves; that run is done
        again.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> grid = [{"power": p, "seed": s} for p in (1, 2) for s in (3, 4)]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "powers.csv")
    ...     for _ in range(2):
    ...         print(
    ...             run_grid(
    ...                 lambda power, seed: {"score": seed**power},
    ...                 grid,
    ...                 path,
    ...                 metrics=["score"],
    ...             )
    ...         )
    4
    0
    """
    joblib, tqdm = (load_extra(name, "sweeps") for name in ("joblib", "tqdm"))

    keys = _common_keys(grid)
    columns = [*keys, *metrics, "seconds", "versions", "error"]
    path = Path(path)
    if retry:
        with _opened(path, columns) as (_, rows):
            replace_table(path, columns, [row for row in rows if not row["error"]])
    with _opened(path, columns) as (file, rows):
        done = {_identity(row, keys) for row in rows}
        if len(done) != len(rows):
            raise ValueError(
                f"{path} holds a run twice: {len(rows)} rows, {len(done)} settings. "
                "Two sweeps may have written to it at once; delete the second rows."
            )
        wanted = {_identity(setting, keys): setting for setting in grid}
        todo = [setting for key, setting in wanted.items() if key not in done]
        parallel = joblib.Parallel(n_jobs=n_jobs, return_as="generator_unordered")
        runs = parallel(joblib.delayed(_one_run)(function, s, metrics) for s in todo)
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        for row in tqdm.tqdm(runs, path.stem, len(todo), unit="run", disable=None):
            writer.writerow(row)
            file.flush()
            os.fsync(file.fileno())
    return len(todo)


def _one_run(function, setting, metrics) -> dict:
    start = time.perf_counter()
    record = dict.fromkeys(metrics, "") | {"error": ""}
    try:
        found = dict(function(**setting))
        if found.keys() != set(metrics):
            raise ValueError(f"it returned {sorted(found)}, not {sorted(metrics)}")
        record |= found
    except Exception as caught:  # noqa: BLE001
        text = traceback.format_exception_only(caught)[-1]
        record["error"] = " ".join(text.split())
    record["seconds"] = f"{time.perf_counter() - start:.2f}"
    return {**setting, **record, "versions": loaded_versions()}


def loaded_versions() -> str:
    """Return the versions of Python and of the libraries that have been imported."""
    names = ["numpy", "keras", "jax", "tensorflow", "torch"]
    used = [f"{n} {sys.modules[n].__version__}" for n in names if n in sys.modules]
    return ", ".join([f"python {platform.python_version()}", *used])


def _common_keys(grid) -> list[str]:
    if not grid:
        raise ValueError("grid is empty, expected at least one setting.")
    keys = list(grid[0])
    for number, setting in enumerate(grid):
        if list(setting) != keys:
            raise ValueError(
                f"grid[{number}] has the keys {list(setting)}, but the first setting "
                f"has {keys}: every setting needs the same, in the same order."
            )
    return keys


def _identity(row, keys) -> tuple[str, ...]:
    # None is an empty field in the table.
    return tuple("" if row[key] is None else str(row[key]) for key in keys)


@contextmanager
def _opened(path: Path, columns) -> Iterator[tuple]:
    """Open a table for appending, alone; give the file and the whole rows in it."""
    try:
        file = path.open("a+", newline="", encoding="utf-8")
    except OSError as error:
        raise type(error)(
            f"The table {path} cannot be written: {error.strerror}. Its folder must "
            "exist and be writable."
        ) from None
    with file:
        _lock(file, path)
        file.seek(0)
        text = file.read()
        whole = text[: text.rfind("\n") + 1]
        if half := text[len(whole) :]:
            warnings.warn(
                f"{path} ended in half a line, as a kill leaves it: {half!r}. It is "
                "dropped and that run done again.",
                stacklevel=4,
            )
            file.truncate(len(whole.encode()))
        table = csv.DictReader(io.StringIO(whole, newline=""))
        if table.fieldnames is None:
            csv.writer(file, lineterminator="\n").writerow(columns)
            file.flush()
        elif table.fieldnames != columns:
            raise ValueError(
                f"{path} has the columns {table.fieldnames}, but this sweep writes "
                f"{columns}. Give it another path, or move the old table away."
            )
        yield file, list(table)


def _lock(file, path) -> None:
    """Hold the table until it is closed or the process ends, where that is possible."""
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:  # Windows
        return
    except BlockingIOError:
        raise RuntimeError(
            f"Another sweep is writing to {path}. Wait for its end, or stop it."
        ) from None


def replace_table(path: Path, columns, rows) -> None:
    """Write a table in one step; an interrupt leaves the old one."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with temporary.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
