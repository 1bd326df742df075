"""Strings in, strings out: how the sweeps of encoder-decoders train and score."""

from __future__ import annotations

import numpy as np

from lstm_utils.tokens import PADDING, shift_right

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


def without(pair, sources) -> tuple[np.ndarray, np.ndarray]:
    """Return sources and targets of a pair whose source is not among others."""
    known = {tuple(source) for source in sources}
    keep = [tuple(source) not in known for source in pair[0]]
    return pair[0][keep], pair[1][keep]


def fit(model, pair, *, updates: int, lr: float, seed: int) -> None:
    """Train by exactly so many batches of 64, the rate falling to 0.

    Adam with gradients clipped to norm 1; the rate follows half a cosine. Each pass
    through the data takes a fresh order. Padded targets do not count in the loss.
    """
    import keras

    rate = keras.optimizers.schedules.CosineDecay(lr, updates)
    optimizer = keras.optimizers.Adam(rate, clipnorm=1.0)
    model.compile(optimizer, "sparse_categorical_crossentropy")
    source, targets = pair
    rng = np.random.default_rng(seed)
    passes = -(-updates * BATCH // len(source))
    order = np.concatenate([rng.permutation(len(source)) for _ in range(passes)])
    order = order[: updates * BATCH]
    inputs = [source[order], shift_right(targets)[order]]
    model.fit(inputs, targets[order], batch_size=BATCH, shuffle=False, verbose=0)


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
