"""`check_targets` refuses what would broadcast, and nothing else."""

import numpy as np
import pytest

from lstm_utils.checks import check_targets

pytestmark = pytest.mark.slow


def build(*shape, outputs=1, steps=True, loss="mse"):
    """Build a compiled model from `shape` to one output per step or sequence."""
    import keras

    inputs = keras.Input(shape)
    x = keras.layers.LSTM(3, return_sequences=steps)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(outputs)(x))
    model.compile(loss=loss)
    return model


SPARSE = "sparse_categorical_crossentropy"
STEPS, WHOLE = {"steps": True}, {"steps": False}
THREE = {"outputs": 3}
CLASSES = {"outputs": 3, "loss": SPARSE}
ONE_HOT = {"outputs": 3, "loss": "categorical_crossentropy"}
FITTING = [
    (WHOLE, [(8,), (8, 1)]),
    (STEPS, [(8, 5), (8, 5, 1)]),
    (THREE, [(8, 5, 3)]),
    (THREE | WHOLE, [(8, 3), (8, 3, 1)]),
    (CLASSES, [(8, 5), (8, 5, 1)]),
    (CLASSES | WHOLE, [(8,)]),
    (ONE_HOT, [(8, 5, 3)]),
    (THREE | {"loss": "ctc"}, [(8, 2)]),
]
TRAP = "one output per step, but one target per sequence"


@pytest.mark.parametrize(
    ("model", "y"), [(model, y) for model, shapes in FITTING for y in shapes]
)
@pytest.mark.parametrize("length", [5, None])
def test_what_the_loss_means_passes(model, y, length):
    check_targets(build(length, 2, **model), np.zeros(y))


@pytest.mark.parametrize(
    ("model", "y", "message"),
    [
        (STEPS, (8,), TRAP),
        (STEPS, (8, 1), TRAP),
        (STEPS, (8, 1, 1), TRAP),
        (WHOLE, (8, 5), "Reshape the targets"),
        (WHOLE, (8, 5, 1), "return_sequences=True on the last LSTM"),
        (THREE | WHOLE, (8,), r"expects targets of shape \(N, 3\)"),
        (THREE | WHOLE, (8, 1), r"expects targets of shape \(N, 3\)"),
        (CLASSES, (8, 5, 3), "one whole number for each"),
        (CLASSES, (8,), "expects targets of shape"),
        (ONE_HOT, (8, 5), r"expects targets of shape \(N, 5, 3\)"),
    ],
)
def test_what_would_broadcast_is_refused(model, y, message):
    with pytest.raises(ValueError, match=message) as caught:
        check_targets(build(5, 2, **model), np.zeros(y))
    assert str(y) in str(caught.value)


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("y", [(8,), (8, 1), (8, 1, 1), (8, 1, 3)])
def test_the_trap_is_caught_while_the_steps_are_open(y, outputs):
    with pytest.raises(ValueError, match="expects targets of shape"):
        check_targets(build(None, 2, outputs=outputs), np.zeros(y))


def test_a_list_of_one_is_its_target_as_in_fit():
    check_targets(build(5, 2, steps=False), [np.zeros((8, 1))])
    with pytest.raises(ValueError, match=r"y has shape \(8,\)"):
        check_targets(build(5, 2), [np.zeros(8)])


@pytest.mark.parametrize("as_dict", [False, True], ids=["list", "dict"])
def test_each_output_is_judged_by_its_own_loss(as_dict):
    """By its key in a dict of outputs, else by the name of its layer."""
    import keras

    inputs, losses = keras.Input((5, 2)), {"a": "mse", "b": SPARSE}
    layers = {
        name: keras.layers.Dense(units, name=None if as_dict else name)
        for name, units in (("a", 1), ("b", 4))
    }
    outputs = {name: layer(inputs) for name, layer in layers.items()}
    model = keras.Model(inputs, outputs if as_dict else [*outputs.values()])
    model.compile(loss=losses if as_dict else [*losses.values()])
    a, b, flat = np.zeros((8, 5, 1)), np.zeros((8, 5)), np.zeros(8)
    for y in ([a, b], {"b": b, "a": a}):
        check_targets(model, y)
    for y, message in [
        ([a, flat], r"y\['b'\] has shape \(8,\)"),
        ({"a": flat, "b": b}, r"y\['a'\] has shape \(8,\)"),
        (a, "one entry for each of the model's 2"),
        ({"a": a, 2: a}, r"keys \['a', 2\].*\['b'\] is missing"),
    ]:
        with pytest.raises(ValueError, match=message):
            check_targets(model, y)


def test_refused_targets_do_train_without_a_word():
    """The check exists because Keras gives no error here."""
    x = np.random.default_rng(0).normal(size=(8, 5, 2))
    history = build(5, 2).fit(x, np.arange(8.0), verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_losses_are_known_by_object_and_function_too():
    from keras import losses

    known = (
        losses.SparseCategoricalCrossentropy(),
        losses.sparse_categorical_crossentropy,
    )
    for loss in known:
        check_targets(build(5, 2, outputs=3, loss=loss), np.zeros((8, 5)))
    own = build(5, 2, loss=lambda truth, guess: (truth - guess) ** 2)
    with pytest.raises(ValueError, match="one target per sequence"):
        check_targets(own, np.zeros(8))


def test_models_that_cannot_be_judged_are_refused():
    import keras

    raw = keras.Sequential([keras.Input((5, 1)), keras.layers.LSTM(1)])
    open_shape = keras.Sequential([keras.layers.LSTM(1)])
    open_shape.compile(loss="mse")
    legacy = type("Sequential", (), {"__module__": "tf_keras.src.engine"})()
    no_model = "model must be a Keras model, but"
    for other, message in [
        (raw, "no compiled loss"),
        (open_shape, "Begin it with keras"),
        (legacy, f"{no_model} Sequential of tf_keras came.*Keras 3"),
        (np.zeros(3), f"{no_model} ndarray of numpy came"),
        (None, f"{no_model} NoneType came"),
        ("a.keras", rf"{no_model} 'a\.keras' came\. .*saving\.load_model"),
    ]:
        with pytest.raises((TypeError, ValueError), match=message):
            check_targets(other, np.zeros(3))
