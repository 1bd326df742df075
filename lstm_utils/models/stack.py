"""Stacks of LSTM layers, built by number of layers and width."""

from __future__ import annotations

from collections.abc import Sequence

from lstm_utils._validate import check_flag, check_int, check_number
from lstm_utils.reference import lstm_params

__all__ = ["make_stack", "width_for_budget"]

LAYERS = "The number of layers comes first, then their width."
DROPPED = "It is the share of units that are dropped: 0.2 drops one in five."


def make_stack(
    n_layers: int,
    units: int | Sequence[int],
    *,
    n_features: int,
    n_outputs: int | None = 1,
    return_sequences: bool = False,
    fused: bool = False,
    residual: bool = False,
    layer_norm: bool = False,
    dropout: float = 0.0,
):
    """Build a stack of LSTM layers with a Dense head, not yet compiled.

    Introduced in: 05

    Parameters
    ----------
    n_layers : int
        Number of LSTM layers.
    units : int or sequence of int
        Width of every layer, or one width per layer from the lowest up.
    n_features : int
        Numbers that enter at each step; the number of steps stays open.
    n_outputs : int or None
        Width of the Dense head; None leaves the head out.
    return_sequences : bool
        Whether the top layer gives one output per step or one per sequence.
    fused : bool
        Build one ``RNN`` of stacked cells, which runs a single loop over time,
        instead of one ``LSTM`` layer above the other. It is the same function of
        the same weights: ``get_weights()`` has the same order in both forms.
    residual : bool
        Add to each layer's output what came from the layer below:
        ``x + LSTM(x)``. The first layer has no such way around it.
    layer_norm : bool
        Normalise the input of every layer but the first, inside the way around it,
        ``x + LSTM(norm(x))``, and the output of the last.
    dropout : float
        Share of the input that every layer but the first loses while it trains, 0
        or more and below 1. The way around a layer loses nothing.

    Returns
    -------
    keras.Model
        From (batch, time, n_features) to (batch, n_outputs), or to (batch, time,
        n_outputs) with `return_sequences`; without a head the last axis is the
        width of the top layer.

    Raises
    ------
    TypeError, ValueError
        If a number is below 1, there is not one width per layer, an option is
        neither True nor False, `residual` meets unequal widths, or `dropout` is not
        a number from 0 to below 1.

    Notes
    -----
    Dropout uses one mask for a whole sequence and a new one for each sequence and
    each update, as ``LSTM(dropout=…)`` in Keras does: a unit of the layer below is
    either seen at every step or at none. Keras draws the mask once for each call of a
    recurrent layer, so this is the one kind that both forms can have alike; a mask
    that changes from step to step would need ``Dropout`` layers between the
    ``LSTM`` layers, for which one loop over time has no place.

    To load a saved stack that has `residual` or `layer_norm`, import
    ``lstm_utils.layers`` first. A file keeps weights and optimizer, but Keras does not
    write down how far the random numbers of dropout had got.

    References
    ----------
    Graves (2013), Generating sequences with recurrent neural networks; Gal and
    Ghahramani (2016), A theoretically grounded application of dropout in recurrent
    neural networks; He et al. (2016), Identity mappings in deep residual networks.

    Examples
    --------
    >>> make_stack(2, [8, 4], n_features=3).count_params()
    597
    """
    import keras

    widths = check_widths(n_layers, units)
    n_features, n_outputs = _ends(n_features, n_outputs)
    return_sequences = check_flag("return_sequences", return_sequences)
    fused = check_flag("fused", fused)
    options = {
        "residual": check_flag("residual", residual),
        "layer_norm": check_flag("layer_norm", layer_norm),
        "dropout": check_number("dropout", dropout, 0, DROPPED, below=1),
    }
    if residual and len(set(widths)) > 1:
        raise ValueError(
            f"residual adds each layer's output to its input, but units gives the "
            f"widths {widths}. Give all layers one width, or leave residual out."
        )
    inputs = keras.Input((None, n_features), name="steps")
    form = _fused if fused else _layer_by_layer
    x = form(inputs, widths, return_sequences, **options)
    if layer_norm:
        x = keras.layers.LayerNormalization(name="norm")(x)
    if n_outputs is not None:
        x = keras.layers.Dense(n_outputs, name="head")(x)
    return keras.Model(inputs, x, name="fused_stack" if fused else "stack")


def width_for_budget(
    budget: int, n_layers: int, *, n_features: int, n_outputs: int | None = 1
) -> int:
    """Find the width whose stack comes closest to a number of parameters.

    Introduced in: 05

    Parameters
    ----------
    budget : int
        Parameters wanted, head included.
    n_layers : int
        Number of LSTM layers, all of one width.
    n_features, n_outputs : int
        As for `make_stack`.

    Returns
    -------
    int
        The width; of two equally close ones the smaller.

    Raises
    ------
    TypeError, ValueError
        If a number is below 1, or the budget is too small for width 1.

    Examples
    --------
    >>> [width_for_budget(12920, depth, n_features=2) for depth in (1, 2)]
    [55, 32]
    """
    budget = check_int("budget", budget, 1, "It counts parameters, head included.")
    n_layers = check_int("n_layers", n_layers, 1, LAYERS)
    n_features, n_outputs = _ends(n_features, n_outputs)

    def params(width):
        head = 0 if n_outputs is None else (width + 1) * n_outputs
        upper = (n_layers - 1) * lstm_params(width, width)
        return lstm_params(n_features, width) + upper + head

    if budget < params(1):
        raise ValueError(
            f"budget is {budget} parameters, but {n_layers} layers of width 1 on "
            f"{n_features} features already have {params(1)}. Raise the budget or "
            "take fewer layers."
        )
    width = 1
    while params(width + 1) <= budget:
        width += 1
    return min((width, width + 1), key=lambda w: abs(params(w) - budget))


def _fused(x, widths, return_sequences, *, residual, layer_norm, dropout):
    from keras import layers

    from lstm_utils.layers import UpperLSTMCell

    cells = [layers.LSTMCell(widths[0])]
    for width in widths[1:]:
        if residual or layer_norm:
            cell = UpperLSTMCell(
                width, residual=residual, layer_norm=layer_norm, dropout=dropout
            )
        else:
            cell = layers.LSTMCell(width, dropout=dropout)
        cells.append(cell)
    # One cell goes in bare: a list of one fails on the JAX backend.
    cell = cells if len(cells) > 1 else cells[0]
    return layers.RNN(cell, return_sequences=return_sequences, name="stack")(x)


def _layer_by_layer(x, widths, return_sequences, *, residual, layer_norm, dropout):
    from keras import layers

    from lstm_utils.layers import LastStep

    depth = len(widths)
    # A sum needs every step from both sides, so the last one is taken after it.
    cut_after = residual and depth > 1 and not return_sequences
    for number, width in enumerate(widths, start=1):
        below, upper = x, number > 1
        if layer_norm and upper:
            x = layers.LayerNormalization(name=f"norm_{number}")(x)
        x = layers.LSTM(
            width,
            return_sequences=return_sequences or number < depth or cut_after,
            dropout=dropout if upper else 0.0,
            name=f"lstm_{number}",
        )(x)
        if residual and upper:
            x = layers.Add(name=f"sum_{number}")([below, x])
    return LastStep(name="last_step")(x) if cut_after else x


def _ends(n_features, n_outputs) -> tuple[int, int | None]:
    n_features = check_int(
        "n_features", n_features, 1, "It is the last axis of the input, x.shape[-1]."
    )
    if n_outputs is not None:
        n_outputs = check_int(
            "n_outputs", n_outputs, 1, "None leaves out the Dense head."
        )
    return n_features, n_outputs


def check_widths(n_layers, units) -> list[int]:
    """Return one width per layer, or raise."""
    n_layers = check_int("n_layers", n_layers, 1, LAYERS)
    hint = "Give one width for all layers, or a list with one width per layer."
    if not isinstance(units, (list, tuple)):
        return [check_int("units", units, 1, hint)] * n_layers
    if len(units) != n_layers:
        raise ValueError(
            f"units has {len(units)} widths {list(units)}, but n_layers is {n_layers}: "
            "give one width per layer, or a single one for all."
        )
    return [check_int(f"units[{k}]", width, 1, hint) for k, width in enumerate(units)]
