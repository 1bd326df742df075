"""Every row of a token task is right, and no row comes twice."""

import datetime
import re

import numpy as np
import pytest

from lstm_utils.tasks import (
    addition,
    addition_vocabulary,
    copy_strings,
    date_alignment,
    date_formats,
    date_vocabulary,
    reverse_strings,
    sort_strings,
    string_vocabulary,
)

STRING_TASKS = {
    copy_strings: lambda text: text,
    reverse_strings: lambda text: text[::-1],
    sort_strings: lambda text: "".join(sorted(text)),
}
GENERATORS = [
    lambda n, seed: addition(n, 2, seed=seed),
    date_formats,
    *(lambda n, seed, task=task: task(n, 2, 6, seed=seed) for task in STRING_TASKS),
]
DATES = date_vocabulary()


@pytest.mark.parametrize("task", GENERATORS)
def test_a_seed_fixes_the_data(task):
    first, again, other = (task(40, seed=seed) for seed in (1, 1, 2))
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert (first[0] != other[0]).any()


@pytest.mark.parametrize("task", GENERATORS)
def test_ids_are_padded_on_the_right_and_targets_end_once(task):
    source, targets = task(200, seed=0)
    for ids in (source, targets):
        assert ids.dtype == np.int32
        assert (ids[:, 0] > 2).all()
        assert not ((ids[:, :-1] == 0) & (ids[:, 1:] != 0)).any()
    assert ((targets == 2).sum(axis=1) == 1).all()
    assert not np.isin(source, [1, 2]).any()
    assert not (targets == 1).any()


def texts_of(vocabulary, ids):
    """Return texts; steps are counted here, so that no end or padding is lost."""
    texts = vocabulary.decode(ids)
    for text, row in zip(texts, ids, strict=True):
        assert len(text) == (row > 2).sum()
    return texts


# --- addition -------------------------------------------------------------------


@pytest.mark.parametrize("digits", [1, 2, 3, 9])
def test_every_sum_is_right_and_no_pair_comes_twice(digits):
    n = 55 if digits == 1 else 1_500
    source, targets = addition(n, digits, seed=3)
    assert source.shape == (n, 2 * digits + 1)
    assert targets.shape == (n, digits + 2)
    vocabulary = addition_vocabulary()
    seen = set()
    questions = texts_of(vocabulary, source)
    for question, answer in zip(questions, texts_of(vocabulary, targets), strict=True):
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


@pytest.mark.parametrize(
    ("n", "digits", "seed", "error", "message"),
    [
        (0, 2, 0, ValueError, "n must be at least 1"),
        (2.0, 2, 0, TypeError, "n must be a whole number"),
        (5, 0, 0, ValueError, "digits must be at least 1"),
        (5, 10, 0, ValueError, "digits must be at most 9"),
        (5, 2, -1, ValueError, "seed must be at least 0"),
        (5, 2, None, TypeError, "seed must be a whole number, but None"),
        (56, 1, 0, ValueError, "n is 56, but there are only 55 pairs of up to 1 dig"),
    ],
)
def test_bad_numbers_of_an_addition_say_what_is_wrong(n, digits, seed, error, message):
    with pytest.raises(error, match=message):
        addition(n, digits, seed=seed)


# --- strings --------------------------------------------------------------------


@pytest.mark.parametrize("task", STRING_TASKS)
@pytest.mark.parametrize(("shortest", "longest", "symbols"), [(1, 4, 4), (5, 5, 26)])
def test_every_string_is_answered_and_none_comes_twice(
    task, shortest, longest, symbols
):
    n = 340 if symbols == 4 else 700  # 340 are all there are
    source, targets = task(n, shortest, longest, symbols, seed=0)
    assert source.shape == (n, longest)
    assert targets.shape == (n, longest + 1)
    vocabulary = string_vocabulary(symbols)
    asked = texts_of(vocabulary, source)
    for text, answer in zip(asked, texts_of(vocabulary, targets), strict=True):
        assert answer == STRING_TASKS[task](text)
    assert len(set(asked)) == n
    assert {*map(len, asked)} == {*range(shortest, longest + 1)}
    assert {*"".join(asked)} == {*vocabulary.symbols}


def test_the_string_tasks_share_their_strings():
    sources = [task(50, 2, 6, seed=4)[0] for task in STRING_TASKS]
    np.testing.assert_array_equal(sources[0], sources[1])
    np.testing.assert_array_equal(sources[0], sources[2])


def test_lengths_come_evenly_where_there_is_room():
    source, _ = copy_strings(4_000, 6, 9, seed=0)
    counts = np.bincount((source > 0).sum(axis=1))[6:]
    assert abs(counts / 4_000 - 0.25).max() < 0.03


@pytest.mark.parametrize("task", STRING_TASKS)
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0, 2, 5), ValueError, "n must be at least 1"),
        ((5, 0, 5), ValueError, "shortest must be at least 1"),
        ((5, 4, 3), ValueError, "longest must be at least 4, but 3"),
        ((5, 2, 5.0), TypeError, "longest must be a whole number"),
        ((5, 2, 5, 27), ValueError, "n_symbols must be at most 26"),
        ((7, 1, 2, 2), ValueError, "only 6 strings of 1 to 2 letters out of 2"),
    ],
)
def test_bad_numbers_of_strings_say_what_is_wrong(task, arguments, error, message):
    with pytest.raises(error, match=message):
        task(*arguments, seed=0)


def test_a_vocabulary_of_strings_has_as_many_letters_as_asked():
    assert [string_vocabulary(n).symbols for n in (1, 4)] == ["a", "abcd"]
    assert string_vocabulary().symbols == "abcdefgh"
    with pytest.raises(ValueError, match="n_symbols must be at least 1"):
        string_vocabulary(0)


# --- dates ----------------------------------------------------------------------

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
    answers = texts_of(DATES, targets)
    for text, answer in zip(texts_of(DATES, source), answers, strict=True):
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
    with pytest.raises(ValueError, match="n is 36526, but there are only 36525 dates"):
        date_formats(36_526, seed=0)


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


def test_ids_of_another_vocabulary_are_refused():
    with pytest.raises(ValueError, match="source holds the id 99, expected 0 to"):
        date_alignment([[99]])
    with pytest.raises(TypeError, match="source must hold whole numbers"):
        date_alignment([[3.5]])
