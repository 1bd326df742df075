"""Networks of many steps: shapes, what each step can see, and states handed over."""

import numpy as np
import pytest

from lstm_utils.models import FORECASTERS, make_forecaster

pytestmark = pytest.mark.slow
SIZES = {"n_features": 3, "n_known": 2, "horizon": 5}


def inputs(n=4):
    rng = np.random.default_rng(0)
    past, future = rng.normal(size=(n, 7, 3)), rng.normal(size=(n, 5, 2))
    return past.astype("float32"), future.astype("float32")


@pytest.mark.parametrize("form", FORECASTERS)
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_every_step_gets_its_outputs(form, depth):
    model = make_forecaster(form, depth, 6, **SIZES, n_outputs=3)
    assert model.predict([*inputs()], verbose=0).shape == (4, 5, 3)
    widths = [5, 4, 3][:depth]
    assert make_forecaster(form, depth, widths, **SIZES).output_shape == (None, 5, 1)


@pytest.mark.parametrize("form", ["direct", "decoder"])
def test_without_anything_known_the_past_is_enough(form):
    model = make_forecaster(form, 2, 6, n_features=3, n_known=0, horizon=5)
    found = model.predict(inputs()[0], verbose=0)
    assert found.shape == (4, 5, 1)
    assert np.ptp(found, axis=1).min() > 0  # it does not say the same of every step


@pytest.mark.parametrize(
    ("form", "earlier", "later"),
    [("direct", True, True), ("heads", False, False), ("decoder", False, True)],
)
def test_which_steps_see_what_is_known_of_the_third(form, earlier, later):
    model = make_forecaster(form, 2, 6, **SIZES)
    past, future = inputs()
    changed = future.copy()
    changed[:, 2] += 1
    before, after = (model.predict([past, f], verbose=0) for f in (future, changed))
    moved = abs(after - before).max(axis=(0, 2)) > 1e-6
    assert moved[2]
    assert moved[:2].all() == moved[:2].any() == earlier
    assert moved[3:].all() == moved[3:].any() == later


def test_each_layer_of_the_decoder_starts_from_the_states_of_its_own():
    from lstm_utils.reference import numpy_lstm

    model = make_forecaster("decoder", 2, [4, 3], **SIZES)
    stacks = ("encoder_1", "encoder_2", "decoder_1", "decoder_2")
    weights = [model.get_layer(name).get_weights() for name in stacks]
    past, future = inputs()
    x, states = past, []
    for part in weights[:2]:
        x, c = numpy_lstm(x, part)
        states.append((x[:, -1], c[:, -1]))
    x = future
    for part, state in zip(weights[2:], states, strict=True):
        x, _ = numpy_lstm(x, part, state)
    kernel, bias = model.layers[-1].get_weights()
    found = model.predict([past, future], verbose=0)
    np.testing.assert_allclose(x @ kernel + bias, found, atol=1e-5)


def test_heads_that_know_nothing_of_the_future_are_refused():
    with pytest.raises(ValueError, match=r"n_known must be at least 1.*heads need"):
        make_forecaster("heads", 1, 4, n_features=1, n_known=0, horizon=3)
