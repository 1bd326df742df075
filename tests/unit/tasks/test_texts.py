"""Every string is answered rightly, and none comes twice."""

import numpy as np
import pytest

from lstm_utils.tasks import (
    copy_strings,
    reverse_strings,
    sort_strings,
    string_vocabulary,
)

STRING_TASKS = {
    copy_strings: lambda text: text,
    reverse_strings: lambda text: text[::-1],
    sort_strings: lambda text: "".join(sorted(text)),
}


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
    asked = vocabulary.decode(source)
    for text, answer in zip(asked, vocabulary.decode(targets), strict=True):
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


def test_a_vocabulary_of_strings_has_as_many_letters_as_asked():
    assert [string_vocabulary(n).symbols for n in (1, 4)] == ["a", "abcd"]
    assert string_vocabulary().symbols == "abcdefgh"


def test_bounds_of_the_lengths_are_told_apart():
    with pytest.raises(ValueError, match="longest must be at least 4, but 3 came"):
        copy_strings(5, 4, 3, seed=0)
    with pytest.raises(ValueError, match="n_symbols must be at most 26"):
        copy_strings(5, 2, 5, 27, seed=0)
