"""What an arm of a comparison still has to run, and the widths of its layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import count, pairwise, product, starmap
from typing import NamedTuple

import numpy as np

from lstm_utils.reference import lstm_params


class Rule(NamedTuple):
    """How the learning rate of an arm is chosen, and which seeds are scored at it.

    Each rate of the grid, which is one for all arms of a comparison, is tried with the
    tuning seeds, none of which is scored. That with the best mean score is taken.
    """

    grid: Sequence[float] = (0.005, 0.01, 0.02, 0.04, 0.08, 0.16)
    tuning_seeds: Sequence[int] = (100, 101)
    seeds: Sequence[int] = range(5)
    score: str = "val_score"
    backend: str = "jax"


USUAL = Rule()


def next_settings(
    stages: Iterable[Iterable[Mapping]],
    rows: list[Mapping],
    rule: Rule = USUAL,
    *,
    confirm: Iterable[Mapping] = (),
) -> list[dict]:
    """Return what is to be run next, given the table so far; nothing at the end.

    An arm is a setting without ``lr``, ``seed`` and ``backend``. A stage of arms begins
    when the one before is complete; at last TensorFlow repeats five scored runs of
    each arm to `confirm`.
    """
    for stage in stages:
        if wanted := [new for arm in stage for new in arm_settings(arm, rows, rule)]:
            return wanted
    return [new for arm in confirm for new in confirming_settings(arm, rows)]


def arm_settings(arm: Mapping, rows: list[Mapping], rule: Rule = USUAL) -> list[dict]:
    """Return what an arm has still to run: first its rates, then its scored seeds."""
    mine = [row for row in rows if _fits(row, arm)]
    looks, rate = choose(arm, mine, rule)
    return looks or missing([runs(arm, [rate], rule.seeds, rule.backend)], mine)


def choose(
    arm: Mapping, rows: list[Mapping], rule: Rule = USUAL
) -> tuple[list[dict], float | None]:
    """Return the looks at rates that an arm still lacks; if none, its best rate."""
    found = {
        (row["lr"], row["seed"]): row[rule.score]
        for row in rows
        if row["backend"] == rule.backend and _fits(row, arm)
    }
    if len(rule.grid) == 1:
        return [], rule.grid[0]
    looks = runs(arm, rule.grid, rule.tuning_seeds, rule.backend)
    if lacking := [new for new in looks if (new["lr"], new["seed"]) not in found]:
        return lacking, None
    means = [np.mean([found[lr, s] for s in rule.tuning_seeds]) for lr in rule.grid]
    return [], rule.grid[int(np.argmin(np.nan_to_num(means, nan=np.inf)))]


def confirming_settings(arm: Mapping, rows: list[Mapping]) -> list[dict]:
    """Return the scored runs of a complete arm that TensorFlow has still to confirm."""
    mine = [row for row in rows if row["backend"] == "jax" and _fits(row, arm)]
    scored = sorted({(row["lr"], row["seed"]) for row in mine if row["seed"] < 5})
    wanted = [{"lr": lr, "seed": seed, "backend": "tensorflow"} for lr, seed in scored]
    return missing([[arm | new for new in wanted]], rows)


def missing(groups: Iterable[list[dict]], rows: list[Mapping]) -> list[dict]:
    """Return the settings, given in groups, of which a table has no row."""
    wanted = [new for group in groups for new in group]
    done = {tuple(str(row[key]) for key in wanted[0]) for row in rows} if wanted else {}
    return [new for new in wanted if tuple(map(str, new.values())) not in done]


def runs(arm: Mapping, rates, seeds=range(5), backend: str = "jax") -> list[dict]:
    """Return the settings of an arm at some rates, with some seeds."""
    return [
        {**arm, "lr": lr, "seed": seed, "backend": backend}
        for lr, seed in product(rates, seeds)
    ]


def _fits(row, arm) -> bool:
    return all(str(row[key]) == str(arm[key]) for key in arm)


@cache
def near_equal_widths(budget, depth, params=None, **ends) -> tuple[int, ...]:
    """Return widths within 0.8 % of a budget that differ as little as possible.

    What `params` counts, given widths and ends; if left out, a stack with its head.
    """
    params = params or stack_params
    middle = next(k for k in count(1) if params([k] * depth, **ends) >= budget)
    near = range(max(1, middle - 3), middle + 3)

    def preference(widths):
        excess = abs(params(widths, **ends) / budget - 1)
        return max(excess, 0.008), max(widths) - min(widths), excess

    return min(product(near, repeat=depth), key=preference)


@cache
def profile_widths(budget, profile, **ends) -> tuple[int, ...]:
    """Return widths in given proportions that come closest to a budget."""
    shares = np.array(profile) / sum(profile)
    candidates = [
        tuple(int(width) for width in np.maximum(1, np.round(total * shares)) + steps)
        for total in range(len(profile), round(budget**0.5) * 2)
        for steps in product((0, 1), repeat=len(profile))
    ]
    return min(candidates, key=lambda w: abs(stack_params(w, **ends) - budget))


def stack_params(widths, *, n_features, n_outputs) -> int:
    """Return the parameters of a stack with a Dense head."""
    pairs = pairwise([n_features, *widths])
    return sum(starmap(lstm_params, pairs)) + (widths[-1] + 1) * n_outputs
