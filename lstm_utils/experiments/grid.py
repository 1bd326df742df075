"""Run a function over a grid of settings: resumed after a kill, recorded row by row."""

from __future__ import annotations

import csv
import math
import os
import platform
import re
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from multiprocessing import current_process
from pathlib import Path

from lstm_utils._validate import check_flag, check_int, load_extra
from lstm_utils.experiments._arguments import (
    check_entries,
    check_function,
    check_path,
)
from lstm_utils.experiments._lines import as_field, as_line, known, text_of, whole_lines

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
        If the table cannot be written; whole rows are kept.
    TypeError, ValueError
        If an argument is not what it must be, or the settings do not all have the
        same keys; or if the table has other columns, is damaged, or holds a run twice.
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

    check_function(function)
    grid = check_entries("grid", grid, Mapping, "dicts")
    metrics = check_entries("metrics", metrics, str, "names")
    path = check_path("path", path)
    if n_jobs is not None:
        check_int("n_jobs", n_jobs, -math.inf, "It is a number of processes.")
    check_flag("retry", retry)
    keys = _common_keys(grid)
    columns = [*keys, *metrics, "seconds", "versions", "error"]
    if twice := {name for name in columns if columns.count(name) > 1}:
        raise ValueError(f"metrics and grid give {sorted(twice)} twice: rename one.")
    kinds = {(k, isinstance(s[k], str)) for s in grid for k in keys if s[k] is not None}
    mixed = {k for k in keys if {(k, True), (k, False)} <= kinds}
    if retry:
        with _opened(path, columns) as (_, rows):
            replace_table(path, columns, [row for row in rows if not row["error"]])
    with _opened(path, columns) as (file, rows):
        done = {tuple(known(row[key]) for key in keys) for row in rows}
        if len(done) != len(rows):
            raise ValueError(
                f"{path} holds a run twice: {len(rows)} rows, {len(done)} settings. "
                "Two sweeps may have written to it at once; delete the second rows."
            )
        wanted = {_identity(setting): setting for setting in grid}
        plain = {*keys} - mixed
        todo = [s for k, s in wanted.items() if not {k, _identity(s, plain)} & done]
        parallel = joblib.Parallel(n_jobs=n_jobs, return_as="generator_unordered")
        run = joblib.delayed(_one_run)
        runs = parallel(run(function, s, metrics, os.getpid()) for s in todo)
        bar = tqdm.tqdm(runs, path.stem, len(todo), unit="run", disable=None)
        new = iter(bar)
        try:
            for row in new:
                setting = {k: as_field(row[k], quoted=k in mixed) for k in keys}
                _append(file, path, (row | setting).values())
        except BaseException as error:  # noqa: BLE001
            runs.throw(error)  # that stops the processes
    return len(todo)


def _one_run(function, setting, metrics, starter) -> dict:
    # Loky's workers outlive the process that they work for.
    if starter == os.getppid() or current_process().name.startswith("Loky"):
        end_with(starter)
    start = time.perf_counter()
    record = dict.fromkeys(metrics, "") | {"seconds": "", "versions": "", "error": ""}
    try:
        found = dict(function(**setting))
        if found.keys() != set(metrics):
            raise ValueError(f"it returned {sorted(found)}, not {sorted(metrics)}")
        record |= {name: as_field(value) for name, value in found.items()}
    except Exception as caught:  # noqa: BLE001
        text = traceback.format_exception_only(caught)[-1]
        record["error"] = as_field(" ".join(text.split())[:1000])
    record["seconds"] = f"{time.perf_counter() - start:.2f}"
    return {**setting, **record, "versions": loaded_versions()}


@cache
def end_with(parent: int) -> None:
    """End this process within a second of its parent, however that one ends.

    Where it leads a group of processes, as after ``start_new_session``, they end too.
    """

    def watch():
        while os.getppid() == parent:
            time.sleep(0.5)
        leads = hasattr(os, "killpg") and os.getpgrp() == os.getpid()
        (os.killpg if leads else os.kill)(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def loaded_versions() -> str:
    """Return the versions of Python and of the libraries that have been imported."""
    names = ["numpy", "keras", "jax", "tensorflow", "torch"]
    used = [f"{n} {sys.modules[n].__version__}" for n in names if n in sys.modules]
    return ", ".join([f"python {platform.python_version()}", *used])


def _common_keys(grid) -> list[str]:
    keys = list(grid[0])
    for number, setting in enumerate(grid):
        if list(setting) != keys:
            raise ValueError(
                f"grid[{number}] has the keys {list(setting)}, but the first setting "
                f"has {keys}: every setting needs the same, in the same order."
            )
    return keys


def _identity(setting, plain=()) -> tuple[str, ...]:
    """Return what tells a setting; texts such as "41" once stood there plainly."""
    texts = {key: setting[key] for key in plain if isinstance(setting[key], str)}
    texts = {key: text for key, text in texts.items() if text and text_of(text) is None}
    return tuple(texts.get(k, known(as_field(v))) for k, v in setting.items())


@contextmanager
def _opened(path: Path, columns) -> Iterator[tuple]:
    """Open a table for appending, alone; give the file and the whole rows in it."""
    with _writing(path):
        file = path.open("a+b", buffering=0)
    with file:
        with _writing(path):
            _lock(file, path)
        whole, rows = whole_lines(path)
        if file.seek(0, os.SEEK_END) > len(whole):
            file.truncate(len(whole))
        if not rows:
            _append(file, path, columns)
        elif rows[0] != columns:
            raise ValueError(
                f"{path} has the columns {rows[0]}, but this sweep writes "
                f"{columns}. Give it another path, or move the old table away."
            )
        yield file, [dict(zip(columns, row, strict=True)) for row in rows[1:]]


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Name the table where it cannot be written."""
    try:
        yield
    except OSError as error:
        raise type(error)(
            f"The table {path} cannot be written: {error.strerror}. Its folder must "
            "exist, be writable and have room; whole rows are kept."
        ) from None


def _append(file, path: Path, fields) -> None:
    """Write a row, or nothing of it."""
    end = file.seek(0, os.SEEK_END)
    rest = as_line(fields)
    with _writing(path):
        try:
            while rest:
                rest = rest[file.write(rest) :]
            os.fsync(file.fileno())
        except BaseException:
            file.truncate(end)
            raise


def _lock(file, path) -> None:
    """Hold the table until it is closed or the process ends, where that is possible."""
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:  # Windows
        return
    except BlockingIOError:
        raise RuntimeError(
            f"Another sweep is writing to {path}{_holder(file)}. Wait for its end, or "
            "stop it."
        ) from None


def _holder(file) -> str:
    """Return which process holds a table, where Linux tells it."""
    locks, inode = Path("/proc/locks"), os.fstat(file.fileno()).st_ino
    held = locks.read_text() if locks.exists() else ""
    found = re.search(rf"FLOCK .* ([1-9]\d*) \S+:{inode} ", held)
    return f" (process {found[1]})" if found else ""


def replace_table(path: Path, columns, rows) -> None:
    """Write a table in one step; an interrupt leaves the old one."""
    temporary = path.with_name(f".{path.name}.tmp")
    with _writing(path):
        try:
            with temporary.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, columns, lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
