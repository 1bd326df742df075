"""The widths of layers, as arguments give them."""

from __future__ import annotations

from lstm_utils._validate import check_int

LAYERS = "The number of layers comes first, then their width."


def check_widths(n_layers, units) -> list[int]:
    """Return one width per layer, or raise."""
    n_layers = check_int("n_layers", n_layers, 1, LAYERS)
    hint = "Give one width for all layers, or a list with one width per layer."
    if not isinstance(units, (list, tuple)):
        return [check_int("units", units, 1, hint)] * n_layers
    if len(units) != n_layers:
        raise ValueError(
            f"units has {len(units)} widths {list(units)}, but n_layers is {n_layers}: "
            "give one width per layer, or a single one for all."
        )
    return [check_int(f"units[{k}]", width, 1, hint) for k, width in enumerate(units)]
