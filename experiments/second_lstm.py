"""A second LSTM, or Dense layers, at equal parameters? On an echo and a running sum.

An echo after five steps asks for five numbers at a time, the running sum for one. The
score is the typical error as a share of the spread of the targets, so that 1 is
guessing the mean. Here the rate stays as it is.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from experiments import _stacks
from experiments._arms import USUAL, next_settings
from experiments._start import seeded

CHAPTER = "05-stacking"
COST = "about 15 CPU-minutes"
METRICS = ("params", "val_score", "test_score")
TASKS = ("echo", "sum")
NETS = ("LSTM on top", "Dense on top", "Dense below", "one wider LSTM")
STEPS = 10
# On the usual grid the best rate of one net is the last; each net gets one more rate.
RULE = USUAL._replace(grid=(*USUAL.grid, 0.32), seeds=range(10), backend="tensorflow")


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    stages = [
        [{"task": task, "net": net, "updates": 150} for net in NETS] for task in TASKS
    ]
    return next_settings(stages, rows, RULE)


@seeded
def run(task, net, updates, lr, seed, backend) -> dict:
    """Train one of `NETS` on batches of 100 sequences, none seen twice; score it."""
    import keras

    model = keras.Sequential([keras.Input((None, 1)), *layers(net)])
    model.compile(keras.optimizers.Adam(lr), loss="mse")
    data = partial(_stacks.data, task, steps=STEPS)
    x, y = data(100 * updates, seed=seed + 1)
    model.fit(x, y, batch_size=100, shuffle=False, verbose=0)
    parts = {"val": data(500, seed=1_000), "test": data(2_000, seed=1_001)}
    return _stacks.scored(model, parts, typical_error)


def typical_error(x, y, outputs) -> float:
    """Return the root of the mean squared error, as a share of the targets' spread."""
    return float(np.sqrt(np.mean((outputs - y) ** 2)) / y.std())


def layers(net) -> list:
    """Return the layers of a net, with 241 to 260 parameters.

    A single LSTM of 6 units has 199, one of 7 has 260: it gets the 7.
    """
    from keras.layers import LSTM, Dense

    lstm = partial(LSTM, 4, return_sequences=True)
    dense = partial(Dense, activation="tanh")
    # All nets are made, whichever is asked for: their initial seeds hang on the order.
    return {
        "LSTM on top": [lstm(), lstm(), Dense(1)],
        "Dense on top": [lstm(), dense(9), dense(9), Dense(1)],
        "Dense below": [dense(7), dense(6), lstm(), Dense(1)],
        "one wider LSTM": [LSTM(7, return_sequences=True), Dense(1)],
    }[net]
