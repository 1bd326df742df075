"""Strings in, strings out: how the sweeps of encoder-decoders train and score."""

from __future__ import annotations

import numpy as np

from lstm_utils.tasks import PADDING, shift_right

BATCH = 64
HELD_OUT = {"val": (500, 1_000), "test": (2_000, 1_001)}  # strings and their seed


def held_out(generate) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return sources and targets that no run trains on, by name.

    Parameters
    ----------
    generate : callable
        From a number of strings and a seed to sources and targets, token ids.
    """
    return {name: generate(n, seed=seed) for name, (n, seed) in HELD_OUT.items()}


def parts(generate, updates: int, *, seed: int) -> dict:
    """Return strings in three parts: ``val``, ``test`` and ``train``.

    The first two are the same for every seed, and no training string is among them.
    """
    aside = held_out(generate)
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
    """Train by exactly so many batches of 64, as `prepare` and `order_of` say."""
    prepare(model, updates=updates, lr=lr)
    source, targets = pair
    order = order_of(len(source), updates, np.random.default_rng(seed))
    inputs = [source[order], shift_right(targets)[order]]
    model.fit(inputs, targets[order], batch_size=BATCH, shuffle=False, verbose=0)


def prepare(model, *, updates: int, lr: float) -> None:
    """Compile a model for so many updates, the rate falling to 0 along half a cosine.

    Adam with gradients clipped to norm 1. Padded targets do not count in the loss of a
    model that has masks.
    """
    import keras

    rate = keras.optimizers.schedules.CosineDecay(lr, updates)
    optimizer = keras.optimizers.Adam(rate, clipnorm=1.0)
    model.compile(optimizer, "sparse_categorical_crossentropy")


def order_of(n: int, updates: int, rng: np.random.Generator) -> np.ndarray:
    """Return which string comes when: each pass takes all, in a fresh order."""
    passes = -(-updates * BATCH // n)
    order = np.concatenate([rng.permutation(n) for _ in range(passes)])
    return order[: updates * BATCH]


def row(model, val, test) -> dict:
    """Return what most sweeps keep of a trained model.

    Returns
    -------
    dict
        ``params``; ``val_score``, the loss on the validation strings; ``test_score``
        and ``token_error``, the shares of test strings and tokens that are wrong.
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

    Returns
    -------
    dict
        ``loss`` in nats a token; ``token_error``, the share of tokens whose likeliest
        guess is wrong; ``string_error``, the share of strings with a wrong token.
        A string without one is what greedy decoding writes, too.
    """
    source, targets = pair
    inputs = [source, shift_right(targets)]
    p = np.asarray(model.predict(inputs, batch_size=500, verbose=0), "float64")
    valid = targets != PADDING
    right = np.take_along_axis(p, targets[..., None].astype(int), axis=-1)[..., 0]
    wrong = (p.argmax(axis=-1) != targets) & valid
    return {
        "loss": float(-np.log(np.maximum(right[valid], 1e-12)).mean()),
        "token_error": float(wrong.sum() / valid.sum()),
        "string_error": float(wrong.any(axis=1).mean()),
    }
