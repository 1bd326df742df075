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


def check_enough(n: int, existing: int, what: str) -> None:
    """Raise if more are asked for than exist, since none comes twice."""
    hint = f"There are no more {what}, and none comes twice."
    check_int("n", n, 1, hint, maximum=existing)


def generator(seed, name="seed", **counts) -> np.random.Generator:
    """Return a generator of random numbers, after a look at what is counted."""
    for counted, count in counts.items():
        check_int(counted, count, 1, "It is a count: use // where it is a quotient.")
    return np.random.default_rng(check_int(name, seed, 0, "It starts the draws."))
