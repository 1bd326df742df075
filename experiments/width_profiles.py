"""How units spread over three layers: profiles at equal parameters.

Widths that fall or rise by factors of two from layer to layer; the equal ones are
in deep_or_wide.csv.
"""

from __future__ import annotations

from experiments._arms import next_settings, profile_widths
from experiments._stacks import ends
from experiments.deep_or_wide import CHAPTER, METRICS, arm, budget, run

__all__ = ["CHAPTER", "COST", "METRICS", "run", "settings"]

COST = "about 10 CPU-minutes"
PROFILES = ((4, 2, 1), (1, 2, 4))
TASKS = ("teacher-3a", "digits")


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    stages = []
    for task in TASKS:
        widths = [profile_widths(budget(task), p, **ends(task)) for p in PROFILES]
        stages.append([arm(task, 3, widths=several) for several in widths])
    return next_settings(stages, rows)
