"""Every string is answered rightly, and none comes twice."""

import numpy as np
import pytest

from lstm_utils import tasks

STRING_TASKS = {
    tasks.copy_strings: lambda text: text,
    tasks.reverse_strings: lambda text: text[::-1],
    tasks.sort_strings: lambda text: "".join(sorted(text)),
}


@pytest.mark.parametrize("task", STRING_TASKS)
@pytest.mark.parametrize(
    ("n", "shortest", "longest", "symbols"),
    [(340, 1, 4, 4), (700, 5, 5, 26)],
    ids=["all there are", "of one length"],
)
def test_every_string_is_answered_and_none_comes_twice(
    task, n, shortest, longest, symbols
):
    source, targets = task(n, shortest, longest, symbols, seed=0)
    assert (source.shape, targets.shape) == ((n, longest), (n, longest + 1))
    vocabulary = tasks.string_vocabulary(symbols)
    asked = vocabulary.decode(source)
    assert vocabulary.decode(targets) == [*map(STRING_TASKS[task], asked)]
    assert len(set(asked)) == n
    assert {*map(len, asked)} == {*range(shortest, longest + 1)}
    assert {*"".join(asked)} == {*vocabulary.symbols}


def test_the_string_tasks_share_their_strings():
    first, *others = (task(50, 2, 6, seed=4)[0] for task in STRING_TASKS)
    for source in others:
        np.testing.assert_array_equal(source, first)


def test_lengths_come_evenly_where_there_is_room():
    source, _ = tasks.copy_strings(4_000, 6, 9, seed=0)
    counts = np.bincount((source > 0).sum(axis=1))[6:]
    assert abs(counts / 4_000 - 0.25).max() < 0.03


def test_a_vocabulary_of_strings_has_as_many_letters_as_asked():
    found = [tasks.string_vocabulary(*n).symbols for n in ([1], [4], [])]
    assert found == ["a", "abcd", "abcdefgh"]


def test_bounds_of_the_lengths_are_told_apart():
    with pytest.raises(ValueError, match="longest must be at least 4, but 3 came"):
        tasks.copy_strings(5, 4, 3, seed=0)
    with pytest.raises(ValueError, match="n_symbols must be at most 26"):
        tasks.copy_strings(5, 2, 5, 27, seed=0)
