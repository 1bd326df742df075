"""Every sum and every date is right, and none comes twice."""

import datetime
import re

import numpy as np
import pytest

from lstm_utils import tasks
from lstm_utils.tasks import addition, date_alignment, date_formats

SUMS, DATES = tasks.addition_vocabulary(), tasks.date_vocabulary()


@pytest.mark.parametrize(("digits", "n"), [(1, 55), (2, 1_500), (3, 1_500), (9, 1_500)])
def test_every_sum_is_right_and_no_pair_comes_twice(digits, n):
    source, targets = addition(n, digits, seed=3)
    assert (source.shape, targets.shape) == ((n, 2 * digits + 1), (n, digits + 2))
    seen = set()
    for question, answer in zip(*map(SUMS.decode, (source, targets)), strict=True):
        numbers = [int(number) for number in question.split("+")]
        assert question == "{}+{}".format(*numbers)  # no leading zeros
        assert answer == str(sum(numbers))
        assert max(numbers) < 10**digits
        seen.add(tuple(sorted(numbers)))
    assert len(seen) == n


def test_short_numbers_come_as_often_as_long_ones_and_rare_pairs_are_spread():
    source, _ = addition(3_000, 3, seed=0)
    questions = SUMS.decode(source)
    lengths = np.array([list(map(len, text.split("+"))) for text in questions])
    both_short = (lengths == 1).all(axis=1).mean()
    assert both_short < 0.02  # there are only 55 of those pairs
    long = lengths[lengths.min(axis=1) > 1]
    # 1 in 4 each, with a standard error of 0.01
    for pair in ([2, 2], [2, 3], [3, 2], [3, 3]):
        assert abs((long == pair).all(axis=1).mean() - 0.25) < 0.04
    for short in (lengths.sum(axis=1) == 2, lengths.sum(axis=1) <= 3):
        first, second = short[:1_500].sum(), short[1_500:].sum()
        assert abs(first - second) < 4 * np.sqrt(first + second)
    assert min(first, second) > 100


FORMS = [
    *("{0.day} {0:%B} {0.year}", "{0:%B} {0.day}, {0.year}"),
    *("{0.day} {0:%b} {0.year}", "{0:%b} {0.day}, {0.year}"),
    *("{0:%d.%m.%Y}", "{0:%d.%m.%y}", "{0.day}/{0.month}/{0.year}"),
    "{0.day} {0:%b} {0:%y}",
]


def test_every_date_is_the_one_that_was_given_and_none_comes_twice():
    source, targets = date_formats(4_000, seed=1)
    assert (source.shape, targets.shape) == ((4_000, 18), (4_000, 11))
    forms, answers = [], DATES.decode(targets)
    for text, answer in zip(DATES.decode(source), answers, strict=True):
        date = datetime.date.fromisoformat(answer)
        forms.append(next(k for k in FORMS if k.format(date) == text))
    assert len(set(answers)) == 4_000
    assert min(answers) < "1951"
    assert max(answers) > "2049"
    assert {*forms} == {*FORMS}
    # 1 in 8 each, with a standard error of 0.005; "May" reads as either form.
    for form in FORMS[4:]:
        assert abs(forms.count(form) / 4_000 - 0.125) < 0.02


def test_every_day_of_the_hundred_years_can_be_asked():
    _, targets = date_formats(36_525, seed=0)
    days = np.sort(np.array(DATES.decode(targets), dtype="datetime64[D]"))
    assert days[0] == np.datetime64("1950-01-01")
    assert (np.diff(days) == np.timedelta64(1, "D")).all()


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
    aligned = date_alignment(DATES.encode([text], length=18))[0]
    assert aligned.shape == (11, 18)
    assert not aligned[:, len(text) :].any()
    read = [np.array([*text])[row[: len(text)]] for row in aligned]
    assert [*map("".join, read)] == expected


def test_equal_digits_are_told_apart_by_their_place():
    aligned = date_alignment(DATES.encode(["11/1/1911"]))[0]
    places = [np.flatnonzero(row).tolist() for row in aligned]
    assert places == [[5], [6], [7], [8], [], [3], [3], [], [0], [1], []]


def test_digits_are_aligned_with_equal_digits_in_every_row():
    source, targets = date_formats(500, seed=2)
    aligned = date_alignment(source)
    assert aligned.shape == (500, 11, 18)
    read = ~np.isin(targets, [2, *DATES.encode(["-"])[0]])
    np.testing.assert_array_equal(aligned.any(axis=2), read)
    assert not (aligned & (source == 0)[:, None]).any()
    asked, answers = map(DATES.decode, (source, targets))
    for row, text, answer in zip(aligned, asked, answers, strict=True):
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


def test_numbers_have_nine_digits_at_most_and_dates_ids_of_their_own():
    with pytest.raises(ValueError, match="digits must be at most 9, but 10 came"):
        addition(5, 10, seed=0)
    with pytest.raises(ValueError, match="source holds the id 99, expected 0 to"):
        date_alignment([[99]])
