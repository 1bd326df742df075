"""Gate traces are those of the model that they are read from."""

import numpy as np
import pytest

from lstm_utils.diagnostics import gate_traces

pytestmark = pytest.mark.slow
X = np.random.default_rng(0).normal(size=(4, 6, 2)).astype("float32")


@pytest.fixture
def keras():
    import keras

    return keras


@pytest.mark.parametrize("fused", [False, True])
def test_traces_end_in_the_outputs_of_every_layer(keras, fused):
    from lstm_utils.models import make_stack

    model = make_stack(
        3, [5, 4, 3], n_features=2, fused=fused, return_sequences=True, n_outputs=None
    )
    traces = gate_traces(model, X)
    assert [trace.h.shape for trace in traces] == [(4, 6, 5), (4, 6, 4), (4, 6, 3)]
    np.testing.assert_allclose(traces[-1].h, model(X), atol=1e-6)
    assert len({trace.layer for trace in traces}) == 3


def test_the_equations_hold_between_the_parts(keras):
    model = keras.Sequential([keras.Input((6, 2)), keras.layers.LSTM(3)])
    trace = gate_traces(model, X)[0]
    before = np.concatenate([np.zeros((4, 1, 3)), trace.c[:, :-1]], axis=1)
    np.testing.assert_allclose(trace.c, trace.f * before + trace.i * trace.g, atol=1e-6)
    np.testing.assert_allclose(trace.h, trace.o * np.tanh(trace.c), atol=1e-6)
    for gate in (trace.i, trace.f, trace.o):
        assert ((gate > 0) & (gate < 1)).all()


def test_a_gate_set_by_hand_is_read_back(keras):
    layer = keras.layers.LSTM(1)
    model = keras.Sequential([keras.Input((6, 2)), layer])
    bias = np.array([-3.0, 2.0, 0.5, 1.0])
    layer.set_weights([np.zeros((2, 4)), np.zeros((1, 4)), bias])
    trace = gate_traces(model, X)[0]
    for key, z in zip("ifo", bias[[0, 1, 3]], strict=True):
        np.testing.assert_allclose(getattr(trace, key), 1 / (1 + np.exp(-z)), rtol=1e-6)
    np.testing.assert_allclose(trace.g, np.tanh(0.5), rtol=1e-6)


def test_other_activations_and_no_bias_are_followed(keras):
    layer = keras.layers.LSTM(
        3,
        activation="relu",
        recurrent_activation="hard_sigmoid",
        use_bias=False,
        return_sequences=True,
    )
    model = keras.Sequential([keras.Input((None, 2)), layer])
    np.testing.assert_allclose(gate_traces(model, X)[0].h, model(X), atol=1e-6)


def test_layers_between_and_branches_are_walked_through(keras):
    inputs = keras.Input((6, 2))
    left = keras.layers.LSTM(3, return_sequences=True, name="left")(inputs)
    right = keras.layers.Dense(4)(inputs)
    right = keras.layers.LSTM(2, return_sequences=True, name="right")(right)
    model = keras.Model(inputs, keras.layers.Concatenate()([left, right]))
    traces = {trace.layer: trace.h for trace in gate_traces(model, X)}
    both = np.concatenate([traces["left"], traces["right"]], axis=-1)
    np.testing.assert_allclose(both, model(X), atol=1e-6)


def test_models_that_cannot_be_read_are_refused(keras):
    layers, Input, Sequential = keras.layers, keras.Input, keras.Sequential
    with pytest.raises(TypeError, match="must be a Keras model"):
        gate_traces(layers.LSTM(3), X)
    with pytest.raises(ValueError, match=r"no LSTM layer to read.*\['GRU'\]"):
        gate_traces(Sequential([Input((6, 2)), layers.GRU(3)]), X)
    backwards = Sequential([Input((6, 2)), layers.LSTM(3, go_backwards=True)])
    with pytest.raises(ValueError, match="runs backwards"):
        gate_traces(backwards, X)
    masked = Sequential([Input((6, 2)), layers.Masking(), layers.LSTM(3)])
    with pytest.raises(ValueError, match="skips masked steps"):
        gate_traces(masked, X)
    inputs, shared = Input((6, 2)), layers.LSTM(2, return_sequences=True)
    twice = keras.Model(inputs, shared(shared(inputs)))
    with pytest.raises(ValueError, match="is called 2 times"):
        gate_traces(twice, X)
    state = layers.LSTM(3, return_state=True)(inputs)[1:]
    told = keras.Model(inputs, layers.LSTM(3)(inputs, initial_state=state))
    with pytest.raises(ValueError, match="gets an initial state"):
        gate_traces(told, X)


def test_calls_outside_the_model_do_not_count(keras):
    model = keras.Sequential([keras.Input((6, 2))])
    for layer in (keras.layers.LSTM(4, return_sequences=True), keras.layers.LSTM(3)):
        model.add(layer)  # calls all layers anew
    lower, upper = gate_traces(model, X)
    assert lower.h.shape == (4, 6, 4)
    np.testing.assert_allclose(upper.h[:, -1], model(X), atol=1e-6)


def test_a_stateful_stack_is_read_from_zero_and_keeps_its_states(keras):
    kinds = {"stateful": True, "return_sequences": True}
    layers = [keras.layers.LSTM(units, **kinds) for units in (3, 2)]
    model = keras.Sequential([keras.Input(batch_shape=X.shape), *layers])
    expected = np.asarray(model(X))
    states = [np.asarray(state) for layer in layers for state in layer.states]
    for _ in range(2):
        np.testing.assert_allclose(gate_traces(model, X)[1].h, expected, atol=1e-6)
    after = [np.asarray(state) for layer in layers for state in layer.states]
    assert all(map(np.array_equal, states, after))


@pytest.mark.parametrize("kind", ["bidirectional", "nested", "twice nested", "own"])
def test_hidden_lstm_layers_are_named_and_not_left_out(keras, kind):
    class Own(keras.layers.Layer):
        def __init__(self):
            super().__init__(name="own")
            self.part = keras.layers.LSTM(2, return_sequences=True)

        def call(self, inputs):
            return self.part(inputs)

    inner = keras.layers.Bidirectional(
        keras.layers.LSTM(2, return_sequences=True), name="both_ways"
    )
    if kind == "own":
        inner = Own()
    elif kind != "bidirectional":
        layers = [keras.Input((6, 2)), keras.layers.LSTM(2, return_sequences=True)]
        inner = keras.Sequential(layers, name="nested")
    if kind == "twice nested":
        inner = keras.Sequential([keras.Input((6, 2)), inner], name="outer")
    model = keras.Sequential([keras.Input((6, 2)), inner, keras.layers.LSTM(3)])
    with pytest.raises(ValueError, match=rf"LSTM layers inside \['{inner.name}'\]"):
        gate_traces(model, X)


def test_a_model_without_known_inputs_is_refused(keras):
    with pytest.raises(ValueError, match="no known inputs"):
        gate_traces(keras.Sequential([keras.layers.LSTM(3)]), X)


def test_two_inputs_need_two_arrays(keras):
    left, right = keras.Input((6, 2)), keras.Input((6, 1))
    both = keras.layers.Concatenate()([left, right])
    layer = keras.layers.LSTM(3, return_sequences=True)
    model = keras.Model([left, right], layer(both))
    trace = gate_traces(model, [X, X[..., :1]])[0]
    np.testing.assert_allclose(trace.h, model([X, X[..., :1]]), atol=1e-6)
    with pytest.raises(TypeError, match="x must be a list or tuple, but ndarray"):
        gate_traces(model, X)
    with pytest.raises(ValueError, match="x has 1 arrays, but the model has 2"):
        gate_traces(model, [X])
    with pytest.raises(ValueError, match=r"x\[1\] has shape \(4, 6, 2\)"):
        gate_traces(model, [X, X])


def test_a_layer_that_reads_nan_is_named(keras):
    parts = [keras.layers.Rescaling(np.nan), keras.layers.LSTM(3, name="fed")]
    with pytest.raises(ValueError, match="the input of layer 'fed' holds NaN"):
        gate_traces(keras.Sequential([keras.Input((6, 2)), *parts]), X)


def test_inputs_that_do_not_fit_are_refused(keras):
    model = keras.Sequential([keras.Input((6, 2)), keras.layers.LSTM(3)])
    with pytest.raises(ValueError, match=r"x has shape \(6, 2\), but the model exp"):
        gate_traces(model, X[0])
    with pytest.raises(ValueError, match=r"x has shape \(4, 6, 1\)"):
        gate_traces(model, X[..., :1])
    with pytest.raises(ValueError, match=r"x has shape \(4, 5, 2\).*\(None, 6, 2\)"):
        gate_traces(model, X[:, :5])
    with pytest.raises(ValueError, match="x holds NaN"):
        gate_traces(model, np.full_like(X, np.nan))
    with pytest.raises(TypeError, match="x must hold real numbers"):
        gate_traces(model, np.full((4, 6, 2), "a"))
    with pytest.raises(ValueError, match="rows have different lengths"):
        gate_traces(model, [[[1.0, 2.0]], [[1.0]]])


@pytest.mark.parametrize("layer_norm", [False, True])
def test_a_residual_stack_has_the_same_traces_in_both_forms(keras, layer_norm):
    from lstm_utils.models import make_stack

    options = {"n_features": 2, "residual": True, "layer_norm": layer_norm}
    layered, fused = (make_stack(3, 4, fused=form, **options) for form in (False, True))
    rng = np.random.default_rng(0)
    layered.set_weights([rng.normal(0, 0.5, w.shape) for w in layered.get_weights()])
    fused.set_weights(layered.get_weights())
    both = zip(gate_traces(layered, X), gate_traces(fused, X), strict=True)
    for one, other in both:
        for part in range(1, 7):
            np.testing.assert_allclose(one[part], other[part], atol=1e-5)
