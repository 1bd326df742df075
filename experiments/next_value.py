"""Is an LSTM better than doing nothing clever? One step ahead, on four series.

LSTMs of one layer and of two, with equal parameters within 2 %, forecast the next value
of sunspots, CO2, hourly temperatures and an AR(2) process, the control, of which no
forecast beats least squares on two lags. The last five blocks of a series are for the
scores: each time a new network learns from all that lies before the block, or from the
last so many points of it. The block before these five, number 0, chooses the learning
rate and the number of updates, one of three, which is early stopping in coarse steps.
All of the temperatures get four times as many updates as the rest: there are thousands
of them, nearly free of noise, and a network that has to stop too soon would lose for
that alone. What is not clever is computed in the chapter, on the same blocks.

What goes in is the series, scaled by the mean and spread of what was learnt from; a
series with a trend goes in as its changes. What comes out is the next change. The score
is the mean absolute error in the unit of the data.
"""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np

from experiments._arms import (
    USUAL,
    choose,
    confirming_settings,
    missing,
    near_equal_widths,
    next_settings,
    runs,
    stack_params,
)
from experiments._start import seeded
from lstm_utils.forecasting import dated_windows
from lstm_utils.models import make_stack
from lstm_utils.tasks import load_series
from lstm_utils.training import train

CHAPTER = "03-is-it-any-good"
COST = "about 1 CPU-hour"
METRICS = ("params", "score")
# Steps of an input, steps of a block, and whether the series has a trend.
PLANS = {
    "sunspots": (22, 20, False),
    "co2": (24, 36, True),
    "temperatures": (48, 168, False),
    "ar2": (20, 100, False),
}
BLOCKS, DEPTHS, UNITS = 5, (1, 2), 24
UPDATES, MANY = (50, 200, 800), (200, 800, 3_200)
POINTS = {"temperatures": (200, 1_000), "ar2": (200,)}
ALL = 0  # points
# Thousands of updates on a short series ask for lower rates than the usual ones.
GRID = (0.00125, 0.0025, *USUAL.grid)
TUNING = USUAL._replace(grid=GRID, score="score", seeds=())
CONFIRMED = {"series": "co2", "depth": 1, "points": ALL, "origin": BLOCKS}


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    nets = [
        {"series": series, "depth": depth, "points": points}
        for series, depth in product(PLANS, DEPTHS)
        for points in (ALL, *POINTS.get(series, ()))
    ]
    stages = [[arm for net in nets for arm in looks(net)]]
    if wanted := next_settings(stages, rows, TUNING):
        return wanted
    scored = [arm for net in nets for arm in chosen(net, rows)]
    groups = [runs(arm, [lr], USUAL.seeds) for arm, lr in scored]
    if wanted := missing(groups, rows):
        return wanted
    confirm = [arm for arm, _ in scored if arm.items() >= CONFIRMED.items()]
    return [new for arm in confirm for new in confirming_settings(arm, rows)]


def looks(net: dict) -> list[dict]:
    """Return the arms of a network at which its rate and its updates are chosen."""
    many = (net["series"], net["points"]) == ("temperatures", ALL)
    return [
        {**net, "origin": 0, "updates": updates}
        for updates in (MANY if many else UPDATES)
    ]


def chosen(net: dict, rows: list[dict]) -> list[tuple[dict, float]]:
    """Return the arms of a network to be scored, each with its rate."""
    found = []
    for arm in looks(net):
        rate = choose(arm, rows, TUNING)[1]
        seen = [r for r in rows if {**arm, "lr": rate}.items() <= r.items()]
        found.append((float(np.mean([r["score"] for r in seen])), arm, rate))
    _, best, rate = min(found, key=lambda one: one[0])
    return [({**best, "origin": k}, rate) for k in range(1, BLOCKS + 1)]


@seeded
def run(series, depth, points, origin, updates, lr, seed, backend) -> dict:
    """Train one network on the values before a block, and forecast the block."""
    window, _, trend = PLANS[series]
    past, known, block = parts(series, origin, points)
    ends = {"n_features": 1, "n_outputs": 1}
    widths = near_equal_widths(stack_params([UNITS], **ends), depth, **ends)
    model = make_stack(depth, [*widths], n_features=1, fused=backend == "tensorflow")
    x, y, _, unit = windows(past, past, window, trend=trend)
    train(model, x, y, updates=updates, learning_rate=lr, seed=seed)
    x, y, dates, _ = windows(known, past, window, trend=trend)
    x, y = (one[dates.isin(block)] for one in (x, y))
    outputs = model.predict(x, batch_size=len(x), verbose=0).astype("float64")
    score = float(np.abs(outputs - y).mean() * unit)
    return {"params": model.count_params(), "score": score}


@cache
def parts(series: str, origin: int, points: int = ALL):
    """Return what may be learnt from, all that is known after a block, and its dates.

    Block 0 lies before the five that are scored. Of what comes before a block the last
    so many points are returned, or all.
    """
    values, (_, steps, _) = load_series(series), PLANS[series]
    start = len(values) - (BLOCKS + 1 - origin) * steps
    past, known = values.iloc[:start], values.iloc[: start + steps]
    return past.iloc[-points:], known, known.index[start:]


def windows(table, past, window: int, *, trend: bool):
    """Return inputs, the changes that follow, their dates, and the unit of these.

    All scales are those of the past.
    """
    change, inputs = table.diff(), table.diff() if trend else table
    learnt = past.diff() if trend else past
    unit = past.diff().std()
    both = (inputs - learnt.mean()).div(learnt.std()).to_frame("input")
    both["change"] = change / unit
    x, y, dates = dated_windows(both.iloc[1:], window, target="change")
    return x[:, :, :1].astype("float32"), y.astype("float32"), dates, float(unit)
