"""How long each layer of a stack remembers, before and after training.

Stacks of three layers of 20 units. Each run measures the same stack untrained and
trained: how long a changed input lives on in each layer, and what a linear probe
reads of earlier inputs; and, trained, what taking away one layer's memory costs.
The learning rate is 0.04 for the tasks of `deep_or_wide`, whose grid it comes from;
for the three others it is the better of two over two seeds that are not scored.
Nothing is compared between rates, only before and after.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from experiments._arms import Rule, choose, missing, runs
from experiments._stacks import build, data, loss_for, score
from experiments._start import seeded
from lstm_utils.diagnostics import area_over_peak, half_life
from lstm_utils.reference import numpy_lstm
from lstm_utils.training import train

CHAPTER = "07-what-layers-do"
COST = "about 15 CPU-minutes"
LAYERS, UNITS = 3, 20
RATES = {
    **dict.fromkeys(("now", "echo", "sum"), (0.02, 0.04)),
    **dict.fromkeys(("ar2", "teacher", "grammar", "dyck"), (0.04,)),
}
SEEDS = range(5)
UPDATES = 800
# Four times as long, and again on TensorFlow.
LONGER = ("grammar", 3200, SEEDS, "jax")
CONFIRMED = ("now", UPDATES, (0, 1, 2), "tensorflow")
LONG, CHANGED_STEP = 120, 40
LAGS = (0, 1, 2, 4, 8, 16)
NUMBERS = range(1, LAYERS + 1)
STATES = ("untrained", "trained")
METRICS = (
    *("test_score", "constant_score"),
    *(f"half_life_{state}_{k}" for state in STATES for k in NUMBERS),
    *(f"area_{state}_{k}" for state in STATES for k in NUMBERS),
    *(f"without_memory_{k}" for k in NUMBERS),
    *(
        f"probe_{state}_{k}_lag_{lag}"
        for state, k, lag in product(STATES, NUMBERS, LAGS)
    ),
)


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    looks, rates = [], {}
    for task, tried in RATES.items():
        rule = Rule(grid=tried, score="test_score")
        lacking, rates[task] = choose({"task": task, "updates": UPDATES}, rows, rule)
        looks += lacking
    if looks:
        return looks
    budgets = [*((task, UPDATES, SEEDS, "jax") for task in RATES), LONGER, CONFIRMED]
    wanted = [
        runs({"task": task, "updates": updates}, [rates[task]], seeds, backend)
        for task, updates, seeds, backend in budgets
    ]
    return missing(wanted, rows)


@seeded
def run(task, updates, lr, seed, backend) -> dict:
    """Measure one stack, train it, and measure it again.

    Scores are as `_stacks.score` gives them, half-lives and areas over peak in steps,
    probes as R².
    """
    model = build(task, [UNITS] * LAYERS, backend)
    long = data(task, 400, seed=3, steps=LONG)[0]
    found = _memory(model.get_weights(), long, "untrained")
    x, y = data(task, 10_000, seed=1)
    rule = {"updates": updates, "learning_rate": lr, "seed": seed}
    train(model, x, y, loss=loss_for(y), **rule)
    weights = model.get_weights()
    found |= _memory(weights, long, "trained")
    x_test, y_test = data(task, 1000, seed=2)
    constant = _constant(y, len(weights[-1]))
    same = np.broadcast_to(constant, (*y_test.shape[:2], len(constant)))
    found["test_score"] = score(task, x_test, y_test, outputs(weights, x_test))
    found["constant_score"] = score(task, x_test, y_test, same)
    for k in NUMBERS:
        cut = outputs(weights, x_test, memoryless=k)
        found[f"without_memory_{k}"] = score(task, x_test, y_test, cut)
    return found


def _constant(y, n_outputs) -> np.ndarray:
    """Return the answer that suits all targets best: their mean, or how often each."""
    if y.dtype != "int32":
        return y.mean(axis=(0, 1))
    counts = np.bincount(y.ravel(), minlength=n_outputs)
    return np.log(counts / counts.sum())


def outputs(weights, x, *, memoryless=None) -> np.ndarray:
    """Return a stack's outputs, one of its layers perhaps without memory.

    A layer without memory, counted from 1, meets each step with both states zero, as
    if it were the first; its weights and all the rest of the stack stay as they are.
    """
    *_, top = layer_outputs(weights, x, memoryless=memoryless)
    return top @ weights[-2] + weights[-1]


def layer_outputs(weights, x, *, memoryless=None) -> list[np.ndarray]:
    """Return h of each layer, from the lowest up, each (batch, time, units)."""
    below, found = x, []
    for k in NUMBERS:
        layer = weights[3 * k - 3 : 3 * k]
        if k == memoryless:
            steps = below.reshape(-1, 1, below.shape[-1])
            below = numpy_lstm(steps, layer)[0].reshape(*below.shape[:2], -1)
        else:
            below = numpy_lstm(below, layer)[0]
        found.append(below)
    return found


def response(weights, x) -> np.ndarray:
    """Return what `lstm_utils.diagnostics.perturbation_response` does, sooner.

    One step of each sequence is replaced by that of the next sequence, and all is
    computed in NumPy from the weights; shape (layers, lags).
    """
    changed = x.copy()
    changed[:, CHANGED_STEP] = np.roll(x[:, CHANGED_STEP], -1, axis=0)
    pairs = zip(layer_outputs(weights, x), layer_outputs(weights, changed), strict=True)
    rows = [np.linalg.norm(a - b, axis=2).mean(axis=0) for a, b in pairs]
    return np.stack(rows)[:, CHANGED_STEP:]


def _memory(weights, x, state) -> dict:
    """Return half-lives, areas over peak and probes of one state of a stack."""
    found_response = response(weights, x)
    lives, areas = half_life(found_response), area_over_peak(found_response)
    found = {f"half_life_{state}_{k}": float(lives[k - 1]) for k in NUMBERS}
    found |= {f"area_{state}_{k}": float(areas[k - 1]) for k in NUMBERS}
    for k, h in enumerate(layer_outputs(weights, x), start=1):
        for lag, r_squared in zip(LAGS, probe(h, x), strict=True):
            found[f"probe_{state}_{k}_lag_{lag}"] = r_squared
    return found


def probe(h, x) -> list[float]:
    """Read earlier inputs from a layer's output h by least squares.

    The first half of the sequences fits, the second half scores: R² at each of
    `LAGS`, over all features together.
    """
    half, first = len(x) // 2, CHANGED_STEP
    steps = x.shape[1]
    seen = np.concatenate([h, np.ones_like(h[..., :1])], axis=-1)[:, first:]
    found = []
    for lag in LAGS:
        wanted = x[:, first - lag : steps - lag]
        seen_fit, seen_new, fit, new = (
            part.reshape(-1, part.shape[-1])
            for part in (seen[:half], seen[half:], wanted[:half], wanted[half:])
        )
        readout = np.linalg.lstsq(seen_fit, fit, rcond=None)[0]
        error = np.sum((seen_new @ readout - new) ** 2)
        found.append(float(1 - error / np.sum((new - fit.mean(axis=0)) ** 2)))
    return found
