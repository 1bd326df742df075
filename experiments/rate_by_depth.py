"""Learning rate by depth: where training stands still, and where it breaks.

Plain stacks at a rate that stays as it is: by Adam without clipping from 1 layer to
8, and with three layers by Adam and by SGD, each with gradients clipped to norm 1, at
the steepest rates to norm 0.1, and without. Five seeds in every cell; nothing is
tuned. The collapse at 0.3 is confirmed on TensorFlow. Lower is better.
"""

from __future__ import annotations

from experiments._arms import missing, next_settings, runs
from experiments._digits import CHAPTER, METRICS, stack, train_and_score

__all__ = ["CHAPTER", "COST", "METRICS", "run", "settings"]

COST = "about 10 CPU-minutes"
CLIPPING = {"none": None, "norm 1": 1.0, "norm 0.1": 0.1}
STEEP = {"adam": (0.1, 0.2, 0.3), "sgd": (0.3, 1.0, 3.0, 10.0)}
CELLS = [
    (3, "adam", "norm 1", STEEP["adam"]),
    (3, "sgd", "none", STEEP["sgd"]),
    (3, "sgd", "norm 1", STEEP["sgd"]),
    (3, "adam", "norm 0.1", (0.3,)),
    (3, "sgd", "norm 0.1", (10.0,)),
    *(
        (depth, "adam", "none", (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3))
        for depth in (3, 1, 8, 2, 4)
    ),
]


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    wanted = [
        runs({"depth": depth, "optimiser": name, "clipping": clipping}, rates)
        for depth, name, clipping, rates in CELLS
    ]
    collapse = {"optimiser": "adam", "clipping": "none", "lr": 0.3}
    confirm = [{"depth": depth, **collapse} for depth in (1, 3)]
    return missing(wanted, rows) or next_settings([], rows, confirm=confirm)


def run(depth, optimiser, clipping, lr, seed, backend) -> dict:
    """Train one plain stack at a constant rate, by Adam or plain SGD, and score it."""

    def constant(lr):
        from keras.optimizers import SGD, Adam

        return {"adam": Adam, "sgd": SGD}[optimiser](lr, clipnorm=CLIPPING[clipping])

    start = {"build": lambda: stack(depth, "plain", backend), "seed": seed}
    return train_and_score(**start, lr=lr, backend=backend, optimiser=constant)
