"""Does reading the source backwards help? With a forget bias of 0 and of 1.

Two tasks: copying strings of 6 to 10 of 8 symbols, and adding two numbers of up to
two digits. One layer on either side, states handed over.
"""

from __future__ import annotations

import numpy as np

from experiments import _strings
from experiments._arms import USUAL, next_settings
from experiments._start import seeded
from lstm_utils import tasks
from lstm_utils.models import make_encoder_decoder

CHAPTER = "10-encoder-decoder"
COST = "about 15 CPU-minutes"
METRICS = _strings.METRICS
UNITS, EMBEDDING = 64, 16
UPDATES = {"copy": 800, "addition": 1500}
PAIRS = 5_050  # all unordered pairs of numbers below 100
FOR_VALIDATION, FOR_TEST = 500, 1_000


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    stages = [arms(task) for task in UPDATES]
    rule = USUAL._replace(seeds=range(10))  # a run takes seconds
    return next_settings(stages, rows, rule, confirm=stages[0])


def arms(task: str) -> list[dict]:
    """Return the four arms of a task: two orders, two forget biases."""
    return [
        {"task": task, "reverse": r, "forget_bias": b, "updates": UPDATES[task]}
        for r in (0, 1)
        for b in (0, 1)
    ]


@seeded
def run(task, reverse, forget_bias, updates, lr, seed, backend) -> dict:
    """Train one encoder-decoder to ``copy`` or for ``addition``, and score it.

    With `reverse` 1 the encoder reads each source from its last token to its first;
    `forget_bias` is what the bias of all forget gates starts with, 0 or 1.
    """
    if task == "copy":
        data = _strings.parts(_strings.strings("copy"), updates, seed=seed)
        n_tokens = _strings.N_TOKENS
    else:
        data, n_tokens = sums(), len(tasks.addition_vocabulary())
    if reverse:
        data = {name: (backwards(pair[0]), pair[1]) for name, pair in data.items()}
    model = make_encoder_decoder(1, UNITS, n_tokens, embedding=EMBEDDING)
    set_forget_bias(model, forget_bias)
    _strings.fit(model, data["train"], updates=updates, lr=lr, seed=seed)
    return _strings.row(model, data["val"], data["test"])


def sums() -> dict:
    """Return all sums of two numbers below 100 in three parts, each pair in one.

    The parts are always the same; a run's seed decides the order of training.
    """
    pair = tasks.addition(PAIRS, 2, seed=0)
    # Short numbers come first, so the pairs are shuffled before they are parted.
    order = np.random.default_rng(0).permutation(PAIRS)
    parts = np.split(order, [FOR_VALIDATION, FOR_VALIDATION + FOR_TEST])
    rows = dict(zip(("val", "test", "train"), parts, strict=True))
    return {name: tuple(ids[rows[name]] for ids in pair) for name in rows}


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
