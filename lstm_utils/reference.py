"""LSTMs in NumPy, to check the framework against and to read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import expit

from lstm_utils._validate import check_array, check_int, check_list, wrong

__all__ = ["lstm_params", "numpy_lstm", "numpy_stack"]


def lstm_params(n_features: int, units: int) -> int:
    """Count the trainable numbers of one LSTM layer.

    Four blocks (input gate, forget gate, candidate, output gate), each with a
    kernel (n_features, units), a recurrent kernel (units, units) and a bias
    (units,): 4 (units (units + n_features) + units).

    Introduced in: 01

    Parameters
    ----------
    n_features : int
        Numbers that enter the layer at each step.
    units : int
        Width of the layer: the length of its output h and of its cell state c.

    Returns
    -------
    int
        The number of parameters.

    Raises
    ------
    TypeError, ValueError
        If an argument is not a whole number of at least 1.

    References
    ----------
    Gers, Schmidhuber and Cummins (2000), Learning to forget.

    Examples
    --------
    >>> lstm_params(4, 100)
    42000
    """
    hint = "Both count axes of arrays: x.shape[-1], and the layer's units."
    n_features = check_int("n_features", n_features, 1, hint)
    units = check_int("units", units, 1, hint)
    return 4 * (units * (units + n_features) + units)


def numpy_lstm(
    x, weights: Sequence, initial_state: Sequence | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Run one LSTM layer with its default activations in NumPy.

    Introduced in: 01

    Parameters
    ----------
    x : array_like, shape (batch, time, features)
        The input sequences.
    weights : sequence of arrays
        What ``layer.get_weights()`` gives: kernel (features, 4 units), recurrent
        kernel (units, 4 units) and bias (4 units,), each with its blocks in the
        order i, f, g, o (input gate, forget gate, candidate, output gate).
    initial_state : pair of array_like, each (batch, units), optional
        The states h0 and c0 before the first step; zeros if left out.

    Returns
    -------
    h, c : ndarray, each (batch, time, units)
        The output and the cell state after every step, in double precision.

    Raises
    ------
    TypeError, ValueError
        If an array has the wrong rank or size, is empty or holds NaN.

    References
    ----------
    Hochreiter and Schmidhuber (1997); Gers, Schmidhuber and Cummins (2000).

    Examples
    --------
    >>> import numpy as np
    >>> x = np.zeros((1, 3, 1))
    >>> weights = [np.ones((1, 8)), np.ones((2, 8)), np.zeros(8)]
    >>> h, c = numpy_lstm(x, weights)
    >>> h.shape, c.shape
    ((1, 3, 2), (1, 3, 2))
    """
    hint = "One sequence of one feature is x.reshape(1, -1, 1)."
    x = check_array("x", x, ("batch", "time", "features"), hint)
    weights = _check_weights(weights, x.shape[2])
    batch, time, _ = x.shape
    units = len(weights[1])
    h_t, c_t = _check_state(initial_state, (batch, units))
    h = np.empty((batch, time, units))
    c = np.empty((batch, time, units))
    for t in range(time):
        h_t, c_t = lstm_step(x[:, t], h_t, c_t, weights)
        h[:, t], c[:, t] = h_t, c_t
    return h, c


def lstm_step(x, h, c, weights) -> tuple[np.ndarray, np.ndarray]:
    """Return h and c after one step; x is (batch, features), h and c (batch, units)."""
    kernel, recurrent, bias = weights
    z = x @ kernel + h @ recurrent + bias
    z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
    c = expit(z_f) * c + expit(z_i) * np.tanh(z_g)
    return expit(z_o) * np.tanh(c), c


def numpy_stack(x, weights_per_layer: Sequence[Sequence]) -> np.ndarray:
    """Run a stack of LSTM layers in NumPy.

    Each layer gets the whole output sequence of the layer below; every state
    starts at zero.

    Introduced in: 05

    Parameters
    ----------
    x : array_like, shape (batch, time, features)
        The input sequences of the lowest layer.
    weights_per_layer : sequence of sequences of arrays
        One entry a layer, from the lowest up, each as for `numpy_lstm`.

    Returns
    -------
    ndarray, shape (batch, time, units of the top layer)
        The output of the top layer after every step.

    Raises
    ------
    TypeError, ValueError
        If there is no layer, or a layer does not fit on the one below.

    References
    ----------
    Graves (2013), Generating sequences with recurrent neural networks.

    Examples
    --------
    >>> import numpy as np
    >>> low = [np.ones((1, 8)), np.ones((2, 8)), np.zeros(8)]
    >>> top = [np.ones((2, 12)), np.ones((3, 12)), np.zeros(12)]
    >>> numpy_stack(np.ones((4, 5, 1)), [low, top]).shape
    (4, 5, 3)
    """
    hint = "Give [layer.get_weights() for layer in model.layers], LSTM layers only."
    layers = check_list("weights_per_layer", weights_per_layer, hint)
    if any(isinstance(weights, np.ndarray) for weights in layers):
        raise ValueError(
            "weights_per_layer holds single arrays, expected a list of three arrays "
            f"for each layer. model.get_weights() runs them all together. {hint}"
        )
    h = x
    for number, weights in enumerate(layers, start=1):
        try:
            h, _ = numpy_lstm(h, weights)
        except (TypeError, ValueError) as error:
            message = f"Layer {number} of weights_per_layer: {error}"
            raise type(error)(message) from None
    return h


def _check_weights(weights, n_features) -> list[np.ndarray]:
    hint = (
        "Give layer.get_weights(): kernel, recurrent kernel and bias. A layer built "
        "with use_bias=False has two: add a bias of zeros. A GRU's bias has two axes."
    )
    check_list("weights", weights, hint, length=3)
    axes = (("features", "4 units"), ("units", "4 units"), ("4 units",))
    arrays = [check_array(f"weights[{k}]", weights[k], axes[k], hint) for k in range(3)]
    units = len(arrays[1])
    expected = [(n_features, 4 * units), (units, 4 * units), (4 * units,)]
    came = [array.shape for array in arrays]
    if came != expected:
        raise ValueError(
            f"weights have the shapes {came}, but an LSTM of {units} units on "
            f"{n_features} features has {expected}. Usual cause: the last axis of the "
            "input is not the number of features that the layer was built for."
        )
    return arrays


def _check_state(initial_state, shape) -> list[np.ndarray]:
    if initial_state is None:
        return [np.zeros(shape), np.zeros(shape)]
    hint = (
        "It is the pair (h0, c0), each with a row for each sequence and a column for "
        "each unit: states fit only layers of equal width."
    )
    check_list("initial_state", initial_state, hint, length=2)
    states = []
    for k, state in enumerate(initial_state):
        name = f"initial_state[{k}]"
        states.append(check_array(name, state, ("batch", "units"), hint))
        if states[k].shape != shape:
            raise wrong(ValueError, name, f"have shape {shape}", states[k].shape, hint)
    return states
