"""The problems on which depth is measured, one generator each."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from lstm_utils._validate import check_int
from lstm_utils.reference import numpy_stack
from lstm_utils.tasks import _generator

__all__ = [
    "autoregression",
    "digit_rows",
    "dyck",
    "dyck_bits",
    "lstm_teacher",
    "permutation_chain",
    "phrase_bits",
    "phrase_grammar",
]

AR_COEFFICIENTS = (1.6, -0.8)
PHRASE_SYMBOLS = 10
PERMUTATIONS = np.array(list(permutations(range(3))))


def lstm_teacher(
    n: int, steps: int, *, layers: int, teacher: int, seed: int, units: int = 8
) -> tuple[np.ndarray, np.ndarray]:
    """Let a random stack of LSTM layers write the targets.

    Two features of standard normal noise enter; the target at each step is one unit
    of the teacher's top layer, scaled to mean 0 and variance 1. Weights are normal
    with variance 1.5² / fan-in, biases 0, and between the layers each unit is
    scaled to mean 0 and variance 1 as well, so that depth does not fade the signal.

    Introduced in: 06

    Parameters
    ----------
    n, steps : int
        Number of sequences and their length.
    layers, units : int
        Depth of the teacher and width of each of its layers.
    teacher : int
        Seed of the teacher's weights.
    seed : int
        Seed of the inputs.

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
    >>> x, y = lstm_teacher(3, 5, layers=2, teacher=0, seed=1)
    >>> x.shape, y.shape
    ((3, 5, 2), (3, 5, 1))
    """
    rng = _generator(n, steps, seed)
    layers = check_int("layers", layers, 1, "It is the depth of the teacher.")
    units = check_int("units", units, 1, "It is the width of the teacher's layers.")
    weights_rng = _generator(1, 1, teacher)
    # The same scales for every seed, so that the teacher stays one function.
    probe = np.random.default_rng(0).standard_normal((500, steps, 2))
    x = rng.standard_normal((n, steps, 2))
    signal = x
    for _ in range(layers):
        weights = _random_lstm(weights_rng, signal.shape[-1], units)
        probe, signal = (numpy_stack(part, [weights]) for part in (probe, signal))
        mean, spread = probe.mean(axis=(0, 1)), probe.std(axis=(0, 1))
        probe, signal = (probe - mean) / spread, (signal - mean) / spread
    return x.astype("float32"), signal[:, :, :1].astype("float32")


def _random_lstm(rng, n_features, units) -> list[np.ndarray]:
    spread = 1.5 / np.sqrt(n_features), 1.5 / np.sqrt(units)
    kernel = rng.normal(0, spread[0], (n_features, 4 * units))
    recurrent = rng.normal(0, spread[1], (units, 4 * units))
    return [kernel, recurrent, np.zeros(4 * units)]


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
    from sklearn.datasets import load_digits

    places = {
        "train": slice(0, 1000),
        "validation": slice(1000, 1297),
        "test": slice(1297, None),
    }
    if part not in places:
        raise ValueError(f"part must be one of {list(places)}, but {part!r} came.")
    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.target))[places[part]]
    x, y = digits.images[order] / 16, digits.target[order]
    return x.astype("float32"), y.astype("int32")


def autoregression(n: int, steps: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Forecast a noisy oscillation of which no model can know the noise.

    Each value is 1.6 times the one before, less 0.8 times the one before that, plus
    standard normal noise. The target is the next value, so the mean squared error
    of the best possible forecast is 1. Series begin after 100 unseen steps.

    Introduced in: 06

    Parameters
    ----------
    n, steps : int
        Number of series and their length.
    seed : int
        Seed of the generator.

    Returns
    -------
    x : ndarray of float32, shape (n, steps, 1)
    y : ndarray of float32, shape (n, steps, 1)

    Raises
    ------
    TypeError, ValueError
        If a number is not whole or too small.

    Examples
    --------
    >>> x, y = autoregression(3, 5, seed=0)
    >>> bool((x[:, 1:] == y[:, :-1]).all())
    True
    """
    rng = _generator(n, steps, seed)
    noise = rng.standard_normal((n, steps + 101))
    series = np.zeros_like(noise)
    one_back, two_back = AR_COEFFICIENTS
    for t in range(2, series.shape[1]):
        past = one_back * series[:, t - 1] + two_back * series[:, t - 2]
        series[:, t] = past + noise[:, t]
    series = series[:, 100:, None].astype("float32")
    return series[:, :-1].copy(), series[:, 1:].copy()


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
    rng = _generator(n, steps, seed)
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

    Examples
    --------
    >>> round(phrase_bits(*phrase_grammar(1_000, 48, seed=0)), 2)
    1.25
    """
    bits = np.where(y < 4, 2.0, 0.0)  # one noun of four
    depth = np.zeros(len(y), dtype=int)
    for t, word in enumerate(np.argmax(x, axis=2).T):
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
    rng = _generator(n, steps, seed)
    kinds = check_int("kinds", kinds, 1, "It counts the kinds of brackets.")
    max_depth = check_int("max_depth", max_depth, 1, "At least one bracket must open.")
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

    Examples
    --------
    >>> round(dyck_bits(*dyck(1_000, 48, seed=0)), 2)
    1.35
    """
    kinds = x.shape[2] // 2
    opens = np.argmax(x, axis=2) < kinds
    depth = np.cumsum(np.where(opens, 1, -1), axis=1)  # before each target
    free = (depth > 0) & (depth < max_depth)
    return float(np.mean(free + np.where(y < kinds, np.log2(kinds), 0.0)))


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
    rng = _generator(n, steps, seed)
    drawn = rng.integers(6, size=(n, steps))
    table = _products()
    y = np.empty((n, steps), dtype="int32")
    inner = outer = np.zeros(n, dtype=int)
    for t in range(steps):
        inner = table[inner, drawn[:, t]]
        outer = table[outer, inner]
        y[:, t] = outer
    return np.eye(6, dtype="float32")[drawn], y


def _products() -> np.ndarray:
    """Return for each two permutations the number of their product, the first first."""
    numbers = {tuple(p): k for k, p in enumerate(PERMUTATIONS)}
    return np.array(
        [
            [numbers[tuple(second[first])] for second in PERMUTATIONS]
            for first in PERMUTATIONS
        ]
    )


def _next_symbol(symbols, n_symbols) -> tuple[np.ndarray, np.ndarray]:
    x = np.eye(n_symbols, dtype="float32")[symbols[:, :-1]]
    return x, symbols[:, 1:].copy()
