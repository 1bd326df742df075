"""Change the tables that a chapter reads, and see whether one of its guards notices."""

import random
import signal
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import chain, groupby
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from typing import Any

from tqdm import tqdm

from book_tools.chapters import ROOT, find_chapter, list_notebooks
from book_tools.replay import Replay

LIST = "tests/guards.toml"
FACTORS = (1.33, 0.67)
SWAP = "swap"
TOGETHER = 32  # changes of a metric that are looked at at once, first
REPEATS = {"seed", "lr", "round", "run", "epoch"}  # what differs within an arm
NO_METRICS = {"params", "cores", "place", "round", "target", "sequences", "updates"}


@dataclass(frozen=True)
class Change:
    """A metric of one arm times a factor; or, with another arm, the two swapped."""

    table: str
    arm: dict[str, Any]
    metric: str
    factor: float = 1.0
    other: dict[str, Any] | None = None

    def __str__(self) -> str:
        """Return the line that names it."""
        said = ", ".join(f"{name}={value}" for name, value in self.arm.items())
        if not self.other:
            return f"{self.table}: {said}: {self.metric} x{self.factor}"
        new = {k: v for k, v in self.other.items() if v != self.arm[k]}
        other = ", ".join(f"{name}={value}" for name, value in new.items())
        return f"{self.table}: {said}: {self.metric} with {other}"

    def applied(self, rows: Any) -> Any:
        """Return the rows of its table with the change made."""
        rows, here = rows.copy(), _are(rows, self.arm)
        if not self.other:
            column = rows[self.metric].astype(float)
            rows[self.metric] = column.where(~here, column * self.factor)
            return rows
        there = _are(rows, self.other)
        for name in self.arm:
            column = rows[name].copy()
            rows[name] = column.mask(here, self.other[name]).mask(there, self.arm[name])
        return rows

    def fits(self, excuse: dict[str, Any]) -> bool:
        """Tell whether an excuse is meant for it."""
        arms = [self.arm, self.other or {}]
        meant = any(excuse["arm"].items() <= arm.items() for arm in arms)
        meant &= excuse["table"] == self.table
        return meant and fnmatchcase(self.metric, excuse["metric"])


def guards(
    chapter: str | None = None,
    root: Path = ROOT,
    *,
    sample: int | None = None,
    workers: int = 2,
) -> int:
    """Change each arm of a chapter's tables, or of all; return 1 where one survives.

    Only what a reader can see counts: where a change alters neither a text nor a
    figure of the page, it is left out. What needs a network does not run. A survivor
    is printed when it is found. With a `sample`, so many changes of each chapter are
    drawn at random, the same ones each time.
    """
    if sample is not None and sample < 1:
        raise SystemExit(f"A sample of {sample} changes: give a number of 1 or more.")
    if chapter:
        path = find_chapter(chapter, root)
        if not (page := Replay(path, root)).tables:
            raise SystemExit(f"{path.stem} reads no table of experiments/results.")
        pages = [page]
    else:
        pages = (Replay(path, root) for path in list_notebooks(root))
    tried = (_guard(page, root, sample, workers) for page in pages if page.tables)
    return max(tried, default=0)


def _guard(page: Replay, root: Path, sample: int | None, workers: int) -> int:
    """Try the changes of one chapter; return 1 where no guard notices one."""
    _say(page.name)
    changes = [c for name in page.tables for c in _changes(page, name)]
    excuses = [e for e in read_excuses(root) if e["table"] in page.tables]
    whole = sample is None or sample >= len(changes)
    if not whole:
        _say(f"a sample of {sample} changes out of {len(changes)}")
        drawn = random.Random(page.name).sample(range(len(changes)), sample)
        changes = [changes[place] for place in sorted(drawn)]
    shown, survivors, unexcused = 0, [], 0
    results = _try_all(page, changes, workers)
    with tqdm(results, "changes", len(changes)) as bar:  # which Ctrl-C ends as well
        for change, where in zip(changes, bar, strict=True):
            shown += where is not None
            if where:
                survivors.append(change)
                if not any(map(change.fits, excuses)):
                    unexcused += 1
                    _say(f"{change}  ({where}: {page.sentence_near(where)})")
    for excuse in excuses:
        if whole and not any(change.fits(excuse) for change in survivors):
            place = f"{excuse['table']}: {excuse['arm']}: {excuse['metric']}"
            print(f"its excuse is out of date: {place}")
    for fault in sorted({*page.faults.values()} - {""}):
        print(f"could not be run: {fault}")
    print(
        f"{shown} changes show, {shown - len(survivors)} are noticed, "
        f"{len(survivors) - unexcused} excused, {unexcused} survive"
    )
    return 1 if unexcused else 0


def _say(line: str) -> None:
    """Print a line at once, above the bar."""
    with tqdm.external_write_mode():
        print(line, flush=True)


def read_excuses(root: Path = ROOT) -> list[dict[str, Any]]:
    """Return the excuses of the list, each with table, arm, metric and why."""
    file = root / LIST
    text = file.read_text("utf-8") if file.is_file() else ""
    return tomllib.loads(text).get("excuse", [])


def _changes(page: Replay, name: str) -> Iterator[Change]:
    """Yield what can be changed in a table, as far as the page shows the metric."""
    rows = page.tables[name]
    settings, metrics = _columns(rows)
    apart = [*_factors(name, len(rows))]  # all by one, and a ratio would stay
    bent = {m: rows.assign(**{m: rows[m] * apart}) for m in metrics}
    metrics = [m for m in metrics if page.shows(name, bent[m]) is not None]
    arms = rows[settings].drop_duplicates().to_dict("records")
    for metric in metrics:
        for arm in arms:
            yield from (Change(name, arm, metric, factor) for factor in FACTORS)
    for arm, other in _neighbours(arms):
        means = [rows[_are(rows, a)][metrics].mean() for a in (arm, other)]
        ratios = means[0] / means[1]
        if not ratios.between(*sorted(FACTORS)).all():  # else it changes less than they
            yield Change(name, arm, SWAP, other=other)


def _factors(seed: str, number: int) -> Iterator[float]:
    """Yield factors that differ, below 0.7 or above 1.3, the same each time."""
    draw = random.Random(seed)
    for _ in range(number):
        yield 1 + draw.choice((1, -1)) * draw.uniform(0.3, 0.6)


def _columns(rows: Any) -> tuple[list[str], list[str]]:
    """Return the columns that set an arm, and those of its outcome."""
    named = [*rows.columns]
    numbers = {*rows.select_dtypes("number").columns} - NO_METRICS
    if "backend" in named:  # a sweep, else a benchmark
        first = named.index("backend") + 1
        settings = [n for n in named[:first] if n not in REPEATS]
        return settings, [n for n in named[first:] if n in numbers]
    metrics = [n for n in ("seconds", "cpu_seconds", "exact") if n in numbers]
    first = min(map(named.index, metrics))
    by_place = REPEATS | {"place"} | ({"updates"} if "epoch" in named else set())
    return [n for n in named[:first] if n not in by_place], metrics


def _are(rows: Any, arm: dict[str, Any]) -> Any:
    """Tell for each row whether it is of an arm."""
    return (rows[[*arm]] == [*arm.values()]).all(axis=1)


def _neighbours(arms: list[dict]) -> Iterator[tuple[dict, dict]]:
    """Yield pairs of arms that differ in as little as possible, and are next."""
    ordered = sorted(arms, key=lambda a: [(isinstance(v, str), v) for v in a.values()])
    for place, arm in enumerate(ordered):
        differ = {
            n: frozenset(k for k in arm if arm[k] != other[k])
            for n, other in enumerate(ordered)
            if n != place
        }
        least = {d for d in differ.values() if not any(e < d for e in differ.values())}
        for names in least:
            nexts = (n for n in differ if n > place and differ[n] == names)
            if (number := next(nexts, None)) is not None:
                yield arm, ordered[number]


def _try_all(page: Replay, changes: list[Change], workers: int) -> Iterator[str | None]:
    """Yield what `_try` says of each change."""
    global _page
    _page = page
    groups = [*_groups(changes)]
    if workers < 2 or "fork" not in get_all_start_methods():
        yield from chain.from_iterable(map(_try_group, groups))
        return
    no_ctrl_c = signal.signal, (signal.SIGINT, signal.SIG_IGN)  # it ends the parent
    with get_context("fork").Pool(workers, *no_ctrl_c) as pool:  # with the page as run
        yield from chain.from_iterable(pool.imap(_try_group, groups))


def _groups(changes: list[Change]) -> Iterator[list[Change]]:
    """Yield the changes in their order, those of one metric together."""
    for (_, metric), found in groupby(changes, lambda c: (c.table, c.metric)):
        group, size = [*found], 1 if metric == SWAP else TOGETHER
        yield from (group[n : n + size] for n in range(0, len(group), size))


def _try_group(changes: list[Change]) -> list[str | None]:
    """Try changes of one metric: all at once, and by halves where the page shows that.

    Each of their arms gets a factor of its own then, lest a ratio stay as it was, and
    what goes up goes down the second time.
    """
    if len(changes) == 1:
        return [_try(changes[0])]
    arms = {str(change.arm): change.arm for change in changes}.values()
    factors = [*_factors(str(changes[0]), len(arms))]
    for bent in (factors, [2 - factor for factor in factors]):
        table, rows = changes[0].table, _page.tables[changes[0].table]
        for arm, factor in zip(arms, bent, strict=True):
            rows = Change(table, arm, changes[0].metric, factor).applied(rows)
        if _page.shows(table, rows) is not None:
            half = len(changes) // 2
            return _try_group(changes[:half]) + _try_group(changes[half:])
    return [None] * len(changes)


def _try(change: Change) -> str | None:
    """Return the cell that first shows a change that no guard notices.

    An empty name where one notices it, None where the page does not show it.
    """
    before = _page.tables[change.table]
    if (rows := change.applied(before)).equals(before):  # a third of nothing
        return None
    return "" if _page.caught(change.table, rows) else _page.shows(change.table, rows)
