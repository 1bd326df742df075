"""Strings in, strings out: how the sweeps of encoder-decoders train and score.

Rates are chosen by the loss on validation strings; the score is the share of test
strings not written exactly right. No string is both trained on and held out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from lstm_utils import tasks
from lstm_utils.tasks import END, PADDING, shift_right
from lstm_utils.training import order_of, train

BATCH = 64
METRICS = ("params", "val_score", "test_score", "token_error")
LOSS = "sparse_categorical_crossentropy"
HELD_OUT = {"val": (500, 1_000), "test": (2_000, 1_001)}  # strings and their seed
GENERATORS = {
    "reverse": tasks.reverse_strings,
    "copy": tasks.copy_strings,
    "sort": tasks.sort_strings,
}
# Of the strings that most sweeps use.
SHORTEST, LONGEST, SYMBOLS = 6, 10, 8
N_TOKENS = SYMBOLS + END + 1


def strings(task: str) -> Callable:
    """Return what makes strings of 6 to 10 of 8 symbols, from a number and a seed."""
    form = {"shortest": SHORTEST, "longest": LONGEST, "n_symbols": SYMBOLS}
    return partial(GENERATORS[task], **form)


def parts(generate, updates: int, *, seed: int) -> dict:
    """Return strings in three parts: ``val``, ``test`` and ``train``.

    The first two are the same for every seed, and no training string is among them.
    From a number and a seed `generate` makes sources and targets, token ids.
    """
    aside = {name: generate(n, seed=other) for name, (n, other) in HELD_OUT.items()}
    pair = generate(updates * BATCH, seed=seed + 1)
    for source, _ in aside.values():
        pair = without(pair, source)
    return aside | {"train": pair}


def without(pair, sources) -> tuple[np.ndarray, np.ndarray]:
    """Return sources and targets of a pair whose source is not among others."""
    known = {tuple(source) for source in sources}
    keep = [tuple(source) not in known for source in pair[0]]
    return pair[0][keep], pair[1][keep]


def fit(model, pair, *, updates: int, lr: float, seed: int) -> None:
    """Train as `lstm_utils.training.train` does; masked padding does not count."""
    source, targets = pair
    rule = {"updates": updates, "learning_rate": lr, "seed": seed}
    train(model, [source, shift_right(targets)], targets, loss=LOSS, **rule)


def fit_in_pieces(model, pair, *, updates: int, lr: float, seed: int) -> None:
    """Train as `fit` does, but let Adam have the gradients as TensorFlow makes them."""
    import keras

    source, targets = pair
    falling = keras.optimizers.schedules.CosineDecay(lr, updates)
    model.compile(keras.optimizers.Adam(falling, clipnorm=1.0), loss=LOSS)
    data = (source, shift_right(targets)), targets
    order = order_of(len(source), updates, BATCH, np.random.default_rng(seed))
    batches = (keras.tree.map_structure(lambda a, k=k: a[k], data) for k in order)
    model.fit(batches, steps_per_epoch=updates, shuffle=False, verbose=0)


def row(model, val, test) -> dict:
    """Return `METRICS` of a trained model.

    ``val_score`` is the loss on the validation strings, ``test_score`` and
    ``token_error`` are the shares of test strings and tokens that are wrong.
    """
    found = scores(model, test)
    return {
        "params": model.count_params(),
        "val_score": scores(model, val)["loss"],
        "test_score": found["string_error"],
        "token_error": found["token_error"],
    }


def scores(model, pair) -> dict[str, float]:
    """Return what a model does on strings, given the right tokens before each.

    ``loss`` is in nats a token; ``token_error`` is the share of tokens whose likeliest
    guess is wrong, ``string_error`` the share of strings with a wrong token. A string
    without one is what greedy decoding writes, too.
    """
    _, targets = pair
    p = np.asarray(probabilities(model, pair), "float64")
    valid = targets != PADDING
    right = np.take_along_axis(p, targets[..., None].astype(int), axis=-1)[..., 0]
    wrong = (p.argmax(axis=-1) != targets) & valid
    return {
        "loss": float(-np.log(np.maximum(right[valid], 1e-12)).mean()),
        "token_error": float(wrong.sum() / valid.sum()),
        "string_error": float(wrong.any(axis=1).mean()),
    }


def probabilities(model, pair) -> np.ndarray:
    """Return p (strings, steps, tokens) of each token, given the right ones before."""
    source, targets = pair
    inputs = [source, shift_right(targets)]
    return np.asarray(model.predict(inputs, batch_size=500, verbose=0))
