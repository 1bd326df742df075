"""Every sum and every date is right, and none comes twice."""

import datetime
import re

import numpy as np
import pytest

from lstm_utils.tasks import (
    addition,
    addition_vocabulary,
    date_alignment,
    date_formats,
    date_vocabulary,
)

DATES = date_vocabulary()


@pytest.mark.parametrize("digits", [1, 2, 3, 9])
def test_every_sum_is_right_and_no_pair_comes_twice(digits):
    n = 55 if digits == 1 else 1_500
    source, targets = addition(n, digits, seed=3)
    assert source.shape == (n, 2 * digits + 1)
    assert targets.shape == (n, digits + 2)
    vocabulary = addition_vocabulary()
    seen = set()
    questions = vocabulary.decode(source)
    for question, answer in zip(questions, vocabulary.decode(targets), strict=True):
        numbers = [int(number) for number in question.split("+")]
        assert question == "{}+{}".format(*numbers)  # no leading zeros
        assert answer == str(sum(numbers))
        assert max(numbers) < 10**digits
        seen.add(tuple(sorted(numbers)))
    assert len(seen) == n


def test_short_numbers_come_as_often_as_long_ones():
    source, _ = addition(3_000, 3, seed=0)
    questions = addition_vocabulary().decode(source)
    lengths = np.array([list(map(len, text.split("+"))) for text in questions])
    both_short = (lengths == 1).all(axis=1).mean()
    assert both_short < 0.02  # there are only 55 of those pairs
    long = lengths[lengths.min(axis=1) > 1]
    # 1 in 4 each, with a standard error of 0.01
    for pair in ([2, 2], [2, 3], [3, 2], [3, 3]):
        assert abs((long == pair).all(axis=1).mean() - 0.25) < 0.04


def test_rare_pairs_are_spread_over_a_call():
    source, _ = addition(3_000, 3, seed=0)
    short = (source > 2).sum(axis=1) <= 4
    first, second = short[:1_500].sum(), short[1_500:].sum()
    assert abs(first - second) < 4 * np.sqrt(first + second)
    assert min(first, second) > 100


FORMS = {
    r"\d{1,2} [A-Z][a-z]+ \d{4}": "%d %B %Y",
    r"\d{1,2} [A-Z][a-z]{2} \d{4}": "%d %b %Y",
    r"[A-Z][a-z]+ \d{1,2}, \d{4}": "%B %d, %Y",
    r"[A-Z][a-z]{2} \d{1,2}, \d{4}": "%b %d, %Y",
    r"\d\d\.\d\d\.\d{4}": "%d.%m.%Y",
    r"\d\d\.\d\d\.\d\d": "%d.%m.%y",
    r"\d{1,2}/\d{1,2}/\d{4}": "%d/%m/%Y",
    r"\d{1,2} [A-Z][a-z]{2} \d\d": "%d %b %y",
}


def parsed(text):
    """Return the (form, date) of a text; a two-digit year is from 1950 to 2049."""
    for pattern, form in FORMS.items():
        if re.fullmatch(pattern, text):
            try:
                date = datetime.datetime.strptime(text, form).date()
            except ValueError:  # a long name does not read as a short one
                continue
            if form.endswith("%y") and date.year >= 2050:
                date = date.replace(year=date.year - 100)
            return form, date
    raise AssertionError(text)


def test_every_date_is_the_one_that_was_given_and_none_comes_twice():
    source, targets = date_formats(4_000, seed=1)
    assert source.shape == (4_000, 18)
    assert targets.shape == (4_000, 11)
    forms = []
    answers = DATES.decode(targets)
    for text, answer in zip(DATES.decode(source), answers, strict=True):
        form, date = parsed(text)
        assert answer == date.isoformat()
        forms.append(form)
    assert len(set(answers)) == 4_000
    assert min(answers) < "1951"
    assert max(answers) > "2049"
    assert {*forms} == {*FORMS.values()}
    # 1 in 8 each, with a standard error of 0.005; "May" reads as either form.
    for form in ("%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%d %b %y"):
        assert abs(forms.count(form) / 4_000 - 0.125) < 0.02


def test_every_day_of_the_hundred_years_can_be_asked():
    _, targets = date_formats(36_525, seed=0)
    days = np.sort(np.array(DATES.decode(targets), dtype="datetime64[D]"))
    assert days[0] == np.datetime64("1950-01-01")
    assert (np.diff(days) == np.timedelta64(1, "D")).all()


def read_at(text):
    """Return for each character of the answer what of the text it is aligned with."""
    aligned = date_alignment(DATES.encode([text], length=18))[0]
    assert aligned.shape == (11, 18)
    assert not aligned[:, len(text) :].any()
    return ["".join(np.array([*text])[row[: len(text)]]) for row in aligned]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13 March 1987", [*"1987", "", "March", "March", "", *"13", ""]),
        ("3 Mar 1987", [*"1987", "", "Mar", "Mar", "", *"33", ""]),
        ("May 29, 2031", [*"2031", "", "May", "May", "", *"29", ""]),
        ("03.12.1964", [*"1964", "", *"12", "", *"03", ""]),
        ("03.12.64", ["64", "64", *"64", "", *"12", "", *"03", ""]),
        ("5/3/1987", [*"1987", "", *"33", "", *"55", ""]),
        ("25/11/2008", [*"2008", "", *"11", "", *"25", ""]),
        ("3 Sep 49", ["49", "49", *"49", "", "Sep", "Sep", "", *"33", ""]),
    ],
)
def test_an_answer_is_aligned_with_where_it_is_read(text, expected):
    assert read_at(text) == expected


def test_equal_digits_are_told_apart_by_their_place():
    aligned = date_alignment(DATES.encode(["11/1/1911"]))[0]
    places = [np.flatnonzero(row).tolist() for row in aligned]
    assert places == [[5], [6], [7], [8], [], [3], [3], [], [0], [1], []]


def test_digits_are_aligned_with_equal_digits_in_every_row():
    source, targets = date_formats(500, seed=2)
    aligned = date_alignment(source)
    assert aligned.shape == (500, 11, 18)
    hyphen = DATES.encode(["-"])[0, 0]
    np.testing.assert_array_equal(
        aligned.any(axis=2), (targets != hyphen) & (targets != 2)
    )
    assert not (aligned & (source == 0)[:, None]).any()
    for row, text in zip(aligned, DATES.decode(source), strict=True):
        answer = parsed(text)[1].isoformat()
        # The last two digits of the year and the last of the day stand in each form.
        for step in (2, 3, 9):
            (place,) = np.flatnonzero(row[step])
            assert text[place] == answer[step]


@pytest.mark.parametrize(
    "text",
    ["1987-03-03", "3 Foo 1987", "3 March 198", "March 3 1987", "3.3.1987", "3/3/87"],
)
def test_other_texts_are_no_dates(text):
    with pytest.raises(ValueError, match=f"{re.escape(text)}', which is no date"):
        date_alignment(DATES.encode([text]))


def test_numbers_have_nine_digits_at_most():
    with pytest.raises(ValueError, match="digits must be at most 9, but 10 came"):
        addition(5, 10, seed=0)


def test_ids_of_another_vocabulary_are_no_dates():
    with pytest.raises(ValueError, match="source holds the id 99, expected 0 to"):
        date_alignment([[99]])
