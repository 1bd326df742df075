"""The problems on which depth is measured have the answers that they promise."""

from itertools import permutations

import numpy as np
import pytest

from lstm_utils import tasks
from lstm_utils.tasks import (
    autoregression,
    digit_rows,
    dyck,
    dyck_bits,
    lstm_teacher,
    permutation_chain,
    phrase_bits,
    phrase_grammar,
)

GENERATORS = [
    lambda n, steps, seed: lstm_teacher(n, steps, layers=2, teacher=0, seed=seed),
    autoregression,
    phrase_grammar,
    dyck,
    permutation_chain,
]
OPENS, CLOSES = 3, 3


@pytest.mark.parametrize("task", GENERATORS)
def test_a_seed_fixes_the_data(task):
    first, again, other = (task(20, 9, seed=seed) for seed in (1, 1, 2))
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert (first[0] != other[0]).any()


@pytest.mark.parametrize("task", GENERATORS)
@pytest.mark.parametrize(
    ("n", "steps", "seed", "message"),
    [(0, 5, 0, "n must be at least 1"), (5, 0, 0, "steps must"), (5, 5, -1, "seed")],
)
def test_bad_input_says_what_is_wrong(task, n, steps, seed, message):
    with pytest.raises(ValueError, match=message):
        task(n, steps, seed=seed)


def test_a_teacher_is_one_function_under_every_seed():
    options = {"layers": 2, "teacher": 3}
    x, y = lstm_teacher(50, 9, seed=1, **options)
    longer_x, longer_y = lstm_teacher(80, 9, seed=1, **options)
    np.testing.assert_array_equal(longer_x[:50], x)
    np.testing.assert_array_equal(longer_y[:50], y)
    assert (lstm_teacher(50, 9, seed=1, layers=2, teacher=4)[1] != y).any()


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_teacher_writes_targets_of_mean_0_and_variance_1(layers):
    x, y = lstm_teacher(3_000, 24, layers=layers, teacher=1, seed=5)
    assert x.shape == (3_000, 24, 2)
    assert y.shape == (3_000, 24, 1)
    assert abs(y.mean()) < 0.1
    assert abs(y.var() - 1) < 0.1


def test_the_digits_are_split_without_overlap():
    parts = {part: digit_rows(part) for part in ("train", "validation", "test")}
    assert [len(y) for _, y in parts.values()] == [1000, 297, 500]
    from sklearn.datasets import load_digits

    pictures = np.concatenate([x for x, _ in parts.values()]) * 16
    as_rows = sorted(map(tuple, pictures.reshape(1797, 64)))
    assert as_rows == sorted(map(tuple, load_digits().images.reshape(1797, 64)))
    for x, y in parts.values():
        assert x.shape[1:] == (8, 8)
        assert 0 <= x.min() < x.max() == 1
        assert set(y) == set(range(10))


def test_an_unknown_part_of_the_digits_gets_the_list():
    with pytest.raises(ValueError, match=r"one of \['train', .*'dev' came"):
        digit_rows("dev")


def test_the_forecast_of_the_process_itself_has_error_1():
    x, y = autoregression(2_000, 40, seed=0)
    forecast = 1.6 * x[:, 1:] - 0.8 * x[:, :-1]
    assert abs(np.mean((forecast - y[:, 1:]) ** 2) - 1) < 0.02
    inputs = np.stack([x[:, 1:].ravel(), x[:, :-1].ravel()], axis=1)
    fitted = np.linalg.lstsq(inputs, y[:, 1:].ravel(), rcond=None)[0]
    np.testing.assert_allclose(fitted, [1.6, -0.8], atol=0.01)
    np.testing.assert_allclose(x[:, 0].var(), x[:, -1].var(), rtol=0.1)


def test_every_verb_of_the_grammar_agrees_with_its_noun():
    x, y = phrase_grammar(300, 60, seed=0)
    words = np.concatenate([x.argmax(2)[:, :1], y], axis=1)
    np.testing.assert_array_equal(x.argmax(2)[:, 1:], y[:, :-1])
    deepest = 0
    for text in words:
        waiting = []  # nouns whose verb is to come
        objects = 0
        for before, word in zip([9, *text], text, strict=False):
            if word < 4:
                is_object = before >= 4 and before < 8 and not waiting
                objects += is_object
                waiting += [] if is_object and before != 8 else [word]
            elif word < 8:
                assert word == 4 + waiting.pop()
            elif word == 8:
                assert before < 4
                waiting += [before] if not waiting else []
            deepest = max(deepest, len(waiting))
    assert deepest >= 3


def test_brackets_close_what_was_opened_last():
    x, y = dyck(300, 60, kinds=3, max_depth=4, seed=0)
    np.testing.assert_array_equal(x.argmax(2)[:, 1:], y[:, :-1])
    depths = set()
    for sequence in np.concatenate([x.argmax(2)[:, :1], y], axis=1):
        still_open = []
        for bracket in sequence:
            if bracket < OPENS:
                still_open.append(bracket)
            else:
                assert bracket - CLOSES == still_open.pop()
            depths.add(len(still_open))
    assert depths == {0, 1, 2, 3, 4}


def test_no_forecast_of_frequencies_beats_the_bits_of_the_source():
    x, y = dyck(4_000, 48, seed=0)
    depth = np.cumsum(np.where(x.argmax(2) < 2, 1, -1), axis=1)
    last = np.zeros(y.shape, int)  # the kind that would have to close
    for row, symbols in enumerate(x.argmax(2)):
        still_open = []
        for t, symbol in enumerate(symbols):
            still_open = [*still_open, symbol] if symbol < 2 else still_open[:-1]
            last[row, t] = still_open[-1] if still_open else 0
    # All that decides the next bracket: how deep, and which kind is open.
    states = (depth * 2 + last).ravel()
    counts = np.zeros((states.max() + 1, 4))
    np.add.at(counts, (states, y.ravel()), 1)
    p = (counts / counts.sum(1, keepdims=True).clip(1))[states, y.ravel()]
    assert abs(-np.log2(p).mean() - dyck_bits(x, y)) < 0.003


def test_the_bits_of_a_grammar_counted_by_hand():
    # noun · that noun verb · verb · noun · full stop
    words = np.array([[0, 8, 2, 6, 4, 1, 9]])
    x, y = np.eye(10)[words[:, :-1]], words[:, 1:]
    with_clause, without = -np.log2(0.3), -np.log2(0.7)
    by_hand = [with_clause, 2, without, 0, 2, without]
    assert phrase_bits(x, y) == pytest.approx(np.mean(by_hand))


def test_the_chain_is_a_product_of_products():
    x, y = permutation_chain(50, 8, seed=0)
    all_six = list(permutations(range(3)))
    for row, targets in zip(x.argmax(2), y, strict=True):
        inner = outer = (0, 1, 2)
        for drawn, target in zip(row, targets, strict=True):
            inner = tuple(all_six[drawn][k] for k in inner)
            outer = tuple(inner[k] for k in outer)
            assert all_six[target] == outer


def test_no_answer_of_the_chain_is_rare():
    _, y = permutation_chain(3_000, 12, seed=0)
    assert np.bincount(y.ravel()).min() > 0.9 * y.size / 6


def test_every_generator_is_listed():
    assert {task.__name__ for task in GENERATORS[1:]} < set(tasks.__all__)
