"""Text as ids of whole words, and back; what was never seen is one token."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lstm_utils._validate import check_ids, check_list, check_text
from lstm_utils.tasks.vocabulary import END, FIRST_SYMBOL, Vocabulary

__all__ = ["UNKNOWN", "WordVocabulary"]

UNKNOWN = "<unk>"


class WordVocabulary(Vocabulary):
    """The words of some texts: 0 padding, 1 start, 2 end, 3 any other word, then these.

    Words stand between spaces. In the end it knows what it has been shown: all other
    words are one, ``<unk>``, and cannot be told apart any more.

    Introduced in: 14

    Parameters
    ----------
    texts : sequence of str
        What to take the words from; their ids follow the alphabet.

    Attributes
    ----------
    symbols : tuple of str
        ``<unk>`` and the words; the id of the first is 3.

    Raises
    ------
    TypeError, ValueError
        If there are no texts, or one is empty.

    References
    ----------
    Sutskever, Vinyals and Le (2014), Sequence to sequence learning with neural
    networks, for the token that stands for all words left out.

    Examples
    --------
    >>> words = WordVocabulary(["two hundred", "two"])
    >>> words.symbols
    ('<unk>', 'hundred', 'two')
    >>> ids = words.encode(["two thousand"], end=True)
    >>> ids.tolist(), words.decode(ids)
    ([[5, 3, 2]], ['two <unk>'])
    """

    def __init__(self, texts: Sequence[str]):
        """Take the words of the texts and give each its id."""
        texts = check_list("texts", texts, "Give those that the model is trained on.")
        for k, text in enumerate(texts):
            check_text(f"texts[{k}]", text, "Leave empty texts out.")
        words = {word for text in texts for word in text.split()} - {UNKNOWN}
        self.symbols = (UNKNOWN, *sorted(words))
        self._ids = {s: k for k, s in enumerate(self.symbols, start=FIRST_SYMBOL)}

    def __repr__(self) -> str:
        """Show how to make the same again."""
        return f"WordVocabulary({[*self.symbols[1:]]!r})"

    def _row(self, name, text) -> list[int]:
        check_text(name, text, "A model cannot read nothing: leave empty texts out.")
        return [self._ids.get(word, FIRST_SYMBOL) for word in text.split()]

    def _text(self, name, row) -> str:
        if not np.size(row):
            return ""
        row = check_ids(name, row, ("steps",), len(self)).tolist()
        row = row[: row.index(END)] if END in row else row
        known = (k - FIRST_SYMBOL for k in row if k >= FIRST_SYMBOL)
        return " ".join(self.symbols[k] for k in known)
