"""How units spread over three layers: profiles at equal parameters.

Widths that fall or rise by factors of two from layer to layer; the equal ones are
in deep_or_wide.csv. Rates, seeds and scores as there.
"""

from __future__ import annotations

from experiments.arms import (
    near_equal_widths,
    next_settings,
    profile_widths,
    stack_params,
)
from experiments.deep_or_wide import BUDGET, METRICS, arm, ends, run

__all__ = ["COST", "METRICS", "run", "settings"]

COST = "about 10 CPU-minutes"
PROFILES = {"falling": (4, 2, 1), "rising": (1, 2, 4)}
TASKS = ("teacher-3a", "digits")


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    stages = [
        [arm(task, 3, widths=widths(task, profile)) for profile in PROFILES]
        for task in TASKS
    ]
    return next_settings(stages, rows)


def widths(task, profile) -> list[int]:
    """Return the widths of a profile at the parameters of the one-layer arm."""
    budget = stack_params(near_equal_widths(BUDGET, 1, **ends(task)), **ends(task))
    return profile_widths(budget, PROFILES[profile], **ends(task))
