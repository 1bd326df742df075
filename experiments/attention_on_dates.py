"""Dates in eight forms, written as the ISO standard does, with attention and without.

All models have the same number of parameters within 2 %. No tested date is among the
trained ones, in no form. Rates and seeds as in deep_or_wide, chosen by the loss on
validation dates. The weights are scored against the known alignment. Run again on
TensorFlow, at the rates found on JAX. The model without attention is also trained four
times as long.
"""

from __future__ import annotations

from collections.abc import Mapping

from experiments import strings
from experiments.arms import confirming_settings, next_settings
from experiments.attention_by_length import MODELS, weights_of
from experiments.start import seeded
from lstm_utils.diagnostics import alignment_score
from lstm_utils.models import make_encoder_decoder, make_transformer
from lstm_utils.tasks import date_alignment, date_formats, date_vocabulary, shift_right

COST = "about 15 CPU-minutes"
METRICS = ("params", "val_score", "test_score", "token_error", "aligned", "near")
UNITS = dict(zip(MODELS, (48, 46, 42, 32), strict=True))
EMBEDDING, FEED_FORWARD = 16, 85
N_DATES, N_VAL, N_TEST = 34_000, 500, 2_000


def settings(rows: list[Mapping]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    longer = {"model": "none", "updates": 3_200}
    wanted = next_settings([arms(), [longer]], rows)
    if wanted:
        return wanted
    return [setting for arm in arms() for setting in confirming_settings(arm, rows)]


def arms() -> list[dict]:
    """Return one arm for each model."""
    return [{"model": model, "updates": 800} for model in MODELS]


def build(model: str):
    """Return one of `MODELS`, not yet compiled."""
    n_tokens, units = len(date_vocabulary()), UNITS[model]
    if model == "transformer":
        return make_transformer(1, units, n_tokens, feed_forward=FEED_FORWARD)
    attention = None if model == "none" else model
    return make_encoder_decoder(
        1, units, n_tokens, attention=attention, embedding=EMBEDDING
    )


@seeded
def run(model, updates, lr, seed, backend) -> dict:
    """Train one model and score it on dates that it has not seen.

    Parameters
    ----------
    model : str
        One of `MODELS`.
    updates : int
        Number of batches of 64.
    lr : float
        Learning rate of Adam at the first update.
    seed : int
        Seed of the initial weights and of the order of the dates.
    backend : str
        The backend that Keras must be running on.

    Returns
    -------
    dict
        `METRICS`. ``aligned`` is the share of digits that are written while the
        largest weight lies where the digit is to be read, ``near`` while it lies
        there or beside it; both are 0 without attention.
    """
    source, targets = date_formats(N_DATES, seed=0)
    parts = (slice(N_VAL), slice(N_VAL, N_VAL + N_TEST), slice(N_VAL + N_TEST, None))
    val, test, train = ((source[part], targets[part]) for part in parts)
    built = build(model)
    strings.fit(built, train, updates=updates, lr=lr, seed=seed)
    aligned = near = 0.0
    if model != "none":
        weights = weights_of(built, test[0], shift_right(test[1]))
        right = date_alignment(test[0])
        aligned, near = (alignment_score(weights, right, within=k) for k in (0, 1))
    return {
        **strings.row(built, val, test),
        "aligned": aligned,
        "near": near,
    }
