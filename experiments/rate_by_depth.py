"""Learning rate by depth: where training stands still, and where it breaks.

Plain stacks with layers of 32 units read handwritten digits row by row, 400 batches
of 32 at a rate that stays as it is: by Adam without clipping from 1 layer to 8, and
with three layers by Adam and by SGD, each with gradients clipped to norm 1, at the
steepest rates to norm 0.1, and without. Five seeds in every cell; nothing is tuned. The
collapse at 0.3 is confirmed on TensorFlow.
Lower is better.
"""

from __future__ import annotations

from experiments.arms import confirming_settings
from experiments.going_deeper import METRICS, stack, train_and_score

__all__ = ["COST", "METRICS", "run", "settings"]

COST = "about 8 CPU-minutes"
SEEDS = range(5)
DEPTHS = (3, 1, 8, 2, 4)
ADAM_RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3)
COLLAPSE = {"depth": 3, "optimiser": "adam", "clipping": "none", "lr": 0.3}
STEEP_RATES = {"adam": (0.1, 0.2, 0.3), "sgd": (0.3, 1.0, 3.0, 10.0)}


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    cells = [(3, "adam", "norm 1", lr) for lr in STEEP_RATES["adam"]]
    cells += [
        (3, "sgd", clipping, lr)
        for clipping in ("none", "norm 1")
        for lr in STEEP_RATES["sgd"]
    ]
    cells += [(3, "adam", "norm 0.1", 0.3), (3, "sgd", "norm 0.1", 10.0)]
    cells += [(depth, "adam", "none", lr) for depth in DEPTHS for lr in ADAM_RATES]
    done = {tuple(row[key] for key in KEYS) for row in rows}
    wanted = [(*cell, seed, "jax") for cell in cells for seed in SEEDS]
    missing = [dict(zip(KEYS, key, strict=True)) for key in wanted if key not in done]
    return missing or [
        setting
        for depth in (1, 3)
        for setting in confirming_settings({**COLLAPSE, "depth": depth}, rows)
    ]


KEYS = ("depth", "optimiser", "clipping", "lr", "seed", "backend")


def run(depth, optimiser, clipping, lr, seed, backend) -> dict:
    """Train one stack at a constant rate and score it.

    Parameters
    ----------
    depth : int
        Number of layers.
    optimiser : {"adam", "sgd"}
        SGD without momentum.
    clipping : {"none", "norm 1", "norm 0.1"}
        To what length a longer gradient is cut.
    lr : float
        Learning rate.
    seed : int
        Seed of the initial weights and of the order of the data.
    backend : str
        The backend that Keras must be running on.

    Returns
    -------
    dict
        `METRICS`, as in `experiments.going_deeper`.
    """
    clip = {"none": None, "norm 1": 1.0, "norm 0.1": 0.1}[clipping]
    key = (depth, "plain", backend == "tensorflow")
    rule = (optimiser, clip, False)
    return train_and_score(lambda: stack(*key), rule, lr, seed, backend, key=key)
