"""The words of numbers, and which places of a number their characters tell."""

from __future__ import annotations

from functools import cache
from itertools import takewhile

import numpy as np

from lstm_utils._validate import load_extra

N_NUMBERS = 1000
ONES, TENS, HUNDREDS = 1, 2, 4  # bits: a character may tell of two places


@cache
def all_words(language) -> tuple[str, ...]:
    """Return the words of all numbers in one language."""
    write = load_extra("num2words", "data").num2words
    return tuple(write(number, lang=language) for number in range(N_NUMBERS))


@cache
def all_places(language) -> tuple[np.ndarray, ...]:
    """Return for each number which places its characters belong to."""
    words = all_words(language)
    below = [_places_below(words, number) for number in range(100)]
    return tuple(_places(words, below, number) for number in range(N_NUMBERS))


def first_letters(word, places) -> np.ndarray:
    """Return whether a character is the first letter of its places."""
    letters = [k for k, character in enumerate(word) if character.isalpha()]
    _, first = np.unique(places[letters], return_index=True)
    found = np.zeros(len(word), dtype=bool)
    found[np.array(letters)[first]] = True
    return found


def _places(words, below, number) -> np.ndarray:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return below[rest]
    places = np.full(len(words[number]), HUNDREDS)
    if rest:
        # Some words change behind a hundred: what ends alike is the rest.
        pair = words[number][::-1], words[rest][::-1]
        alike = min(_common(pair), len(words[rest]))
        places[len(places) - alike :] = below[rest][len(words[rest]) - alike :]
    return places


def _places_below(words, number) -> np.ndarray:
    tens, ones = divmod(number, 10)
    if tens == 0:
        return np.full(len(words[number]), ONES)
    if tens == 1 or ones == 0:
        return np.full(len(words[number]), ONES * (tens == 1) | TENS)
    start, end = _decade(words, tens)
    other_start, other_end = _decade(words, 2)
    rest = words[number][start : len(words[number]) - end]
    twenty = words[20 + ones]
    as_in_twenties = rest == twenty[other_start : len(twenty) - other_end]
    usual = as_in_twenties or words[ones] in (rest, rest[1:])
    places = np.full(len(words[number]), TENS)
    places[start : len(places) - end] = ONES if usual else ONES | TENS
    return places


def _decade(words, tens) -> tuple[int, int]:
    """Return how many characters a decade's words share, in front or behind."""
    decade = words[10 * tens + 1 : 10 * tens + 10]
    start, end = _common(decade), _common([word[::-1] for word in decade])
    return (start, 0) if start >= end else (0, end)


def _common(words) -> int:
    """Return how many characters words have in common at their beginning."""
    alike = (len({*letters}) == 1 for letters in zip(*words, strict=False))
    return sum(takewhile(bool, alike))
