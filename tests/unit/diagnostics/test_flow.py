"""Maps of signal and gradient show what is there, layer by layer and step by step."""

import keras
import numpy as np
import pytest
from keras import layers
from scipy.special import expit

from lstm_utils.diagnostics import gradient_map, signal_map
from lstm_utils.models import make_stack

pytestmark = pytest.mark.slow
BOTH_FORMS = pytest.mark.parametrize("fused", [False, True], ids=["layers", "fused"])
RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 5, 2)).astype("float32")
Y = RNG.normal(size=(4, 1)).astype("float32")
DEEP = {"residual": True, "layer_norm": True}


def stack(depth=3, units=3, *, loss="mse", **options):
    """Return a stack with weights all drawn, those too that start at 0 or at 1."""
    model = make_stack(depth, units, **{"n_features": 2, **options})
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(0, 0.6, w.shape) for w in model.get_weights()])
    model.compile(loss=loss)
    return model


def rms(h):
    return np.sqrt(np.mean(np.square(h), axis=(0, 2)))


# --- signal ---------------------------------------------------------------------


@BOTH_FORMS
def test_a_signal_set_by_hand_is_read(fused):
    # All gates are 1/2 and nothing but biases enters: c = c/2 + tanh(bias)/2.
    model = make_stack(2, [2, 3], n_features=2, fused=fused)
    weights = [np.zeros_like(w) for w in model.get_weights()]
    weights[2][4:6], weights[5][6:9] = 1.0, -0.5
    model.set_weights(weights)
    share = 1 - 0.5 ** np.arange(1, 6)
    expected = [np.tanh(np.tanh(z) * share) / 2 for z in (1.0, 0.5)]
    np.testing.assert_allclose(signal_map(model, X), expected, rtol=1e-5)


@BOTH_FORMS
@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("options", [{}, DEEP], ids=["plain", "deep"])
def test_each_row_is_what_a_layer_hands_up(fused, return_sequences, options):
    model = stack(fused=fused, return_sequences=return_sequences, **options)
    layered = stack(return_sequences=True, **options)
    layered.set_weights(model.get_weights())
    name = "sum" if options else "lstm"
    names = "lstm_1", f"{name}_2", f"{name}_3"
    tensors = [layered.get_layer(name).output for name in names]
    expected = [rms(h) for h in keras.Model(layered.input, tensors)(X)]
    np.testing.assert_allclose(signal_map(model, X), expected, rtol=1e-4)


def test_only_a_way_around_a_layer_is_added_to_its_output():
    inputs = keras.Input((5, 2))
    left = layers.GRU(3, return_sequences=True)
    right = layers.SimpleRNN(3, return_sequences=True)
    model = keras.Model(inputs, layers.Add()([left(inputs), right(inputs)]))
    expected = [rms(layer(X)) for layer in (left, right)]
    rows = signal_map(model, X)
    np.testing.assert_allclose(np.sort(rows, 0), np.sort(expected, 0), rtol=1e-5)


def test_one_layer_may_add_up_at_the_end_of_two_ways_around():
    add, streams = layers.Add(), [keras.Input((5, 2))]
    for lstm in [layers.LSTM(2, return_sequences=True) for _ in range(2)]:
        streams.append(add([streams[-1], lstm(streams[-1])]))
    inputs, *sums = streams
    expected = [rms(h) for h in keras.Model(inputs, sums)(X)]
    rows = signal_map(keras.Model(inputs, sums[-1]), X)
    np.testing.assert_allclose(rows, expected, rtol=1e-5)


def test_dropout_is_off_and_a_sequential_model_is_read():
    lower = layers.LSTM(3, return_sequences=True, dropout=0.5)
    above = [layers.Embedding(7, 4), lower, layers.Dropout(0.5), layers.GRU(2)]
    model = keras.Sequential([keras.Input((None,), dtype="int32"), *above])
    ids = RNG.integers(0, 7, size=(6, 8))
    rows = signal_map(model, ids)
    assert rows.shape == (2, 8)
    np.testing.assert_allclose(rows[1, -1], rms(np.asarray(model(ids))[:, None])[0])
    np.testing.assert_array_equal(rows, signal_map(model, ids))


# --- gradient -------------------------------------------------------------------


def nudged_loss(model, layer, nudge, residual):
    """Return the loss with `nudge` (batch, time, units) added to one layer's h."""
    *lstms, (kernel, bias) = (x.get_weights() for x in model.layers if x.get_weights())
    stream = X.astype("float64")
    for number, (w, u, b) in enumerate(lstms):
        h = c = np.zeros((len(X), len(u)))
        out = np.empty((*X.shape[:2], len(u)))
        for t in range(X.shape[1]):
            i, f, g, o = np.split(stream[:, t] @ w + h @ u + b, 4, axis=1)
            i, f, o = expit([i, f, o])
            c = f * c + i * np.tanh(g)
            h = o * np.tanh(c) + (nudge[:, t] if number == layer else 0.0)
            out[:, t] = h
        stream = stream + out if residual and number else out
    return np.mean((stream[:, -1] @ kernel + bias - Y) ** 2)


@pytest.mark.parametrize("residual", [False, True])
def test_the_gradient_is_that_of_finite_differences(residual):
    model = stack(2, residual=residual)
    slopes = np.zeros((2, *X.shape[:2], 3))
    for layer, *place in np.ndindex(slopes.shape):
        nudge = np.zeros(slopes.shape[1:])
        nudge[*place] = 1e-4
        up, down = (nudged_loss(model, layer, s * nudge, residual) for s in (1, -1))
        slopes[layer, *place] = (up - down) / 2e-4
    expected = [rms(layer) for layer in slopes]
    np.testing.assert_allclose(gradient_map(model, X, Y), expected, rtol=1e-3)


@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("options", [{}, DEEP], ids=["plain", "deep"])
def test_both_forms_have_one_gradient(options, return_sequences):
    y = RNG.normal(size=(4, 5, 1)) if return_sequences else Y
    options = {"return_sequences": return_sequences, **options}
    maps = [gradient_map(stack(fused=form, **options), X, y) for form in (False, True)]
    assert maps[0].min() > 0
    np.testing.assert_allclose(*maps, rtol=1e-4)


def test_the_compiled_loss_counts():
    first = gradient_map(stack(), X, Y)
    twice = stack(loss=lambda y, p: 2 * keras.losses.mean_squared_error(y, p))
    np.testing.assert_allclose(gradient_map(twice, X, Y), 2 * first, rtol=1e-5)


def test_the_model_is_left_as_it_was():
    model = stack()
    before = [*model.get_weights(), np.asarray(model(X))]
    gradient_map(model, X, Y)
    after = [*model.get_weights(), np.asarray(model(X))]
    assert all(map(np.array_equal, before, after))
    model.fit(X, Y, verbose=0)


def test_what_the_loss_cannot_see_has_no_gradient():
    model = stack(2, return_sequences=True, loss=None)
    model.compile(loss=lambda y, p: (y[:, 1] - p[:, 1]) ** 2)
    rows = gradient_map(model, X, RNG.normal(size=(4, 5, 1)))
    assert (rows[:, 2:] == 0).all()
    assert (rows[:, :2] > 0).all()


# --- errors ---------------------------------------------------------------------


class Cell(layers.Layer):
    state_size = 2

    def call(self, inputs, states):
        return inputs, states


def test_models_that_cannot_be_read_are_refused():
    lower = layers.LSTM(2, return_sequences=True)
    for parts, message in [
        ([layers.Dense(3)], r"no recurrent layer to read.*\['Dense'\]"),
        ([layers.Bidirectional(lower, name="both")], r"inside \['both'\].*Bidirect"),
        ([layers.Masking(), layers.GRU(3)], "skips masked steps"),
        ([lower, layers.MaxPooling1D(2), layers.LSTM(2)], r"run over \[5, 2\] steps"),
        ([layers.RNN(Cell())], r"runs \['Cell'\], whose outputs and states"),
    ]:
        with pytest.raises(ValueError, match=message):
            signal_map(keras.Sequential([keras.Input((5, 2)), *parts]), X)


def test_what_the_gradient_cannot_be_taken_of_is_refused():
    model = stack()
    two = keras.Model(model.inputs, [model.output, model.layers[1].output])
    for given, message in [
        ((model, X[0], Y), r"x has shape \(5, 2\)"),
        ((model, X, Y[:3]), "y has 3 targets, but x has 4 sequences"),
        ((model, X, np.zeros((4, 5, 1))), r"y has shape \(4, 5, 1\)"),
        ((make_stack(1, 2, n_features=2), X, Y), "no compiled loss"),
        ((two, X, Y), "model has 2 outputs, but one is expected"),
    ]:
        with pytest.raises(ValueError, match=message):
            gradient_map(*given)
