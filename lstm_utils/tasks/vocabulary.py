"""Text as token ids, and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from lstm_utils._validate import (
    check_flag,
    check_ids,
    check_int,
    check_list,
    check_text,
    shown,
    wrong,
)

__all__ = ["END", "FIRST_SYMBOL", "PADDING", "START", "Vocabulary", "shift_right"]

PADDING, START, END, FIRST_SYMBOL = range(4)


class Vocabulary:
    """The symbols of a problem and their ids: 0 padding, 1 start, 2 end, then these.

    ``len(vocabulary)`` is the number of tokens, the three special ones among them.

    Introduced in: 10

    Parameters
    ----------
    symbols : str or sequence of str
        The characters, each once, in the order of their ids.

    Attributes
    ----------
    symbols : str
        The characters; the id of the first is 3.

    Raises
    ------
    TypeError, ValueError
        If there are no symbols, one comes twice, or one is not a single character.

    Examples
    --------
    >>> vocabulary = Vocabulary("abc")
    >>> ids = vocabulary.encode(["cab", "b"], end=True)
    >>> ids
    array([[5, 3, 4, 2],
           [4, 2, 0, 0]], dtype=int32)
    >>> vocabulary.decode(ids)
    ['cab', 'b']
    """

    def __init__(self, symbols: str | Sequence[str]):
        """Take the symbols and give each its id."""
        hint = "A text will do; sort a set, whose order differs from run to run."
        listed = list(symbols) if isinstance(symbols, str) else symbols
        for k, symbol in enumerate(check_list("symbols", listed, hint)):
            if not isinstance(symbol, str) or len(symbol) != 1 or symbol in listed[:k]:
                hint = "Split texts into characters, and drop what comes twice."
                expected = "be one character that was not there before"
                raise wrong(ValueError, f"symbols[{k}]", expected, repr(symbol), hint)
        self.symbols = "".join(symbols)
        self._ids = {s: k for k, s in enumerate(symbols, start=FIRST_SYMBOL)}

    def __len__(self) -> int:
        """Count the tokens: padding, start, end and the symbols."""
        return FIRST_SYMBOL + len(self.symbols)

    def __repr__(self) -> str:
        """Show how to make the same again."""
        return f"Vocabulary({self.symbols!r})"

    def encode(
        self, texts: Sequence[str], *, end: bool = False, length: int | None = None
    ) -> np.ndarray:
        """Turn texts into ids, padded on the right.

        Parameters
        ----------
        texts : sequence of str
            None of them empty.
        end : bool
            Whether an end token follows each text.
        length : int or None
            Number of steps; None takes the longest text's, end included.

        Returns
        -------
        ndarray of int32, shape (n, steps)

        Raises
        ------
        TypeError, ValueError
            If a text is empty, too long or holds an unknown symbol.
        """
        if isinstance(texts, str) or not isinstance(texts, Iterable):
            hint = "Put a single text in a list."
            raise wrong(TypeError, "texts", "be a list of texts", shown(texts), hint)
        texts = check_list("texts", list(texts), "Each row is one text.")
        end = [END] if check_flag("end", end) else []
        rows = [self._row(f"texts[{k}]", text) + end for k, text in enumerate(texts)]
        longest = max(range(len(rows)), key=lambda k: len(rows[k]))
        needed = len(rows[longest])
        hint = "It counts steps, end included."
        length = check_int("length", needed if length is None else length, 1, hint)
        if needed > length:
            raise ValueError(
                f"length is {length}, but text {longest}, {texts[longest]!r}, needs "
                f"{needed} steps{', end included' if end else ''}. Raise length or "
                "drop the text."
            )
        ids = np.full((len(rows), length), PADDING, dtype="int32")
        for places, row in zip(ids, rows, strict=True):
            places[: len(row)] = row
        return ids

    def decode(self, ids) -> list[str]:
        """Turn ids back into texts.

        Parameters
        ----------
        ids : array_like of int, shape (n, steps), or sequence of rows
            Rows may differ in length. Each is read up to its end token; padding and
            start are left out.

        Returns
        -------
        list of str

        Raises
        ------
        TypeError, ValueError
            If ids are not whole numbers or not of this vocabulary.
        """
        if isinstance(ids, str) or not isinstance(ids, Iterable):
            raise wrong(TypeError, "ids", "be an array or a list of rows", shown(ids))
        ids = np.asarray(ids) if hasattr(ids, "shape") else ids
        if isinstance(ids, np.ndarray) and ids.ndim != 2:
            hint = "For one text give ids[None]; for probabilities take argmax first."
            expected = "have the 2 axes (n, steps)"
            raise wrong(ValueError, "ids", expected, f"shape {ids.shape}", hint)
        return [self._text(f"ids[{k}]", row) for k, row in enumerate(ids)]

    def _row(self, name, text) -> list[int]:
        check_text(name, text, "A model cannot read nothing: leave empty texts out.")
        unknown = [symbol for symbol in text if symbol not in self._ids]
        if unknown:
            raise ValueError(
                f"{name} {text!r} holds {unknown[0]!r}, which is not among the "
                f"symbols {self.symbols!r}."
            )
        return [self._ids[symbol] for symbol in text]

    def _text(self, name, row) -> str:
        if not np.size(row):
            return ""
        row = check_ids(name, row, ("steps",), len(self)).tolist()
        row = row[: row.index(END)] if END in row else row
        return "".join(self.symbols[k - FIRST_SYMBOL] for k in row if k >= FIRST_SYMBOL)


def shift_right(targets) -> np.ndarray:
    """Make what the decoder reads from what it shall write.

    At each step it reads the token before: start first, then the targets, one step
    late. It never reads the end token, and reads padding exactly where the targets
    have padding, so that the mask of one is the mask of the other.

    Introduced in: 10

    Parameters
    ----------
    targets : array_like of int, shape (n, steps)
        Ids with end, padded on the right.

    Returns
    -------
    ndarray of int32, shape (n, steps)

    Raises
    ------
    TypeError, ValueError
        If `targets` is no array of ids (n, steps), holds a start token, or goes on
        after its end or after padding.

    Examples
    --------
    >>> shift_right([[7, 8, 2, 0], [9, 2, 0, 0]])
    array([[1, 7, 8, 0],
           [1, 9, 0, 0]], dtype=int32)
    """
    targets = check_ids("targets", targets, ("n", "steps"))
    if (targets == START).any():
        raise ValueError(
            "targets holds the start token, 1, which a model never writes. Give what "
            "it shall write, not what it reads."
        )
    stopped = (targets[:, :-1] == PADDING) | (targets[:, :-1] == END)
    odd = np.flatnonzero((stopped & (targets[:, 1:] != PADDING)).any(axis=1))
    if odd.size:
        raise ValueError(
            f"targets goes on after its end or its padding in row {odd[0]}: "
            f"{targets[odd[0]].tolist()}. Pad on the right, behind the end token."
        )
    shifted = np.pad(targets[:, :-1], ((0, 0), (1, 0)), constant_values=START)
    return np.where(targets == PADDING, np.int32(PADDING), shifted)
