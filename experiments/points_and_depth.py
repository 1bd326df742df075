"""Does more data favour depth? Stacks of equal parameters on fewer sequences.

All sequences are in deep_or_wide.csv.
"""

from __future__ import annotations

from experiments._arms import USUAL, next_settings
from experiments.deep_or_wide import CHAPTER, METRICS, arm, run

__all__ = ["CHAPTER", "COST", "METRICS", "run", "settings"]

COST = "about 20 CPU-minutes"
POINTS = {"teacher-3a": (100, 1000), "digits": (100, 300)}


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    stages = [
        [arm(task, depth, points=points) for depth in (1, 2, 3)]
        for task, several in POINTS.items()
        for points in several
    ]
    return next_settings(stages, rows, USUAL._replace(seeds=range(10)))
