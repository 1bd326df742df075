"""Strings of letters that become other strings, as token ids."""

from __future__ import annotations

import numpy as np

from lstm_utils._validate import check_int
from lstm_utils.tasks._draws import check_enough, distinct, generator
from lstm_utils.tasks.vocabulary import END, FIRST_SYMBOL, PADDING, Vocabulary

__all__ = ["copy_strings", "reverse_strings", "sort_strings", "string_vocabulary"]


def string_vocabulary(n_symbols: int = 8) -> Vocabulary:
    """Return the vocabulary of the string tasks: the first letters of the alphabet.

    Introduced in: 10

    Parameters
    ----------
    n_symbols : int
        Number of letters, 26 at most.

    Returns
    -------
    Vocabulary

    Raises
    ------
    TypeError, ValueError
        If `n_symbols` is not a whole number from 1 to 26.

    Examples
    --------
    >>> string_vocabulary(3)
    Vocabulary('abc')
    """
    n_symbols = check_int("n_symbols", n_symbols, 1, "It counts letters.", maximum=26)
    return Vocabulary("abcdefghijklmnopqrstuvwxyz"[:n_symbols])


def copy_strings(
    n: int, shortest: int, longest: int, n_symbols: int = 8, *, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Write a string of random letters as it is.

    Lengths are drawn evenly, then letters. No string comes twice in a call: parts of
    one call share none.

    Introduced in: 10

    Parameters
    ----------
    n : int
        Number of strings.
    shortest, longest : int
        Bounds of their lengths, both included.
    n_symbols : int
        Number of letters, 26 at most.
    seed : int
        Seed of the generator.

    Returns
    -------
    source : ndarray of int32, shape (n, longest)
        Ids of ``string_vocabulary(n_symbols)``, padded on the right.
    targets : ndarray of int32, shape (n, longest + 1)
        The answer, then end.

    Raises
    ------
    TypeError, ValueError
        If a number is not whole or out of bounds, or there are not `n` strings.

    Examples
    --------
    >>> source, targets = copy_strings(4, 2, 5, seed=0)
    >>> bool((source == np.where(targets == 2, 0, targets)[:, :-1]).all())
    True
    """
    source = _strings(n, shortest, longest, n_symbols, seed)
    return source, _ordered(source, np.arange(longest))


def reverse_strings(
    n: int, shortest: int, longest: int, n_symbols: int = 8, *, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Write a string of random letters backwards.

    The strings are those of `copy_strings`.

    Introduced in: 11

    Parameters
    ----------
    n, shortest, longest, n_symbols, seed
        As for `copy_strings`.

    Returns
    -------
    source, targets : ndarray of int32
        As of `copy_strings`.

    Raises
    ------
    TypeError, ValueError
        As `copy_strings`.

    Examples
    --------
    >>> source, targets = reverse_strings(1, 5, 5, seed=0)
    >>> bool((source[:, ::-1] == targets[:, :5]).all())
    True
    """
    source = _strings(n, shortest, longest, n_symbols, seed)
    return source, _ordered(source, -np.arange(longest))


def sort_strings(
    n: int, shortest: int, longest: int, n_symbols: int = 8, *, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Write the letters of a random string in the order of the alphabet.

    The strings are those of `copy_strings`.

    Introduced in: 13

    Parameters
    ----------
    n, shortest, longest, n_symbols, seed
        As for `copy_strings`.

    Returns
    -------
    source, targets : ndarray of int32
        As of `copy_strings`.

    Raises
    ------
    TypeError, ValueError
        As `copy_strings`.

    Examples
    --------
    >>> source, targets = sort_strings(1, 5, 5, seed=0)
    >>> bool((np.sort(source) == targets[:, :5]).all())
    True
    """
    source = _strings(n, shortest, longest, n_symbols, seed)
    return source, _ordered(source, source)


def _strings(n, shortest, longest, n_symbols, seed) -> np.ndarray:
    """Return distinct strings (n, longest) as ids, padded on the right."""
    rng = generator(seed, n=n, shortest=shortest)
    hint = "After n come the shortest and the longest length."
    longest = check_int("longest", longest, shortest, hint)
    n_symbols = len(string_vocabulary(n_symbols).symbols)
    existing = sum(n_symbols**k for k in range(shortest, longest + 1))
    what = f"strings of {shortest} to {longest} letters out of {n_symbols}"
    check_enough(n, existing, what)

    def draw(count):
        letters = rng.integers(n_symbols, size=(count, longest)) + FIRST_SYMBOL
        lengths = rng.integers(shortest, longest + 1, size=(count, 1))
        return np.where(np.arange(longest) < lengths, letters, PADDING)

    return distinct(n, draw, rng, key=lambda drawn: drawn).astype("int32")


def _ordered(source, keys) -> np.ndarray:
    """Return targets (n, steps + 1): letters in the order of their keys, then end."""
    keys = np.where(source == PADDING, np.iinfo("int32").max, keys)
    order = np.argsort(keys, axis=1, kind="stable")
    targets = np.pad(np.take_along_axis(source, order, axis=1), ((0, 0), (0, 1)))
    targets[np.arange(len(source)), (source != PADDING).sum(axis=1)] = END
    return targets
