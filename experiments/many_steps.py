"""How far ahead can an LSTM see? Twelve steps of six problems, in four forms.

A network forecasts three quantiles of each of the next twelve steps, under the pinball
loss; the score is the absolute error of the middle one. One that is *recursive*
forecasts one step and is fed its own middle forecast; *direct* makes all steps in one
Dense layer; *heads* put the same small network to each step; a *decoder* is a second
stack that starts from the states of the first. All read what is known of the future
(weekday and promotions, or the time of the year), or, as a control, none of it.

The problems: four shops with weeks and promotions whose effect hangs on the weekday, or
does not (plain), or hangs on the shop as well (unlike): of these the best possible
forecast is known. The sea off Peru and CO2 by month, and Seattle's temperature by day,
alone or with what else was measured there. The shops are learnt by one network, or by
one for each, with as many updates for each. All forms and depths have 6,120 parameters
within 2 %.

A network is trained once, on what lies before the blocks that are scored.
"""

from __future__ import annotations

from itertools import pairwise, product, starmap

import numpy as np

from experiments._ahead import (
    DRAWN,
    HORIZON,
    PLANS,
    SCORES,
    Cut,
    cut,
    scores,
    tables,
)
from experiments._arms import USUAL, near_equal_widths, next_settings
from experiments._start import seeded
from lstm_utils.forecasting import feed_back, one_step_inputs, pinball
from lstm_utils.models import make_forecaster, make_stack
from lstm_utils.reference import lstm_params
from lstm_utils.training import train

CHAPTER = "15-many-steps-ahead"
COST = "about 1 CPU-hour"
METRICS = ("params", *SCORES, "inside", "inside_1", "inside_12")
LEVELS = (0.1, 0.5, 0.9)
FORMS, DEPTHS = ("recursive", "direct", "decoder"), (1, 2, 3)
UPDATES, BUDGET = 400, 6_120
# A short series asks for lower rates than the usual ones, a Dense layer for higher.
GRID = (0.0003, 0.0008, 0.002, 0.005, 0.0125, 0.03, 0.08, 0.2, 0.5)
RULE = USUAL._replace(grid=GRID)
LOOKED_INTO = ("shops", "elnino")


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    confirm = [arm("shops", "recursive")]
    return next_settings(stages(), rows, RULE, confirm=confirm)


def arm(problem, form, depth=1, future="known", inputs="own", fit="one") -> dict:
    """Return the settings of a network, without rate and seed."""
    return {
        "problem": problem,
        "form": form,
        "depth": depth,
        "future": future,
        "inputs": inputs,
        "fit": fit,
    }


def stages() -> list[list[dict]]:
    """Return every network: forms by problem, what may be left out, and depths."""
    forms = [arm(problem, form) for problem, form in product(PLANS, FORMS)]
    forms += [arm(problem, "heads") for problem in ("shops", "plain")]
    closer = [*product(LOOKED_INTO, FORMS)]
    left_out = [arm(problem, form, future="hidden") for problem, form in closer]
    each = product(("shops", "unlike"), ("recursive", "decoder"))
    left_out += [arm(problem, form, fit="each") for problem, form in each]
    left_out += [arm("weather", form, inputs="all") for form in ("direct", "decoder")]
    deep = [arm(*pair, depth) for depth in DEPTHS[1:] for pair in closer]
    return [forms, left_out, deep]


@seeded
def run(problem, form, depth, future, inputs, fit, lr, seed, backend) -> dict:
    """Train one network, or one for each series, and forecast the blocks."""
    found, known = tables(problem, seed if problem in DRAWN else 0, inputs == "all")
    cuts = [cut(table, PLANS[problem], known) for table in found]
    if future == "hidden":
        cuts = [one.hidden() for one in cuts]
    groups = [cuts] if fit == "one" else [[one] for one in cuts]
    later, outputs = [], []
    for group in groups:
        model = network(form, depth, group[0])
        teach(model, form, [one.where(one.block == 0) for one in group], lr, seed)
        later += [one.where(one.block > 0) for one in group]
        outputs += forecasts(model, form, later[-len(group) :])
    pairs = list(zip(later, outputs, strict=True))
    found = [[one.restored(o[..., k]) for one, o in pairs] for k in range(3)]
    scored = np.concatenate([one.block > 1 for one in later])
    low, high, truth = map(
        np.concatenate, (found[0], found[2], [one.truth for one in later])
    )
    inside = ((low <= truth) & (truth <= high))[scored].mean(axis=0)
    return {
        "params": model.count_params(),
        **scores(later, found[1]),
        "inside": float(inside.mean()),
        "inside_1": float(inside[0]),
        "inside_12": float(inside[-1]),
    }


def network(form: str, depth: int, one: Cut):
    """Return a network of a form, not yet trained, within the budget."""
    n_features, n_known = one.past.shape[2], one.future.shape[2]
    if form == "recursive":
        ends = {"n_features": n_features, "n_outputs": len(LEVELS)}
        widths = near_equal_widths(BUDGET, depth, **ends)
        return make_stack(depth, [*widths], **ends)
    ends = {"n_features": n_features, "n_known": n_known}
    widths = near_equal_widths(BUDGET, depth, COUNTS[form], **ends)
    ends |= {"horizon": HORIZON, "n_outputs": len(LEVELS)}
    return make_forecaster(form, depth, [*widths], **ends)


def direct_params(widths, *, n_features, n_known) -> int:
    """Return the parameters of a direct network."""
    dense = (widths[-1] + HORIZON * n_known + 1) * HORIZON * len(LEVELS)
    return layers_params(widths, n_features) + dense


def heads_params(widths, *, n_features, n_known) -> int:
    """Return the parameters of a stack with the same small network for each step."""
    top = widths[-1]
    dense = (top + n_known + 1) * top + (top + 1) * len(LEVELS)
    return layers_params(widths, n_features) + dense


def decoder_params(widths, *, n_features, n_known) -> int:
    """Return the parameters of an encoder and a decoder."""
    both = layers_params(widths, n_features) + layers_params(
        widths, n_known or widths[-1]
    )
    return both + (widths[-1] + 1) * len(LEVELS)


def layers_params(widths, n_features) -> int:
    """Return the parameters of a stack without its head."""
    return sum(starmap(lstm_params, pairwise([n_features, *widths])))


COUNTS = {"direct": direct_params, "heads": heads_params, "decoder": decoder_params}


def teach(model, form: str, group: list[Cut], lr: float, seed: int) -> None:
    """Train a network on all windows of some series."""
    past, future = (np.concatenate([one[k] for one in group]) for k in (0, 1))
    if form == "recursive":
        x = one_step_inputs(past, future)
        y = np.concatenate([one.following for one in group])
    else:
        x = [past, future] if future.shape[2] else past
        y = np.concatenate([one.scaled() for one in group])[..., None]
    y = np.repeat(y.astype("float32"), len(LEVELS), axis=-1)
    loss = pinball(LEVELS)
    train(model, x, y, updates=UPDATES, learning_rate=lr, seed=seed, loss=loss)


def forecasts(model, form: str, group: list[Cut]) -> list[np.ndarray]:
    """Return the three quantiles of every window of some series, all still scaled."""
    past, future = (np.concatenate([one[k] for one in group]) for k in (0, 1))
    if form == "recursive":
        outputs = feed_back(model, past, future, HORIZON)
        if group[0].trend:  # changes, of which the middle ones add up
            middle = outputs[..., 1:2]
            whole = np.cumsum(middle + group[0].middle / group[0].unit, axis=1)
            outputs = whole + outputs - middle
    else:
        x = [past, future] if future.shape[2] else past
        outputs = model.predict(x, batch_size=len(past), verbose=0)
    return np.split(outputs, np.cumsum([len(one.past) for one in group])[:-1])
