"""What networks that forecast many steps have to beat, on the same windows.

*Seasonal* is the value of the last season. *Smoothing* is exponential smoothing with a
season, where that has at most 24 steps, and a slope, where there is a trend. *Ridge* is
a weighted sum of all that a network is shown, for each step another one, held back by a
penalty. *Boosting* grows trees on the same, one model for all steps, which is told how
far ahead it looks. *Best* knows how the shops were drawn, and forecasts as well as
anybody can.

What can be set, the penalty and the rate of the trees, is tried at each strength; what
the block before the five chooses is scored, on drawn problems that of the seeds that
choose for the networks, too.
"""

from __future__ import annotations

import warnings
from itertools import product

import numpy as np

from experiments._ahead import (
    DRAWN,
    HORIZON,
    PLANS,
    SCORES,
    Cut,
    cut,
    drawn,
    scores,
    starts,
    tables,
)
from experiments._arms import USUAL, missing
from experiments._start import seeded
from lstm_utils.tasks import best_demand

CHAPTER = "15-many-steps-ahead"
COST = "about 10 CPU-minutes"
METRICS = SCORES
STRENGTHS = {
    "ridge": (0.01, 0.1, 1.0, 10.0, 100.0, 1_000.0, 10_000.0, 100_000.0),
    "boosting": (0.003, 0.01, 0.03, 0.1, 0.3),
}
LONGEST_SEASON = 24  # of exponential smoothing


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    wanted = [("seasonal", problem, "known", "own") for problem in PLANS]
    wanted += [("smoothing", problem, "known", "own") for problem in PLANS]
    wanted += [("best", problem, "known", "own") for problem in DRAWN]
    for rival in STRENGTHS:
        wanted += [(rival, problem, "known", "own") for problem in PLANS]
        wanted += [(rival, problem, "hidden", "own") for problem in ("shops", "elnino")]
        wanted += [(rival, "weather", "known", "all")]
    groups = [
        [
            {
                "rival": rival,
                "problem": problem,
                "future": future,
                "inputs": inputs,
                "strength": strength,
                "seed": seed,
                "backend": "tensorflow",
            }
            for strength, seed in product(STRENGTHS.get(rival, (0.0,)), seeds(problem))
        ]
        for rival, problem, future, inputs in wanted
    ]
    return missing(groups, rows)


def seeds(problem: str) -> tuple[int, ...]:
    """Return the seeds of a problem: one where nothing is drawn."""
    return (*USUAL.tuning_seeds, *USUAL.seeds) if problem in DRAWN else (0,)


@seeded
def run(rival, problem, future, inputs, strength, seed, backend) -> dict:
    """Fit one rival to what lies before the blocks, and forecast them."""
    found, known = tables(problem, seed if problem in DRAWN else 0, inputs == "all")
    cuts = [cut(table, PLANS[problem], known) for table in found]
    if future == "hidden":
        cuts = [one.hidden() for one in cuts]
    if rival in ("ridge", "boosting"):
        fit = {"ridge": ridge, "boosting": boosting}[rival]
        forecasts = fit(cuts, PLANS[problem], strength, seed)
    elif rival == "best":
        every = best_demand(drawn(problem, seed), HORIZON)
        forecasts = [shop[one.at - 1] for shop, one in zip(every, cuts, strict=True)]
    else:
        function = {"seasonal": seasonal, "smoothing": smoothing}[rival]
        forecasts = [
            function(table[PLANS[problem].target], PLANS[problem], one)
            for table, one in zip(found, cuts, strict=True)
        ]
    later = [one.where(one.block > 0) for one in cuts]
    kept = [f[one.block > 0] for f, one in zip(forecasts, cuts, strict=True)]
    return scores(later, kept)


def seasonal(values, plan, one: Cut) -> np.ndarray:
    """Return the last known value of the same part of the season, for each step."""
    ahead = np.arange(HORIZON)
    back = plan.season * (1 + ahead // plan.season)
    return values.ffill().to_numpy()[one.at[:, None] + ahead - back]


def smoothing(values, plan, one: Cut) -> np.ndarray:
    """Return what level, slope and season at each origin say of the steps ahead.

    They are fitted to the past, and then follow each value with weights as they are.
    """
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    form = {"trend": "add" if plan.trend else None}
    form["initialization_method"] = "heuristic"
    if plan.season <= LONGEST_SEASON:
        form |= {"seasonal": "add", "seasonal_periods": plan.season}
    known = values.ffill().to_numpy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a fit that ended early
        past = ETSModel(known[: starts(values, plan)[0]], **form)
        weights = past.fit(disp=False, maxiter=1000).params
        states = ETSModel(known, **form).smooth(weights)
    ahead, origin = np.arange(HORIZON), one.at[:, None] - 1
    found = states.level[origin] + np.zeros(HORIZON)
    if plan.trend:
        found = found + (ahead + 1) * states.slope[origin]
    if plan.season <= LONGEST_SEASON:
        back = plan.season * (1 + ahead // plan.season)
        found = found + states.season[origin + 1 + ahead - back]
    return found


def ridge(cuts: list[Cut], plan, strength: float, seed: int) -> list[np.ndarray]:
    """Return weighted sums of all inputs, with weights of their own for each step."""
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, y = learnt(cuts, flat, Cut.scaled)
    model = make_pipeline(StandardScaler(), Ridge(strength)).fit(x, y)
    return [one.restored(model.predict(flat(one))) for one in cuts]


def boosting(cuts: list[Cut], plan, strength: float, seed: int) -> list[np.ndarray]:
    """Return what trees say, one model for all steps."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    def rows(one: Cut) -> np.ndarray:
        return step_rows(one, plan.season)

    x, y = learnt(cuts, rows, lambda one: one.scaled().reshape(-1))
    form = {"loss": "absolute_error", "max_iter": 200, "random_state": seed}
    model = HistGradientBoostingRegressor(learning_rate=strength, **form).fit(x, y)
    return [
        one.restored(model.predict(rows(one)).reshape(len(one.at), HORIZON))
        for one in cuts
    ]


def learnt(cuts, inputs, targets) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs and targets of what is learnt from, of all series."""
    learn = [one.where(one.block == 0) for one in cuts]
    return tuple(np.concatenate([f(one) for one in learn]) for f in (inputs, targets))


def flat(one: Cut) -> np.ndarray:
    """Return past and future as one row for each origin."""
    n = len(one.at)
    return np.hstack([one.past.reshape(n, -1), one.future.reshape(n, -1)])


def step_rows(one: Cut, season: int) -> np.ndarray:
    """Return a row for each origin and step: past, what is known of the step, how far.

    And, if the past is as long as a season, its row of the same part of the season.
    """
    n, window, columns = one.past.shape
    ahead = np.arange(HORIZON)
    parts = [np.repeat(one.past[:, :, 0], HORIZON, axis=0)]
    parts += [one.future.reshape(n * HORIZON, -1), np.tile(ahead, n)[:, None]]
    if columns > 1:
        parts += [np.repeat(one.past[:, -1, 1:], HORIZON, axis=0)]
    if season <= window:
        back = window + ahead - season * (1 + ahead // season)
        parts += [one.past[:, back].reshape(n * HORIZON, -1)]
    return np.hstack(parts)
