"""Toy problems with a known answer, one generator each."""

from __future__ import annotations

import numpy as np

from lstm_utils._validate import check_int

__all__ = ["echo", "last_value", "latch", "running_sum"]


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
    rng = _generator(n, steps, seed)
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
    delay = check_int("delay", delay, 0, "An echo cannot come before its sound.")
    if delay >= steps:
        raise ValueError(
            f"delay is {delay} steps, but the sequences have only {steps}, so that no "
            "echo would come. Make the sequences longer or the delay shorter."
        )
    y = np.zeros_like(x)
    y[:, delay:] = x[:, : steps - delay]
    return x, y


def _generator(n, steps, seed) -> np.random.Generator:
    hint = "The arguments are the numbers of sequences and of steps, then seed=…."
    check_int("n", n, 1, hint)
    check_int("steps", steps, 1, hint)
    return np.random.default_rng(check_int("seed", seed, 0, hint))


def _noise(n, steps, seed) -> np.ndarray:
    rng = _generator(n, steps, seed)
    return rng.uniform(-1, 1, (n, steps, 1)).astype("float32")
