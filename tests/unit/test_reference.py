"""The NumPy LSTM computes what Keras computes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lstm_utils.reference import lstm_params, numpy_lstm, numpy_stack

SIZES = st.tuples(*[st.integers(1, 5)] * 4)
MODERATE = st.floats(-4, 4, width=32)


@st.composite
def layers(draw):
    """Draw input, weights and initial states of one layer, of any size."""
    batch, time, features, units = draw(SIZES)

    def array(*shape):
        return draw(hnp.arrays(np.float32, shape, elements=MODERATE))

    x = array(batch, time, features)
    weights = [array(features, 4 * units), array(units, 4 * units), array(4 * units)]
    return x, weights, [array(batch, units), array(batch, units)]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(layers(), st.booleans())
def test_layer_equals_keras(layer, with_state):
    """Equal for random shapes, states and weights, saturated gates included."""
    import keras

    x, weights, state = layer
    units = len(weights[1])
    keras_layer = keras.layers.LSTM(units, return_sequences=True, return_state=True)
    keras_layer.build(x.shape)
    keras_layer.set_weights(weights)
    given_state = state if with_state else None
    outputs, last_h, last_c = keras_layer(x, initial_state=given_state)
    h, c = numpy_lstm(x, weights, given_state)
    np.testing.assert_allclose(h, outputs, atol=1e-5)
    np.testing.assert_allclose(h[:, -1], last_h, atol=1e-5)
    np.testing.assert_allclose(c[:, -1], last_c, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("widths", [[4], [4, 4], [5, 3, 2], [2, 7, 3, 1]])
def test_stack_equals_keras(widths):
    import keras

    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, 11, 2)).astype("float32")
    layers = [keras.layers.LSTM(width, return_sequences=True) for width in widths]
    expected = keras.Sequential([keras.Input((None, 2)), *layers])(x)
    weights = [layer.get_weights() for layer in layers]
    np.testing.assert_allclose(numpy_stack(x, weights), expected, atol=1e-5)


@pytest.mark.slow
@given(st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=25, deadline=None)
def test_count_equals_keras(features, units):
    import keras

    layer = keras.layers.LSTM(units)
    layer.build((None, None, features))
    assert lstm_params(features, units) == layer.count_params()


def test_states_carry_over_a_cut():
    """Two halves, the second begun with the states of the first, are one pass."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(2, 10, 3))
    weights = [rng.normal(size=shape) for shape in ((3, 16), (4, 16), (16,))]
    h, c = numpy_lstm(x, weights)
    first = np.array(numpy_lstm(x[:, :4], weights))
    second = numpy_lstm(x[:, 4:], weights, tuple(first[:, :, -1]))
    np.testing.assert_array_equal(np.concatenate([first, second], axis=2), [h, c])


def test_extreme_inputs_stay_finite_and_silent():
    x = np.array([[[1e6], [-1e6]]])
    h, c = numpy_lstm(x, [np.ones((1, 4)), np.ones((1, 4)), np.zeros(4)])
    assert np.isfinite([h, c]).all()
    assert np.abs(h).max() <= 1


GOOD = [np.ones((2, 12)), np.ones((3, 12)), np.zeros(12)]
X, STATE = np.zeros((4, 5, 2)), np.zeros((4, 3))
BARE, SHORT, TOP = STATE[:, :2], STATE[:1], GOOD[:2]


@pytest.mark.parametrize(
    ("x", "weights", "state", "message"),
    [
        (X[0], GOOD, None, r"x must have the 3 axes .* shape \(5, 2\) .*x\.reshape"),
        (X[..., :1], GOOD, None, r"weights .* of 3 units on 1 features has \[\(1, 12"),
        (X, TOP, None, "weights must have 3 entries, but 2 .*use_bias=False"),
        (X, [*TOP, X[0]], None, r"weights\[2\] must have the 1 axis .*A GRU's bias"),
        (X, [*TOP, np.zeros(9)], None, "weights have the shapes"),
        (X, [GOOD[0] - np.inf, *GOOD[1:]], None, r"weights\[0\] holds -inf"),
        (X, GOOD, (STATE,), r"initial_state must have 2 entries, but 1 .*\(h0, c0\)"),
        (X, GOOD, (STATE, BARE), r"initial_state\[1\] must have shape \(4, 3\)"),
        (X, GOOD, (SHORT, SHORT), r"\[0\] must have shape \(4, 3\), .*\(1, 3\)"),
        (np.ma.masked_equal(X, 0), GOOD, None, "x must be a plain array.*Its mask"),
    ],
)
def test_bad_input_says_what_is_wrong(x, weights, state, message):
    with pytest.raises((TypeError, ValueError), match=message):
        numpy_lstm(x, weights, state)


def test_stack_names_the_layer_that_does_not_fit():
    with pytest.raises(ValueError, match="runs them all together"):
        numpy_stack(X, [*GOOD, *GOOD])
    with pytest.raises(ValueError, match=r"Layer 2 of weights_per_layer: .* 3 feat"):
        numpy_stack(X, [GOOD, GOOD])
