"""Sums and dates, written as text and as token ids."""

from __future__ import annotations

import re

import numpy as np

from lstm_utils._validate import check_ids, check_int
from lstm_utils.tasks._draws import check_enough, distinct, generator
from lstm_utils.tasks.vocabulary import Vocabulary

__all__ = [
    "addition",
    "addition_vocabulary",
    "date_alignment",
    "date_formats",
    "date_vocabulary",
]

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
FORMATS = (
    "{0.day} {1} {0.year}",
    "{0.day} {1:.3} {0.year}",
    "{1} {0.day}, {0.year}",
    "{1:.3} {0.day}, {0.year}",
    "{0:%d.%m.%Y}",
    "{0:%d.%m.%y}",
    "{0.day}/{0.month}/{0.year}",
    "{0.day} {1:.3} {0:%y}",
)  # of a date and the name of its month
DAYS = np.arange("1950-01-01", "2050-01-01", dtype="datetime64[D]")
NAMES = "|".join((*MONTHS, *(name[:3] for name in MONTHS)))
PATTERNS = (
    re.compile(rf"(?P<day>\d\d?) (?P<month>{NAMES}) (?P<year>\d\d(\d\d)?)"),
    re.compile(rf"(?P<month>{NAMES}) (?P<day>\d\d?), (?P<year>\d{{4}})"),
    re.compile(r"(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d\d(\d\d)?)"),
    re.compile(r"(?P<day>\d\d?)/(?P<month>\d\d?)/(?P<year>\d{4})"),
)
DATE_STEPS = {"year": (0, 4), "month": (5, 7), "day": (8, 10)}  # of the target


def addition_vocabulary() -> Vocabulary:
    """Return the vocabulary of `addition`: the digits and the plus sign.

    Introduced in: 10

    Returns
    -------
    Vocabulary

    Examples
    --------
    >>> len(addition_vocabulary())
    14
    """
    return Vocabulary("0123456789+")


def addition(n: int, digits: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Add two numbers that are given as text, such as "12+7".

    Each number has 1 to `digits` digits; the number of digits is drawn first, evenly,
    then the number, so that short ones come as often as long ones until all of their
    pairs are taken. No pair comes twice in a call, not in the other order either:
    parts of one call share none.

    Introduced in: 10

    Parameters
    ----------
    n : int
        Number of pairs.
    digits : int
        Most digits of a number, 9 at most.
    seed : int
        Seed of the generator.

    Returns
    -------
    source : ndarray of int32, shape (n, 2 * digits + 1)
        Ids of `addition_vocabulary`, padded on the right.
    targets : ndarray of int32, shape (n, digits + 2)
        The sum, then end.

    Raises
    ------
    TypeError, ValueError
        If a number is not whole or too small, or there are not `n` pairs.

    References
    ----------
    Zaremba and Sutskever (2014), Learning to execute.

    Examples
    --------
    >>> source, targets = addition(50, 2, seed=0)
    >>> vocabulary = addition_vocabulary()
    >>> vocabulary.decode(source[:2]), vocabulary.decode(targets[:2])
    (['3+84', '16+47'], ['87', '63'])
    """
    rng = generator(seed, n=n)
    digits = check_int("digits", digits, 1, "It counts those of a number.", maximum=9)
    numbers = 10**digits
    check_enough(n, numbers * (numbers + 1) // 2, f"pairs of up to {digits} digits")

    def draw(count):
        lengths = rng.integers(1, digits + 1, size=(count, 2))
        lowest = np.where(lengths == 1, 0, 10 ** (lengths - 1))
        return rng.integers(lowest, 10**lengths)

    pairs = distinct(n, draw, rng, key=lambda drawn: np.sort(drawn, axis=1))
    questions = [f"{a}+{b}" for a, b in pairs]
    answers = [str(a + b) for a, b in pairs]
    encode = addition_vocabulary().encode
    source = encode(questions, length=2 * digits + 1)
    return source, encode(answers, end=True, length=digits + 2)


def date_vocabulary() -> Vocabulary:
    """Return the vocabulary of `date_formats`: digits, signs and letters.

    Introduced in: 13

    Returns
    -------
    Vocabulary

    Examples
    --------
    >>> date_vocabulary().symbols[:15]
    ' ,-./0123456789'
    """
    return Vocabulary(sorted({*" ,-./0123456789", *"".join(MONTHS)}))


def date_formats(n: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Write a date as the ISO standard does, whichever way it is given.

    A date from 1950 to 2049 comes in one of eight forms, drawn evenly: "3 March
    1987", "3 Mar 1987", "March 3, 1987", "Mar 3, 1987", "03.03.1987", "03.03.87",
    "3/3/1987" and "3 Mar 87". The answer is "1987-03-03". No date comes twice in a
    call, in no form: parts of one call share none.

    Introduced in: 13

    Parameters
    ----------
    n : int
        Number of dates, 36,525 at most.
    seed : int
        Seed of the generator.

    Returns
    -------
    source : ndarray of int32, shape (n, 18)
        Ids of `date_vocabulary`, padded on the right.
    targets : ndarray of int32, shape (n, 11)
        The date, then end.

    Raises
    ------
    TypeError, ValueError
        If a number is not whole or too small, or there are not `n` dates.

    Examples
    --------
    >>> source, targets = date_formats(2, seed=0)
    >>> vocabulary = date_vocabulary()
    >>> vocabulary.decode(source)
    ['January 23, 2035', 'September 12, 2013']
    >>> vocabulary.decode(targets)
    ['2035-01-23', '2013-09-12']
    """
    rng = generator(seed, n=n)
    check_enough(n, len(DAYS), "dates from 1950 to 2049")
    days = DAYS[rng.choice(len(DAYS), size=n, replace=False)]
    forms = rng.integers(len(FORMATS), size=n)
    written = [
        FORMATS[form].format(day, MONTHS[day.month - 1])
        for form, day in zip(forms, days.tolist(), strict=True)
    ]
    vocabulary, answers = date_vocabulary(), days.astype(str)
    return vocabulary.encode(written, length=18), vocabulary.encode(answers, end=True)


def date_alignment(source) -> np.ndarray:
    """Tell where in a date each character of its answer is to be read.

    A digit that stands in the source is read there. A month's digits are read from
    its name, the leading 0 of "03" from the 3 in "3 March", and the century of "87"
    from those two digits. The hyphens and the end are read nowhere.

    Introduced in: 13

    Parameters
    ----------
    source : ndarray of int, shape (n, steps)
        As `date_formats` gives it.

    Returns
    -------
    ndarray of bool, shape (n, 11, steps)
        Whether the target step reads the source step.

    Raises
    ------
    TypeError, ValueError
        If a row is no date in a form of `date_formats`.

    Examples
    --------
    >>> source = date_vocabulary().encode(["3 Mar 1987"])
    >>> day = date_alignment(source)[0, 8:10]
    >>> day.astype(int)
    array([[1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
           [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]])
    """
    vocabulary = date_vocabulary()
    source = check_ids("source", source, ("n", "steps"), len(vocabulary))
    aligned = np.zeros((len(source), 11, source.shape[1]), dtype=bool)
    for row, text in zip(aligned, vocabulary.decode(source), strict=True):
        found = next(filter(None, (form.fullmatch(text) for form in PATTERNS)), None)
        if not found:
            raise ValueError(
                f"source holds {text!r}, which is no date in a form of date_formats."
            )
        for part, (start, stop) in DATE_STEPS.items():
            first, last = found.span(part)
            row[start:stop, first:last] = True
            if found[part].isdigit():
                for back in range(1, min(stop - start, last - first) + 1):
                    row[stop - back, first:last] = False
                    row[stop - back, last - back] = True
    return aligned
