"""Residuals, norms and dropout are the same thing in both forms of a stack."""

import itertools
import json
import subprocess
import sys

import numpy as np
import pytest

from lstm_utils.models import make_stack
from lstm_utils.reference import numpy_lstm

pytestmark = pytest.mark.slow
EVERY = {"residual": True, "layer_norm": True, "dropout": 0.3}
CHOICES = itertools.product([False, True], [False, True], [0.0, 0.3])
OPTIONS = [dict(zip(EVERY, values, strict=True)) for values in CHOICES]
BOTH_FORMS = pytest.mark.parametrize("fused", [False, True], ids=["layers", "fused"])
ANY_OPTIONS = pytest.mark.parametrize(
    "options", OPTIONS, ids=lambda o: "-".join(k for k in o if o[k]) or "plain"
)
X = np.random.default_rng(0).normal(size=(4, 7, 3)).astype("float32")


def stack(depth, **options):
    """Return a stack with weights all drawn, those too that start at 0 or at 1."""
    model = make_stack(depth, 5, **{"n_features": 3, **options})
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(0, 0.4, w.shape) for w in model.get_weights()])
    return model


def generators(model):
    """Return the states of the random generators, from the lowest layer up."""
    return [v for v in model.variables if "seed_generator" in v.path]


@ANY_OPTIONS
@pytest.mark.parametrize("depth", [1, 2, 4])
@pytest.mark.parametrize("return_sequences", [False, True])
def test_both_forms_are_one_function(options, depth, return_sequences):
    options = {**options, "return_sequences": return_sequences}
    plain, fused = stack(depth, **options), stack(depth, fused=True, **options)
    shapes = [[w.shape for w in m.get_weights()] for m in (plain, fused)]
    assert shapes[0] == shapes[1]
    np.testing.assert_allclose(fused(X), plain(X), atol=1e-5)
    for state, other in zip(generators(plain), generators(fused), strict=True):
        other.assign(state)
    trained = [np.asarray(m(X, training=True)) for m in (plain, fused)]
    np.testing.assert_allclose(*trained, atol=1e-5)


@BOTH_FORMS
@pytest.mark.parametrize("layer_norm", [False, True])
def test_the_stream_is_what_numpy_adds_up(fused, layer_norm):
    options = {"residual": True, "layer_norm": layer_norm, "return_sequences": True}
    model = stack(3, fused=fused, **options)
    weights = iter(model.get_weights())

    def norm(x):
        if not layer_norm:
            return x
        gain, offset = next(weights), next(weights)
        centred = x - x.mean(-1, keepdims=True)
        return centred / np.sqrt(x.var(-1, keepdims=True) + 1e-3) * gain + offset

    def lstm(x):
        return numpy_lstm(x, [next(weights) for _ in range(3)])[0]

    stream = lstm(X)
    for _ in range(2):
        stream = stream + lstm(norm(stream))
    expected = norm(stream) @ next(weights) + next(weights)
    np.testing.assert_allclose(model(X), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("options", "names", "weights"),
    [
        ({"layer_norm": True}, "lstm_1 norm_2 lstm_2 norm_3 lstm_3 norm", 17),
        ({}, "lstm_1 lstm_2 lstm_3", 11),
        ({"fused": True}, "stack", 11),
    ],
)
def test_a_norm_stands_before_each_upper_layer_and_last(options, names, weights):
    model = make_stack(3, [4, 3, 2], n_features=3, **options)
    found = [layer.name for layer in model.layers]
    assert found == ["steps", *names.split(), "head"]
    assert len(model.get_weights()) == weights


def seen_masks(rate, width=50, batch=200, **options):
    """Return by what dropout multiplied the upper layer's input: two training calls.

    The lower layer gives one constant at every step. The upper one forgets at once,
    has open gates, and reads unit k only into unit k, so its output shows its input.
    """
    options |= {"n_outputs": None, "return_sequences": True, "dropout": rate}
    model = make_stack(2, width, n_features=3, **options)
    open_gates = np.repeat([20.0, -20.0, 0.0, 20.0], width)
    constant = open_gates + np.repeat([0.0, 0.0, 0.5, 0.0], width)
    copy, none = np.kron([0, 0, 1, 0], np.eye(width)), np.zeros((width, 4 * width))
    model.set_weights([0 * copy[:3], none, constant, copy, none, open_gates])
    lower, x = np.tanh(np.tanh(0.5)), np.ones((batch, 6, 3))
    skipped = lower if options.get("residual") else 0.0
    training = (True, True, False, False)
    h = np.array([model(x, training=mode) for mode in training]) - skipped
    *calls, first, second = np.arctanh(np.arctanh(h)) / lower
    np.testing.assert_allclose([first, second], 1, atol=1e-4)
    return calls


@BOTH_FORMS
@pytest.mark.parametrize("residual", [False, True])
def test_a_mask_has_the_rate_lasts_a_sequence_and_keeps_the_mean(fused, residual):
    first, second = seen_masks(0.3, fused=fused, residual=residual)
    dropped = np.abs(first) < 1e-4
    np.testing.assert_allclose(first[~dropped], 1 / 0.7, atol=1e-4)
    np.testing.assert_allclose(first, first[:, :1] + 0 * first, atol=1e-4)
    # 10,000 draws: the standard error of the share is 0.005.
    assert abs(dropped[:, 0].mean() - 0.3) < 0.015
    assert abs(first[:, 0].mean() - 1) < 0.02
    for a, b in ((first, second), (first[:100], first[100:])):  # each has its own
        differ = np.abs(a[:, 0] - b[:, 0]) > 0.1
        assert abs(differ.mean() - 2 * 0.3 * 0.7) < 0.05


@BOTH_FORMS
def test_one_layer_has_nothing_between_layers_to_drop(fused):
    model = stack(1, fused=fused, dropout=0.9)
    np.testing.assert_array_equal(model(X, training=True), model(X))


@BOTH_FORMS
@pytest.mark.parametrize("options", [EVERY, {"dropout": 0.3}], ids=["every", "dropout"])
def test_fit_moves_every_weight(fused, options):
    model = stack(3, fused=fused, **options)
    model.compile("adam", "mse")
    before = model.get_weights()
    history = model.fit(X, X[:, 0, :1], epochs=3, batch_size=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    after = model.get_weights()
    assert all((a != b).mean() > 0.5 for a, b in zip(before, after, strict=True))


@BOTH_FORMS
def test_each_update_of_fit_draws_its_own_mask(fused):
    import keras

    losses = {}
    for rate in (0.0, 0.5):
        model = stack(3, fused=fused, **{**EVERY, "dropout": rate})
        model.compile(keras.optimizers.SGD(0.0), "mse")
        history = model.fit(X, X[:, 0, :1], epochs=4, verbose=0, shuffle=False)
        losses[rate] = len({*history.history["loss"]})
    assert losses == {0.0: 1, 0.5: 4}


RESUME = """
import json, sys, keras, numpy as np
import lstm_utils.layers
folder = sys.argv[1]
model = keras.saving.load_model(f"{folder}/stack.keras")
data = np.load(f"{folder}/data.npz")
states = [v for v in model.variables if "seed_generator" in v.path]
for variable, state in zip(states, data["states"], strict=True):
    variable.assign(state)
fit = model.fit(data["x"], data["y"], epochs=3, batch_size=2, shuffle=False, verbose=0)
print(json.dumps(fit.history["loss"]))
"""


@BOTH_FORMS
def test_a_stack_goes_on_in_a_fresh_process_as_if_never_saved(tmp_path, fused):
    data = {"x": X, "y": X[:, 0, :1]}
    model = stack(3, fused=fused, **EVERY)
    model.compile("adam", "mse")
    train = {**data, "batch_size": 2, "shuffle": False, "verbose": 0}
    model.fit(epochs=2, **train)
    model.save(tmp_path / "stack.keras")
    states = [*map(np.asarray, generators(model))]
    np.savez(tmp_path / "data.npz", states=states, **data)
    unbroken = model.fit(epochs=3, **train).history["loss"]
    resumed = subprocess.check_output([sys.executable, "-c", RESUME, tmp_path])
    np.testing.assert_allclose(json.loads(resumed), unbroken, rtol=1e-6)


@pytest.mark.filterwarnings("ignore:Layer '.*stack'.* will therefore destroy the mask")
@BOTH_FORMS
@ANY_OPTIONS
def test_masked_steps_change_nothing(fused, options):
    import keras

    model = stack(3, fused=fused, **options)
    inputs = keras.Input((None, 3))
    masked = keras.Model(inputs, model(keras.layers.Masking()(inputs)))
    padded = np.concatenate([X, np.zeros((4, 5, 3))], axis=1)
    np.testing.assert_allclose(masked(padded), model(X), atol=1e-6)
    assert np.abs(np.asarray(model(padded)) - np.asarray(model(X))).max() > 1e-3


def test_what_cannot_be_added_up_or_dropped_is_refused():
    import keras

    from lstm_utils.layers import UpperLSTMCell

    with pytest.raises(ValueError, match=r"\[4, 3\]\. Give all layers one width"):
        make_stack(2, [4, 3], n_features=2, residual=True)
    with pytest.raises(ValueError, match="width 3 and the cell 4 units"):
        keras.layers.RNN(UpperLSTMCell(4, residual=True))(X)
    with pytest.raises(ValueError, match="at least 0 and below 1, but 1 came"):
        make_stack(2, 4, n_features=2, dropout=1)


def test_the_last_step_is_the_answer_under_a_mask_but_not_after_bidirectional():
    import keras

    from lstm_utils.layers import LastStep

    short = X.copy()
    short[0, 4:] = 0
    forwards = keras.layers.LSTM(2, return_sequences=True)
    ends = np.asarray(LastStep()(forwards(keras.layers.Masking()(short))))
    np.testing.assert_allclose(ends[0], forwards(short[:1, :4])[0, -1], atol=1e-6)
    inner = keras.layers.LSTM(2, return_sequences=True)
    both_ways = keras.layers.Bidirectional(inner)
    ends = np.asarray(LastStep()(both_ways(keras.layers.Masking()(short))))
    assert (ends[0] == 0).all()
    assert np.abs(ends[1:]).min() > 0
