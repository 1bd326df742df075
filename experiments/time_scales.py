"""How long each layer of a stack remembers, before and after training.

Stacks of three layers of 20 units, on sequences of 64 steps. Each run measures the
same stack untrained and trained: how long a changed input lives on in each layer, and
what a linear probe reads of earlier inputs; and, trained, what taking away one layer's
memory costs.

Every stack of Keras starts with upper layers that are slower, so one that only shrinks
this ladder cannot be told from one that needs it. A second start has none: the forget
gates of layers 2 and 3 begin with a bias of -3. And in each task, from each start, the
null is measured: the same updates at the same rate on targets that were handed round
among the sequences, which teach nothing of the inputs. A task's rate is chosen for each
start, with its own targets.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from experiments._arms import USUAL, choose, missing, next_settings, runs
from experiments._minimal_pairs import minimal_pairs
from experiments._stacks import build, data, loss_for, score
from experiments._start import seeded
from lstm_utils.diagnostics import area_over_peak, half_life
from lstm_utils.reference import numpy_lstm
from lstm_utils.training import train

CHAPTER = "07-what-layers-do"
COST = "about 1 CPU-hour"
LAYERS, UNITS = 3, 20
TASKS = ("now", "echo", "sum", "ar2", "teacher", "grammar", "dyck")
STARTS = {"usual": 1.0, "flat": -3.0}  # forget bias of the upper layers
SEEDS = {"teacher": 10, "grammar": 10}  # on these the chapter's sentences hang
UPDATES = 800
LONGER = ("teacher", "grammar", "dyck")  # trained four times as long, too
CONFIRMED = {("teacher", "usual"), ("teacher", "flat"), ("now", "usual")}
STEPS, CHANGED_STEP = 64, 20
SIZES = {"train": 10_000, "val": 500, "test": 1_000}
FOLLOWED = 8_000  # sequences, of which the first 400 that can be changed are kept
LAGS = (0, 1, 2, 4, 8, 16)
NUMBERS = range(1, LAYERS + 1)
STATES = ("untrained", "trained")
METRICS = (
    *("val_score", "test_score", "constant_score"),
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
    arms = [
        {"task": task, "start": start, "targets": "own", "updates": UPDATES}
        for task, start in product(TASKS, STARTS)
    ]
    for arm in arms:
        rule = USUAL._replace(seeds=range(SEEDS.get(arm["task"], 5)))
        if wanted := next_settings([[arm]], rows, rule):
            return wanted
    rates = {(arm["task"], arm["start"]): choose(arm, rows)[1] for arm in arms}
    nulls = [arm | {"targets": "shuffled"} for arm in arms]
    longer = [arm | {"updates": 4 * UPDATES} for arm in arms if arm["task"] in LONGER]
    wanted = [
        runs(
            arm,
            [rates[arm["task"], arm["start"]]],
            range(SEEDS.get(arm["task"], 5)),
        )
        for arm in (*nulls, *longer)
    ]
    confirm = [arm for arm in arms if (arm["task"], arm["start"]) in CONFIRMED]
    return missing(wanted, rows) or next_settings([], rows, confirm=confirm)


@seeded
def run(task, start, targets, updates, lr, seed, backend) -> dict:
    """Measure one stack, train it, and measure it again.

    Scores are as `_stacks.score` gives them, half-lives and areas over peak in steps,
    probes as R².
    """
    model = build(task, [UNITS] * LAYERS, backend)
    model.set_weights(started(model.get_weights(), STARTS[start]))
    x, y = data(task, SIZES["train"], seed=1, steps=STEPS)
    followed = data(task, FOLLOWED, seed=3, steps=STEPS)[0]
    pair = [part[:400] for part in minimal_pairs(task, followed, CHANGED_STEP)]
    found = _memory(model.get_weights(), pair, followed[:400], "untrained")
    if targets == "shuffled":
        y = y[np.random.default_rng(seed).permutation(len(y))]
    rule = {"updates": updates, "learning_rate": lr, "seed": seed}
    train(model, x, y, loss=loss_for(y), **rule)
    weights = model.get_weights()
    found |= _memory(weights, pair, followed[:400], "trained")
    for part, other in (("val", 4), ("test", 2)):
        x_new, y_new = data(task, SIZES[part], seed=other, steps=STEPS)
        found[f"{part}_score"] = score(task, x_new, y_new, outputs(weights, x_new))
    constant = _constant(y, len(weights[-1]))
    same = np.broadcast_to(constant, (*y_new.shape[:2], len(constant)))
    found["constant_score"] = score(task, x_new, y_new, same)
    for k in NUMBERS:
        cut = outputs(weights, x_new, memoryless=k)
        found[f"without_memory_{k}"] = score(task, x_new, y_new, cut)
    return found


def started(weights, forget_bias: float) -> list[np.ndarray]:
    """Return weights whose upper layers begin with another bias of the forget gate."""
    found = [array.copy() for array in weights]
    for k in NUMBERS[1:]:
        found[3 * k - 1][UNITS : 2 * UNITS] = forget_bias
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


def response(weights, x, changed) -> np.ndarray:
    """Return what `lstm_utils.diagnostics.perturbation_response` does, sooner.

    All is computed in NumPy from the weights; shape (layers, lags).
    """
    pairs = zip(layer_outputs(weights, x), layer_outputs(weights, changed), strict=True)
    rows = [np.linalg.norm(a - b, axis=2).mean(axis=0) for a, b in pairs]
    return np.stack(rows)[:, CHANGED_STEP:]


def _memory(weights, pair, x, state) -> dict:
    """Return half-lives, areas over peak and probes of one state of a stack."""
    found_response = response(weights, *pair)
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
