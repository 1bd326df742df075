"""Checks of arguments, with messages that say what to do."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from importlib import import_module
from numbers import Real

import numpy as np

IDS = "Ids are whole numbers: 0 padding, 1 start, 2 end, then the symbols."
ENCODED = (
    "Text and missing values have to be encoded as numbers first; numbers that are "
    "kept as objects become numbers by `.astype(float)`."
)
BOOLS = (bool, np.bool_)


def wrong(kind: type, name: str, expected: str, what, hint: str = "") -> Exception:
    """Return the error that tells what an argument must be, what came, and why."""
    return kind(f"{name} must {expected}, but {what} came. {hint}".rstrip())


def shown(value) -> str:
    """Show a value and its type, for a message."""
    return f"{value!r} ({type(value).__name__})"


def dated(date) -> str:
    """Return a date as a reader would write it, without a clock at midnight."""
    return str(date).removesuffix(" 00:00:00")


def check_int(name: str, value, minimum: int, hint: str, *, maximum=math.inf) -> int:
    """Return `value` as an int within bounds, or raise."""
    try:
        number = operator.index(None if isinstance(value, BOOLS) else value)
    except TypeError:
        raise wrong(TypeError, name, "be a whole number", shown(value), hint) from None
    if not minimum <= number <= maximum:
        bound = f"at least {minimum}" if number < minimum else f"at most {maximum}"
        raise wrong(ValueError, name, f"be {bound}", number, hint)
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
    if not isinstance(value, BOOLS):
        hint = "A text such as 'False' would count as true."
        raise wrong(TypeError, name, "be True or False", shown(value), hint)
    return bool(value)


def check_choice(name: str, value, choices: Sequence):
    """Return `value` if it is one of the choices, or raise."""
    if not isinstance(value, str | None) or value not in choices:
        one = f"be one of {', '.join(map(repr, choices))}"
        raise wrong(ValueError, name, one, repr(value), "Check the spelling.")
    return value


def check_text(name: str, value, hint: str) -> str:
    """Return `value` if it is a text of at least one character, or raise."""
    return _filled(name, value, str, "text", hint)


def check_list(name: str, value, hint: str, *, length=None) -> Sequence:
    """Return `value` if it is a list or tuple, of so many entries if told, or raise."""
    _filled(name, value, (list, tuple), "list or tuple", hint)
    if length not in (None, len(value)):
        raise wrong(ValueError, name, f"have {length} entries", len(value), hint)
    return value


def check_mapping(name: str, value, hint: str) -> Mapping:
    """Return `value` if it is a dict with at least one entry, or raise."""
    return _filled(name, value, Mapping, "dict", hint)


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
        hint = "plt.subplots gives an array of them where there are several: take one."
        raise wrong(
            TypeError, "ax", "be one Axes of Matplotlib", type(ax).__name__, hint
        )


def as_numbers(name: str, value) -> np.ndarray:
    """Return `value` as a non-empty array of finite real numbers, or raise.

    No element is copied where `value` is an array already.
    """
    if isinstance(value, np.ma.MaskedArray):
        hint = "Its mask would be lost: fill or drop the masked values first."
        raise wrong(TypeError, name, "be a plain array", "a masked array", hint)
    try:
        array = np.asarray(value)
    except ValueError:
        text = "must be an array, but its rows have different lengths. Pad them first."
        raise ValueError(f"{name} {text}") from None
    if array.dtype.kind == "O" and hasattr(value, "dtypes"):
        array = _of_columns(name, value)
    if array.dtype.kind not in "biuf":
        what, hint = f"dtype {array.dtype}", ENCODED
        raise wrong(TypeError, name, "hold real numbers", what, hint)
    if array.size == 0:
        raise ValueError(
            f"{name} is empty: its shape is {array.shape}, expected no axis of length "
            "0. Check the filter or split that made it."
        )
    # Smallest and largest show any NaN or infinity, and need no second array.
    for extreme in (array.min(), array.max()):
        if not np.isfinite(extreme):
            held = "NaN (not a number)" if np.isnan(extreme) else extreme
            raise ValueError(
                f"{name} holds {held}, expected finite numbers only: fill or drop "
                "missing values first, and look for a division by zero."
            )
    return array


def _of_columns(name, frame):
    """Return a data frame or series of several kinds of numbers as floats, or raise."""
    columns = frame.items() if hasattr(frame, "columns") else [(frame.name, frame)]
    for label, column in columns:
        if column.dtype.kind not in "biuf":
            what = f"column {label!r} of dtype {column.dtype}"
            raise wrong(TypeError, name, "hold real numbers", what, ENCODED)
    return frame.to_numpy(dtype=float, na_value=np.nan)


def check_array(name: str, value, axes: tuple[str, ...], hint: str = "") -> np.ndarray:
    """Return `value` as a non-empty array of numbers with the axes named, or raise."""
    array = as_numbers(name, value)
    if array.ndim != len(axes):
        some, comma = ("1 axis", ",") if len(axes) == 1 else (f"{len(axes)} axes", "")
        expected = f"have the {some} ({', '.join(axes)}{comma})"
        raise wrong(ValueError, name, expected, f"shape {array.shape}", hint)
    return array


def check_ids(name: str, value, axes: tuple[str, ...], n_tokens=None) -> np.ndarray:
    """Return `value` as an int32 array of ids from 0 to below n_tokens, or raise."""
    array = check_array(name, value, axes, IDS)
    if array.dtype.kind not in "iu":
        raise wrong(TypeError, name, "hold whole numbers", f"dtype {array.dtype}", IDS)
    low, high = array.min(), array.max()
    largest = (np.iinfo("int32").max if n_tokens is None else n_tokens) - 1
    if low < 0 or high > largest:
        raise ValueError(
            f"{name} holds the id {low if low < 0 else high}, expected 0 to {largest}. "
            "Encode with the vocabulary for which the model was built."
        )
    return array.astype("int32")


def load_extra(name: str, extra: str):
    """Import a library that an extra of the package brings, or say which."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            f"This needs {name}, which is not installed here: pip install "
            f"'lstm-utils[{extra}]' brings it."
        ) from None


def _filled(name, value, kinds, called, hint):
    if not isinstance(value, kinds):
        came = shown(value) if kinds is str else type(value).__name__
        raise wrong(TypeError, name, f"be a {called}", came, hint)
    if not value:
        raise ValueError(f"{name} is empty, expected at least one entry. {hint}")
    return value
