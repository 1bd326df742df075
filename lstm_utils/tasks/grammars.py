"""Texts of a grammar, and the fewest bits in which they can be written."""

from __future__ import annotations

import numpy as np

from lstm_utils._validate import check_array, check_int, wrong
from lstm_utils.tasks._draws import generator

__all__ = ["dyck", "dyck_bits", "phrase_bits", "phrase_grammar"]

PHRASE_SYMBOLS = 10


def phrase_grammar(n: int, steps: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Predict the next word of sentences whose verbs agree with their nouns.

    A sentence is a noun phrase, a verb, a noun phrase and a full stop. After a noun
    may come, with probability 0.3 and nested at most three deep, a clause: *that*,
    a noun phrase and a verb. Nouns come in four kinds, drawn evenly, and a verb is
    of the kind of its subject, which may lie many words back. The ten symbols: 0-3
    nouns, 4-7 verbs, 8 *that*, 9 the full stop.

    Introduced in: 06

    Parameters
    ----------
    n, steps : int
        Number of texts and their length; each begins with a new sentence.
    seed : int
        Seed of the generator.

    Returns
    -------
    x : ndarray of float32, shape (n, steps, 10)
        One-hot words.
    y : ndarray of int32, shape (n, steps)
        The word that follows each.

    Raises
    ------
    TypeError, ValueError
        If a number is not whole or too small.

    Examples
    --------
    >>> x, y = phrase_grammar(2, 12, seed=0)
    >>> x.shape, y.shape
    ((2, 12, 10), (2, 12))
    """
    rng = generator(seed, n=n, steps=steps)
    words = np.empty((n, steps + 1), dtype="int32")
    for text in words:
        written: list[int] = []
        while len(written) <= steps:
            written += _sentence(rng)
        text[:] = written[: steps + 1]
    return _next_symbol(words, PHRASE_SYMBOLS)


def _sentence(rng) -> list[int]:
    subject = _noun_phrase(rng, 0)
    return [*subject, 4 + subject[0], *_noun_phrase(rng, 0), 9]


def _noun_phrase(rng, depth) -> list[int]:
    words = [int(rng.integers(4))]
    if depth < 3 and rng.random() < 0.3:
        inner = _noun_phrase(rng, depth + 1)
        words += [8, *inner, 4 + inner[0]]
    return words


def phrase_bits(x, y) -> float:
    """Return the bits per word that the best possible forecast of a text costs.

    It is the mean of −log₂ of the probability that `phrase_grammar` itself gave to
    each word of `y`. No model that knows only the words before can do better on
    average.

    Introduced in: 06

    Parameters
    ----------
    x : ndarray, shape (n, steps, 10)
    y : ndarray, shape (n, steps)
        As `phrase_grammar` gives them.

    Returns
    -------
    float
        In bits per word.

    Raises
    ------
    TypeError, ValueError
        If the two do not belong together.

    Examples
    --------
    >>> round(phrase_bits(*phrase_grammar(1_000, 48, seed=0)), 2)
    1.25
    """
    words, y = _check_pair(x, y, PHRASE_SYMBOLS)
    bits = np.where(y < 4, 2.0, 0.0)  # one noun of four
    depth = np.zeros(len(y), dtype=int)
    for t, word in enumerate(words.T):
        depth += word == 8
        depth -= (word >= 4) & (word < 8) & (depth > 0)
        may_nest = (word < 4) & (depth < 3)
        surprise = np.where(y[:, t] == 8, -np.log2(0.3), -np.log2(0.7))
        bits[:, t] += np.where(may_nest, surprise, 0.0)
    return float(bits.mean())


def dyck(
    n: int, steps: int, *, kinds: int = 2, max_depth: int = 6, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Predict the next bracket where brackets of several kinds are nested.

    A bracket opens or closes with equal probability; none closes at depth 0 and
    none opens at `max_depth`. The kind of an opening bracket is drawn evenly, a
    closing one has the kind of the last that is still open. Symbols 0 to
    ``kinds - 1`` open, the others close.

    Introduced in: 06

    Parameters
    ----------
    n, steps : int
        Number of sequences and their length; each begins at depth 0.
    kinds : int
        Number of kinds of brackets.
    max_depth : int
        Most brackets open at a time.
    seed : int
        Seed of the generator.

    Returns
    -------
    x : ndarray of float32, shape (n, steps, 2 * kinds)
        One-hot brackets.
    y : ndarray of int32, shape (n, steps)
        The bracket that follows each.

    Raises
    ------
    TypeError, ValueError
        If a number is not whole or too small.

    Examples
    --------
    >>> x, y = dyck(2, 12, seed=0)
    >>> x.shape, y.shape
    ((2, 12, 4), (2, 12))
    """
    rng = generator(seed, n=n, steps=steps, kinds=kinds, max_depth=max_depth)
    brackets = np.empty((n, steps + 1), dtype="int32")
    open_kinds = np.zeros((n, max_depth), dtype="int32")
    depth = np.zeros(n, dtype=int)
    rows = np.arange(n)
    for t in range(steps + 1):
        opens = (rng.random(n) < 0.5) | (depth == 0)
        opens &= depth < max_depth
        kind = np.where(opens, rng.integers(kinds, size=n), open_kinds[rows, depth - 1])
        brackets[:, t] = np.where(opens, kind, kinds + kind)
        open_kinds[rows[opens], depth[opens]] = kind[opens]
        depth += np.where(opens, 1, -1)
    return _next_symbol(brackets, 2 * kinds)


def dyck_bits(x, y, *, max_depth: int = 6) -> float:
    """Return the bits per bracket that the best possible forecast costs.

    It is the mean of −log₂ of the probability that `dyck` itself gave to each
    bracket of `y`.

    Introduced in: 06

    Parameters
    ----------
    x : ndarray, shape (n, steps, 2 * kinds)
    y : ndarray, shape (n, steps)
        As `dyck` gives them.
    max_depth : int
        As for `dyck`.

    Returns
    -------
    float
        In bits per bracket.

    Raises
    ------
    TypeError, ValueError
        If the two do not belong together, or `max_depth` is no whole number of at
        least 1.

    Examples
    --------
    >>> round(dyck_bits(*dyck(1_000, 48, seed=0)), 2)
    1.35
    """
    max_depth = check_int("max_depth", max_depth, 1, "At least one bracket must open.")
    brackets, y = _check_pair(x, y)
    kinds = np.shape(x)[2] // 2
    opens = brackets < kinds
    depth = np.cumsum(np.where(opens, 1, -1), axis=1)  # before each target
    free = (depth > 0) & (depth < max_depth)
    return float(np.mean(free + np.where(y < kinds, np.log2(kinds), 0.0)))


def _check_pair(x, y, n_symbols=None) -> tuple[np.ndarray, np.ndarray]:
    """Return the symbols read and those that follow, both (n, steps), or raise."""
    x = check_array("x", x, ("n", "steps", "symbols"), "Its symbols are one-hot.")
    y = check_array("y", y, ("n", "steps"), "It holds the symbol that follows each.")
    wanted = (*y.shape, n_symbols or x.shape[2] // 2 * 2)
    if x.shape != wanted:
        hint = "Give x and y as one call of the generator gave them."
        raise wrong(ValueError, "x", f"have shape {wanted}", x.shape, hint)
    return x.argmax(axis=2), y


def _next_symbol(symbols, n_symbols) -> tuple[np.ndarray, np.ndarray]:
    x = np.eye(n_symbols, dtype="float32")[symbols[:, :-1]]
    return x, symbols[:, 1:].copy()
