"""Dropout between the layers, inside the recurrence, or none, on few pictures.

Stacks of two layers of 32 units read 300 digits, 400 batches of 32, which is long
enough to learn them by heart. The first two arms are confirmed on TensorFlow. Lower
is better.
"""

from __future__ import annotations

from experiments._arms import next_settings
from experiments._digits import CHAPTER, METRICS, RULE, train_and_score

__all__ = ["CHAPTER", "COST", "METRICS", "run", "settings"]

COST = "about 3 CPU-minutes"
ARMS = [
    {"place": "none", "share": 0.0},
    {"place": "between", "share": 0.3},
    {"place": "recurrent", "share": 0.3},
]
POINTS = 300


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    return next_settings([ARMS], rows, RULE, confirm=ARMS[:2])


def run(place, share, lr, seed, backend) -> dict:
    """Train one stack that drops a share of its numbers in one place, and score it."""
    start = {"build": lambda: build(place, share), "seed": seed}
    return train_and_score(**start, lr=lr, backend=backend, points=POINTS)


def build(place, share):
    """Return two layers of which the upper loses inputs, or both their own output."""
    from keras import Input, Sequential
    from keras.layers import LSTM, Dense

    between = share if place == "between" else 0.0
    recurrent = share if place == "recurrent" else 0.0
    lower = LSTM(32, return_sequences=True, recurrent_dropout=recurrent)
    upper = LSTM(32, dropout=between, recurrent_dropout=recurrent)
    return Sequential([Input((None, 8)), lower, upper, Dense(10)])
