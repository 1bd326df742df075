"""Weights of a trained model, kept small and read without running anything."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from lstm_utils._validate import check_model, shown, wrong
from lstm_utils.experiments.tables import FOLDERS

__all__ = ["load_weights", "save_weights"]


def save_weights(model, path) -> None:
    """Keep the weights of a model as numbers of 16 bits, in a file of NumPy.

    Half as many bits as the model computes with: whether it still does the same is
    for the caller to test.

    Parameters
    ----------
    model : keras.Model
        Any that has weights.
    path : str or Path
        Where to write them: a name that ends in ``.npz``.

    Raises
    ------
    TypeError, ValueError
        If `model` is no Keras model, or `path` does not end so.

    Examples
    --------
    >>> import keras, tempfile
    >>> from pathlib import Path
    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> path = Path(tempfile.mkdtemp(), "small.npz")
    >>> save_weights(model, path)
    >>> load_weights(model, path)
    """
    weights = check_model("model", model).get_weights()
    path = _check_path(path)
    if path.suffix != ".npz":
        raise ValueError(f"path must end in .npz, but {str(path)!r} came.")
    with path.open("wb") as file:
        small = (np.asarray(array, "float16") for array in weights)
        np.savez_compressed(file, **{f"{k:03}": a for k, a in enumerate(small)})


def load_weights(model, path) -> None:
    """Give a model the weights that `save_weights` kept.

    The file holds arrays of numbers and nothing that could run.

    Parameters
    ----------
    model : keras.Model
        Built as the one whose weights they are. It is changed.
    path : str or Path
        The name of one of the book's own files, such as ``"translator.npz"``, or the
        path of any other.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    TypeError, ValueError
        If `model` is no Keras model, or the arrays do not fit its weights.

    Examples
    --------
    >>> import keras
    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> load_weights(model, "translator.npz")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: path holds 20 arrays, but the model has 2 weights. Build it as ...
    """
    shapes = [array.shape for array in check_model("model", model).get_weights()]
    path = _check_path(path)
    places = [path, *(folder / path.name for folder in FOLDERS)]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise FileNotFoundError(f"path names no file of weights: {str(path)!r}.")
    try:
        with np.load(found, allow_pickle=False) as file:
            arrays = [file[name].astype("float32") for name in sorted(file)]
    except (OSError, ValueError, TypeError, AttributeError):
        raise ValueError(f"path is no file of save_weights: {str(path)!r}.") from None
    advice = "Build it as it was when they were saved."
    if len(arrays) != len(shapes):
        raise ValueError(
            f"path holds {len(arrays)} arrays, but the model has {len(shapes)} "
            f"weights. {advice}"
        )
    for k, (array, shape) in enumerate(zip(arrays, shapes, strict=True)):
        if array.shape != shape:
            raise ValueError(
                f"path holds the shape {array.shape} as array {k}, but the model's "
                f"weight has {shape}. {advice}"
            )
    model.set_weights(arrays)


def _check_path(path) -> Path:
    if not isinstance(path, str | os.PathLike) or not str(path):
        expected = "be the path of a file of weights"
        raise wrong(TypeError, "path", expected, shown(path))
    return Path(path)
