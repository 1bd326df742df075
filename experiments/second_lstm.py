"""A second LSTM, or Dense layers, at equal parameters? On an echo and a running sum.

An echo after five steps asks for five numbers at a time, the running sum for one. Rates
and seeds as in deep_or_wide; the score is the typical error as a share of the
spread of the targets, so that 1 is guessing the mean.
"""

from __future__ import annotations

import numpy as np

from experiments.arms import next_settings
from experiments.start import seeded
from lstm_utils import tasks

COST = "about 5 CPU-minutes"
METRICS = ("params", "val_score", "test_score")
TASKS = ("echo", "sum")
NETS = ("LSTM on top", "Dense on top", "Dense below")


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    stages = [
        [{"task": task, "net": net, "updates": 150} for net in NETS] for task in TASKS
    ]
    return next_settings(stages, rows, backend="tensorflow")


@seeded
def run(task, net, updates, lr, seed, backend) -> dict:
    """Train one net and score it.

    Parameters
    ----------
    task, net : str
        One of `TASKS` and one of `NETS`.
    updates : int
        Number of batches of 100, each of sequences not seen before.
    lr : float
        Learning rate of Adam, constant.
    seed : int
        Seed of the initial weights and of the training data.
    backend : str
        The backend that Keras must be running on.

    Returns
    -------
    dict
        `METRICS`.
    """
    import keras

    model = keras.Sequential([keras.Input((None, 1)), *layers(net)])
    model.compile(keras.optimizers.Adam(lr), loss="mse")
    x, y = data(task, 100 * updates, seed=seed + 1)
    model.fit(x, y, batch_size=100, shuffle=False, verbose=0)
    scores = {}
    for name, n, data_seed in (("val_score", 500, 1_000), ("test_score", 2_000, 1_001)):
        x, y = data(task, n, seed=data_seed)
        errors = model.predict(x, batch_size=500, verbose=0) - y
        scores[name] = float(np.sqrt(np.mean(errors**2)) / y.std())
    return {"params": model.count_params(), **scores}


def layers(net) -> list:
    """Return the layers of a net; all three have 241 to 245 parameters."""
    from keras.layers import LSTM, Dense

    every = {"return_sequences": True}
    return {
        "LSTM on top": [LSTM(4, **every), LSTM(4, **every), Dense(1)],
        "Dense on top": [
            LSTM(4, **every),
            Dense(9, activation="tanh"),
            Dense(9, activation="tanh"),
            Dense(1),
        ],
        "Dense below": [
            Dense(7, activation="tanh"),
            Dense(6, activation="tanh"),
            LSTM(4, **every),
            Dense(1),
        ],
    }[net]


def data(task, n, *, seed) -> tuple[np.ndarray, np.ndarray]:
    """Return sequences of ten steps and their targets."""
    if task == "echo":
        return tasks.echo(n, 10, delay=5, seed=seed)
    return tasks.running_sum(n, 10, seed=seed)
