"""The models of the sweeps on attention, and where their weights lie."""

from __future__ import annotations

import numpy as np

from lstm_utils.diagnostics import alignment_score, attention_weights
from lstm_utils.models import make_encoder_decoder, make_transformer
from lstm_utils.tasks import shift_right

CHAPTER = "13-attention"
MODELS = ("none", "dot", "additive", "transformer")


def build(model: str, depth: int, units: int, n_tokens: int, *, embedding, hidden):
    """Return one of `MODELS`, not yet compiled.

    `embedding` is the width of an LSTM's embeddings, `hidden` that of a Transformer's
    hidden layers.
    """
    if model == "transformer":
        return make_transformer(depth, units, n_tokens, feed_forward=hidden)
    form = {"attention": None if model == "none" else model, "embedding": embedding}
    return make_encoder_decoder(depth, units, n_tokens, **form)


def alignment(model, pair, right: np.ndarray) -> tuple[float, float]:
    """Return how often the largest weight lies right, and right or beside it.

    It is to lie where `right`, of shape (batch, target steps, source steps), is true.
    Both are 0 without attention.
    """
    if not any("attention" in layer.name for layer in model.layers):
        return 0.0, 0.0
    source, targets = pair
    weights = weights_of(model, source, shift_right(targets))
    return tuple(alignment_score(weights, right, within=k) for k in (0, 1))


def weights_of(model, source, target_in) -> np.ndarray:
    """Return the weights (batch, target steps, source steps) of any of the models.

    Those of a Transformer are the mean of the heads in its last layer.
    """
    import keras

    crossing = [layer for layer in model.layers if "cross_attention" in layer.name]
    if not crossing:
        return attention_weights(model, source, target_in)
    reader = keras.Model(model.inputs, crossing[-1].output[1])
    return np.asarray(reader.predict_on_batch([source, target_in])).mean(axis=1)
