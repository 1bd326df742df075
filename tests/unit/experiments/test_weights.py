"""Weights are kept small, come back, and bring nothing along that runs."""

import keras
import numpy as np
import pytest

from lstm_utils.experiments import load_weights, save_weights

pytestmark = pytest.mark.slow


def dense(units=3, width=2):
    return keras.Sequential([keras.Input((width,)), keras.layers.Dense(units)])


def test_weights_come_back_rounded_to_16_bits(tmp_path):
    keras.utils.set_random_seed(0)
    model, other = dense(), dense()
    save_weights(model, tmp_path / "small.npz")
    load_weights(other, str(tmp_path / "small.npz"))
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        assert two.dtype == "float32"
        assert np.array_equal(two, one.astype("float16"))
    assert np.abs(model.get_weights()[0]).max() > 0


def test_what_could_run_is_not_loaded(tmp_path):
    path = tmp_path / "bad.npz"
    np.savez(path, a=np.array([print, None], dtype=object), b=np.zeros(3))
    with pytest.raises(ValueError, match="path is no file of save_weights"):
        load_weights(dense(), path)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (dense(4), r"holds the shape \(2, 3\) as array 0, but .* has \(2, 4\). Build"),
        (
            keras.Sequential([keras.Input((2,))]),
            "2 arrays, but the model has 0 weights",
        ),
    ],
)
def test_weights_of_another_model_are_refused(tmp_path, model, message):
    save_weights(dense(), tmp_path / "small.npz")
    with pytest.raises(ValueError, match=message):
        load_weights(model, tmp_path / "small.npz")


def test_a_name_that_is_none_is_refused(tmp_path):
    (tmp_path / "text.npz").write_text("no weights")
    with pytest.raises(ValueError, match="path is no file of save_weights"):
        load_weights(dense(), tmp_path / "text.npz")
    with pytest.raises(FileNotFoundError, match="path names no file of weights: 'no"):
        load_weights(dense(), "no.npz")
    with pytest.raises(ValueError, match=r"path must end in \.npz, but"):
        save_weights(dense(), tmp_path / "weights.h5")
    with pytest.raises(TypeError, match="path must be the path of a file of weights"):
        save_weights(dense(), None)
