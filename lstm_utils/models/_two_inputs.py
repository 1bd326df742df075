"""What goes into and comes out of a model ``[source, target_in] → probabilities``."""

from __future__ import annotations

import warnings

import numpy as np

from lstm_utils._validate import check_ids, check_model
from lstm_utils.models._graph import inside, rewired


def check_source(model, source) -> np.ndarray:
    """Return a source as int32 ids that the model can read, or raise."""
    embedding = _embedding(model, 0)
    source = check_ids(
        "source", source, ("batch", "steps"), getattr(embedding, "input_dim", None)
    )
    tokens = source != 0
    empty = np.flatnonzero(~tokens.any(axis=1))
    if empty.size:
        raise ValueError(
            f"source holds nothing but padding in row {empty[0]}. Each needs at least "
            "one token: leave out empty texts before encoding."
        )
    late = np.flatnonzero((tokens[:, 1:] & ~tokens[:, :-1]).any(axis=1))
    if late.size:
        raise ValueError(
            f"source has padding before a token in row {late[0]}: "
            f"{source[late[0]].tolist()}. Pad on the right; Keras' pad_sequences needs "
            "padding='post' for that."
        )
    if not tokens.all() and not _masks(model, embedding):
        raise ValueError(
            "source is padded, but the model masks nothing: it would read padding as "
            "if it were text. Build it with Embedding(…, mask_zero=True), or give "
            "sources of one length."
        )
    return source


def check_inputs(model, source, target_in) -> tuple[np.ndarray, np.ndarray]:
    """Return source and target_in as int32 ids that the model can read, or raise."""
    check_two_inputs(model)
    source = check_source(model, source)
    target_in = check_ids(
        "target_in",
        target_in,
        ("batch", "steps"),
        getattr(_embedding(model, 1), "input_dim", None),
    )
    if len(source) != len(target_in):
        raise ValueError(
            f"source has {len(source)} rows, but target_in has {len(target_in)}. Each "
            "source needs the target that belongs to it."
        )
    return source, target_in


def check_two_inputs(model) -> None:
    """Raise if `model` is not a Keras model of two inputs, as far as it tells."""
    inputs = getattr(check_model("model", model), "inputs", None)
    if inputs is not None and len(inputs) != 2:
        names = [tensor.name for tensor in inputs]
        raise ValueError(
            "model must take two inputs, [source, target_in], but it takes "
            f"{len(inputs)}: {names}. An encoder-decoder reads the source and what is "
            "written so far; make_encoder_decoder builds one."
        )


def predict(model, source, target_in):
    """Return what the model gives for one batch."""
    with warnings.catch_warnings():
        # Attention on a source of one token has one step to look at, as it should.
        warnings.filterwarnings("ignore", "You are using a softmax over axis")
        return model.predict_on_batch([source, target_in])


def check_probabilities(values, n_rows: int, n_steps: int) -> np.ndarray:
    """Return what a model gave as probabilities (rows, steps, tokens), or raise."""
    if not hasattr(values, "shape"):
        raise ValueError(
            f"model must have one output, the probabilities, but it has {len(values)}. "
            "Make a model of that one: keras.Model(model.inputs, model.outputs[0])."
        )
    values = np.asarray(values)
    if values.ndim != 3 or values.shape[:2] != (n_rows, n_steps):
        raise ValueError(
            "model must give probabilities (batch, target steps, n_tokens), here "
            f"({n_rows}, {n_steps}, n_tokens), but gave shape {values.shape}. Let the "
            "decoder return sequences."
        )
    return values


def check_step(step: np.ndarray) -> np.ndarray:
    """Return the probabilities of one step as float64, or raise."""
    slack = 0.01 if step.dtype.itemsize > 2 else 0.05  # 16 bits round more
    step = step.astype("float64")
    if np.isnan(step).any():
        raise ValueError(
            "model gives NaN (not a number) in place of probabilities, for "
            f"{np.isnan(step).any(axis=-1).sum()} of {len(step)} rows. Usually its "
            "weights became NaN in training: look at the loss, lower the learning "
            "rate or clip the gradient."
        )
    if step.min() < 0 or np.abs(step.sum(axis=-1) - 1).max() > slack:
        raise ValueError(
            "model must give probabilities, which are 0 or more and sum to 1, but its "
            f"output has {step.min():.3g} as smallest value and sums to "
            f"{step.sum(axis=-1).max():.3g}. End it with activation='softmax'."
        )
    return step


def _embedding(model, number):
    """Return the embedding that reads an input, or None where that is not known."""
    import keras

    if getattr(model, "inputs", None) is None:
        return None
    twin, calls = rewired(model)
    source = twin.inputs[number]
    readers = [c.op for c in calls if any(x is source for x in c.tensors)]
    return next((x for x in readers if isinstance(x, keras.layers.Embedding)), None)


def _masks(model, embedding) -> bool:
    """Tell whether padding is kept from what reads the source, as far as is known."""
    import keras

    layers = inside(model)
    masks = any(isinstance(layer, keras.layers.Masking) for layer in layers)
    readers = layers if embedding is None else [embedding]
    return masks or any(getattr(layer, "mask_zero", False) for layer in readers)
