"""The toy problems have the answers that they promise."""

from itertools import permutations

import numpy as np
import pytest
from sklearn.datasets import load_digits

from lstm_utils import tasks


def test_latch_follows_the_last_pulse():
    x, y = tasks.latch(200, 60, seed=3)
    for pulses, lights in zip(x, y[..., 0], strict=True):
        light = 0
        for (is_set, is_reset), shown in zip(pulses, lights, strict=True):
            light = 0 if is_reset else 1 if is_set else light
            assert shown == light
    assert 0.08 < x.mean() < 0.12


def test_values_spread_evenly_and_targets_are_a_copy():
    x, y = tasks.last_value(2_000, 5, seed=0)
    assert x.shape == (2_000, 5, 1)
    assert -1 <= x.min() < -0.99
    assert 0.99 < x.max() <= 1
    assert abs(x.mean()) < 0.02
    np.testing.assert_array_equal(y, x[:, -1])
    y[:] = 9
    assert x.max() <= 1


def test_running_sum_adds_up():
    x, y = tasks.running_sum(7, 12, seed=0)
    for t in range(12):
        np.testing.assert_allclose(y[:, t], x[:, : t + 1].sum(axis=1), atol=1e-5)


def test_echo_comes_after_its_delay_which_must_fit_into_the_sequence():
    for delay in (0, 1, 4):
        x, y = tasks.echo(7, 12, delay=delay, seed=0)
        assert (y[:, :delay] == 0).all()
        np.testing.assert_array_equal(y[:, delay:], x[:, : 12 - delay])
    with pytest.raises(ValueError, match=r"delay must be at most 4, but 5 .* 5 steps"):
        tasks.echo(3, 5, delay=5, seed=0)


def test_the_digits_are_split_without_overlap():
    parts = [tasks.digit_rows(part) for part in ("train", "validation", "test")]
    assert [len(y) for _, y in parts] == [1000, 297, 500]
    pictures = np.concatenate([x for x, _ in parts]) * 16
    as_rows = sorted(map(tuple, pictures.reshape(1797, 64)))
    assert as_rows == sorted(map(tuple, load_digits().images.reshape(1797, 64)))
    for x, y in parts:
        assert x.shape[1:] == (8, 8)
        assert 0 <= x.min() < x.max() == 1
        assert set(y) == set(range(10))


def test_the_chain_is_a_product_of_products():
    x, y = tasks.permutation_chain(50, 8, seed=0)
    all_six = list(permutations(range(3)))
    for row, targets in zip(x.argmax(2), y, strict=True):
        inner = outer = (0, 1, 2)
        for drawn, target in zip(row, targets, strict=True):
            inner = tuple(all_six[drawn][k] for k in inner)
            outer = tuple(inner[k] for k in outer)
            assert all_six[target] == outer


def test_no_answer_of_the_chain_is_rare():
    _, y = tasks.permutation_chain(3_000, 12, seed=0)
    assert np.bincount(y.ravel()).min() > 0.9 * y.size / 6
