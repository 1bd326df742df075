"""Going deeper: stacks of 4, 12 and 30 layers, plain, with residuals, norms or both.

At 30 layers a run is long: three seeds at the rate of the same kind with 12 layers,
and none to tune. Lower is better. Twelve layers are confirmed on TensorFlow.
"""

from __future__ import annotations

from experiments._arms import choose, missing, next_settings, runs
from experiments._digits import CHAPTER, KINDS, METRICS, RULE, stack, train_and_score

__all__ = ["CHAPTER", "COST", "METRICS", "run", "settings"]

COST = "about 15 CPU-minutes"
DEPTHS = (4, 12)
DEEPEST, DEEPEST_SEEDS = 30, (0, 1, 2)


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    arms = [{"depth": depth, "kind": kind} for depth in DEPTHS for kind in KINDS]
    if wanted := next_settings([arms], rows, RULE):
        return wanted
    deepest = [
        runs({**arm, "depth": DEEPEST}, [choose(arm, rows, RULE)[1]], DEEPEST_SEEDS)
        for arm in arms[-len(KINDS) :]
    ]
    confirm = [{"depth": 12, "kind": kind} for kind in ("plain", "residual")]
    return missing(deepest, rows) or next_settings([], rows, confirm=confirm)


def run(depth, kind, lr, seed, backend) -> dict:
    """Train one stack of so many layers, of one of `KINDS`, and score it."""
    start = {"build": lambda: stack(depth, kind, backend), "seed": seed}
    return train_and_score(**start, lr=lr, backend=backend)
