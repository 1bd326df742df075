"""Draw examples at random, so that none comes twice."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lstm_utils._validate import check_int


def distinct(n: int, draw: Callable, rng, *, key: Callable) -> np.ndarray:
    """Draw rows until n of different keys are there; return them in random order."""
    drawn = draw(n)
    while True:
        _, first = np.unique(key(drawn), axis=0, return_index=True)
        drawn = drawn[np.sort(first)]
        if len(drawn) >= n:
            # The common ones run out first, so the order must not be that of drawing.
            return rng.permutation(drawn[:n])
        drawn = np.concatenate([drawn, draw(n)])


def check_enough(n, existing, what) -> None:
    if n > existing:
        raise ValueError(
            f"n is {n}, but there are only {existing} {what}, and none comes twice. "
            "Ask for fewer."
        )


def generator(seed, **counts) -> np.random.Generator:
    """Return a generator of random numbers, after a look at what is counted."""
    for name, count in counts.items():
        check_int(name, count, 1, "The counts come first, then seed=….")
    return np.random.default_rng(check_int("seed", seed, 0, "It starts the draws."))
