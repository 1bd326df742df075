"""A change lives as long as the measure says: shown where its life is known."""

import keras
import numpy as np
import pytest
from keras import layers

from lstm_utils.diagnostics import area_over_peak, half_life, perturbation_response
from lstm_utils.models import make_stack

pytestmark = pytest.mark.slow
RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 12, 2)).astype("float32")
BOTH_FORMS = pytest.mark.parametrize("fused", [False, True], ids=["layers", "fused"])
BARE = {"n_features": 2, "n_outputs": None, "return_sequences": True}


def echo(*keeps, fused=False):
    """Return a stack of one unit a layer, each of which keeps a share of its c.

    Its signals are so small that tanh is a straight line.
    """
    model = make_stack(len(keeps), 1, fused=fused, **BARE)
    weights = []
    for layer, keep in enumerate(keeps):
        kernel = np.zeros((1 if layer else 2, 4))
        kernel[0, 2] = 1.0 if layer else 1e-3
        bias = [20.0, np.log(keep / (1 - keep)), 0.0, 20.0]
        weights += [kernel, np.zeros((1, 4)), np.array(bias)]
    model.set_weights(weights)
    return model


def more(now):
    return now + 1


# --- response -------------------------------------------------------------------


@BOTH_FORMS
@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9])
def test_a_cell_that_keeps_a_known_share_lives_as_long_as_it_must(fused, keep):
    response = perturbation_response(echo(keep, fused=fused), X, 2, more)
    expected = 1e-3 * keep ** np.arange(10)  # its rounding is 1e-10
    np.testing.assert_allclose(response, [expected], rtol=1e-3, atol=2e-10)
    total = (1 - keep**10) / (1 - keep)
    np.testing.assert_allclose(area_over_peak(response), [total], rtol=1e-3)
    # At exactly one half rounding decides, so that case is left to the row above.
    assert keep == 0.5 or half_life(response) == (1 if keep < 0.5 else 7)


@BOTH_FORMS
def test_an_upper_layer_shows_what_it_gets_from_below(fused):
    response = perturbation_response(echo(0.5, 0.5, fused=fused), X, 2, more)
    lags = np.arange(10)
    expected = 1e-3 * 0.5**lags * [np.ones(10), lags + 1]
    np.testing.assert_allclose(response, expected, rtol=1e-3)


def test_the_norm_is_euclidean_and_averaged_over_the_batch():
    model = make_stack(1, 3, **BARE)
    changed = X.copy()
    changed[:, 4] = 0.5
    moved = np.asarray(model(changed)) - np.asarray(model(X))
    expected = np.sqrt((moved[:, 4:] ** 2).sum(axis=2)).mean(axis=0)
    response = perturbation_response(model, X, 4, np.full((4, 2), 0.5))
    np.testing.assert_allclose(response[0], expected, rtol=1e-4)


@BOTH_FORMS
def test_a_residual_carries_the_change_up_at_once(fused):
    model = make_stack(3, 4, fused=fused, residual=True, **BARE)
    weights = model.get_weights()
    # Upper layers that give nothing pass on just what they get.
    model.set_weights(weights[:3] + [np.zeros_like(w) for w in weights[3:]])
    response = perturbation_response(model, X, 2, more)
    assert response[0, 0] > 0
    np.testing.assert_allclose(response, response[:1] * np.ones((3, 1)), rtol=1e-4)


def test_a_layer_that_the_change_cannot_reach_shows_exactly_nothing():
    inputs = keras.Input((12, 2))
    reached = layers.LSTM(2, return_sequences=True, name="a")(inputs[..., :1])
    spared = layers.LSTM(2, return_sequences=True, name="b")(inputs[..., 1:])
    model = keras.Model(inputs, layers.Concatenate()([reached, spared]))
    response = perturbation_response(model, X, 3, lambda now: np.add(now, [1, 0]))
    order = [layer.name for layer in model.layers if layer.name in "ab"]
    assert (response[order.index("a")] > 0).all()
    assert (response[order.index("b")] == 0).all()
    assert np.isnan(half_life(response)[order.index("b")])


def test_without_a_change_given_neighbours_lend_their_inputs():
    parts = [layers.Embedding(9, 3), layers.GRU(4)]
    model = keras.Sequential([keras.Input((None,), dtype="int32"), *parts])
    ids = RNG.integers(0, 9, size=(5, 8))
    response = perturbation_response(model, ids, 6)
    expected = perturbation_response(model, ids, 6, ids[[1, 2, 3, 4, 0], 6])
    np.testing.assert_array_equal(response, expected)
    assert response.shape == (1, 2)
    assert (response > 0).all()


def test_bad_changes_and_models_whose_lags_mean_nothing_are_refused():
    inputs, other = keras.Input((12, 2)), keras.Input((12, 2))
    pooled = keras.Model(inputs, layers.LSTM(2)(layers.MaxPooling1D(2)(inputs)))
    dense = keras.Model(inputs, layers.Dense(2)(inputs))
    both = layers.LSTM(2)(layers.Add()([inputs, other]))
    model, two = echo(0.5), keras.Model([inputs, other], both)
    for given, message in [
        ((model, X, 2, np.ones(4)), r"change has shape \(4,\), but x\[:, step\]"),
        ((model, X, 2, lambda now: now), "change leaves x as it is at step 2"),
        ((model, X, 2, lambda now: now * np.nan), "change holds NaN"),
        ((model, X[:1], 2), "x has one sequence"),
        ((model, X, 12), "step must be at most 11, but 12"),
        ((pooled, X, 2), "layer 1 runs over 6 steps, but x has 12"),
        ((dense, X, 2), "no recurrent layer"),
        ((two, [X, X], 2), "model has 2 inputs, but one is expected"),
    ]:
        with pytest.raises(ValueError, match=message):
            perturbation_response(*given)


# --- its length -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "life", "area"),
    [
        ([8, 4, 2, 1], 2, 15 / 8),  # half is not yet below half
        ([8, 3, 9, 4], 3, 24 / 9),  # the peak comes late, and lags count from 0
        ([4, 1, 3, 1], 1, 9 / 4),  # what rises again later is in the area only
        ([1, 0, 0, 0], 1, 1),
        ([1, 1, 1, 1], np.inf, 4),  # longer than was looked
        ([0, 1, 2, 3], np.inf, 2),
        ([0, 0, 0, 0], np.nan, np.nan),
    ],
)
def test_conventions_hold_for_each_layer(row, life, area):
    rows = [row, [0, 0, 0, 0], [8, 4, 2, 1]]
    np.testing.assert_array_equal(half_life(rows), [life, np.nan, 2])
    np.testing.assert_allclose(area_over_peak(rows), [area, np.nan, 15 / 8])


@pytest.mark.parametrize("measure", [half_life, area_over_peak])
def test_no_response_is_no_length(measure):
    with pytest.raises(ValueError, match=r"response holds -1\.0, expected norms"):
        measure([[2.0, -1.0]])
