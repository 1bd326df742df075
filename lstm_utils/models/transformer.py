"""A small Transformer with the interface of the LSTM encoder-decoders."""

from __future__ import annotations

import numpy as np

from lstm_utils._validate import check_int

__all__ = ["make_transformer"]


def make_transformer(
    n_layers: int,
    width: int,
    n_tokens: int,
    *,
    n_heads: int = 4,
    feed_forward: int | None = None,
):
    """Build a Transformer encoder-decoder, not yet compiled.

    Introduced in: 13

    Parameters
    ----------
    n_layers : int
        Number of blocks of the encoder, and of the decoder.
    width : int
        Width of the embeddings and of all that is handed up, even, and a multiple of
        `n_heads`.
    n_tokens : int
        Number of tokens, padding (0), start (1) and end (2) among them: the length
        of a `Vocabulary`.
    n_heads : int
        Number of attentions side by side; each makes of all features queries, keys
        and values of ``width / n_heads`` numbers.
    feed_forward : int or None
        Width of the hidden layer after each attention; None takes four times `width`.

    Returns
    -------
    keras.Model
        From ``[source, target_in]``, integer ids (batch, source steps) and (batch,
        target steps), to probabilities (batch, target steps, n_tokens), as that of
        `make_encoder_decoder`. The layers at which the decoder looks at the source
        are named ``cross_attention_1`` and so on; their second output holds the
        weights (batch, heads, target steps, source steps).

    Raises
    ------
    TypeError, ValueError
        If a number is too small, or `width` is odd or no multiple of `n_heads`.

    Notes
    -----
    Normalised before each attention and each hidden layer, and once more at the end
    of either stack; no dropout. Positions enter as sines and cosines, at any length.
    Padding (0) is masked on both sides, and the decoder sees of the target only what
    comes before. A model is trained, saved and read by the decoders as that of
    `make_encoder_decoder` is.

    References
    ----------
    Vaswani et al. (2017), Attention is all you need; Xiong et al. (2020), On layer
    normalization in the Transformer architecture.

    Examples
    --------
    >>> model = make_transformer(1, 8, n_tokens=14, n_heads=2)
    >>> [tensor.name for tensor in model.inputs]
    ['source', 'target_in']
    >>> model.count_params()
    2430
    """
    import keras
    from keras import layers, ops

    n_layers = check_int("n_layers", n_layers, 1, "It counts blocks, and comes first.")
    width = check_int("width", width, 2, "It is the width of a vector.")
    n_tokens = check_int(
        "n_tokens", n_tokens, 4, "Padding, start and end are three of them."
    )
    n_heads = check_int("n_heads", n_heads, 1, "It counts attentions side by side.")
    if width % n_heads:
        raise ValueError(
            f"width is {width}, which {n_heads} heads cannot share evenly. Give a "
            "multiple of n_heads."
        )
    if feed_forward is None:
        feed_forward = 4 * width
    feed_forward = check_int(
        "feed_forward", feed_forward, 1, "It is the width of the hidden layer."
    )
    frequencies = _frequencies(width)

    def norm(x):
        return layers.LayerNormalization()(x)

    def attend(x, to, name, **options):
        """Add to x what it finds by attention, in itself if `to` is None."""
        layer = layers.MultiHeadAttention(n_heads, width // n_heads, name=name)
        queries = norm(x)
        values = queries if to is None else to
        out, _ = layer(queries, values, return_attention_scores=True, **options)
        return layers.Add()([x, out])

    def think(x):
        hidden = layers.Dense(feed_forward, activation="relu")(norm(x))
        return layers.Add()([x, layers.Dense(width)(hidden)])

    source = keras.Input((None,), dtype="int32", name="source")
    # Explicit, since Keras' own mask of a tensor is lost after its first attention.
    tokens = ops.not_equal(source, 0)[:, None, :]
    x = _placed(source, n_tokens, width, frequencies, "source")
    for number in range(1, n_layers + 1):
        x = attend(x, None, f"encoder_attention_{number}", attention_mask=tokens)
        x = think(x)
    encoded = norm(x)

    target_in = keras.Input((None,), dtype="int32", name="target_in")
    x = _placed(target_in, n_tokens, width, frequencies, "target")
    for number in range(1, n_layers + 1):
        x = attend(x, None, f"decoder_attention_{number}", use_causal_mask=True)
        x = attend(x, encoded, f"cross_attention_{number}", attention_mask=tokens)
        x = think(x)
    head = layers.Dense(n_tokens, activation="softmax", name="head")
    return keras.Model([source, target_in], head(norm(x)), name="transformer")


def _frequencies(width) -> np.ndarray:
    """Return the angle by which each pair of features turns per step."""
    if width % 2:
        raise ValueError(
            f"width must be even, but {width} came. Each sine has its cosine."
        )
    return 10_000.0 ** (-np.arange(0, width, 2) / width)


def _placed(ids, n_tokens, width, frequencies, name):
    """Return the embedded ids plus their positions, padding masked."""
    from keras import layers, ops

    x = layers.Embedding(n_tokens, width, mask_zero=True, name=f"{name}_embedding")(ids)
    valid = ops.cast(ops.not_equal(ids, 0), "float32")[..., None]
    positions = ops.cumsum(ops.ones_like(valid), axis=1) - 1.0
    # A cosine is a sine a quarter of a turn ahead.
    quarters = np.tile([0.0, np.pi / 2], len(frequencies)).astype("float32")
    turns = np.repeat(frequencies, 2).astype("float32")
    waves = ops.sin(positions * turns + quarters)
    # Masking takes for padding what is all zeros.
    x = (x * float(np.sqrt(width)) + waves) * valid
    return layers.Masking(name=f"{name}_padding")(x)
