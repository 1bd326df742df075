"""How far one text is from another."""

from __future__ import annotations

import numpy as np

from lstm_utils._validate import shown, wrong

__all__ = ["edit_distance"]


def edit_distance(a, b) -> int:
    """Count the fewest symbols to put in, take out or change that make b of a.

    Introduced in: 12

    Parameters
    ----------
    a, b : str or sequence
        Two texts, or two rows of ids or words, of any lengths.

    Returns
    -------
    int
        0 where they are equal, at most the length of the longer.

    Raises
    ------
    TypeError
        If one of them has no length, such as None or a number.

    References
    ----------
    Levenshtein (1966), Binary codes capable of correcting deletions, insertions, and
    reversals.

    Examples
    --------
    >>> edit_distance("soixante", "septante")
    3
    """
    for name, value in {"a": a, "b": b}.items():
        if not hasattr(value, "__len__") or np.ndim(value) > 1:
            hint = "Take one row of ids at a time."
            raise wrong(TypeError, name, "be a text or one row", shown(value), hint)
    above = list(range(len(b) + 1))
    for i, mine in enumerate(a, start=1):
        row = [i]
        for j, other in enumerate(b):
            row.append(min(above[j] + (mine != other), above[j + 1] + 1, row[j] + 1))
        above = row
    return above[-1]
