"""Run or resume a sweep, or check its table: `python -m experiments [NAME]`.

Keras chooses its backend once in a process, so each part of a sweep is run by a
process of its own, started from here.
"""

from __future__ import annotations

import argparse
import importlib
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_COMPILATION_CACHE_DIR": str(Path(tempfile.gettempdir(), "lstm-book-jax")),
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
}


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    options = _parser().parse_args(argv)
    names = sorted(path.stem for path in HERE.glob("[!_]*.py"))
    if options.name and options.name not in names:
        raise SystemExit(
            f"No sweep is called {options.name!r}. Sweeps: {', '.join(names)}."
        )
    for name in [options.name] if options.name else names:
        one = argparse.Namespace(**vars(options) | {"name": name})
        one.table = options.results / f"{name}.csv"
        try:
            one.sweep = importlib.import_module(f"experiments.{name}")
            if status := _one(one):
                return status
        except KeyboardInterrupt:
            if not options.parent:
                rows = f"{len(_rows(one))} rows are kept in {one.table}"
                print(f"\nInterrupted: {rows}; the same command goes on.")
            return 130
    return 0


def _one(options) -> int:
    """Do with one sweep what is asked for."""
    if options.parent:
        from lstm_utils.experiments.grid import end_with

        end_with(options.parent)
        os.environ["SWEEP_PROCESS"] = str(os.getpid())
        return _run_part(options) if options.part else _check_part(options)
    if options.list:
        rows = f"{len(_rows(options)):>5} rows"
        chapter, cost = options.sweep.CHAPTER, options.sweep.COST
        print(f"{options.name:<20} {chapter:<20} {rows}  {cost}")
        return 0
    print(f"{options.name}: {options.sweep.COST}", flush=True)
    return _check(options) if options.check else _run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m experiments", description=__doc__)
    parser.add_argument("name", nargs="?", help="the one sweep to run")
    parser.add_argument("--list", action="store_true", help="say what there is")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes")
    parser.add_argument("--scheduler", default="", help="address of a Dask scheduler")
    parser.add_argument("--check", type=int, default=0, help="rows to run again")
    parser.add_argument("--retry", action="store_true", help="failed runs once more")
    parser.add_argument("--results", type=Path, default=HERE / "results")
    # For the processes that are started from here: a backend, numbers of rows.
    parser.add_argument("--part", default="", help=argparse.SUPPRESS)
    parser.add_argument("--chosen", default="", help=argparse.SUPPRESS)
    parser.add_argument("--parent", type=int, default=0, help=argparse.SUPPRESS)
    return parser


def _rows(options, *, failed: bool = True) -> list[dict]:
    if not options.table.is_file():
        return []
    from lstm_utils.experiments import read_table

    with _in_one_line():
        return read_table(options.table, failed=failed).to_dict("records")


@contextmanager
def _in_one_line() -> Iterator[None]:
    """Say what is wrong with a table, without a traceback."""
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:
        raise SystemExit(str(error)) from None


def _wanted(options) -> list[dict]:
    return options.sweep.settings(_rows(options, failed=not options.retry))


def _run(options) -> int:
    """Run what is missing, one backend after the other, until nothing is."""
    while wanted := _wanted(options):
        backend, before = wanted[0]["backend"], len(_rows(options))
        if status := _start(options, backend, "--part", backend):
            return status
        if not options.retry and len(_rows(options)) == before:
            raise SystemExit(f"{options.name}: no run was made of {len(wanted)} wanted")
        options.retry = False
    failed = [row["error"] for row in _rows(options) if isinstance(row["error"], str)]
    print(f"{options.name}: complete, {len(failed)} runs failed")
    for error in failed:
        print(f"  {error}")
    return 1 if failed else 0


def _run_part(options) -> int:
    """Run what can be run on this process's backend before another's turn comes."""
    from lstm_utils.experiments import run_grid

    with _cluster(options) if options.scheduler else nullcontext():
        made = True
        while made:
            mine = [new for new in _wanted(options) if new["backend"] == options.part]
            rule = {"metrics": options.sweep.METRICS, "retry": options.retry}
            rule["n_jobs"] = None if options.scheduler else options.jobs
            run = options.sweep.run
            with _in_one_line():
                made = run_grid(run, mine, options.table, **rule) if mine else 0
            options.retry = False
    return 0


def _cluster(options) -> ExitStack:
    """Send what joblib runs to a Dask cluster whose workers can import the sweep."""
    import joblib
    from distributed import Client

    stack = ExitStack()
    address = options.scheduler
    try:
        client = stack.enter_context(Client(address, timeout=10))
    except (OSError, ValueError) as error:
        raise SystemExit(
            f"No Dask scheduler answers at {address!r}: {error}. Start one with "
            "`dask scheduler`."
        ) from None
    try:
        # A worker that cannot import the sweep would be waited for without end.
        client.run(importlib.import_module, f"experiments.{options.name}")
    except ModuleNotFoundError as error:
        raise SystemExit(
            f"The cluster's workers do not find the sweep: {error}. Start them in the "
            "book's folder: PYTHONPATH=. dask worker ADDRESS"
        ) from None
    stack.enter_context(joblib.parallel_config(backend="dask"))
    return stack


def _check(options) -> int:
    """Run some rows of the table again, TensorFlow's first, and compare."""
    rows = _rows(options, failed=False)
    if not rows:
        raise SystemExit(f"There is no row to check in {options.table}.")
    numbers = random.sample(range(len(rows)), len(rows))
    numbers.sort(key=lambda k: rows[k]["backend"] != "tensorflow")
    chosen = numbers[: options.check]
    status = 0
    for backend in sorted({rows[k]["backend"] for k in chosen}):
        mine = [str(k) for k in chosen if rows[k]["backend"] == backend]
        status = _start(options, backend, "--chosen", ",".join(mine)) or status
    return status


def _check_part(options) -> int:
    from lstm_utils.experiments import check_table

    sweep, rows = options.sweep, _rows(options, failed=False)
    chosen = [rows[int(k)] for k in options.chosen.split(",")]
    keys = list(sweep.settings([])[0])
    faults = check_table(sweep.run, chosen, keys=keys, metrics=sweep.METRICS)
    print("\n".join(faults) or f"{len(chosen)} rows agree with the table")
    return 1 if faults else 0


def _start(options, backend, *arguments) -> int:
    """Call this command again in a process whose Keras runs on one backend."""
    if find_spec(backend) is None:
        raise SystemExit(
            f"These runs need Keras on {backend}, which is not installed here: "
            f"`.venv/bin/pip install {backend}`."
        )
    command = [sys.executable, "-m", "experiments._part", options.name, *arguments]
    command += ["--jobs", str(options.jobs), "--results", str(options.results)]
    command += ["--parent", str(os.getpid())]
    command += ["--scheduler", options.scheduler] if options.scheduler else []
    command += ["--retry"] if options.retry else []
    environment = ENVIRONMENT | os.environ | {"KERAS_BACKEND": backend}
    path = [str(HERE.parent), os.environ.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, path))
    # In a session of its own, Ctrl-C reaches it through here alone.
    place = {"env": environment, "cwd": HERE.parent, "start_new_session": True}
    with subprocess.Popen(command, **place) as child:
        try:
            return child.wait()
        except KeyboardInterrupt:
            child.terminate()
            with suppress(subprocess.TimeoutExpired):
                child.wait(10)
            child.kill()
            raise
        finally:
            if hasattr(os, "killpg"):  # a worker that had just been started
                with suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)


def _interrupt(*_) -> None:
    """Stop once, whether by Ctrl-C or from outside; what is kept is said in peace."""
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.SIG_IGN)
    raise KeyboardInterrupt


def start() -> None:
    """Run the command line as a process of its own, which can be stopped."""
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, _interrupt)
    sys.exit(main())


if __name__ == "__main__":
    start()
