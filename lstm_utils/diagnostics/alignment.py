"""Attention by hand, where a model looks, and how right that is."""

from __future__ import annotations

import numpy as np

from lstm_utils._validate import as_numbers, check_ids, check_int
from lstm_utils.models._two_inputs import check_inputs, predict

__all__ = ["alignment_score", "attention_weights", "reversal_alignment"]


def reversal_alignment(source) -> np.ndarray:
    """Tell which letter each step of a reversed string is to be read from.

    Introduced in: 13

    Parameters
    ----------
    source : array_like of int, shape (n, steps)
        Ids as `reverse_strings` gives them, padded on the right.

    Returns
    -------
    ndarray of bool, shape (n, steps + 1, steps)
        Whether the target step reads the source step. The end and the padding of a
        target read nothing.

    Raises
    ------
    TypeError, ValueError
        If `source` is no array of ids (n, steps).

    Examples
    --------
    >>> reversal_alignment([[7, 8, 0]]).astype(int)
    array([[[0, 1, 0],
            [1, 0, 0],
            [0, 0, 0],
            [0, 0, 0]]])
    """
    source = check_ids("source", source, ("n", "steps"))
    lengths = (source != 0).sum(axis=1)[:, None, None]
    target_step = np.arange(source.shape[1] + 1)[:, None]
    source_step = np.arange(source.shape[1])
    return target_step + source_step == lengths - 1


def alignment_score(weights, alignment, *, within: int = 0) -> float:
    """Return how often the largest weight lies where the answer is to be read.

    Introduced in: 13

    Parameters
    ----------
    weights : array_like, shape (batch, target steps, source steps)
        As `attention_weights` gives them.
    alignment : array_like of bool, of the same shape
        Where each target step is to look, at one source step or several. Target steps
        that are to look nowhere do not count.
    within : int
        How many steps beside a right one are right as well.

    Returns
    -------
    float
        Share of the target steps, between 0 and 1.

    Raises
    ------
    TypeError, ValueError
        If the shapes differ, `alignment` is not of bool or all False, or `within` is
        no whole number of at least 0.

    Examples
    --------
    >>> weights = [[[0.1, 0.9, 0.0], [0.1, 0.9, 0.0]]]
    >>> alignment = [[[False, True, False], [True, False, False]]]
    >>> alignment_score(weights, alignment)
    0.5
    >>> alignment_score(weights, alignment, within=1)
    1.0
    """
    weights = as_numbers("weights", weights)
    alignment = as_numbers("alignment", alignment)
    within = check_int("within", within, 0, "It counts steps to either side.")
    if alignment.dtype != bool:
        raise TypeError(
            f"alignment must hold True and False, but its dtype is {alignment.dtype}. "
            "reversal_alignment and date_alignment make one."
        )
    if weights.ndim != 3 or weights.shape != alignment.shape:
        raise ValueError(
            "weights and alignment must have one shape, (batch, target steps, source "
            f"steps), but {weights.shape} and {alignment.shape} came. Take both of the "
            "same sources, end token included among the target steps."
        )
    counted = alignment.any(axis=2)
    if not counted.any():
        raise ValueError("alignment is False everywhere, so there is nothing to count.")
    near = alignment.copy()
    for shift in range(1, min(within + 1, alignment.shape[2])):
        near[:, :, shift:] |= alignment[:, :, :-shift]
        near[:, :, :-shift] |= alignment[:, :, shift:]
    largest = weights.argmax(axis=2)[..., None]
    hit = np.take_along_axis(near, largest, axis=2)[..., 0]
    return float(hit[counted].mean())


def attention_weights(model, source, target_in) -> np.ndarray:
    """Return how much each target step looks at each source step.

    Introduced in: 13

    Parameters
    ----------
    model : keras.Model
        An encoder-decoder with attention, as `make_encoder_decoder` builds it.
    source : array_like of int, shape (batch, source steps)
        Ids, padded on the right.
    target_in : array_like of int, shape (batch, target steps)
        Ids that the decoder reads, as `shift_right` makes them.

    Returns
    -------
    ndarray of float32, shape (batch, target steps, source steps)
        For each target step weights that sum to 1 over the tokens of the source and
        are 0 on its padding. Rows at which `target_in` is padding mean nothing.

    Raises
    ------
    TypeError, ValueError
        If the model has no attention, or ids do not fit it.

    Notes
    -----
    They are the second output of the layer ``attention``:
    ``keras.Model(model.inputs, model.get_layer("attention").output[1])`` maps
    ``[source, target_in]`` to them.

    References
    ----------
    Bahdanau, Cho and Bengio (2015), Neural machine translation by jointly learning to
    align and translate.

    Examples
    --------
    >>> from lstm_utils.models import make_encoder_decoder
    >>> model = make_encoder_decoder(1, 4, n_tokens=6, attention="dot")
    >>> weights = attention_weights(model, [[3, 4, 5, 0]], [[1, 3]])
    >>> weights.shape, weights[0, :, 3].tolist()
    ((1, 2, 4), [0.0, 0.0])
    """
    import keras

    source, target_in = check_inputs(model, source, target_in)
    found = [layer for layer in model.layers if layer.name == "attention"]
    if not found or not isinstance(found[0].output, (list, tuple)):
        raise ValueError(
            "model has no layer named 'attention' that gives its weights. Build it "
            "with make_encoder_decoder(…, attention='dot') or 'additive'."
        )
    reader = keras.Model(model.inputs, found[0].output[1])
    return np.asarray(predict(reader, source, target_in))
