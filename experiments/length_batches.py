"""Train on batches of dates of one length, or drawn, at the best rate of each.

Sorting by length saves the steps of padding, and it makes the dates of a batch alike:
those of one length have one form, or a few. The model with dot-product attention of
`attention_on_dates`, its dates, its updates.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, count, islice

import numpy as np

from experiments import _attention, _strings
from experiments._arms import USUAL, next_settings
from experiments._attention import CHAPTER
from experiments._start import seeded
from experiments.attention_on_dates import UNITS, parts
from lstm_utils.tasks import PADDING, date_vocabulary, shift_right
from lstm_utils.training import falling_adam, order_of

__all__ = ["CHAPTER", "COST", "METRICS", "run", "settings"]

COST = "about 10 CPU-minutes"
METRICS = (*_strings.METRICS, "steps")
BATCHES = ("drawn", "by length")
UPDATES = 800


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    arms = [{"batches": way, "updates": UPDATES} for way in BATCHES]
    return next_settings([arms], rows, USUAL._replace(seeds=range(10)))


@seeded
def run(batches, updates, lr, seed, backend) -> dict:
    """Train on batches as ``drawn``, or of dates sorted ``by length``.

    ``steps`` is how many source steps are computed for each character, where every
    batch is cut at its longest date.
    """
    val, test, (source, targets) = parts()
    model = compiled(lr, updates)
    lengths = (source != PADDING).sum(axis=1)
    order = [*order_by(batches, lengths, updates, np.random.default_rng(seed))]
    target_in = shift_right(targets)
    cut = (((source[rows], target_in[rows]), targets[rows]) for rows in order)
    model.fit(cut, steps_per_epoch=updates, shuffle=False, verbose=0)
    computed = sum(len(rows) * lengths[rows].max() for rows in order)
    read = sum(lengths[rows].sum() for rows in order)
    return {**_strings.row(model, val, test), "steps": float(computed / read)}


def compiled(lr: float, updates: int):
    """Return the model, to be trained on batches of any order."""
    n_tokens = len(date_vocabulary())
    model = _attention.build("dot", 1, UNITS["dot"], n_tokens, embedding=16, hidden=0)
    model.compile(falling_adam(lr, updates), _strings.LOSS)
    return model


def order_by(way, lengths, updates: int, rng) -> Iterator[np.ndarray]:
    """Yield the rows of each batch."""
    if way == "drawn":
        return order_of(len(lengths), updates, _strings.BATCH, rng)
    passes = (batches_by_length(lengths, rng) for _ in count())
    return islice(chain.from_iterable(passes), updates)


def batches_by_length(lengths, rng, batch: int = _strings.BATCH) -> list[np.ndarray]:
    """Return one pass in batches of nearly equal lengths, the batches in any order."""
    order = rng.permutation(len(lengths))
    order = order[np.argsort(lengths[order], kind="stable")]
    batches = np.split(order, range(batch, len(order), batch))
    return [batches[k] for k in rng.permutation(len(batches))]
