"""Text as token ids, and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from lstm_utils._validate import check_flag, check_ids, check_int

__all__ = ["END", "FIRST_SYMBOL", "PADDING", "START", "Vocabulary", "shift_right"]

PADDING, START, END = 0, 1, 2
FIRST_SYMBOL = 3


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
        if not isinstance(symbols, (str, list, tuple)):
            raise TypeError(
                f"symbols must be a text or a list of characters, but "
                f"{type(symbols).__name__} came. Sort a set first: its order is not "
                "the same in every run."
            )
        if not symbols:
            raise ValueError("symbols is empty, expected at least one character.")
        for symbol in symbols:
            if not isinstance(symbol, str) or len(symbol) != 1:
                raise ValueError(
                    f"symbols must be single characters, but {symbol!r} came. Texts "
                    "are split into characters."
                )
        doubled = sorted({s for s in symbols if list(symbols).count(s) > 1})
        if doubled:
            raise ValueError(
                f"symbols holds {doubled} more than once. Each needs one id: drop the "
                "second."
            )
        self.symbols = "".join(symbols)
        self._ids = {s: k for k, s in enumerate(symbols, start=FIRST_SYMBOL)}

    def __len__(self) -> int:
        """Count the tokens: padding, start, end and the symbols."""
        return FIRST_SYMBOL + len(self.symbols)

    def __repr__(self) -> str:
        """Show how to make the same again."""
        return f"Vocabulary({self.symbols!r})"

    def encode(
        self,
        texts: Sequence[str],
        *,
        end: bool = False,
        length: int | None = None,
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
        if isinstance(texts, str):
            raise TypeError(
                f"texts must be a list of texts, but one text {texts!r} came. Put it "
                "in a list."
            )
        if not isinstance(texts, Iterable):
            raise TypeError(
                f"texts must be a list of texts, but {texts!r} "
                f"({type(texts).__name__}) came."
            )
        texts, end = list(texts), check_flag("end", end)
        if not texts:
            raise ValueError("texts is empty, expected at least one text.")
        rows = [self._row(text, k) for k, text in enumerate(texts)]
        longest = max(range(len(rows)), key=lambda k: len(rows[k]))
        needed = len(rows[longest]) + end
        if length is None:
            length = needed
        length = check_int("length", length, 1, "It counts steps, end included.")
        if needed > length:
            raise ValueError(
                f"length is {length}, but text {longest}, {texts[longest]!r}, needs "
                f"{needed} steps{', end included' if end else ''}. Raise length or "
                "drop the text."
            )
        ids = np.full((len(rows), length), PADDING, dtype="int32")
        for k, row in enumerate(rows):
            ids[k, : len(row)] = row
            if end:
                ids[k, len(row)] = END
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
        if isinstance(ids, np.ndarray) and ids.ndim != 2:
            raise ValueError(
                f"ids must have the 2 axes (n, steps), but shape {ids.shape} came. For "
                "one text give ids[None]; for probabilities take argmax first."
            )
        if not isinstance(ids, Iterable) or isinstance(ids, str):
            raise TypeError(
                "ids must be an array of ids (n, steps) or a list of rows, but "
                f"{ids!r} ({type(ids).__name__}) came."
            )
        return [self._text(row, k) for k, row in enumerate(ids)]

    def _row(self, text, number) -> list[int]:
        if not isinstance(text, str):
            raise TypeError(
                f"texts[{number}] must be a text, but {text!r} "
                f"({type(text).__name__}) came."
            )
        if not text:
            raise ValueError(
                f"texts[{number}] is empty, expected at least one symbol: a model "
                "cannot read nothing. Leave empty texts out."
            )
        try:
            return [self._ids[symbol] for symbol in text]
        except KeyError as error:
            raise ValueError(
                f"texts[{number}] {text!r} holds {error.args[0]!r}, which is not among "
                f"the symbols {self.symbols!r}."
            ) from None

    def _text(self, row, number) -> str:
        if not np.size(row):
            return ""
        row = check_ids(f"ids[{number}]", row, ("steps",), len(self))
        ends = np.flatnonzero(row == END)
        row = row[: ends[0]] if ends.size else row
        symbols = row[row >= FIRST_SYMBOL] - FIRST_SYMBOL
        return "".join(self.symbols[k] for k in symbols)


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
    shifted = np.empty_like(targets)
    shifted[:, 0] = START
    shifted[:, 1:] = targets[:, :-1]
    return np.where(targets == PADDING, np.int32(PADDING), shifted)
