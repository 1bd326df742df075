"""Training by a number of updates."""

import subprocess
import sys

import keras
import numpy as np
import pandas as pd
import pytest

from lstm_utils.training import add_pieces, train

pytestmark = pytest.mark.slow


def line(n_outputs=1):
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((1,)), keras.layers.Dense(n_outputs)])


X = np.linspace(-1, 1, 90, dtype="float32")[:, None]


def fit(model, x=X, y=3 * X, **options):
    rule = {"updates": 7, "learning_rate": 0.01, "seed": 0, **options}
    train(model, x, y, **rule)
    return model


@pytest.mark.parametrize("updates", [1, 2, 7])
def test_it_makes_exactly_so_many_updates_by_adam_with_gradients_cut_to_1(updates):
    optimizer = fit(line(), updates=updates).optimizer
    assert int(optimizer.iterations) == updates
    assert type(optimizer) is keras.optimizers.Adam
    assert optimizer.clipnorm == 1


def test_the_rate_begins_as_given_and_ends_at_zero():
    optimizer = fit(line(), updates=100, learning_rate=0.04).optimizer
    for step, rate in ((0, 0.04), (50, 0.02), (100, 0)):
        optimizer.iterations.assign(step)
        assert float(optimizer.learning_rate) == pytest.approx(rate)


def test_a_seed_fixes_the_weights_that_come_out():
    models = [fit(line(), seed=seed, learning_rate=0.5) for seed in (0, 0, 1)]
    first, again, other = (model.get_weights() for model in models)
    assert all(map(np.array_equal, first, again))
    assert (first[0] != other[0]).any()


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


def test_trees_are_trained_on_as_arrays_are():
    a, b = keras.Input((1,), name="a"), keras.Input((1,), name="b")
    p = keras.layers.Dense(1, name="p", kernel_initializer="zeros")(a + 2 * b)
    q = keras.layers.Dense(1, name="q", kernel_initializer="zeros")(b)
    by_place = keras.Model([a, b], [p, q])
    by_name = keras.Model({"a": a, "b": b}, {"p": p, "q": q})
    for model, x, y, loss in (
        (by_place, [X, X], (6 * X, X), ["mse", keras.losses.MeanSquaredError()]),
        (by_name, {"b": X, "a": X}, {"q": X, "p": 6 * X}, {"p": "mse", "q": "mse"}),
    ):
        for layer in ("p", "q"):
            model.get_layer(layer).set_weights([np.zeros((1, 1)), np.zeros(1)])
        fit(model, x, y, loss=loss, updates=300, learning_rate=0.1)
        slopes = [model.get_layer(k).get_weights()[0].item() for k in ("p", "q")]
        assert slopes == pytest.approx([2, 1], abs=1e-3)


CONTAINERS = {
    "table": lambda a: pd.DataFrame(a, index=range(len(a))[::-1]),
    "column": lambda a: pd.Series(a[:, 0], index=range(len(a))[::-1]),
    "list": lambda a: a.tolist(),
    "tuple of rows": lambda a: tuple(map(tuple, a.tolist())),
    "tensor": keras.ops.convert_to_tensor,
}


@pytest.mark.parametrize("kind", CONTAINERS)
def test_every_container_is_taken_by_position(kind):
    held = CONTAINERS[kind]
    plain = fit(line(), X[::-1], 3 * X[::-1], updates=20, learning_rate=0.1)
    model = fit(line(), held(X[::-1]), held(3 * X[::-1]), updates=20, learning_rate=0.1)
    assert all(map(np.allclose, model.get_weights(), plain.get_weights()))
    assert model.get_weights()[0] > 1


@pytest.mark.parametrize("kind", ["uint8", "int8", "bool", "float16", "float64"])
def test_every_kind_of_number_is_fitted_as_it_is(kind):
    x = np.array([[0], [1]], dtype=kind)
    model = fit(line(), x, x, updates=200, learning_rate=0.2, batch_size=2)
    np.testing.assert_allclose(
        model.predict_on_batch(np.array([[0.0], [1.0]])), x, atol=0.01
    )


MEMORY = """
import re
from pathlib import Path
import keras, numpy as np
from lstm_utils.training import train

x = np.random.default_rng(0).standard_normal((1_000, 100, 16)).astype("float32")
layers = [keras.Input((100, 16)), keras.layers.Flatten(), keras.layers.Dense(1)]
rule = {"updates": 4_000, "learning_rate": 0.01, "seed": 0}
train(keras.Sequential(layers), x, x[:, 0, :1], **rule)
status = Path("/proc/self/status").read_text()
print(x.nbytes, re.search(r"VmHWM:\\s+(\\d+) kB", status)[1])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it reads what Linux counts")
def test_many_updates_take_no_more_memory_than_few():
    command = [sys.executable, "-c", MEMORY]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    data, peak = map(int, done.stdout.split())
    assert data == 6_400_000
    assert peak < 1_000_000, f"{peak // 1000} MB, most of them TensorFlow's own"


HOLED = np.where(X > 0.9, np.nan, X)


IDS = np.array([[0, 1, 1, 1], [1, 2, 1, 0]] * 8)
Y = np.linspace(-1, 1, 16)[:, None]
LOOKUPS = {
    "pieces": lambda: (keras.layers.Embedding(4, 3), keras.Input((4,)), IDS),
    "whole": lambda: (
        keras.layers.Dense(3, use_bias=False),
        keras.Input((4, 4)),
        np.eye(4)[IDS],
    ),
}


def rows_after(kind, learn):
    """Return the rows that are looked up in one of two ways, learned by `learn`."""
    layer, inputs, x = LOOKUPS[kind]()
    model = keras.Sequential([inputs, layer, keras.layers.Flatten()])
    model.add(keras.layers.Dense(1, kernel_initializer="ones"))
    layer.set_weights([np.linspace(-1, 1, 12).reshape(4, 3)])
    learn(model, x)
    return layer.get_weights()[0]


OPTIMISERS = {
    "adam": lambda: keras.optimizers.Adam(0.05),
    "clipped": lambda: keras.optimizers.SGD(1.0, clipnorm=0.1),
    "clipped as a whole": lambda: keras.optimizers.SGD(1.0, global_clipnorm=0.1),
}


@pytest.mark.parametrize("name", [*OPTIMISERS, "train"])
def test_rows_that_are_looked_up_step_as_those_of_a_dense_layer_do(name):
    def learn(model, x):
        if name == "train":
            fit(model, x, Y, updates=3, learning_rate=0.05)
            return
        model.compile(add_pieces(OPTIMISERS[name]()), loss="mse")
        for _ in range(3):
            model.train_on_batch(x, Y)

    pieces, whole = (rows_after(kind, learn) for kind in ("pieces", "whole"))
    before = rows_after("whole", lambda model, x: None)
    assert abs(whole - before)[:3].min() > 1e-3
    np.testing.assert_allclose(pieces, whole, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"updates": 0}, "updates must be at least 1, but 0"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0 and finite, but 0.0"),
        ({"y": X[:-1]}, "x has 90 samples and y has 89"),
        ({"x": [X, X[1:]]}, r"x has 90 samples and x\[1\] has 89"),
        ({"x": {"a": X, "b": HOLED}}, r"x\['b'\] holds NaN"),
        ({"x": [X, 2.0]}, r"x\[1\] is a single number, expected a row for each sample"),
        (
            {"x": [[1.0], [2.0, 3.0]]},
            "x must be an array, but its rows have different lengths",
        ),
        ({"x": []}, "x is empty"),
        ({"loss": ["mse", "mes"]}, "loss must name losses of Keras, but 'mes'"),
    ],
)
def test_bad_input_says_what_is_wrong(given, message):
    with pytest.raises(ValueError, match=message):
        fit(line(), **given)


def test_targets_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="y has shape"):
        fit(line(3), y=X[:, 0])
