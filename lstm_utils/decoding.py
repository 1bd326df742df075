"""Write targets token by token: greedily, with a beam, or at random.

Each function takes any Keras model ``[source, target_in] → probabilities`` whose
output at a step depends on ``target_in`` up to that step only.
"""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from lstm_utils._validate import check_int, check_number
from lstm_utils.models._stepwise import begin
from lstm_utils.tasks.vocabulary import END, START

__all__ = ["beam_search", "greedy_decode", "sample_decode"]

# The products of a step are small: threads would wait for each other, mostly.
one_thread = threadpool_limits.wrap(limits=1, user_api="blas")


def greedy_decode(model, source, max_length: int) -> np.ndarray:
    """Write at each step the token that the model finds most probable.

    Introduced in: 10

    Parameters
    ----------
    model : keras.Model
        From ``[source, target_in]`` to probabilities (batch, steps, n_tokens).
    source : array_like of int, shape (batch, source steps)
        Ids, padded on the right.
    max_length : int
        Most tokens of an answer, the end token among them.

    Returns
    -------
    ndarray of int32, shape (batch, max_length)
        Ids without start, with end, and 0 after it. An answer that has not ended at
        `max_length` holds no end.

    Raises
    ------
    TypeError, ValueError
        If the model does not take two inputs or gives no probabilities, the source is
        empty, out of range or padded otherwise than on the right, it is padded and
        the model masks nothing, or `max_length` is below 1.

    Notes
    -----
    Padding and start are never written. Of two equally probable tokens the one with
    the smaller id is.

    A model of embeddings, LSTMs, Dense layers and attention, such as those of
    `make_encoder_decoder`, is computed in NumPy: it reads each source once, and then
    goes on from the states of its decoder, so that the time grows with the length.
    Any other model reads everything anew for each token.

    References
    ----------
    Sutskever, Vinyals and Le (2014), Sequence to sequence learning with neural
    networks.

    Examples
    --------
    >>> from lstm_utils.models import make_encoder_decoder
    >>> model = make_encoder_decoder(1, 4, n_tokens=6)
    >>> greedy_decode(model, [[3, 4, 5], [5, 3, 0]], max_length=4).shape
    (2, 4)
    """
    return _write(model, source, max_length, lambda p, *_: p.argmax(axis=1))


def sample_decode(
    model, source, max_length: int, *, temperature: float, seed: int
) -> np.ndarray:
    """Draw each token at random, as probable as the model finds it.

    A temperature below 1 makes probable tokens more probable still, one above 1
    evens them out: each probability p becomes p^(1 / temperature), and then their
    sum is made 1.

    Introduced in: 12

    Parameters
    ----------
    model, source, max_length
        As for `greedy_decode`.
    temperature : float
        Above 0; 1 leaves the model's probabilities as they are.
    seed : int
        Seed of the generator.

    Returns
    -------
    ndarray of int32, shape (batch, max_length)
        As of `greedy_decode`.

    Raises
    ------
    TypeError, ValueError
        As `greedy_decode`; and if `temperature` is not a number above 0 or `seed` no
        whole number of at least 0.

    Notes
    -----
    Padding and start are never drawn; the other tokens share what the model gives
    them. A row draws the same numbers whatever rows come after it.

    References
    ----------
    Graves (2013), Generating sequences with recurrent neural networks.

    Examples
    --------
    >>> from lstm_utils.models import make_encoder_decoder
    >>> model = make_encoder_decoder(1, 4, n_tokens=6)
    >>> sample_decode(model, [[3, 4]], 5, temperature=0.5, seed=0).shape
    (1, 5)
    """
    hint = "For the most probable token at each step use greedy_decode."
    temperature = check_number("temperature", temperature, 0, hint, strict=True)
    seed = check_int("seed", seed, 0, "It starts the random numbers.")
    max_length = _length(max_length)
    rng, draws = np.random.default_rng(seed), []

    def choose(p, t, rows):
        if t == 0:
            draws.append(rng.random((len(rows), max_length)))
        # Relative to the largest, no power of all of them can be 0.
        largest = p.max(axis=1, keepdims=True)
        weights = np.divide(p, largest, out=np.ones_like(p), where=largest > 0)
        weights **= 1 / temperature
        edges = np.cumsum(weights, axis=1)
        drawn = draws[0][rows, t, None] * edges[:, -1:]
        return (edges <= drawn).sum(axis=1)

    return _write(model, source, max_length, choose)


@one_thread
def beam_search(
    model, source, width: int, max_length: int, *, length_penalty: float = 0.0
) -> list[list[tuple[np.ndarray, float]]]:
    """Keep at each step the best few beginnings, and return the best answers.

    Introduced in: 12

    Parameters
    ----------
    model, source, max_length
        As for `greedy_decode`.
    width : int
        How many answers are kept for each source. A width of 1 is greedy.
    length_penalty : float
        The power a of the length by which a score is divided, 0 or more. With 0 the
        score is the plain sum, which favours short answers; with 1 it is the mean.

    Returns
    -------
    list of list of (ids, score)
        For each source up to `width` answers, best first; fewer only where fewer
        exist. The ids (int32, 1-D) hold no start and no padding, and the end token
        last unless the answer was cut at `max_length`. The score is the sum of the
        model's log p of these ids, divided by length^a, their number being the length.

    Raises
    ------
    TypeError, ValueError
        As `greedy_decode`; and if `width` is below 1 or `length_penalty` is no number
        of at least 0.

    Notes
    -----
    An answer that has ended keeps its place in the beam as long as its score is among
    the best `width`. Padding and start are never written, and nothing is renormalised
    without them. Of equal scores the one whose beginning was ranked higher comes first,
    then the one with the smaller last id.

    References
    ----------
    Graves (2012), Sequence transduction with recurrent neural networks; Sutskever,
    Vinyals and Le (2014), Sequence to sequence learning with neural networks; Wu et
    al. (2016), Google's neural machine translation system.

    Examples
    --------
    >>> from lstm_utils.models import make_encoder_decoder
    >>> model = make_encoder_decoder(1, 4, n_tokens=6)
    >>> answers = beam_search(model, [[3, 4, 5], [5, 3, 0]], 3, max_length=4)
    >>> [len(answer) for answer in answers]
    [3, 3]
    """
    width = check_int("width", width, 1, "It counts the answers kept; 1 is greedy.")
    max_length = _length(max_length)
    hint = "It is the power of the length by which scores are divided: 0 leaves them."
    power = check_number("length_penalty", length_penalty, 0, hint)
    stepper = begin(model, source, max_length, answers=width)
    n = len(source)
    each = np.arange(n)[:, None]
    ids = np.zeros((n, width, max_length), dtype="int32")
    sums = np.full((n, width), np.nan)  # of log p; NaN where there is no answer
    sums[:, 0] = 0.0
    ended = np.zeros((n, width), dtype=bool)
    lengths = np.zeros((n, width), dtype=int)
    place = np.arange(n)[:, None].repeat(width, axis=1)  # among the stepper's rows
    for t in range(max_length):
        going = ~ended & ~np.isnan(sums)
        if not going.any():
            break
        last = ids[:, :, t - 1][going] if t else np.full(n, START)
        p = stepper.step(place[going], last)
        place[going] = np.arange(len(p))
        grown = np.full((n, width, p.shape[1]), np.nan)
        with np.errstate(divide="ignore"):
            grown[going] = sums[going][:, None] + np.log(p)
        grown[:, :, :END] = np.nan
        grown[:, :, 0] = np.where(ended, sums, np.nan)  # one that has ended stays
        longer = np.where(ended, lengths, t + 1)
        with np.errstate(invalid="ignore"):
            ranks = -grown / longer[:, :, None] ** power
        # NaN is sorted last, and equal scores keep their order.
        best = np.argsort(ranks.reshape(n, -1), axis=1, kind="stable")[:, :width]
        parent, token = np.divmod(best, grown.shape[2])
        sums = grown[each, parent, token]
        ids, place = ids[each, parent], place[each, parent]
        ids[:, :, t] = token
        lengths = longer[each, parent]
        ended = ended[each, parent] | (token == END)
    scores = sums / lengths**power
    return [
        [
            (ids[i, k, : lengths[i, k]].copy(), float(scores[i, k]))
            for k in range(width)
            if not np.isnan(sums[i, k])
        ]
        for i in range(n)
    ]


@one_thread
def _write(model, source, max_length, choose) -> np.ndarray:
    """Write token by token; `choose` takes p (rows, tokens), the step and the rows."""
    max_length = _length(max_length)
    stepper = begin(model, source, max_length)
    rows = going = np.arange(len(source))
    ids = np.zeros((len(source), max_length), dtype="int32")
    tokens = np.full(len(source), START)
    for t in range(max_length):
        p = stepper.step(going, tokens)
        tokens = END + choose(p[:, END:], t, rows)
        ids[rows, t] = tokens
        going = np.flatnonzero(tokens != END)
        rows, tokens = rows[going], tokens[going]
        if not rows.size:
            break
    return ids


def _length(max_length) -> int:
    hint = "It counts tokens, the end token among them."
    return check_int("max_length", max_length, 1, hint)
