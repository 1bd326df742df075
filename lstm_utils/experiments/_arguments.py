"""Checks of what sweeps and tables are given, with messages that name it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from lstm_utils._validate import shown, wrong


def check_function(function) -> None:
    """Raise if `function` cannot be called."""
    if not callable(function):
        raise wrong(TypeError, "function", "be a function", shown(function))


def check_entries(name: str, value, kind: type, called: str) -> list:
    """Return `value` as a list of at least one entry of a kind, or raise."""
    try:
        entries = list(None if isinstance(value, str | Mapping) else value)
    except TypeError:
        raise wrong(TypeError, name, f"be a list of {called}", shown(value)) from None
    if not entries:
        raise ValueError(f"{name} is empty, expected at least one entry.")
    for entry in entries:
        if not isinstance(entry, kind):
            raise wrong(TypeError, name, f"hold {called} only", shown(entry))
    return entries


def check_path(name: str, value) -> Path:
    """Return `value` as a path, or raise."""
    if not isinstance(value, str | os.PathLike) or not str(value):
        raise wrong(TypeError, name, "be the path of a table", shown(value))
    return Path(value)
