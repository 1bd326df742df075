"""What stacks need and Keras has not; import it before you load a saved stack."""

from __future__ import annotations

import keras
from keras import ops

from lstm_utils._validate import check_flag, check_int

__all__ = ["LastStep", "UpperLSTMCell"]

EPSILON = 1e-3  # that of keras.layers.LayerNormalization


@keras.saving.register_keras_serializable(package="lstm_utils")
class UpperLSTMCell(keras.layers.LSTMCell):
    """An LSTM cell above another: normalised input, and a way around it.

    With both options its output is ``x + LSTM(norm(x))``. The state h that goes to
    the next step is the LSTM's own, without x. It is an ``LSTMCell`` itself, and not
    a cell around one, so that ``RNN`` draws a new dropout mask in every call. Its
    states are h and c; with `residual` the last output comes before them, since Keras
    on JAX repeats a cell's first state where a step is masked.

    Introduced in: 08

    Parameters
    ----------
    units : int
        Width of h and c.
    residual : bool
        Whether the output is the sum of the input and h.
    layer_norm : bool
        Whether the input of the LSTM is normalised over its features, as
        ``LayerNormalization`` does it; gain and offset come first among the weights.
    **options
        What ``keras.layers.LSTMCell`` takes, such as ``dropout``.

    Raises
    ------
    TypeError
        If `units` is not a whole number, or an option neither True nor False.
    ValueError
        If `units` is below 1, or `residual` is set and the input is not as wide.

    References
    ----------
    He et al. (2016), Identity mappings in deep residual networks; Ba, Kiros and
    Hinton (2016), Layer normalization.

    Examples
    --------
    >>> import keras
    >>> cells = [keras.layers.LSTMCell(4), UpperLSTMCell(4, residual=True)]
    >>> keras.layers.RNN(cells)(keras.ops.ones((2, 5, 3))).shape == (2, 4)
    True
    """

    def __init__(self, units, *, residual=False, layer_norm=False, **options):
        """Take the options; weights come with the first input."""
        super().__init__(check_int("units", units, 1, "It is a width."), **options)
        self.residual = check_flag("residual", residual)
        self.layer_norm = check_flag("layer_norm", layer_norm)
        if self.residual:
            self.state_size = [self.units] * 3

    def build(self, input_shape):
        """Make the weights, those of the norm first."""
        width = input_shape[-1]
        if self.residual and width != self.units:
            raise ValueError(
                f"residual adds the input to h, but the input has width {width} and "
                f"the cell {self.units} units. Give both one width."
            )
        if self.layer_norm:
            self.gain = self.add_weight(shape=(width,), name="gain", initializer="ones")
            self.offset = self.add_weight(
                shape=(width,), name="offset", initializer="zeros"
            )
        super().build(input_shape)

    def normalise(self, inputs):
        """Return what the gates see, for inputs of shape (..., features)."""
        if not self.layer_norm:
            return inputs
        mean, variance = ops.moments(inputs, axes=-1, keepdims=True)
        scaled = (inputs - mean) * ops.rsqrt(variance + EPSILON)
        return scaled * self.gain + self.offset

    def call(self, inputs, states, training=False):
        """Take one step."""
        h, own = super().call(self.normalise(inputs), states[-2:], training=training)
        if not self.residual:
            return h, own
        return inputs + h, [inputs + h, *own]

    def get_config(self):
        """Return what makes the same cell anew."""
        own = {"residual": self.residual, "layer_norm": self.layer_norm}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable(package="lstm_utils")
class LastStep(keras.layers.Layer):
    """Keep the last step of (batch, time, features): (batch, features).

    After a recurrent layer this is right under a mask too, since it repeats its last
    output over steps that are masked. After ``Bidirectional`` over all steps it is
    not: there the masked steps hold zeros. Give that layer ``return_sequences=False``
    and leave this one out.

    Introduced in: 08

    Examples
    --------
    >>> import numpy as np
    >>> float(LastStep()(np.arange(6.0).reshape(1, 3, 2))[0, 0])
    4.0
    """

    def __init__(self, **options):
        """Take a name, as every layer does."""
        super().__init__(**options)
        self.supports_masking = True

    def call(self, inputs):
        """Return the last step."""
        return inputs[:, -1]

    def compute_mask(self, inputs, mask=None):
        """Return no mask, since no steps are left."""
        return

    def compute_output_shape(self, input_shape):
        """Return the shape without its second axis."""
        return (input_shape[0], *input_shape[2:])
