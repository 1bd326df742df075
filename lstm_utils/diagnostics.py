"""What goes on inside a trained network."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lstm_utils._validate import as_numbers, check_array, check_list

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

    if not isinstance(model, keras.Model):
        raise TypeError(f"model must be a Keras model, but {model!r} came.")
    if not getattr(model, "inputs", None):
        raise ValueError(
            f"model {model.name!r} has no known inputs. Build it from keras.Input, as "
            "a functional or sequential model."
        )
    layers = [layer for layer in model.layers if _lstm_cells(layer)]
    wrapped = [layer.name for layer in model.layers if _holds_lstm(layer)]
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
    reader = keras.Model(model.inputs, [_input_of(layer) for layer in layers])
    x = _check_inputs(x, [tuple(tensor.shape) for tensor in model.inputs])
    sequences = [np.asarray(seen) for seen in keras.tree.flatten(reader(x))]
    traces = []
    for layer, sequence in zip(layers, sequences, strict=True):
        cells = _lstm_cells(layer)
        for number, cell in enumerate(cells, start=1):
            name = layer.name if len(cells) == 1 else f"{layer.name}[{number}]"
            traces.append(_trace(name, cell, sequence))
            sequence = traces[-1].h
    return traces


def _check_inputs(x, shapes) -> list[np.ndarray]:
    if len(shapes) == 1:
        x = [x]
    elif len(check_list("x", x, "Give one array for each input.")) != len(shapes):
        raise ValueError(
            f"x has {len(x)} arrays, but the model has {len(shapes)} inputs: one array "
            "for each, in the order of model.inputs."
        )
    arrays = []
    for number, (value, expected) in enumerate(zip(x, shapes, strict=True)):
        name = "x" if len(shapes) == 1 else f"x[{number}]"
        array = as_numbers(name, value)
        if len(array.shape) != len(expected) or any(
            wanted not in (None, came)
            for wanted, came in zip(expected, array.shape, strict=True)
        ):
            raise ValueError(
                f"{name} has shape {array.shape}, but the model expects {expected}, "
                "where None is any length. One sequence of one feature is "
                "x.reshape(1, -1, 1)."
            )
        arrays.append(array)
    return arrays


def _holds_lstm(layer) -> bool:
    """Tell whether an LSTM is inside a layer that is none itself."""
    import keras

    if isinstance(layer, keras.layers.RNN):
        return False
    parts = [*getattr(layer, "layers", [])]
    for name in ("layer", "forward_layer", "backward_layer"):
        part = getattr(layer, name, None)
        parts += [part] if isinstance(part, keras.layers.Layer) else []
    return any(_lstm_cells(part) or _holds_lstm(part) for part in parts)


def _lstm_cells(layer) -> list:
    import keras

    if not isinstance(layer, keras.layers.RNN):
        return []
    cell = layer.cell
    cells = cell.cells if isinstance(cell, keras.layers.StackedRNNCells) else [cell]
    if all(isinstance(cell, keras.layers.LSTMCell) for cell in cells):
        return list(cells)
    return []


def _input_of(layer):
    if layer.go_backwards:
        raise ValueError(
            f"layer {layer.name!r} runs backwards, so its step 0 is the last one. "
            "Reverse the input and build it with go_backwards=False."
        )
    if len(layer._inbound_nodes) != 1:
        raise ValueError(
            f"layer {layer.name!r} is called {len(layer._inbound_nodes)} times; which "
            "call to read is not clear. Build a model that calls it once."
        )
    feeds = layer.input if isinstance(layer.input, (list, tuple)) else [layer.input]
    if getattr(feeds[0], "_keras_mask", None) is not None:
        raise ValueError(
            f"layer {layer.name!r} skips masked steps, which traces do not show. Read "
            "it on sequences of one length, in a model without a mask."
        )
    if len(feeds) > 1:
        raise ValueError(
            f"layer {layer.name!r} gets an initial state, but traces start at zero. "
            "Read it in a model that leaves the state out."
        )
    return feeds[0]


def _trace(name, cell, sequence) -> GateTraces:
    sequence = check_array(
        f"the input of layer {name!r}", sequence, ("batch", "time", "features")
    )
    weights = [np.asarray(weight) for weight in cell.get_weights()]
    kernel, recurrent = weights[:2]
    bias = weights[2] if cell.use_bias else 0.0

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
