"""How an arm of a comparison gets its widths, its learning rate and its seeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise, product

import numpy as np

from lstm_utils.reference import lstm_params

FIRST_RATES = (0.01, 0.02, 0.04)
TUNING_SEEDS = (100, 101)
SCORED_SEEDS = (0, 1, 2, 3, 4)


def arm_settings(
    arm: Mapping,
    rows: Iterable[Mapping],
    backend: str = "jax",
    seeds: Iterable[int] = SCORED_SEEDS,
    tuning_seeds: Iterable[int] = TUNING_SEEDS,
) -> list[dict]:
    """Return what an arm has still to run: first its rates, then its scored seeds.

    Parameters
    ----------
    arm : mapping
        A setting without ``lr``, ``seed`` and ``backend``.
    rows : iterable of mappings
        The table so far.
    backend : str
        What Keras runs on.
    seeds : iterable of int
        Seeds that are scored at the best rate; more where one run costs little.
    tuning_seeds : iterable of int
        Seeds by whose mean score the rate is chosen, none of them scored; more where
        one rate does well with some seeds and badly with others.

    Returns
    -------
    list of dict
        Settings; empty when the arm is complete.
    """
    mine = [row for row in rows if all(str(row[key]) == str(arm[key]) for key in arm)]
    have = {(row["lr"], row["seed"], row["backend"]): row for row in mine}
    tried = (row["lr"] for row in mine if row["backend"] == backend)
    rates = sorted({*FIRST_RATES, *tried})
    while True:
        tuning = [(lr, seed, backend) for lr in rates for seed in tuning_seeds]
        if missing := [key for key in tuning if key not in have]:
            return _settings(arm, missing)
        scores = [
            np.mean([have[lr, seed, backend]["val_score"] for seed in tuning_seeds])
            for lr in rates
        ]
        best = int(np.argmin(np.nan_to_num(scores, nan=np.inf)))
        if best == 0:
            rates = [rates[0] / 2, *rates]
        elif best == len(rates) - 1:
            rates = [*rates, rates[-1] * 2]
        else:
            scored = [(rates[best], seed, backend) for seed in seeds]
            return _settings(arm, [key for key in scored if key not in have])


def next_settings(
    stages: Iterable[list[Mapping]],
    rows: list[Mapping],
    backend: str = "jax",
    seeds: Iterable[int] = SCORED_SEEDS,
    tuning_seeds: Iterable[int] = TUNING_SEEDS,
) -> list[dict]:
    """Return what the first stage that is not complete has still to run."""
    for stage in stages:
        wanted = [
            setting
            for arm in stage
            for setting in arm_settings(arm, rows, backend, seeds, tuning_seeds)
        ]
        if wanted:
            return wanted
    return []


def confirming_settings(arm: Mapping, rows: Iterable[Mapping]) -> list[dict]:
    """Return the scored runs of a complete arm that TensorFlow has still to confirm."""
    mine = [row for row in rows if all(str(row[key]) == str(arm[key]) for key in arm)]
    have = {(row["lr"], row["seed"], row["backend"]) for row in mine}
    scored = [
        (lr, seed, "tensorflow")
        for lr, seed, backend in sorted(have)
        if backend == "jax" and seed in SCORED_SEEDS
    ]
    return _settings(arm, [key for key in scored if key not in have])


def _settings(arm, keys) -> list[dict]:
    return [
        {**arm, "lr": lr, "seed": seed, "backend": backend}
        for lr, seed, backend in keys
    ]


def near_equal_widths(budget, depth, *, n_features, n_outputs) -> list[int]:
    """Return widths within 0.8 % of a budget that differ as little as possible."""
    ends = {"n_features": n_features, "n_outputs": n_outputs}
    middle = 1
    while stack_params([middle] * depth, **ends) < budget:
        middle += 1
    near = range(max(1, middle - 3), middle + 3)

    def preference(widths):
        excess = abs(stack_params(widths, **ends) / budget - 1)
        return max(excess, 0.008), max(widths) - min(widths), excess

    return list(min(product(near, repeat=depth), key=preference))


def profile_widths(budget, profile, *, n_features, n_outputs) -> list[int]:
    """Return widths in given proportions that come closest to a budget."""
    shares = np.array(profile) / sum(profile)
    rounded = [
        np.maximum(1, np.round(total * shares).astype(int))
        for total in range(len(profile), round(budget**0.5) * 2)
    ]
    candidates = [
        [int(width) for width in widths + steps]
        for widths in rounded
        for steps in product((0, 1), repeat=len(profile))
    ]

    def excess(widths):
        params = stack_params(widths, n_features=n_features, n_outputs=n_outputs)
        return abs(params - budget)

    return min(candidates, key=excess)


def stack_params(widths, *, n_features, n_outputs) -> int:
    """Return the parameters of a stack with a Dense head."""
    inner = sum(
        lstm_params(below, width) for below, width in pairwise([n_features, *widths])
    )
    return inner + (widths[-1] + 1) * n_outputs
