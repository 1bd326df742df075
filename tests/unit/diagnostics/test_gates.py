"""Gate traces are those of the model that they are read from."""

import keras
import numpy as np
import pytest
from keras import layers
from scipy.special import expit

from lstm_utils.diagnostics import gate_traces
from lstm_utils.models import make_stack

pytestmark = pytest.mark.slow
X = np.random.default_rng(0).normal(size=(4, 6, 2)).astype("float32")


def lstm(units=3, **options):
    return layers.LSTM(units, **{"return_sequences": True, **options})


def sequential(*parts, steps=6):
    return keras.Sequential([keras.Input((steps, 2)), *parts])


@pytest.mark.parametrize("fused", [False, True])
def test_traces_end_in_the_outputs_of_every_layer(fused):
    whole = {"return_sequences": True, "n_outputs": None}
    model = make_stack(3, [5, 4, 3], n_features=2, fused=fused, **whole)
    traces = gate_traces(model, X)
    assert [trace.h.shape for trace in traces] == [(4, 6, 5), (4, 6, 4), (4, 6, 3)]
    np.testing.assert_allclose(traces[-1].h, model(X), atol=1e-6)
    assert len({trace.layer for trace in traces}) == 3


def cell_state(trace):
    before = np.concatenate([np.zeros((4, 1, 3)), trace.c[:, :-1]], axis=1)
    return trace.f * before + trace.i * trace.g


def test_the_equations_hold_between_the_parts():
    (trace,) = gate_traces(sequential(layers.LSTM(3)), X)
    np.testing.assert_allclose(trace.c, cell_state(trace), atol=1e-6)
    np.testing.assert_allclose(trace.h, trace.o * np.tanh(trace.c), atol=1e-6)
    gates = np.stack([trace.i, trace.f, trace.o])
    assert ((gates > 0) & (gates < 1)).all()


def test_a_gate_set_by_hand_is_read_back():
    layer = lstm(1)
    model = sequential(layer)
    bias = np.array([-3.0, 2.0, 0.5, 1.0])
    layer.set_weights([np.zeros((2, 4)), np.zeros((1, 4)), bias])
    (trace,) = gate_traces(model, X)
    found = [trace.i, trace.f, trace.g, trace.o]
    expected = [expit(-3.0), expit(2.0), np.tanh(0.5), expit(1.0)]
    for part, value in zip(found, expected, strict=True):
        np.testing.assert_allclose(part, value, rtol=1e-6)


def test_other_activations_and_no_bias_are_followed():
    kinds = {"activation": "relu", "recurrent_activation": "hard_sigmoid"}
    model = sequential(lstm(use_bias=False, **kinds), steps=None)
    (trace,) = gate_traces(model, X)
    np.testing.assert_allclose(trace.h, model(X), atol=1e-6)
    np.testing.assert_allclose(trace.c, cell_state(trace), atol=1e-6)


def test_layers_between_and_branches_are_walked_through():
    inputs = keras.Input((6, 2))
    left = lstm(3, name="left")(inputs)
    right = lstm(2, name="right")(layers.Dense(4)(inputs))
    model = keras.Model(inputs, layers.Concatenate()([left, right]))
    traces = {trace.layer: trace.h for trace in gate_traces(model, X)}
    both = np.concatenate([traces["left"], traces["right"]], axis=-1)
    np.testing.assert_allclose(both, model(X), atol=1e-6)


def test_calls_outside_the_model_do_not_count():
    model = sequential()
    model.add(lstm(4))
    model.add(layers.LSTM(3))  # calls all layers anew
    lower, upper = gate_traces(model, X)
    assert lower.h.shape == (4, 6, 4)
    np.testing.assert_allclose(upper.h[:, -1], model(X), atol=1e-6)


def test_a_stateful_stack_is_read_from_zero_and_keeps_its_states():
    stack = [lstm(units, stateful=True) for units in (3, 2)]
    model = keras.Sequential([keras.Input(batch_shape=X.shape), *stack])
    expected = np.asarray(model(X))
    states = [np.asarray(state) for layer in stack for state in layer.states]
    for _ in range(2):
        np.testing.assert_allclose(gate_traces(model, X)[1].h, expected, atol=1e-6)
    after = [np.asarray(state) for layer in stack for state in layer.states]
    assert all(map(np.array_equal, states, after))


@pytest.mark.parametrize("layer_norm", [False, True])
def test_a_residual_stack_has_the_same_traces_in_both_forms(layer_norm):
    options = {"n_features": 2, "residual": True, "layer_norm": layer_norm}
    layered, fused = (make_stack(3, 4, fused=form, **options) for form in (False, True))
    rng = np.random.default_rng(0)
    layered.set_weights([rng.normal(0, 0.5, w.shape) for w in layered.get_weights()])
    fused.set_weights(layered.get_weights())
    one, other = ([trace[1:7] for trace in gate_traces(m, X)] for m in (layered, fused))
    np.testing.assert_allclose(one, other, atol=1e-5)


# --- errors ---------------------------------------------------------------------


def test_models_that_cannot_be_read_are_refused():
    inputs, shared, fed = keras.Input((6, 2)), lstm(2), lstm(name="fed")
    state = layers.LSTM(3, return_state=True)(inputs)[1:]
    told = keras.Model(inputs, lstm()(inputs, initial_state=state))
    for model, message in [
        (sequential(layers.GRU(3)), r"no LSTM layer to read.*\['GRU'\]"),
        (sequential(lstm(go_backwards=True)), "runs backwards"),
        (sequential(layers.Masking(), lstm()), "skips masked steps"),
        (keras.Model(inputs, shared(shared(inputs))), "is called 2 times"),
        (told, "gets an initial state"),
        (keras.Sequential([lstm()]), "no known inputs"),
        (sequential(layers.Rescaling(np.nan), fed), "input of layer 'fed' holds NaN"),
    ]:
        with pytest.raises(ValueError, match=message):
            gate_traces(model, X)
    with pytest.raises(TypeError, match="must be a Keras model"):
        gate_traces(lstm(), X)


class Own(layers.Layer):
    def __init__(self):
        super().__init__(name="own")
        self.part = lstm(2)

    def call(self, inputs):
        return self.part(inputs)


def test_hidden_lstm_layers_are_named_and_not_left_out():
    nested = keras.Sequential([keras.Input((6, 2)), lstm(2)], name="nested")
    twice = keras.Sequential([keras.Input((6, 2)), nested], name="outer")
    both_ways = layers.Bidirectional(lstm(2), name="both_ways")
    for inner in (both_ways, nested, twice, Own()):
        message = rf"LSTM layers inside \['{inner.name}'\]"
        with pytest.raises(ValueError, match=message):
            gate_traces(sequential(inner, lstm()), X)


def test_two_inputs_need_two_arrays_and_what_does_not_fit_is_refused():
    left, right = keras.Input((6, 2)), keras.Input((6, 1))
    two = keras.Model([left, right], lstm()(layers.Concatenate()([left, right])))
    (trace,) = gate_traces(two, [X, X[..., :1]])
    np.testing.assert_allclose(trace.h, two([X, X[..., :1]]), atol=1e-6)
    one = sequential(lstm())
    for model, x, error, message in [
        (one, X[0], ValueError, r"x has shape \(6, 2\), but the model exp"),
        (one, X[..., :1], ValueError, r"x has shape \(4, 6, 1\)"),
        (one, X[:, :5], ValueError, r"x has shape \(4, 5, 2\).*\(None, 6, 2\)"),
        (one, np.full_like(X, np.nan), ValueError, "x holds NaN"),
        (one, X.astype(str), TypeError, "x must hold real numbers"),
        (one, [[[1.0, 2.0]], [[1.0]]], ValueError, "rows have different lengths"),
        (two, X, TypeError, "x must be a list or tuple, but ndarray"),
        (two, [X], ValueError, "x has 1 arrays, but the model has 2"),
        (two, [X, X], ValueError, r"x\[1\] has shape \(4, 6, 2\)"),
    ]:
        with pytest.raises(error, match=message):
            gate_traces(model, x)
