"""Dropout between the layers, inside the recurrence, or none, on few pictures.

Stacks of two layers of 32 units read 300 handwritten digits row by row, 400 batches
of 32, which is long enough to learn them by heart. Rates and scored seeds as in
going_deeper.py; the first two arms are confirmed on TensorFlow. Lower is better.
"""

from __future__ import annotations

from experiments.arms import confirming_settings
from experiments.going_deeper import METRICS, climb, train_and_score

__all__ = ["COST", "METRICS", "run", "settings"]

COST = "about 3 CPU-minutes"
ARMS = [("none", 0.0), ("between", 0.3), ("recurrent", 0.3)]
POINTS = 300


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    arms = [{"place": place, "share": share} for place, share in ARMS]
    missing = [setting for arm in arms for setting in climb(arm, rows)]
    return missing or [
        setting for arm in arms[:2] for setting in confirming_settings(arm, rows)
    ]


def run(place, share, lr, seed, backend) -> dict:
    """Train one stack and score it.

    Parameters
    ----------
    place : {"none", "between", "recurrent"}
        Where numbers are dropped.
    share : float
        Share of the numbers that are dropped there.
    lr : float
        Highest learning rate.
    seed : int
        Seed of the initial weights, of dropout and of the order of the data.
    backend : str
        The backend that Keras must be running on.

    Returns
    -------
    dict
        `METRICS`, as in `experiments.going_deeper`.
    """
    rule = ("adam", 1.0, True)
    return train_and_score(
        lambda: build(place, share), rule, lr, seed, backend, points=POINTS
    )


def build(place, share):
    """Return two layers of which the upper loses inputs, or both their own output."""
    import keras

    between = share if place == "between" else 0.0
    recurrent = share if place == "recurrent" else 0.0
    return keras.Sequential(
        [
            keras.Input((None, 8)),
            keras.layers.LSTM(32, return_sequences=True, recurrent_dropout=recurrent),
            keras.layers.LSTM(32, dropout=between, recurrent_dropout=recurrent),
            keras.layers.Dense(10),
        ]
    )
