"""Checks of arguments, with messages that say what to do."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from numbers import Real

import numpy as np

IDS = "Ids are whole numbers: 0 padding, 1 start, 2 end, then the symbols."
BOOLS = (bool, np.bool_)


def wrong(kind: type, name: str, expected: str, what, hint: str = "") -> Exception:
    """Return the error that tells what an argument must be, what came, and why."""
    return kind(f"{name} must {expected}, but {what} came. {hint}".rstrip())


def shown(value) -> str:
    """Show a value and its type, for a message."""
    return f"{value!r} ({type(value).__name__})"


def check_int(name: str, value, minimum: int, hint: str, *, maximum=None) -> int:
    """Return `value` as an int within bounds, or raise."""
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise TypeError(
            f"{name} must be a whole number, but {value!r} "
            f"({type(value).__name__}) came. {hint}"
        ) from None
    if number < minimum:
        raise ValueError(
            f"{name} must be at least {minimum}, but {number} came. {hint}"
        )
    if maximum is not None and number > maximum:
        raise ValueError(f"{name} must be at most {maximum}, but {number} came. {hint}")
    return number


def check_number(name, value, low, hint, *, strict=False, below=math.inf) -> float:
    """Return `value` as a float from `low`, or above it if strict, to `below`."""
    if isinstance(value, BOOLS) or not isinstance(value, Real):
        raise wrong(TypeError, name, "be a number", shown(value), hint)
    if not low <= value < below or (strict and value == low):
        high = "finite" if below == math.inf else f"below {below}"
        expected = f"be {'above' if strict else 'at least'} {low} and {high}"
        raise wrong(ValueError, name, expected, value, hint)
    return float(value)


def check_flag(name: str, value) -> bool:
    """Return `value` if it is True or False, or raise."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(
            f"{name} must be True or False, but {value!r} ({type(value).__name__}) "
            "came. A text such as 'False' would count as true."
        )
    return bool(value)


def check_text(name: str, value, hint: str) -> str:
    """Return `value` if it is a text of at least one character, or raise."""
    if not isinstance(value, str):
        raise wrong(TypeError, name, "be a text", shown(value), hint)
    if not value:
        raise ValueError(f"{name} is empty, expected a text. {hint}")
    return value


def check_list(name: str, value, hint: str) -> Sequence:
    """Return `value` if it is a list or tuple, or raise."""
    if not isinstance(value, (list, tuple)):
        raise TypeError(
            f"{name} must be a list or tuple, but {type(value).__name__} came. {hint}"
        )
    return value


def check_mapping(name: str, value, hint: str) -> Mapping:
    """Return `value` if it is a dict with at least one entry, or raise."""
    if not isinstance(value, Mapping):
        raise TypeError(
            f"{name} must be a dict, but {type(value).__name__} came. {hint}"
        )
    if not value:
        raise ValueError(f"{name} is empty, expected at least one entry. {hint}")
    return value


def check_model(name: str, value):
    """Return `value` if it is a model of Keras 3, or raise."""
    import keras

    if isinstance(value, keras.Model):
        return value
    what = repr(value) if isinstance(value, str) else type(value).__name__
    library = type(value).__module__.partition(".")[0]
    hint = (
        "Load a file with keras.saving.load_model; build a model of tf_keras, or of "
        "tf.keras with TF_USE_LEGACY_KERAS, anew with `import keras`, which is Keras 3."
    )
    what += "" if library == "builtins" else f" of {library}"
    raise wrong(TypeError, name, "be a Keras model", what, hint)


def check_axes(ax) -> None:
    """Raise if `ax` is neither None nor the axes of a figure."""
    from matplotlib.axes import Axes

    if ax is not None and not isinstance(ax, Axes):
        raise TypeError(
            f"ax must be one Axes of Matplotlib, but {type(ax).__name__} came. "
            "plt.subplots gives an array of them where there are several: take one."
        )


def as_numbers(name: str, value) -> np.ndarray:
    """Return `value` as an array of finite real numbers of any shape, or raise.

    No element is copied where `value` is an array already.
    """
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{name} must be a plain array, but a masked array came, whose mask would "
            "be lost. Fill or drop the masked values first."
        )
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name} must be an array, but its rows have different lengths. Pad them "
            "to one length first."
        ) from None
    if array.dtype.kind not in "biuf":
        raise TypeError(
            f"{name} must hold real numbers, but its dtype is {array.dtype}. "
            "Text and missing values have to be encoded as numbers first."
        )
    if array.dtype.kind == "f" and array.size:
        _check_finite(name, array)
    return array


def check_array(name: str, value, axes: tuple[str, ...], hint: str = "") -> np.ndarray:
    """Return `value` as a non-empty array of numbers with the axes named, or raise."""
    array = as_numbers(name, value)
    expected = f"({', '.join(axes)}{',' if len(axes) == 1 else ''})"
    if array.ndim != len(axes):
        tail = f" {hint}" if hint else ""
        raise ValueError(
            f"{name} must have the {_count(len(axes))} {expected}, but an array of "
            f"shape {array.shape} with {_count(array.ndim)} came.{tail}"
        )
    if array.size == 0:
        raise ValueError(
            f"{name} is empty: its shape is {array.shape}, expected {expected} "
            "with no axis of length 0. Check the filter or split that made it."
        )
    return array


def _check_finite(name, array) -> None:
    # Smallest and largest show any NaN or infinity, and need no second array.
    for extreme in (array.min(), array.max()):
        if not np.isfinite(extreme):
            held = "NaN (not a number)" if np.isnan(extreme) else str(extreme)
            raise ValueError(
                f"{name} holds {held}, expected finite numbers only. One of these "
                "spoils every later output: fill or drop missing values first, and "
                "look for a division by zero."
            )


def _count(axes: int) -> str:
    return f"{axes} axis" if axes == 1 else f"{axes} axes"


def check_choice(name: str, value, choices: tuple):
    """Return `value` if it is one of the choices, or raise."""
    if not isinstance(value, str | None) or value not in choices:
        raise ValueError(
            f"{name} must be one of {', '.join(map(repr, choices))}, but {value!r} "
            "came. Check the spelling."
        )
    return value


def check_ids(name: str, value, axes: tuple[str, ...], n_tokens=None) -> np.ndarray:
    """Return `value` as an int32 array of ids from 0 to below n_tokens, or raise."""
    array = check_array(name, value, axes, IDS)
    if array.dtype.kind not in "iu":
        raise TypeError(
            f"{name} must hold whole numbers, but its dtype is {array.dtype}. {IDS}"
        )
    low, high = array.min(), array.max()
    largest = (np.iinfo("int32").max if n_tokens is None else n_tokens) - 1
    if low < 0 or high > largest:
        raise ValueError(
            f"{name} holds the id {low if low < 0 else high}, expected 0 to {largest}. "
            "Encode with the vocabulary for which the model was built."
        )
    return array.astype("int32")
