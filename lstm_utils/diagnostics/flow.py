"""How strong signal and gradient are in each layer of a stack at each step."""

from __future__ import annotations

import numpy as np

from lstm_utils.checks import check_targets
from lstm_utils.diagnostics._reading import StepByStep, check_inputs

__all__ = ["gradient_map", "signal_map"]


def signal_map(model, x) -> np.ndarray:
    """Measure how large the output of every recurrent layer is at every step.

    Introduced in: 08

    Parameters
    ----------
    model : keras.Model
        Any functional or sequential model with ``LSTM``, ``GRU`` or ``SimpleRNN``
        layers, or an ``RNN`` over their cells, each of which counts as a layer. States
        start at zero; dropout is off.
    x : array_like
        What ``model.predict`` takes.

    Returns
    -------
    ndarray, shape (layers, time)
        Root mean square, over batch and units, of what the layer hands up, from the
        lowest layer up: of h. Where a residual leads around the layer it is that of
        the sum of h and what came from below: what the next layer, or the norm before
        it, gets.

    Raises
    ------
    TypeError
        If `model` is not a Keras model, or `x` does not hold numbers.
    ValueError
        If the model has no recurrent layer or one inside another layer (such as
        ``Bidirectional``), has one that cannot be read step by step (it masks steps,
        runs backwards, starts from a given state or is called more than once), its
        layers run over different numbers of steps, or `x` does not fit its input.

    References
    ----------
    Glorot and Bengio (2010), Understanding the difficulty of training deep feedforward
    neural networks.

    Examples
    --------
    >>> import numpy as np
    >>> from lstm_utils.models import make_stack
    >>> model = make_stack(3, 4, n_features=2)
    >>> signal_map(model, np.ones((8, 5, 2))).shape
    (3, 5)
    """
    reader = StepByStep(model)
    _, outputs, _ = reader.run(check_inputs(model, x))
    return _rms(outputs)


def gradient_map(model, x, y) -> np.ndarray:
    """Measure the gradient that reaches every recurrent layer at every step.

    It is the derivative of the compiled loss with respect to h, the layer's output,
    along every path: through the layers above and through the layer's own later
    steps. So the lowest layer's first column tells how much of what the loss asks for
    arrives at the very beginning.

    Introduced in: 08

    Parameters
    ----------
    model : keras.Model
        As for `signal_map`, with one output, and compiled.
    x, y : array_like
        What ``model.fit`` takes.

    Returns
    -------
    ndarray, shape (layers, time)
        Root mean square of the derivative, over batch and units. A change of h is the
        same change of the sum where a residual leads around the layer. The loss is
        a mean over the batch, so a batch twice as large halves every number: compare
        maps from batches of one size.

    Raises
    ------
    TypeError, ValueError
        As for `signal_map`; and if the model is not compiled or has several outputs,
        or if `y` does not fit them.
    NotImplementedError
        If Keras runs on neither TensorFlow nor JAX.

    References
    ----------
    Bengio, Simard and Frasconi (1994), Learning long-term dependencies with gradient
    descent is difficult; Pascanu, Mikolov and Bengio (2013), On the difficulty of
    training recurrent neural networks.

    Examples
    --------
    >>> import numpy as np
    >>> from lstm_utils.models import make_stack
    >>> model = make_stack(3, 4, n_features=2)
    >>> model.compile(loss="mse")
    >>> gradient_map(model, np.ones((8, 5, 2)), np.ones((8, 1))).shape
    (3, 5)
    """
    import keras

    reader = StepByStep(model)
    x = check_inputs(model, x)
    if len(model.outputs) > 1:
        raise ValueError(
            f"model has {len(model.outputs)} outputs, but one is expected. Make a "
            "model of the output whose loss you ask about, and compile it."
        )
    check_targets(model, y)
    if len(y) != len(x[0]):
        raise ValueError(
            f"y has {len(y)} targets, but x has {len(x[0])} sequences: give one "
            "target, or one row of them, for each sequence."
        )
    _, outputs, _ = reader.run(x)
    targets = keras.ops.convert_to_tensor(y)

    def loss(nudges):
        # In a scope of its own no metric of the model learns of this run.
        with keras.StatelessScope():
            predicted, *_ = reader.run(x, nudges)
            return model.compute_loss(y=targets, y_pred=predicted)

    zeros = [keras.ops.zeros_like(h) for h in outputs]
    return _rms(_gradients(loss, zeros))


def _rms(tensors) -> np.ndarray:
    lengths = [tensor.shape[1] for tensor in tensors]
    if len(set(lengths)) > 1:
        raise ValueError(
            f"model's recurrent layers run over {lengths} steps, but one map needs "
            "one number. Read the parts in models of their own."
        )
    squares = [np.square(np.asarray(tensor, dtype="float64")) for tensor in tensors]
    return np.sqrt([each.mean(axis=(0, 2)) for each in squares])


def _gradients(loss, at) -> list:
    import keras

    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        return jax.grad(loss)(at)
    if backend != "tensorflow":
        raise NotImplementedError(
            f"gradient_map knows TensorFlow and JAX, but Keras runs on {backend}. Set "
            "KERAS_BACKEND before Keras is imported."
        )
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(at)
        value = loss(at)
    zero = tf.UnconnectedGradients.ZERO
    return tape.gradient(value, at, unconnected_gradients=zero)
