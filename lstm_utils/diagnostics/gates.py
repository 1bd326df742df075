"""The gates and states of an LSTM at each step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lstm_utils._validate import check_array
from lstm_utils.diagnostics._reading import (
    cells_of,
    check_inputs,
    check_model,
    feed_of,
    holds,
)

__all__ = ["GateTraces", "gate_traces"]


class GateTraces(NamedTuple):
    """Gates and states of one LSTM layer, each (batch, time, units).

    Introduced in: 01
    """

    layer: str
    """Name of the Keras layer; a cell inside an ``RNN`` adds its number."""
    i: np.ndarray
    """Input gate, 0 to 1: how much of the candidate is written."""
    f: np.ndarray
    """Forget gate, 0 to 1: how much of the old cell state is kept."""
    g: np.ndarray
    """Candidate, -1 to 1: what could be written."""
    o: np.ndarray
    """Output gate, 0 to 1: how much of the cell state is shown."""
    c: np.ndarray
    """Cell state after the step."""
    h: np.ndarray
    """Output after the step."""


def gate_traces(model, x) -> list[GateTraces]:
    """Read gates and states of every LSTM layer at every step.

    Introduced in: 01

    Parameters
    ----------
    model : keras.Model
        Any functional or sequential model with ``LSTM`` layers, or an ``RNN`` over
        one or several ``LSTMCell``. States start at zero; dropout is off.
    x : array_like
        What ``model.predict`` takes.

    Returns
    -------
    list of GateTraces
        One entry an LSTM layer, from the lowest up.

    Raises
    ------
    TypeError
        If `model` is not a Keras model, or `x` does not hold numbers.
    ValueError
        If the model has no LSTM layer or one inside another layer, has a layer that
        cannot be read step by step (it masks steps, runs backwards or is called more
        than once), or `x` does not fit its input.

    References
    ----------
    Hochreiter and Schmidhuber (1997); Gers, Schmidhuber and Cummins (2000).

    Examples
    --------
    >>> import keras, numpy as np
    >>> layers = [keras.Input((5, 2)), keras.layers.LSTM(3)]
    >>> traces = gate_traces(keras.Sequential(layers), np.ones((4, 5, 2)))
    >>> traces[0].f.shape
    (4, 5, 3)
    """
    import keras

    from lstm_utils.layers import UpperLSTMCell

    check_model(model)
    layers = [layer for layer in model.layers if _lstm_cells(layer)]
    wrapped = [layer.name for layer in model.layers if holds(layer, _lstm_cells)]
    if wrapped:
        raise ValueError(
            f"model has LSTM layers inside {wrapped}, which are not read. Read a "
            "wrapped or nested layer in a model of its own."
        )
    if not layers:
        kinds = [type(layer).__name__ for layer in model.layers]
        raise ValueError(
            f"model has no LSTM layer to read; its layers are {kinds}. Only LSTM, and "
            "RNN over LSTMCell, have the gates i, f, g and o."
        )
    reader = keras.Model(model.inputs, [feed_of(layer) for layer in layers])
    x = check_inputs(model, x)
    sequences = [np.asarray(seen) for seen in keras.tree.flatten(reader(x))]
    traces = []
    for layer, sequence in zip(layers, sequences, strict=True):
        cells = _lstm_cells(layer)
        for number, cell in enumerate(cells, start=1):
            name = layer.name if len(cells) == 1 else f"{layer.name}[{number}]"
            upper = isinstance(cell, UpperLSTMCell)
            seen = np.asarray(cell.normalise(sequence)) if upper else sequence
            traces.append(_trace(name, cell, seen))
            around = sequence if upper and cell.residual else 0.0
            sequence = traces[-1].h + around
    return traces


def _lstm_cells(layer) -> list:
    import keras

    cells = cells_of(layer)
    if all(isinstance(cell, keras.layers.LSTMCell) for cell in cells):
        return cells
    return []


def _trace(name, cell, sequence) -> GateTraces:
    sequence = check_array(
        f"the input of layer {name!r}", sequence, ("batch", "time", "features")
    )
    kernel, recurrent = cell.kernel.numpy(), cell.recurrent_kernel.numpy()
    bias = cell.bias.numpy() if cell.use_bias else 0.0

    def squash(function, z):
        return np.asarray(function(z.astype("float32")))

    batch, time, _ = sequence.shape
    h = c = np.zeros((batch, cell.units), dtype="float32")
    steps = []
    for t in range(time):
        z = sequence[:, t] @ kernel + h @ recurrent + bias
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        i, f, o = (squash(cell.recurrent_activation, part) for part in (z_i, z_f, z_o))
        g = squash(cell.activation, z_g)
        c = f * c + i * g
        h = o * squash(cell.activation, c)
        steps.append((i, f, g, o, c, h))
    return GateTraces(
        name, *(np.stack(part, axis=1) for part in zip(*steps, strict=True))
    )
