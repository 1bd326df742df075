"""The problems that stacks are compared on: their data, their stacks, their scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial

import numpy as np

from lstm_utils import tasks
from lstm_utils.models import make_stack

# Features, outputs, steps of a sequence, and what makes sequences.
TEACHERS = {
    f"teacher-{n}{name}": (2, 1, 24, partial(tasks.lstm_teacher, layers=n, teacher=k))
    for n in (1, 3)
    for k, name in enumerate("abc")
}
TASKS = {
    "now": (1, 1, 24, partial(tasks.echo, delay=0)),
    "echo": (1, 1, 24, partial(tasks.echo, delay=5)),
    "sum": (1, 1, 24, tasks.running_sum),
    "ar2": (1, 1, 40, tasks.autoregression),
    "grammar": (10, 10, 48, tasks.phrase_grammar),
    "dyck": (4, 4, 48, tasks.dyck),
    "chain": (6, 6, 12, tasks.permutation_chain),
    "digits": (8, 10, 8, None),
    "teacher": TEACHERS["teacher-3a"],
    **TEACHERS,
}


def ends(task: str) -> dict[str, int]:
    """Return how many features and outputs a model of a task has."""
    n_features, n_outputs, *_ = TASKS[task]
    return {"n_features": n_features, "n_outputs": n_outputs}


@cache
def data(task: str, n: int, *, seed: int, steps: int = 0):
    """Return inputs and targets of a task, of its usual length or of another."""
    *_, usual, make = TASKS[task]
    return make(n, steps or usual, seed=seed)


@cache
def digits() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the handwritten digits in three parts: ``train``, ``val`` and ``test``."""
    parts = {"train": "train", "val": "validation", "test": "test"}
    return {name: tasks.digit_rows(part) for name, part in parts.items()}


def build(task: str, widths: list[int], backend: str, **options):
    """Return a new stack for a task, in the form that is quickest on a backend."""
    options |= {"return_sequences": task != "digits", "fused": backend == "tensorflow"}
    return make_stack(len(widths), widths, **ends(task), **options)


def loss_for(y: np.ndarray):
    """Return the loss for targets: squared error, or cross-entropy of classes."""
    import keras

    if y.dtype == "int32":
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return "mse"


def scored(model, parts: Mapping, score: Callable) -> dict[str, float]:
    """Return ``params``, ``val_score`` and ``test_score`` of a trained model.

    `score` makes a number from inputs, targets and outputs of a part.
    """
    found = {"params": model.count_params()}
    for name in ("val", "test"):
        x, y = parts[name]
        outputs = model.predict(x, batch_size=500, verbose=0).astype("float64")
        found[f"{name}_score"] = score(x, y, outputs)
    return found


def score(task: str, x: np.ndarray, y: np.ndarray, outputs: np.ndarray) -> float:
    """Score outputs on a task; lower is better, and 0 is the best possible.

    Digits and chain: share of wrong answers. AR(2): mean squared distance from the
    process's own forecast, from the second step on, which is what a forecast loses
    against it on average. Languages: bits per symbol above those of the source.
    Others: mean squared error.
    """
    if task == "ar2":
        one_back, two_back = tasks.AR_COEFFICIENTS
        best = one_back * x[:, 1:] + two_back * x[:, :-1]
        return float(np.mean((outputs[:, 1:] - best) ** 2))
    if task in ("digits", "chain"):
        return float(np.mean(outputs.argmax(-1) != y))
    if task in ("grammar", "dyck"):
        bits = {"grammar": tasks.phrase_bits, "dyck": tasks.dyck_bits}[task]
        return _cross_entropy(outputs, y) - bits(x, y)
    return float(np.mean((outputs - y) ** 2))


def _cross_entropy(logits, y) -> float:
    """Return the mean bits that a model's forecasts cost."""
    from scipy.special import log_softmax

    log_p = np.take_along_axis(log_softmax(logits, axis=-1), y[..., None], axis=-1)
    return float(-np.mean(log_p) / np.log(2))
