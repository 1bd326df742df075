"""What every benchmark needs: interleaved rounds, ratios with a spread, a table."""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from lstm_utils import setup
from lstm_utils._validate import check_int, check_mapping
from lstm_utils.experiments.grid import loaded_versions, replace_table

RESULTS = Path(__file__).resolve().parent.parent / "experiments" / "results"
FEWEST_ROUNDS = 6
ROUNDS_HINT = "Below 6 rounds the median has no 95 % interval."


class Clock:
    """Holds how long a thing took that was started and stopped last."""

    def start(self, *_) -> None:
        """Begin to count; arguments are ignored, so that it can be a callback."""
        self._start = time.perf_counter(), time.process_time()

    def stop(self, *_) -> None:
        """Keep the seconds since the start, on the wall and of all threads."""
        self.seconds = time.perf_counter() - self._start[0]
        self.cpu_seconds = time.process_time() - self._start[1]


def keras_epoch(model, x, y, *, batch_size: int) -> Callable[[Clock], None]:
    """Return what trains a compiled model for one epoch, timed as one of many.

    A call of ``fit`` also prepares itself before its first epoch. A real training
    pays that once for many epochs, so it is not counted.
    """
    import keras

    def epoch(clock: Clock) -> None:
        timer = keras.callbacks.LambdaCallback(
            on_epoch_begin=clock.start, on_epoch_end=clock.stop
        )
        options = {"batch_size": batch_size, "shuffle": False, "verbose": 0}
        model.fit(x, y, callbacks=[timer], **options)

    return epoch


class Ratio(NamedTuple):
    """The median of the ratios of paired rounds, and its 95 % interval."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} [{self.low:.2f}, {self.high:.2f}]"


def interleave(
    arms: Mapping[str, Callable[[Clock], object]], rounds: int
) -> list[dict]:
    """Time each arm once a round; every second round goes through them backwards.

    What disturbs the machine for longer than a round then falls on all arms alike.
    Each arm is called once before, untimed, so that tracing and filling caches are
    not counted.

    Parameters
    ----------
    arms : mapping of str to callable
        What is timed, by name: each takes a clock, which it starts and stops around
        the part that counts.
    rounds : int
        Number of rounds, at least 6.

    Returns
    -------
    list of dict
        In the order in which they ran: ``round`` and ``place`` in it, both from 1,
        ``arm``, ``seconds`` that passed and ``cpu_seconds`` that all threads of this
        process used.
    """
    names = list(check_mapping("arms", arms, "Name what is to be timed."))
    rounds = check_int("rounds", rounds, FEWEST_ROUNDS, ROUNDS_HINT)
    clock = Clock()
    for name in names:
        arms[name](clock)
    rows = []
    for number in range(1, rounds + 1):
        order = names if number % 2 else names[::-1]
        for place, name in enumerate(order, start=1):
            arms[name](clock)
            rows.append(
                {
                    "round": number,
                    "place": place,
                    "arm": name,
                    "seconds": round(clock.seconds, 6),
                    "cpu_seconds": round(clock.cpu_seconds, 6),
                }
            )
    return rows


def ratio(rows: Iterable[Mapping], arm: str, yardstick: str) -> Ratio:
    """Return how many times as long the yardstick took as an arm.

    The ratio is taken round by round, then its median, with the interval that ordered
    ratios give without any assumption about their distribution.

    Parameters
    ----------
    rows : iterable of mappings
        What `interleave` gave.
    arm, yardstick : str
        Names of two arms; above 1 the first is the faster one.

    Returns
    -------
    Ratio
        Its ends are no number where there are fewer than 6 rounds.
    """
    from scipy import stats

    seconds = {(row["round"], row["arm"]): row["seconds"] for row in rows}
    numbers = sorted({number for number, _ in seconds})
    ratios = [seconds[n, yardstick] / seconds[n, arm] for n in numbers]
    middle = statistics.median(ratios)
    interval = stats.quantile_test(ratios, q=middle, p=0.5).confidence_interval(0.95)
    return Ratio(middle, float(interval.low), float(interval.high))


def print_table(rows: list[dict], yardstick: str, title: str) -> None:
    """Print one line for each arm: its times, and its ratio to the yardstick."""
    print(
        f"{title}\n  {'arm':<10} {'least':>8} {'median':>8} {'CPU':>8}  times as fast"
    )
    for arm in dict.fromkeys(row["arm"] for row in rows):
        own = [row for row in rows if row["arm"] == arm]
        seconds = [row["seconds"] for row in own]
        times = [min(seconds), statistics.median(seconds)]
        times.append(statistics.median(row["cpu_seconds"] for row in own))
        columns = " ".join(f"{value:>6.3f} s" for value in times)
        how_fast = "1" if arm == yardstick else ratio(rows, arm, yardstick)
        print(f"  {arm:<10} {columns}  {how_fast}", flush=True)


def prepare() -> None:
    """Set TensorFlow up, the one backend of all claims; say if the machine is busy."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    setup(seed=0)
    warn_if_busy()


def compare(name: str, cases: Mapping[str, Callable], yardstick, options) -> None:
    """Time each case, print its ratios, and keep the rows if `options` ask for it.

    Parameters
    ----------
    name : str
        That of the benchmark: the table is ``bench_{name}.csv``.
    cases : mapping of str to callable
        What measures, without arguments, by its title; each returns rows of
        `interleave`.
    yardstick : str or int
        The arm to which the others are compared.
    options : argparse.Namespace
        What `parser` found: ``save`` and ``results``.
    """
    table = []
    for title, measure in cases.items():
        rows = measure()
        print_table(rows, yardstick, title)
        table += rows
    if options.save:
        save_table(table, options.results / f"bench_{name}.csv")


def save_table(rows: list[dict], path: Path) -> None:
    """Replace a table in one step; an interrupt leaves the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_table(path, list(rows[0]), rows)
    print(f"Saved {len(rows)} rows in {path}")


def record() -> dict:
    """Return what a row says of the machine: processor cores, and versions."""
    return {"cores": cores(), "versions": loaded_versions()}


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def warn_if_busy() -> None:
    """Say so where other jobs are running, for they hide what is measured."""
    if not hasattr(os, "getloadavg"):
        return
    load = os.getloadavg()[0]
    if load > 0.5:
        print(
            f"Other jobs are running, or were a minute ago (load {load:.1f}): the "
            "ratios will be off. Run it again when the machine is quiet."
        )


def parser(document: str, *, rounds: bool = True) -> argparse.ArgumentParser:
    """Return the arguments that every benchmark knows, or all but the rounds."""
    made = argparse.ArgumentParser(description=document)
    made.add_argument("--save", action="store_true", help="replace the stored table")
    made.add_argument("--results", type=Path, default=RESULTS, help="its folder")
    if rounds:
        made.add_argument("--rounds", type=_rounds, default=20, help="20 unless told")
    return made


def _rounds(text: str) -> int:
    try:
        return check_int("rounds", int(text), FEWEST_ROUNDS, ROUNDS_HINT)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def start(main: Callable[[], None]) -> None:
    """Run a benchmark as a script; an interrupt gets one line."""
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit("Interrupted: no table was changed.") from None
