"""Dates in eight forms, written as the ISO standard does, with attention and without.

All models have the same number of parameters within 2 %. No tested date is among the
trained ones, in no form. The weights are scored against the known alignment. Run again
on TensorFlow, at the rates found on JAX. The model without attention is also trained
four times as long.
"""

from __future__ import annotations

from experiments import _attention, _strings
from experiments._arms import next_settings
from experiments._attention import CHAPTER, MODELS
from experiments._start import seeded
from lstm_utils.tasks import date_alignment, date_formats, date_vocabulary

__all__ = ["CHAPTER", "COST", "METRICS", "run", "settings"]

COST = "about 40 CPU-minutes"
METRICS = (*_strings.METRICS, "aligned", "near")
UNITS = dict(zip(MODELS, (48, 46, 42, 32), strict=True))
N_DATES, N_VAL, N_TEST = 34_000, 500, 2_000


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    arms = [{"model": model, "updates": 800} for model in MODELS]
    longer = {"model": "none", "updates": 3_200}
    return next_settings([arms, [longer]], rows, confirm=arms)


@seeded
def run(model, updates, lr, seed, backend) -> dict:
    """Train one of `MODELS` and score it on dates that it has not seen.

    ``aligned`` is the share of digits that are written while the largest weight lies
    where the digit is to be read, ``near`` while it lies there or beside it; both are
    0 without attention.
    """
    val, test, train = parts()
    sizes = {"embedding": 16, "hidden": 85}
    built = _attention.build(model, 1, UNITS[model], len(date_vocabulary()), **sizes)
    _strings.fit(built, train, updates=updates, lr=lr, seed=seed)
    aligned, near = _attention.alignment(built, test, date_alignment(test[0]))
    return {**_strings.row(built, val, test), "aligned": aligned, "near": near}


def parts() -> list:
    """Return sources and targets to choose by, to score, and to train on."""
    pair = date_formats(N_DATES, seed=0)
    ends = (slice(N_VAL), slice(N_VAL, N_VAL + N_TEST), slice(N_VAL + N_TEST, None))
    return [tuple(ids[part] for ids in pair) for part in ends]
