"""Texts that differ at one step, and are both texts of their language."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def minimal_pairs(task: str, x: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the sequences that can be changed at a step, and their changed copies.

    Where inputs are numbers, each sequence gets what the next one has at that step.
    Texts of ``grammar`` and ``dyck`` get another symbol with which the whole text is
    one of the language; those that have none are left out.
    """
    if task not in RULES:
        changed = x.copy()
        changed[:, step] = np.roll(x[:, step], -1, axis=0)
        return x, changed
    texts = x.argmax(axis=2)
    kept, copies = [], []
    for row, text in enumerate(texts):
        other = text.copy()
        for symbol in range(x.shape[2]):
            other[step] = symbol
            if symbol != text[step] and RULES[task](other):
                kept.append(row)
                copies.append(other)
                break
    return x[kept], np.eye(x.shape[2], dtype=x.dtype)[np.array(copies)]


def is_nested(text, *, kinds: int = 2, max_depth: int = 6) -> bool:
    """Tell whether brackets are the beginning of a text of `lstm_utils.tasks.dyck`."""
    unclosed: list[int] = []
    for bracket in text:
        if bracket < kinds:
            unclosed.append(bracket)
        elif not unclosed or unclosed.pop() != bracket - kinds:
            return False
        if len(unclosed) > max_depth:
            return False
    return True


def is_phrased(text) -> bool:
    """Tell whether words are the beginning of a text of `tasks.phrase_grammar`."""
    that, stop, due = 8, 9, []  # due: what has still to come, the next last
    clause_at = None  # how deep the noun just read is nested, if it may have a clause
    for word in text:
        if word == that and clause_at is not None:
            due.append(("subject", clause_at + 1))
            clause_at = None
            continue
        if not due:
            due += [(stop, 0), ("object", 0), ("subject", 0)]
        what, depth = due.pop()
        if what in ("subject", "object"):
            if word >= 4:
                return False
            if what == "subject":
                due.append((4 + word, depth))
            clause_at = depth if depth < 3 else None
        elif word != what:
            return False
        else:
            clause_at = None
    return True


RULES: dict[str, Callable] = {"grammar": is_phrased, "dyck": is_nested}
