"""Does reading the source backwards help? With a forget bias of 0 and of 1.

Two tasks: copying strings of 6 to 10 of 8 symbols, and adding two numbers of up to
two digits. One layer on either side, states handed over. Rates and seeds as in
deep_or_wide, chosen by the loss on validation strings; the score is the share of
test strings not written exactly right. No training string is among them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from experiments import strings
from experiments.arms import confirming_settings, next_settings
from experiments.start import seeded
from lstm_utils import tasks
from lstm_utils.models import make_encoder_decoder

COST = "about 15 CPU-minutes"
METRICS = ("params", "val_score", "test_score", "token_error")
TASKS = ("copy", "addition")
UNITS, EMBEDDING, SYMBOLS = 64, 16, 8
SEEDS = 10  # a run takes seconds
UPDATES = {"copy": 800, "addition": 1500}
PAIRS = 5_050  # all unordered pairs of numbers below 100
FOR_VALIDATION, FOR_TEST = 500, 1_000


def settings(rows: list[Mapping]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    stages = [arms(task) for task in TASKS]
    return next_settings(stages, rows, seeds=range(SEEDS)) or [
        setting for arm in arms("copy") for setting in confirming_settings(arm, rows)
    ]


def arms(task: str) -> list[dict]:
    """Return the four arms of a task: two orders, two forget biases."""
    return [
        {
            "task": task,
            "reverse": reverse,
            "forget_bias": forget_bias,
            "updates": UPDATES[task],
        }
        for reverse in (0, 1)
        for forget_bias in (0, 1)
    ]


@seeded
def run(task, reverse, forget_bias, updates, lr, seed, backend) -> dict:
    """Train one encoder-decoder and score it.

    Parameters
    ----------
    task : str
        One of `TASKS`.
    reverse : int
        1 where the encoder reads each source from its last token to its first.
    forget_bias : int
        What the bias of the forget gates starts with, 0 or 1, in all LSTM layers.
    updates : int
        Number of batches of 64.
    lr : float
        Learning rate of Adam at the first update.
    seed : int
        Seed of the initial weights and of the training strings.
    backend : str
        The backend that Keras must be running on.

    Returns
    -------
    dict
        `METRICS`.
    """
    data, n_tokens = DATA[task](updates, seed)
    if reverse:
        data = {name: (backwards(pair[0]), pair[1]) for name, pair in data.items()}
    model = make_encoder_decoder(1, UNITS, n_tokens, embedding=EMBEDDING)
    set_forget_bias(model, forget_bias)
    strings.fit(model, data["train"], updates=updates, lr=lr, seed=seed)
    return strings.row(model, data["val"], data["test"])


def copying(updates: int, seed: int):
    """Return strings to train on and strings held out, and the number of tokens."""

    def generate(n, *, seed):
        return tasks.copy_strings(n, 6, 10, SYMBOLS, seed=seed)

    return strings.parts(generate, updates, seed=seed), SYMBOLS + tasks.END + 1


def adding(updates: int, seed: int):
    """Return all sums of two numbers below 100 in three parts, each pair in one.

    The parts are the same for every seed; the seed decides the order of training.
    """
    source, targets = tasks.addition(PAIRS, 2, seed=0)
    # Short numbers come first, so the pairs are shuffled before they are parted.
    order = np.random.default_rng(0).permutation(PAIRS)
    parts = np.split(order, [FOR_VALIDATION, FOR_VALIDATION + FOR_TEST])
    names = ("val", "test", "train")
    data = {
        name: (source[part], targets[part])
        for name, part in zip(names, parts, strict=True)
    }
    return data, len(tasks.addition_vocabulary())


DATA = {"copy": copying, "addition": adding}


def backwards(source: np.ndarray) -> np.ndarray:
    """Return padded sources whose tokens come last first, the padding still last."""
    reversed_source = np.full_like(source, tasks.PADDING)
    for row, ids in enumerate(source):
        valid = ids[ids != tasks.PADDING]
        reversed_source[row, : len(valid)] = valid[::-1]
    return reversed_source


def set_forget_bias(model, value: float) -> None:
    """Let the forget gates of every LSTM layer start with a bias."""
    import keras

    for layer in model.layers:
        if isinstance(layer, keras.layers.LSTM):
            kernel, recurrent, bias = layer.get_weights()
            bias[layer.units : 2 * layer.units] = value
            layer.set_weights([kernel, recurrent, bias])
