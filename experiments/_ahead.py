"""Series to be forecast many steps ahead, cut alike for networks and for their rivals.

The end of a series is five blocks for the scores; the block before these chooses. All
is fitted once, to what lies before; then the origin walks, step by step. A window
counts for the block in which all of its targets lie, so that no two blocks share one.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from lstm_utils.forecasting import windows_ahead
from lstm_utils.tasks import load_dated, load_series, shop_demand

HORIZON, BLOCKS = 12, 5
SHOPS, DAYS = 4, 780
SCORES = ("val_score", "test_score")
SCORES += tuple(f"step_{k}" for k in range(1, HORIZON + 1))
SCORES += tuple(f"block_{k}" for k in range(1, BLOCKS + 1))


class Plan(NamedTuple):
    """How a problem is cut: its target, steps of a past, of a block and of a season."""

    target: str
    window: int
    block: int
    season: int
    trend: bool = False


PLANS = {
    "shops": Plan("sold", 14, 40, 7),
    "plain": Plan("sold", 14, 40, 7),
    "unlike": Plan("sold", 14, 40, 7),
    "elnino": Plan("sea", 24, 36, 12),
    "co2": Plan("co2", 24, 36, 12, trend=True),
    "weather": Plan("temp_max", 14, 73, 365),
}
DRAWN = {"shops": {}, "plain": {"lift": "same"}, "unlike": {"alike": False}}


class Cut(NamedTuple):
    """A series in windows, scaled by what is learnt from.

    `past` and `future` are as `windows_ahead` has them; `following` is the next value,
    scaled as those of the past. `truth` (n, horizon) and `last` (n,) have the unit of
    the data. `at` counts the rows before the first target. `block` says where all
    targets lie: 0 is what is learnt from, 1 chooses, the rest is scored. `scale` is
    what the seasonal naive forecast loses on what is learnt from.
    """

    past: np.ndarray
    future: np.ndarray
    following: np.ndarray
    truth: np.ndarray
    last: np.ndarray
    at: np.ndarray
    block: np.ndarray
    middle: float
    unit: float
    scale: float
    trend: bool

    def where(self, rows) -> Cut:
        """Return some of the windows, such as those of one block."""
        arrays = ("past", "future", "following", "truth", "last", "at")
        arrays += ("block",)
        return self._replace(**{name: getattr(self, name)[rows] for name in arrays})

    def hidden(self) -> Cut:
        """Take away what is known of the future, from the past as well."""
        columns = self.past.shape[2] - self.future.shape[2]
        past, nothing = self.past[:, :, :columns], self.future[:, :, :0]
        return self._replace(past=past, future=nothing)

    def scaled(self) -> np.ndarray:
        """Return the targets as a network learns them: with a trend, from the last."""
        base = self.last[:, None] if self.trend else self.middle
        return (self.truth - base) / self.unit

    def restored(self, outputs) -> np.ndarray:
        """Return outputs (n, horizon) in the unit of the data."""
        base = self.last[:, None] if self.trend else self.middle
        return base + self.unit * outputs


def drawn(problem: str, seed: int):
    """Return the shops of a drawn problem."""
    return shop_demand(SHOPS, DAYS, seed=seed, **DRAWN[problem])


@cache
def tables(problem: str, seed: int, others: bool = False) -> tuple[tuple, tuple]:
    """Return the tables of a problem, and the names of the columns known beforehand.

    Inputs whose future nobody knows come along only if others are asked for.
    """
    import pandas as pd
    from statsmodels.tsa.deterministic import CalendarFourier, CalendarSeasonality

    target = PLANS[problem].target
    if problem in DRAWN:
        shops = drawn(problem, seed)
        days = pd.date_range("2024-01-01", periods=DAYS)
        week = CalendarSeasonality("D", "W").in_sample(days)
        found = [
            pd.DataFrame({target: sold, "promotion": on.astype(float)}, days).join(week)
            for sold, on in zip(shops.demand, shops.promotion, strict=True)
        ]
        return (*found,), ("promotion", *week.columns)
    real = load_series("co2").to_frame() if problem == "co2" else load_dated(problem)
    year = CalendarFourier("YE", order=2).in_sample(real.index)
    return ((real if others else real[[target]]).join(year),), (*year.columns,)


def starts(table, plan: Plan) -> np.ndarray:
    """Return where the block that chooses and those that are scored begin, and end."""
    return len(table) - plan.block * np.arange(BLOCKS + 1, -1, -1)


def cut(table, plan: Plan, known: tuple) -> Cut:
    """Cut a table into windows, scaled by what lies before its blocks."""
    target, cuts = table[plan.target], starts(table, plan)
    inputs = table.copy()
    if plan.trend:
        inputs[plan.target] = target.diff()
    free = [column for column in table if column not in known]
    learnt = inputs[free].iloc[: cuts[0]]
    middle, unit = learnt.mean(), learnt.std()
    inputs[free] = (inputs[free] - middle) / unit
    ends = {"target": plan.target, "known": known}
    found = windows_ahead(inputs.iloc[int(plan.trend) :], plan.window, HORIZON, **ends)
    at = table.index.get_indexer(found.dates)
    steps = at[:, None] + np.arange(HORIZON)
    blocks = np.searchsorted(cuts, steps, side="right")
    whole = blocks[:, 0] == blocks[:, -1]
    seasonal = target.diff(plan.season).iloc[: cuts[0]]
    return Cut(
        found.past[whole].astype("float32"),
        found.future[whole].astype("float32"),
        found.y[whole, :1].astype("float32"),
        target.to_numpy()[steps[whole]],
        target.to_numpy()[at[whole] - 1],
        at[whole],
        blocks[whole, 0],
        float(middle[plan.target]),
        float(unit[plan.target]),
        float(seasonal.abs().mean()),
        plan.trend,
    )


def scores(cuts, forecasts) -> dict:
    """Return the mean absolute errors of several series, as multiples of their scales.

    By step and by block, and over all for the block that chooses and the others.
    """
    pairs = list(zip(cuts, forecasts, strict=True))
    errors = np.concatenate([abs(found - c.truth) / c.scale for c, found in pairs])
    block = np.concatenate([c.block for c in cuts])
    scored = errors[block > 1]
    by_block = [errors[block == k + 1].mean() for k in range(1, BLOCKS + 1)]
    means = [errors[block == 1].mean(), scored.mean(), *scored.mean(axis=0), *by_block]
    return dict(zip(SCORES, map(float, means), strict=True))
