"""Learning rate by depth: where training stands still, and where it breaks.

Plain stacks at a rate that stays as it is: by Adam without clipping from 1 layer to
8, and with three layers by Adam and by SGD, each without clipping, with each array of
the gradient clipped to norm 1, and with all of it clipped to norm 1 as one vector; at
the steepest rates to norm 0.1 as well. Five seeds in every cell; nothing is tuned. The
collapse at 0.3 is confirmed on TensorFlow. Lower is better.
"""

from __future__ import annotations

from experiments._arms import missing, next_settings, runs
from experiments._digits import CHAPTER, METRICS, stack, train_and_score

__all__ = ["CHAPTER", "COST", "METRICS", "run", "settings"]

COST = "about 10 CPU-minutes"
CLIPPING = {
    "none": {},
    "norm 1": {"clipnorm": 1.0},
    "norm 0.1": {"clipnorm": 0.1},
    "global norm 1": {"global_clipnorm": 1.0},
    "global norm 0.1": {"global_clipnorm": 0.1},
}
STEEP = {
    "adam": (0.03, 0.05, 0.07, 0.1, 0.2, 0.3),
    "sgd": (0.3, 1.0, 3.0, 10.0),
}
CELLS = [
    *(
        (3, optimiser, clipping, STEEP[optimiser])
        for optimiser in STEEP
        for clipping in ("none", "norm 1", "global norm 1")
    ),
    *((3, "adam", clipping, (0.3,)) for clipping in ("norm 0.1", "global norm 0.1")),
    *((3, "sgd", clipping, (10.0,)) for clipping in ("norm 0.1", "global norm 0.1")),
    *(
        (depth, "adam", "none", (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3))
        for depth in (1, 8, 2, 4)
    ),
    (3, "adam", "none", (0.001, 0.003, 0.01)),
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

        return {"adam": Adam, "sgd": SGD}[optimiser](lr, **CLIPPING[clipping])

    start = {"build": lambda: stack(depth, "plain", backend), "seed": seed}
    return train_and_score(**start, lr=lr, backend=backend, optimiser=constant)
