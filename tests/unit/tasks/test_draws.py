"""What all generators have in common."""

import inspect

import numpy as np
import pytest

from lstm_utils import tasks

STEPS, LENGTHS = {"steps": 9}, {"shortest": 2, "longest": 6}
NUMBERS = ["latch", "last_value", "running_sum", "echo"]
TEXTS = ["permutation_chain", "autoregression", "phrase_grammar", "dyck"]
TOKENS = dict.fromkeys(["copy_strings", "reverse_strings", "sort_strings"], LENGTHS)
TOKENS |= {"addition": {"digits": 2}, "date_formats": {}}
GENERATORS = {
    **dict.fromkeys(NUMBERS + TEXTS, STEPS),
    **TOKENS,
    "lstm_teacher": {**STEPS, "layers": 2, "teacher": 0},
    "draw_sentences": {},
    "recall": {"delay": 9},
}


def draw(name, n, seed, **options):
    return getattr(tasks, name)(n, **(options or GENERATORS[name]), seed=seed)


def test_every_generator_is_here():
    functions = {k: f for k, f in vars(tasks).items() if inspect.isfunction(f)}
    taken = {k: inspect.signature(f).parameters for k, f in functions.items()}
    assert {k for k in taken if "seed" in taken[k]} == GENERATORS.keys()


@pytest.mark.parametrize("name", GENERATORS)
def test_a_seed_fixes_the_data(name):
    first, again, other = (draw(name, 40, seed) for seed in (1, 1, 2))
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert np.any(first[0] != other[0])


@pytest.mark.parametrize("name", NUMBERS)
def test_sequences_of_numbers_are_single_precision(name):
    assert {array.dtype.name for array in draw(name, 20, 0)} == {"float32"}


@pytest.mark.parametrize("name", TOKENS)
def test_ids_are_padded_on_the_right_and_targets_end_once(name):
    source, targets = draw(name, 200, 0)
    for ids in (source, targets):
        assert ids.dtype == np.int32
        assert (ids[:, 0] > 2).all()
        assert not ((ids[:, :-1] == 0) & (ids[:, 1:] != 0)).any()
    assert ((targets == 2).sum(axis=1) == 1).all()
    assert not np.isin(source, [1, 2]).any()
    assert not (targets == 1).any()


def test_no_more_is_drawn_than_there_is():
    few = {"shortest": 1, "longest": 2, "n_symbols": 2}
    for name, n, options, message in [
        ("addition", 56, {"digits": 1}, "at most 55, .*more pairs of up to 1 digit"),
        ("copy_strings", 7, few, "at most 6, .*1 to 2 lett"),
        ("date_formats", 36_526, {}, "at most 36525, but 36526 .* dates from 1950 to"),
    ]:
        with pytest.raises(ValueError, match=f"n must be {message}.*none comes twice"):
            draw(name, n, 0, **options)
