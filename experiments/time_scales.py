"""How long each layer of a stack remembers, before and after training.

Stacks of three layers of 20 units. Each run measures the same stack untrained and
trained: how long a changed input lives on in each layer, and what a linear probe
reads of earlier inputs; and, trained, what taking away one layer's memory costs.
The learning rate is 0.04 for the tasks of `deep_or_wide`, whose grid it comes from;
for the three others it is the better of two over two seeds that are not scored.
Nothing is compared between rates, only before and after.
"""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np

from experiments import deep_or_wide
from experiments.start import seeded
from lstm_utils import tasks
from lstm_utils.diagnostics import area_over_peak, half_life
from lstm_utils.reference import numpy_lstm

COST = "about 15 CPU-minutes"
LAYERS, UNITS = 3, 20
RATES = {
    **dict.fromkeys(("now", "echo", "sum"), (0.02, 0.04)),
    **dict.fromkeys(("ar2", "teacher", "grammar", "dyck"), (0.04,)),
}
TUNING_SEEDS = (100, 101)
SCORED_SEEDS = (0, 1, 2, 3, 4)
UPDATES = 800
# Four times as long.
LONGER = ("grammar", 3200)
CONFIRMED = ("now", (0, 1, 2))
LONG, CHANGED_STEP = 120, 40
LAGS = (0, 1, 2, 4, 8, 16)
SIZES = {  # features, outputs, steps of a training sequence
    "now": (1, 1, 24),
    "echo": (1, 1, 24),
    "sum": (1, 1, 24),
    "ar2": (1, 1, 40),
    "teacher": (2, 1, 24),
    "grammar": (10, 10, 48),
    "dyck": (4, 4, 48),
}
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
    have = {
        (row["task"], row["updates"], row["lr"], row["seed"], row["backend"]): row
        for row in rows
    }
    looks = [
        (task, UPDATES, lr, seed, "jax")
        for task, rates in RATES.items()
        for lr, seed in product(rates, TUNING_SEEDS)
        if len(rates) > 1
    ]
    if missing := [key for key in looks if key not in have]:
        return _settings(missing)

    def rate(task):
        def mean_score(lr):
            runs = [have[task, UPDATES, lr, seed, "jax"] for seed in TUNING_SEEDS]
            return np.nan_to_num(np.mean([r["test_score"] for r in runs]), nan=np.inf)

        rates = RATES[task]
        return min(rates, key=mean_score) if len(rates) > 1 else rates[0]

    wanted = [
        (task, updates, rate(task), seed, "jax")
        for task, updates in [*((task, UPDATES) for task in SIZES), LONGER]
        for seed in SCORED_SEEDS
    ]
    task, seeds = CONFIRMED
    wanted += [(task, UPDATES, rate(task), seed, "tensorflow") for seed in seeds]
    return _settings([key for key in wanted if key not in have])


def _settings(keys) -> list[dict]:
    names = ("task", "updates", "lr", "seed", "backend")
    return [dict(zip(names, key, strict=True)) for key in keys]


@seeded
def run(task, updates, lr, seed, backend) -> dict:
    """Measure one stack, train it, and measure it again.

    Parameters
    ----------
    task : str
        A key of `SIZES`.
    updates : int
        Number of batches of 64.
    lr : float
        Highest learning rate.
    seed : int
        Seed of the initial weights and of the order of the data.
    backend : str
        The backend that Keras must be running on.

    Returns
    -------
    dict
        `METRICS`. Scores are as `score` gives them, half-lives and areas over peak
        in steps, probes as R².
    """
    import keras

    from lstm_utils.models import make_stack
    from lstm_utils.training import train

    n_features, n_outputs, steps = SIZES[task]
    model = make_stack(
        LAYERS,
        UNITS,
        n_features=n_features,
        n_outputs=n_outputs,
        return_sequences=True,
        fused=backend == "tensorflow",
    )
    long = data(task, 400, LONG, seed=3)[0]
    found = _memory(model.get_weights(), long, "untrained")
    x, y = data(task, 10_000, steps, seed=1)
    loss = "mse"
    if y.dtype == "int32":
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    train(model, x, y, updates=updates, learning_rate=lr, seed=seed, loss=loss)
    found |= _memory(model.get_weights(), long, "trained")
    x_test, y_test = data(task, 1000, steps, seed=2)
    weights = model.get_weights()
    found["test_score"] = score(task, x_test, y_test, outputs(weights, x_test))
    same = np.broadcast_to(_constant(y, n_outputs), (*y_test.shape[:2], n_outputs))
    found["constant_score"] = score(task, x_test, y_test, same)
    for k in NUMBERS:
        cut = outputs(weights, x_test, memoryless=k)
        found[f"without_memory_{k}"] = score(task, x_test, y_test, cut)
    return found


@cache
def data(task, n, steps, *, seed) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs and targets of a task."""
    make, options = {
        "now": (tasks.echo, {"delay": 0}),
        "echo": (tasks.echo, {"delay": 5}),
        "sum": (tasks.running_sum, {}),
        "ar2": (tasks.autoregression, {}),
        "teacher": (tasks.lstm_teacher, {"layers": 3, "teacher": 0}),
        "grammar": (tasks.phrase_grammar, {}),
        "dyck": (tasks.dyck, {}),
    }[task]
    return make(n, steps, seed=seed, **options)


def score(task, x, y, outputs) -> float:
    """Score outputs on a task; lower is better, and 0 is the best possible.

    Returns
    -------
    float
        As `deep_or_wide.score` for the tasks that are there too; else the mean
        squared error.
    """
    if task in ("now", "echo", "sum"):
        return float(np.mean((outputs - y) ** 2))
    name = "teacher-3a" if task == "teacher" else task
    return deep_or_wide.score(name, x, y, outputs)


def _constant(y, n_outputs) -> np.ndarray:
    """Return the answer that suits all targets best: their mean, or how often each."""
    if y.dtype != "int32":
        return y.mean(axis=(0, 1))
    counts = np.bincount(y.ravel(), minlength=n_outputs)
    return np.log(counts / counts.sum())


def outputs(weights, x, *, memoryless=None) -> np.ndarray:
    """Return a stack's outputs, one of its layers perhaps without memory.

    A layer without memory meets each step with both states zero, as if it were the
    first; its weights and all the rest of the stack stay as they are.

    Parameters
    ----------
    weights : list of ndarray
        Of a stack with a Dense head, as ``get_weights()`` gives them.
    x : ndarray, shape (batch, time, features)
    memoryless : int or None
        The layer without memory, from 1.
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
    computed in NumPy from the weights.

    Returns
    -------
    ndarray, shape (layers, lags)
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
    """Read earlier inputs from a layer's output by least squares.

    The first half of the sequences fits, the second half scores.

    Parameters
    ----------
    h : ndarray, shape (batch, time, units)
    x : ndarray, shape (batch, time, features)

    Returns
    -------
    list of float
        R² at each of `LAGS`, over all features together.
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
