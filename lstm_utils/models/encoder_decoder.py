"""Encoder-decoders of LSTM layers."""

from __future__ import annotations

from collections.abc import Sequence

from lstm_utils._validate import check_choice, check_int
from lstm_utils.models.stack import check_widths

__all__ = ["ATTENTIONS", "HANDOVERS", "make_encoder_decoder"]

HANDOVERS = ("matched", "top", "same", "none")
ATTENTIONS = (None, "dot", "additive")


def make_encoder_decoder(
    n_layers: int,
    units: int | Sequence[int],
    n_tokens: int,
    *,
    handover: str = "matched",
    attention: str | None = None,
    embedding: int = 32,
):
    """Build an encoder-decoder of LSTM layers, not yet compiled.

    The encoder reads the source. Its last states (h, c) become the first states of
    the decoder, which reads the target up to a step and says what comes next.

    Introduced in: 10

    Parameters
    ----------
    n_layers : int
        Number of LSTM layers of the encoder, and of the decoder.
    units : int or sequence of int
        Width of every layer, or one width per layer from the lowest up; encoder and
        decoder have the same.
    n_tokens : int
        Number of tokens, padding (0), start (1) and end (2) among them: the length
        of a `Vocabulary`.
    handover : str
        Which last states of the encoder go where:

        - ``"matched"``: those of layer i to layer i of the decoder;
        - ``"top"``: those of the top layer to the top layer, zeros to those below;
        - ``"same"``: those of the top layer to every layer;
        - ``"none"``: zeros to every layer.
    attention : None or str
        How the top layer of the decoder looks back at every step of the encoder's
        top layer: not at all, ``"dot"`` (the score is the product of the two
        outputs), or ``"additive"`` (v · tanh(W q + U k + b)). The weighted mean of
        the encoder's outputs is joined to the decoder's output before the head.
    embedding : int
        Width of the two embeddings.

    Returns
    -------
    keras.Model
        From ``[source, target_in]``, integer ids (batch, source steps) and (batch,
        target steps), to probabilities (batch, target steps, n_tokens). The inputs
        are named ``source`` and ``target_in``, the layers ``encoder_1``,
        ``decoder_1`` and so on, ``attention`` and ``head``.

    Raises
    ------
    TypeError, ValueError
        If a number is too small, there is not one width per layer, an option is
        unknown, or the widths differ where one pair of states goes to every layer.

    Notes
    -----
    Padding (0) is masked on both sides: the encoder's states are those after the last
    token of each source, attention gives padding no weight, and steps at which
    ``target_in`` is padding count neither in the compiled loss nor in metrics, if
    ``targets`` has its padding at the same steps, as `shift_right` sees to.

    With ``handover="none"`` and no attention the decoder learns nothing of the
    source. The encoder stays part of the model, its states multiplied by 0, so that
    every handover has the same number of weights.

    References
    ----------
    Sutskever, Vinyals and Le (2014), Sequence to sequence learning with neural
    networks; Cho et al. (2014), Learning phrase representations using RNN
    encoder-decoder; Bahdanau, Cho and Bengio (2015), Neural machine translation by
    jointly learning to align and translate; Luong, Pham and Manning (2015), Effective
    approaches to attention-based neural machine translation.

    Examples
    --------
    >>> model = make_encoder_decoder(2, 8, n_tokens=14)
    >>> [tensor.name for tensor in model.inputs]
    ['source', 'target_in']
    >>> model.count_params()
    4734
    """
    import keras
    from keras import layers

    widths = check_widths(n_layers, units)
    n_tokens = check_int(
        "n_tokens", n_tokens, 4, "Padding, start and end are three of them."
    )
    check_choice("handover", handover, HANDOVERS)
    check_choice("attention", attention, ATTENTIONS)
    embedding = check_int("embedding", embedding, 1, "It is the width of a vector.")
    if handover == "same" and len(set(widths)) > 1:
        raise ValueError(
            "handover 'same' gives the states of the top layer to every layer, but "
            f"units gives the widths {widths}. Give all layers one width, or take "
            "handover 'matched' or 'top'."
        )

    source = keras.Input((None,), dtype="int32", name="source")
    x = layers.Embedding(n_tokens, embedding, mask_zero=True, name="source_embedding")(
        source
    )
    encoded, states = x, []
    for number, width in enumerate(widths, start=1):
        encoded, h, c = layers.LSTM(
            width,
            return_sequences=number < len(widths) or attention is not None,
            return_state=True,
            name=f"encoder_{number}",
        )(encoded)
        states.append([h, c])

    target_in = keras.Input((None,), dtype="int32", name="target_in")
    decoded = layers.Embedding(
        n_tokens, embedding, mask_zero=True, name="target_embedding"
    )(target_in)
    for number, (width, initial) in enumerate(
        zip(widths, _handed_over(states, handover), strict=True), start=1
    ):
        decoded = layers.LSTM(width, return_sequences=True, name=f"decoder_{number}")(
            decoded, initial_state=initial
        )
    if attention is not None:
        context = _context(decoded, encoded, attention)
        decoded = layers.Concatenate(name="output_and_context")([decoded, context])
    head = layers.Dense(n_tokens, activation="softmax", name="head")
    return keras.Model([source, target_in], head(decoded), name="encoder_decoder")


def _handed_over(states, handover) -> list:
    """Return the first states of each decoder layer; None stands for zeros."""
    if handover == "matched":
        return states
    if handover == "same":
        return [states[-1]] * len(states)
    top = states[-1]
    if handover == "none":
        from keras import layers

        top = [
            layers.Rescaling(0.0, name=f"no_{letter}")(state)
            for letter, state in zip("hc", top, strict=True)
        ]
    return [None] * (len(states) - 1) + [top]


def _context(queries, values, attention):
    """Return for each query the mean of the values, weighted by attention."""
    from keras import layers

    if attention == "dot":
        inputs = [queries, values]
        layer = layers.Attention(name="attention")
    else:
        width = queries.shape[-1]
        query = layers.Dense(width, use_bias=False, name="attention_query")(queries)
        key = layers.Dense(width, name="attention_key")(values)
        inputs = [query, values, key]
        layer = layers.AdditiveAttention(name="attention")
    context, _ = layer(inputs, return_attention_scores=True)
    return context
