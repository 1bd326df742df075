"""Sequences of symbols with something to remember, one generator each."""

from __future__ import annotations

import numpy as np

from lstm_utils._validate import check_int
from lstm_utils.tasks._draws import generator

__all__ = ["recall"]


def recall(
    n: int, delay: int, *, n_symbols: int = 8, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Name the first symbol after a delay: one target for a whole sequence.

    The last feature marks the first step, where the symbol to be named is shown. At
    each of the steps after it there is another symbol, drawn like the first.

    Introduced in: 02

    Parameters
    ----------
    n : int
        Number of sequences.
    delay : int
        Steps between the symbol and the answer, which is due at the last step. With 0
        there is one step, and nothing to remember.
    n_symbols : int
        Number of symbols.
    seed : int
        Seed of the generator.

    Returns
    -------
    x : ndarray of float32, shape (n, delay + 1, n_symbols + 1)
        One-hot symbols, and the mark.
    y : ndarray of int32, shape (n,)
        The number of the first symbol.

    Raises
    ------
    TypeError, ValueError
        If a number is not whole or too small.

    Examples
    --------
    >>> x, y = recall(2, 30, seed=0)
    >>> x.shape, bool((x[:, 0, :8].argmax(axis=1) == y).all())
    ((2, 31, 9), True)
    """
    rng = generator(seed, n=n, n_symbols=n_symbols)
    delay = check_int("delay", delay, 0, "The answer is due so many steps later.")
    symbols = rng.integers(n_symbols, size=(n, delay + 1))
    x = np.zeros((n, delay + 1, n_symbols + 1), dtype="float32")
    x[..., :-1] = np.eye(n_symbols)[symbols]
    x[:, 0, -1] = 1
    return x, symbols[:, 0].astype("int32")
