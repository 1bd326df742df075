"""Sequences of numbers with a known answer, one generator each."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from lstm_utils._validate import check_choice, check_int, load_extra
from lstm_utils.tasks._draws import generator

__all__ = [
    "PERMUTATIONS",
    "digit_rows",
    "echo",
    "last_value",
    "latch",
    "permutation_chain",
    "running_sum",
]

PERMUTATIONS = np.array(list(permutations(range(3))))


def latch(n: int, steps: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Remember which of two pulses came last.

    Feature 0 is a *set* pulse, feature 1 a *reset* pulse. Each comes with
    probability 0.1 per step; after a set the target is 1 until a reset makes it 0
    again. It starts at 0, and where both come at once the reset wins.

    Introduced in: 01

    Parameters
    ----------
    n, steps : int
        Number of sequences and their length.
    seed : int
        Seed of the generator.

    Returns
    -------
    x : ndarray of float32, shape (n, steps, 2)
    y : ndarray of float32, shape (n, steps, 1)

    Raises
    ------
    TypeError, ValueError
        If a number is not whole or too small.

    Examples
    --------
    >>> x, y = latch(2, 5, seed=0)
    >>> x.shape, y.shape
    ((2, 5, 2), (2, 5, 1))
    """
    rng = generator(seed, n=n, steps=steps)
    x = (rng.random((n, steps, 2)) < 0.1).astype("float32")
    y = np.empty((n, steps, 1), dtype="float32")
    light = np.zeros(n)
    for t in range(steps):
        light[x[:, t, 0] == 1] = 1
        light[x[:, t, 1] == 1] = 0
        y[:, t, 0] = light
    return x, y


def last_value(n: int, steps: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Give back the last input: one target for a whole sequence.

    Introduced in: 04

    Parameters
    ----------
    n, steps : int
        Number of sequences and their length.
    seed : int
        Seed of the generator.

    Returns
    -------
    x : ndarray of float32, shape (n, steps, 1)
        Drawn evenly from -1 to 1.
    y : ndarray of float32, shape (n, 1)

    Raises
    ------
    TypeError, ValueError
        If a number is not whole or too small.

    Examples
    --------
    >>> x, y = last_value(3, 4, seed=0)
    >>> bool((y == x[:, -1]).all())
    True
    """
    x = _noise(n, steps, seed)
    return x, x[:, -1].copy()


def running_sum(n: int, steps: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Add up the inputs so far: one target for every step.

    Introduced in: 04

    Parameters
    ----------
    n, steps : int
        Number of sequences and their length.
    seed : int
        Seed of the generator.

    Returns
    -------
    x : ndarray of float32, shape (n, steps, 1)
        Drawn evenly from -1 to 1.
    y : ndarray of float32, shape (n, steps, 1)

    Raises
    ------
    TypeError, ValueError
        If a number is not whole or too small.

    Examples
    --------
    >>> x, y = running_sum(3, 4, seed=0)
    >>> bool(np.allclose(y[:, -1], x.sum(axis=1)))
    True
    """
    x = _noise(n, steps, seed)
    return x, np.cumsum(x, axis=1, dtype="float32")


def echo(
    n: int, steps: int, *, delay: int = 1, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Repeat each input some steps later: one target for every step.

    Introduced in: 04

    Parameters
    ----------
    n, steps : int
        Number of sequences and their length.
    delay : int
        Steps between an input and its echo, less than `steps`; the targets before
        the first echo are 0. With 0 the target is the input itself.
    seed : int
        Seed of the generator.

    Returns
    -------
    x : ndarray of float32, shape (n, steps, 1)
        Drawn evenly from -1 to 1.
    y : ndarray of float32, shape (n, steps, 1)

    Raises
    ------
    TypeError, ValueError
        If a number is not whole or out of range.

    Examples
    --------
    >>> x, y = echo(3, 4, delay=1, seed=0)
    >>> bool((y[:, 1:] == x[:, :-1]).all())
    True
    """
    x = _noise(n, steps, seed)
    hint = f"An echo comes after its sound and before the {steps} steps are over."
    delay = check_int("delay", delay, 0, hint, maximum=steps - 1)
    y = np.zeros_like(x)
    y[:, delay:] = x[:, : steps - delay]
    return x, y


def digit_rows(part: str) -> tuple[np.ndarray, np.ndarray]:
    """Read small pictures of handwritten digits row by row.

    The 1,797 pictures of 8 × 8 grey values that come with scikit-learn, in one
    fixed random order: 1,000 to train on, 297 to validate, 500 to test.

    Introduced in: 06

    Parameters
    ----------
    part : {"train", "validation", "test"}
        Which of the three sets.

    Returns
    -------
    x : ndarray of float32, shape (n, 8, 8)
        Rows from top to bottom as steps, grey values from 0 to 1 as features.
    y : ndarray of int32, shape (n,)
        The digits.

    Raises
    ------
    ValueError
        If there is no such part.

    References
    ----------
    Alpaydin and Kaynak (1998), Optical recognition of handwritten digits.

    Examples
    --------
    >>> x, y = digit_rows("test")
    >>> x.shape, y.shape
    ((500, 8, 8), (500,))
    """
    parts = ("train", "validation", "test")
    check_choice("part", part, parts)
    digits = load_extra("sklearn.datasets", "data")
    x, y = digits.load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(y))
    rows = np.split(order, [1000, 1297])[parts.index(part)]
    return (x[rows].reshape(-1, 8, 8) / 16).astype("float32"), y[rows].astype("int32")


def permutation_chain(
    n: int, steps: int, *, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Multiply permutations of three things, then multiply the products.

    Each input is one of the six permutations. The product of all so far is itself
    one of the six, and the target at each step is the product of all those products
    so far: one composition on top of another.

    Introduced in: 06

    Parameters
    ----------
    n, steps : int
        Number of sequences and their length.
    seed : int
        Seed of the generator.

    Returns
    -------
    x : ndarray of float32, shape (n, steps, 6)
        One-hot permutations.
    y : ndarray of int32, shape (n, steps)
        The number of the product, from 0 to 5.

    Raises
    ------
    TypeError, ValueError
        If a number is not whole or too small.

    Examples
    --------
    >>> x, y = permutation_chain(2, 12, seed=0)
    >>> x.shape, y.shape
    ((2, 12, 6), (2, 12))
    """
    rng = generator(seed, n=n, steps=steps)
    drawn = rng.integers(6, size=(n, steps))
    products = PERMUTATIONS[:, PERMUTATIONS]  # (second, first, 3)
    table = (products[:, :, None] == PERMUTATIONS).all(axis=3).argmax(axis=2).T
    y = np.empty((n, steps), dtype="int32")
    inner = outer = np.zeros(n, dtype=int)
    for t in range(steps):
        inner = table[inner, drawn[:, t]]
        outer = table[outer, inner]
        y[:, t] = outer
    return np.eye(6, dtype="float32")[drawn], y


def _noise(n, steps, seed) -> np.ndarray:
    rng = generator(seed, n=n, steps=steps)
    return rng.uniform(-1, 1, (n, steps, 1)).astype("float32")
