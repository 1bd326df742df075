"""Deep or wide? The score of stacks one to four layers deep at equal parameters.

Every arm has about 8,500 parameters, within 2 % of the others on its task. Its
learning rate is the best of a grid on the validation data, over two seeds that are
not scored; the grid is widened by factors of two until its best is not at an edge.
Then five fresh seeds at that rate are scored on test data. Lower is better.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from experiments.arms import (
    confirming_settings,
    near_equal_widths,
    next_settings,
    stack_params,
)
from experiments.start import seeded
from lstm_utils import tasks

COST = "about 2 CPU-hours"
METRICS = ("params", "val_score", "test_score")
BUDGET = 8_500
DEPTHS = (1, 2, 3, 4)
TEACHERS = [f"teacher-{layers}{name}" for layers in (1, 3) for name in "abc"]
UPDATES = {"digits": 600, "ar2": 500, "grammar": 1200, "dyck": 1200, "chain": 3000}
POINTS = {"digits": 1000, "ar2": 1000, "grammar": 10_000, "dyck": 10_000}
SIZES = {  # features, outputs
    "digits": (8, 10),
    "ar2": (1, 1),
    "grammar": (10, 10),
    "dyck": (4, 4),
    "chain": (6, 6),
}


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    stages = [[arm(task, depth) for depth in DEPTHS] for task in (*TEACHERS, *UPDATES)]
    stages += [[arm(task, depth, updates=400) for depth in DEPTHS] for task in TEACHERS]
    stages += [
        [arm(task, depth, updates=4800) for depth in (1, 3)] for task in TEACHERS
    ]
    if wanted := next_settings(stages, rows):
        return wanted
    return [
        setting
        for task in ("teacher-1a", "teacher-3a", "digits")
        for depth in (1, 3)
        for setting in confirming_settings(arm(task, depth), rows)
    ]


def arm(task, depth, *, updates=None, points=None, widths=None) -> dict:
    """Return the setting of an arm, its learning rate and its seeds left open."""
    if widths is None:
        budget = stack_params(near_equal_widths(BUDGET, 1, **ends(task)), **ends(task))
        widths = near_equal_widths(budget, depth, **ends(task))
    return {
        "task": task,
        "depth": depth,
        "width": "-".join(map(str, widths)),
        "points": points or POINTS.get(task, 20_000),
        "updates": updates or UPDATES.get(task, 1200),
    }


def ends(task) -> dict:
    """Return how many features and outputs a model of a task has."""
    n_features, n_outputs = SIZES.get(task, (2, 1))
    return {"n_features": n_features, "n_outputs": n_outputs}


@seeded
def run(task, depth, width, points, updates, lr, seed, backend) -> dict:
    """Train one stack and score it.

    Parameters
    ----------
    task : str
        A key of `SIZES`, or one of `TEACHERS`.
    depth : int
        Number of layers.
    width : str
        Their widths from the lowest up, such as ``"21-20-20"``.
    points : int
        Number of training sequences.
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
        `METRICS`; the scores as `score` gives them.
    """
    from lstm_utils.models import make_stack
    from lstm_utils.training import train

    parts = load(task)
    x, y = (array[:points] for array in parts["train"])
    model = make_stack(
        depth,
        [int(units) for units in width.split("-")],
        **ends(task),
        return_sequences=task != "digits",
        fused=backend == "tensorflow",
    )
    budget = {"updates": updates, "learning_rate": lr, "seed": seed}
    train(model, x, y, loss=loss_for(y), **budget)
    scores = {
        f"{name}_score": score(task, *parts[part], _predict(model, parts[part][0]))
        for name, part in (("val", "validation"), ("test", "test"))
    }
    return {"params": model.count_params(), **scores}


def _predict(model, x) -> np.ndarray:
    return model.predict(x, batch_size=500, verbose=0).astype("float64")


def loss_for(y):
    """Return the loss for targets: squared error, or cross-entropy of classes."""
    import keras

    if y.dtype == "int32":
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return "mse"


@cache
def load(task) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the data of a task: inputs and targets of its three parts."""
    if task == "digits":
        return {
            part: tasks.digit_rows(part) for part in ("train", "validation", "test")
        }
    sizes = {"train": POINTS.get(task, 20_000), "validation": 1000, "test": 2000}
    return {
        part: _generate(task, n, seed)
        for seed, (part, n) in enumerate(sizes.items(), start=1)
    }


def _generate(task, n, seed):
    if task in TEACHERS:
        return tasks.lstm_teacher(
            n, 24, layers=int(task[-2]), teacher="abc".index(task[-1]), seed=seed
        )
    make, steps = {
        "ar2": (tasks.autoregression, 40),
        "grammar": (tasks.phrase_grammar, 48),
        "dyck": (tasks.dyck, 48),
        "chain": (tasks.permutation_chain, 12),
    }[task]
    return make(n, steps, seed=seed)


def score(task, x, y, outputs) -> float:
    """Score outputs on a task; lower is better, and 0 is the best possible.

    Returns
    -------
    float
        Teachers: mean squared error, of targets with variance 1. Digits and chain:
        share of wrong answers. AR(2): mean squared error above that of the
        process's own forecast, from the second step on. Languages: bits per symbol
        above those of the source.
    """
    if task in TEACHERS:
        return float(np.mean((outputs - y) ** 2))
    if task == "ar2":
        one_back, two_back = tasks.AR_COEFFICIENTS
        best = one_back * x[:, 1:] + two_back * x[:, :-1]
        errors = (outputs[:, 1:] - y[:, 1:]) ** 2 - (best - y[:, 1:]) ** 2
        return float(np.mean(errors))
    if task in ("digits", "chain"):
        return float(np.mean(outputs.argmax(-1) != y))
    bits = {"grammar": tasks.phrase_bits, "dyck": tasks.dyck_bits}[task]
    return _cross_entropy(outputs, y) - bits(x, y)


def _cross_entropy(logits, y) -> float:
    """Return the mean bits that a model's forecasts cost."""
    from scipy.special import log_softmax

    log_p = np.take_along_axis(log_softmax(logits, axis=-1), y[..., None], axis=-1)
    return float(-np.mean(log_p) / np.log(2))
