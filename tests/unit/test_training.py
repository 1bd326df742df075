"""Training by a number of updates."""

import keras
import numpy as np
import pytest

from lstm_utils.training import train

pytestmark = pytest.mark.slow


def line(n_outputs=1):
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((1,)), keras.layers.Dense(n_outputs)])


X = np.linspace(-1, 1, 90, dtype="float32")[:, None]


def fit(model, **options):
    options = {"updates": 7, "learning_rate": 0.01, "seed": 0, **options}
    train(model, X, 3 * X, **options)
    return model


@pytest.mark.parametrize("updates", [1, 2, 7])
def test_it_makes_exactly_so_many_updates(updates):
    model = fit(line(), updates=updates)
    assert int(model.optimizer.iterations) == updates


def test_the_rate_begins_as_given_and_ends_at_zero():
    model = fit(line(), updates=100, learning_rate=0.04)
    schedule = model.optimizer._learning_rate
    assert float(schedule(0)) == pytest.approx(0.04)
    assert float(schedule(50)) == pytest.approx(0.02)
    assert float(schedule(100)) == pytest.approx(0)


def test_a_seed_fixes_the_weights_that_come_out():
    first, again, other = (
        fit(line(), seed=seed, learning_rate=0.5) for seed in (0, 0, 1)
    )
    for a, b in zip(first.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert (first.get_weights()[0] != other.get_weights()[0]).any()


def test_each_pass_shows_every_sample_once():
    seen = []

    class Noting(keras.layers.Layer):
        def call(self, x):
            import tensorflow as tf

            tf.py_function(lambda batch: seen.extend(batch.numpy().ravel()), [x], [])
            return x

    model = keras.Sequential([keras.Input((1,)), Noting(), keras.layers.Dense(1)])
    fit(model, updates=6, batch_size=30)
    assert len(seen) == 180
    first, second = seen[:90], seen[90:]
    assert sorted(first) == sorted(second) == sorted(X.ravel())
    assert first != second


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"updates": 0}, "updates must be at least 1, but 0"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0 and finite, but 0.0"),
        ({"learning_rate": float("nan")}, "learning_rate must be above 0"),
        ({"seed": -1}, "seed must be at least 0"),
    ],
)
def test_bad_input_says_what_is_wrong(options, message):
    with pytest.raises(ValueError, match=message):
        fit(line(), **options)


def test_targets_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="x has 90 samples and y has 89"):
        train(line(), X, X[:-1], updates=1, learning_rate=0.1, seed=0)
    with pytest.raises(ValueError, match="y has shape"):
        train(line(3), X, X[:, 0], updates=1, learning_rate=0.1, seed=0)
