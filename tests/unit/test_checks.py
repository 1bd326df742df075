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


def test_outputs_in_a_dict_go_by_their_keys():
    import keras

    inputs = keras.Input((5, 2))
    outputs = {"a": keras.layers.Dense(1)(inputs), "b": keras.layers.Dense(4)(inputs)}
    model = keras.Model(inputs, outputs)
    model.compile(loss={"a": "mse", "b": SPARSE})
    check_targets(model, {"b": np.zeros((8, 5)), "a": np.zeros((8, 5, 1))})
    with pytest.raises(ValueError, match=r"y\['a'\] has shape \(8,\)"):
        check_targets(model, {"a": np.zeros(8), "b": np.zeros((8, 5))})
    with pytest.raises(ValueError, match=r"keys \['a', 2\].*\['b'\] is missing"):
        check_targets(model, {"a": np.zeros(8), 2: np.zeros(8)})


def test_refused_targets_do_train_without_a_word():
    """The check exists because Keras gives no error here."""
    model = build(5, 2)
    x = np.random.default_rng(0).normal(size=(8, 5, 2))
    history = model.fit(x, np.arange(8.0), verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_losses_are_known_by_object_and_function_too():
    import keras

    for loss in (
        keras.losses.SparseCategoricalCrossentropy(),
        keras.losses.sparse_categorical_crossentropy,
    ):
        check_targets(build(5, 2, outputs=3, loss=loss), np.zeros((8, 5)))
    own = build(5, 2, loss=lambda truth, guess: (truth - guess) ** 2)
    with pytest.raises(ValueError, match="one target per sequence"):
        check_targets(own, np.zeros(8))


@pytest.fixture
def two_outputs():
    import keras

    inputs = keras.Input((5, 2))
    x = keras.layers.LSTM(3, return_sequences=True)(inputs)
    value = keras.layers.Dense(1, name="value")(x)
    token = keras.layers.Dense(4, name="token")(x)
    model = keras.Model(inputs, [value, token])
    model.compile(loss=["mse", SPARSE])
    return model


def test_each_output_is_judged_by_its_own_loss(two_outputs):
    value, token = np.zeros((8, 5, 1)), np.zeros((8, 5))
    check_targets(two_outputs, [value, token])
    check_targets(two_outputs, {"token": token, "value": value})
    with pytest.raises(ValueError, match=r"y\['token'\] has shape \(8,\)"):
        check_targets(two_outputs, [value, np.zeros(8)])
    with pytest.raises(ValueError, match="one entry for each of the model's 2"):
        check_targets(two_outputs, value)
    with pytest.raises(ValueError, match=r"\['token'\] is missing"):
        check_targets(two_outputs, {"value": value})


def test_models_that_cannot_be_judged_are_refused():
    import keras

    raw = keras.Sequential([keras.Input((5, 1)), keras.layers.LSTM(1)])
    with pytest.raises(ValueError, match="no compiled loss"):
        check_targets(raw, np.zeros(3))
    open_shape = keras.Sequential([keras.layers.LSTM(1)])
    open_shape.compile(loss="mse")
    with pytest.raises(ValueError, match="Begin it with keras"):
        check_targets(open_shape, np.zeros(3))


@pytest.mark.parametrize(
    ("kind", "library", "message"),
    [
        (
            "Sequential",
            "tf_keras.src.engine",
            "but Sequential of tf_keras came.*Keras 3",
        ),
        ("ndarray", "numpy", "but ndarray of numpy came"),
        ("NoneType", "builtins", "but NoneType came"),
    ],
)
def test_what_is_no_model_is_told_by_its_library(kind, library, message):
    other = type(kind, (), {"__module__": library})()
    with pytest.raises(TypeError, match=f"model must be a Keras model, {message}"):
        check_targets(other, np.zeros(3))


def test_a_file_is_no_model_before_it_is_loaded():
    with pytest.raises(TypeError, match=r"but 'a\.keras' came\. .*saving\.load_model"):
        check_targets("a.keras", np.zeros(3))
