"""Is it Adam's epsilon? Twelve layers, where what Adam adds to its divisor varies.

Adam divides a gradient by its usual size, plus epsilon, which in Keras is 1e-7 unless
told. Gradients far below epsilon make steps far below the learning rate. Stacks with
residuals, whose gradients are not so small, are the control. Lower is better.
"""

from __future__ import annotations

from itertools import product

from experiments._arms import next_settings
from experiments._digits import CHAPTER, METRICS, RULE, UPDATES, stack, train_and_score
from lstm_utils.training import falling_adam

__all__ = ["CHAPTER", "COST", "METRICS", "run", "settings"]

COST = "about 20 CPU-minutes"
DEPTH = 12
EPSILONS = (1e-7, 1e-12, 1e-16)


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    arms = [
        {"depth": DEPTH, "kind": kind, "epsilon": epsilon}
        for kind, epsilon in product(("plain", "residual"), EPSILONS)
    ]
    rule = RULE._replace(seeds=range(10))
    return next_settings([arms], rows, rule, confirm=[arms[0], arms[2]])


def run(depth, kind, epsilon, lr, seed, backend) -> dict:
    """Train one stack by Adam with an epsilon of its own, and score it."""

    def adam(lr):
        optimiser = falling_adam(lr, UPDATES)
        optimiser.epsilon = epsilon
        return optimiser

    start = {"build": lambda: stack(depth, kind, backend), "seed": seed}
    return train_and_score(**start, lr=lr, backend=backend, optimiser=adam)
