"""What all generators have in common."""

import inspect
from inspect import signature

import numpy as np
import pytest

from lstm_utils import tasks

STEPS, LENGTHS = {"steps": 9}, {"shortest": 2, "longest": 6}
TOKENS = {
    "addition": {"digits": 2},
    "date_formats": {},
    "copy_strings": LENGTHS,
    "reverse_strings": LENGTHS,
    "sort_strings": LENGTHS,
}
GENERATORS = {
    "latch": STEPS,
    "last_value": STEPS,
    "running_sum": STEPS,
    "echo": STEPS,
    "lstm_teacher": {**STEPS, "layers": 2, "teacher": 0},
    "permutation_chain": STEPS,
    "autoregression": STEPS,
    "phrase_grammar": STEPS,
    "dyck": STEPS,
    **TOKENS,
    "draw_sentences": {},
}


def draw(name, n, seed):
    return getattr(tasks, name)(n, **GENERATORS[name], seed=seed)


def test_every_generator_is_here():
    functions = {k: f for k, f in vars(tasks).items() if inspect.isfunction(f)}
    drawing = {k for k, f in functions.items() if "seed" in signature(f).parameters}
    assert drawing == GENERATORS.keys()


@pytest.mark.parametrize("name", GENERATORS)
def test_a_seed_fixes_the_data(name):
    first, again, other = (draw(name, 40, seed) for seed in (1, 1, 2))
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert np.any(first[0] != other[0])


@pytest.mark.parametrize("name", ["latch", "last_value", "running_sum", "echo"])
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


@pytest.mark.parametrize(
    ("name", "n", "options", "message"),
    [
        ("addition", 56, {"digits": 1}, "at most 55, .*no more pairs of up to 1 digit"),
        ("copy_strings", 7, {"longest": 2, "n_symbols": 2}, "at most 6, .*1 to 2 lett"),
        ("date_formats", 36_526, {}, "at most 36525, but 36526 .* dates from 1950 to"),
    ],
)
def test_no_more_is_drawn_than_there_is(name, n, options, message):
    if "longest" in options:
        options = {"shortest": 1, **options}
    with pytest.raises(ValueError, match=f"n must be {message}.*none comes twice"):
        getattr(tasks, name)(n, **options, seed=0)
