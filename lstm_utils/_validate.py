"""Checks of arguments, with messages that say what to do."""

from __future__ import annotations

import operator

import numpy as np


def check_int(name: str, value, minimum: int, hint: str = "") -> int:
    """Return `value` as an int of at least `minimum`, or raise."""
    tail = f" {hint}" if hint else ""
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise TypeError(
            f"{name} must be a whole number, but {value!r} "
            f"({type(value).__name__}) came.{tail}"
        ) from None
    if number < minimum:
        raise ValueError(f"{name} must be at least {minimum}, but {number} came.{tail}")
    return number


def check_array(name: str, value, axes: tuple[str, ...], hint: str = "") -> np.ndarray:
    """Return `value` as a non-empty numeric array with the axes named, or raise.

    No element is copied where `value` is an array already.
    """
    expected = f"({', '.join(axes)}{',' if len(axes) == 1 else ''})"
    tail = f" {hint}" if hint else ""
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name} must be an array of shape {expected}, but its rows have "
            "different lengths. Pad them to one length first."
        ) from None
    if array.dtype.kind not in "biuf":
        raise TypeError(
            f"{name} must hold real numbers, but its dtype is {array.dtype}. "
            "Text and missing values have to be encoded as numbers first."
        )
    if array.ndim != len(axes):
        raise ValueError(
            f"{name} must have the {_count(len(axes))} {expected}, but an array of "
            f"shape {array.shape} with {_count(array.ndim)} came.{tail}"
        )
    if array.size == 0:
        raise ValueError(
            f"{name} is empty: its shape is {array.shape}, expected {expected} "
            "with no axis of length 0. Check the filter or split that made it."
        )
    # The minimum of an array with a NaN is NaN, and needs no second array.
    if array.dtype.kind == "f" and np.isnan(array.min()):
        raise ValueError(
            f"{name} holds NaN (not a number), expected numbers only. One NaN makes "
            "every later output NaN: fill or drop the missing values first."
        )
    return array


def _count(axes: int) -> str:
    return f"{axes} axis" if axes == 1 else f"{axes} axes"
