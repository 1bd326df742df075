"""How long can a symbol be remembered? Recurrent cells against the delay.

The first symbol of a sequence is to be named after a delay of other symbols. Plain
recurrent layers, a GRU and LSTMs with other forget biases have one layer each, all
with the same number of parameters within 2 %. The recurrent kernel of one plain layer
is half as large as that of the other, and the LSTMs differ in a bias alone: so within a
kind nothing changes but the share of a gradient that goes from one step to the next.

Around this: a delay of 0, where nothing has to be remembered; targets handed round
among the sequences; a recurrent layer that stays as it was born, under a trained head;
four times the updates; gradients that go back through the last steps only; and
gradients cut in other ways.
"""

from __future__ import annotations

import numpy as np

from experiments._arms import USUAL, choose, missing, next_settings, runs
from experiments._start import seeded
from lstm_utils.tasks import recall

CHAPTER = "02-memory"
COST = "about 100 CPU-minutes"
METRICS = ("params", "val_score", "test_score", "test_loss")
UNITS = {"rnn": 42, "rnn-half": 42, "gru": 23, "lstm-0": 20, "lstm-1": 20}
UNITS |= {"lstm-4": 20}  # an LSTM is named after its forget bias
DELAYS = (5, 10, 20, 40, 80)
N_SYMBOLS, UPDATES, BATCH = 8, 400, 64
# On the usual grid the best rate of some cells is the first: all get three lower ones.
LOWER = (0.000625, 0.00125, 0.0025)
# Five seeds choose: at the longest delays that a cell can learn, some of them fail.
RULE = USUAL._replace(
    grid=(*LOWER, *USUAL.grid), tuning_seeds=range(100, 105), seeds=range(10)
)
# A head on a layer that stays as it was born learns best at rates that are higher.
HEAD = RULE._replace(grid=(*RULE.grid, 0.32, 0.64, 1.28, 2.56, 5.12))
EASY = USUAL._replace(grid=(0.01,))  # for delay 0, which every rate learns
MAIN = ("rnn", "gru", "lstm-1", "lstm-4")  # on these the chapter's sentences hang


def arm(cell: str, delay: int, **changed) -> dict:
    """Return an arm: a cell and a delay, and what is not as usual.

    `span` says through how many of the last steps the gradient goes back, with 0
    through all; `trained` whether the ``"head"`` alone is; `clip` how a gradient is
    cut to norm 1: each ``"array"``, the ``"whole"``, or ``"none"``.
    """
    usual = {"cell": cell, "delay": delay, "span": 0, "trained": "all"}
    return usual | {"clip": "array", "targets": "own", "updates": UPDATES} | changed


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    race = [[arm(cell, delay) for cell in UNITS] for delay in DELAYS]
    beside = [arm("lstm-4", 20, span=span) for span in (5, 10, 20)]
    beside += [arm("lstm-1", 20, clip=clip) for clip in ("whole", "none")]
    beside += [arm(cell, 40, updates=4 * UPDATES) for cell in MAIN]
    if wanted := next_settings([*race, beside], rows, RULE):
        return wanted
    heads = [arm(cell, 20, trained="head") for cell in UNITS]
    if wanted := next_settings([heads], rows, HEAD):
        return wanted
    easy = [runs(arm(cell, 0), EASY.grid) for cell in UNITS]
    shuffled = [
        runs(arm(cell, 5, targets="shuffled"), [choose(arm(cell, 5), rows, RULE)[1]])
        for cell in UNITS
    ]
    confirm = [arm(cell, 20) for cell in MAIN]
    return missing(easy + shuffled, rows) or next_settings([], rows, confirm=confirm)


@seeded
def run(cell, delay, span, trained, clip, targets, updates, lr, seed, backend) -> dict:
    """Train one layer and a head on sequences none of which is seen twice; score it.

    Scores are shares of wrong answers; that of guessing is 7/8.
    """
    x, y = recall(BATCH * updates, delay, seed=seed + 1)
    if targets == "shuffled":
        y = np.random.default_rng(seed).permutation(y)
    model, loss = build(cell, delay, span, trained), cross_entropy()
    model.compile(adam(lr, updates, clip), loss)
    model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0)
    found = {"params": model.count_params()}
    for part, n, other in (("val", 1_000, 1_000), ("test", 4_000, 1_001)):
        x, y = recall(n, delay, seed=other)
        logits = model.predict(x, batch_size=500, verbose=0)
        found[f"{part}_score"] = float(np.mean(logits.argmax(axis=1) != y))
    return found | {"test_loss": float(loss(y, logits))}


def cross_entropy():
    """Return the loss of the answers, which are not yet probabilities."""
    import keras

    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def adam(lr: float, updates: int, clip: str):
    """Return Adam with a rate that falls to 0 along half a cosine."""
    import keras

    cut = {"array": {"clipnorm": 1.0}, "whole": {"global_clipnorm": 1.0}, "none": {}}
    falling = keras.optimizers.schedules.CosineDecay(lr, updates)
    return keras.optimizers.Adam(falling, **cut[clip])


def build(cell: str, delay: int, span: int = 0, trained: str = "all"):
    """Return a model of one recurrent layer and a head, not yet compiled.

    With a `span` the layer reads the early steps first, and the gradient does not go
    back into them; what it computes is the same.
    """
    import keras

    layer = recurrent(cell)
    x = inputs = keras.Input((delay + 1, N_SYMBOLS + 1))
    start = None
    if span:
        _, *states = layer(x[:, :-span])
        x, start = x[:, -span:], [keras.ops.stop_gradient(s) for s in states]
    h, *_ = layer(x, initial_state=start)
    model = keras.Model(inputs, keras.layers.Dense(N_SYMBOLS)(h))
    if cell.startswith("lstm"):
        kernel, recurrent_kernel, bias = layer.get_weights()
        bias[layer.units : 2 * layer.units] = float(cell.removeprefix("lstm-"))
        layer.set_weights([kernel, recurrent_kernel, bias])
    layer.trainable = trained == "all"
    return model


def recurrent(cell: str):
    """Return a layer that also gives its last states."""
    from keras import initializers, layers

    options = {"units": UNITS[cell], "return_state": True}
    if cell == "rnn-half":
        options["recurrent_initializer"] = initializers.Orthogonal(gain=0.5)
    kinds = {"rnn": layers.SimpleRNN, "gru": layers.GRU, "lstm": layers.LSTM}
    return kinds[cell.split("-")[0]](**options)
