"""The gates and states of an LSTM at each step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lstm_utils._validate import as_numbers
from lstm_utils.diagnostics._reading import StepByStep, cells_of, check_inputs

__all__ = ["GateTraces", "gate_traces"]

LSTM_ONLY = "Only LSTM, and RNN over LSTMCell, have the gates i, f, g and o."


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
    reader = StepByStep(model, _lstm_cells, "LSTM", LSTM_ONLY)
    *_, read = reader.run(check_inputs(model, x))
    traces = []
    for layer in reader.layers:
        seen = read[layer.name]
        for number, (cell, parts) in enumerate(
            zip(_lstm_cells(layer), seen, strict=True), start=1
        ):
            name = layer.name if len(seen) == 1 else f"{layer.name}[{number}]"
            as_numbers(f"the input of layer {name!r}", np.stack(parts[0], axis=1))
            traces.append(GateTraces(name, *map(np.asarray, _gates(cell, *parts))))
    return traces


def _lstm_cells(layer) -> list:
    import keras

    cells = cells_of(layer)
    return cells if all(isinstance(c, keras.layers.LSTMCell) for c in cells) else []


def _gates(cell, x, _, *states) -> tuple:
    """Return i, f, g, o, c and h of all steps, given x and the states after each."""
    from keras import ops

    from lstm_utils.layers import UpperLSTMCell

    x, h, c = (ops.stack(steps, axis=1) for steps in (x, *states[-2:]))
    if isinstance(cell, UpperLSTMCell):
        x = cell.normalise(x)
    before = ops.concatenate([ops.zeros_like(h[:, :1]), h[:, :-1]], axis=1)
    z = ops.matmul(x, cell.kernel) + ops.matmul(before, cell.recurrent_kernel)
    z_i, z_f, z_g, z_o = ops.split(z + cell.bias if cell.use_bias else z, 4, axis=-1)
    i, f, o = map(cell.recurrent_activation, (z_i, z_f, z_o))
    return i, f, cell.activation(z_g), o, c, h
