"""The toy problems have the answers that they promise."""

import numpy as np
import pytest

from lstm_utils import tasks

ALL = [tasks.latch, tasks.last_value, tasks.running_sum, tasks.echo]


@pytest.mark.parametrize("task", ALL)
def test_a_seed_fixes_the_data(task):
    first, again, other = (task(20, 9, seed=seed) for seed in (1, 1, 2))
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert (first[0] != other[0]).any()
    assert {array.dtype for array in first} == {np.dtype("float32")}


def test_latch_follows_the_last_pulse():
    x, y = tasks.latch(200, 60, seed=3)
    for pulses, lights in zip(x, y[..., 0], strict=True):
        light = 0
        for (is_set, is_reset), shown in zip(pulses, lights, strict=True):
            light = 0 if is_reset else 1 if is_set else light
            assert shown == light
    assert 0.08 < x.mean() < 0.12


def test_values_spread_evenly_from_minus_one_to_one():
    x, y = tasks.last_value(2_000, 5, seed=0)
    assert x.shape == (2_000, 5, 1)
    assert -1 <= x.min() < -0.99
    assert 0.99 < x.max() <= 1
    assert abs(x.mean()) < 0.02
    np.testing.assert_array_equal(y, x[:, -1])


def test_running_sum_adds_up():
    x, y = tasks.running_sum(7, 12, seed=0)
    for t in range(12):
        np.testing.assert_allclose(y[:, t], x[:, : t + 1].sum(axis=1), atol=1e-5)


@pytest.mark.parametrize("delay", [0, 1, 4])
def test_echo_comes_after_its_delay(delay):
    x, y = tasks.echo(7, 12, delay=delay, seed=0)
    assert (y[:, :delay] == 0).all()
    for t in range(delay, 12):
        np.testing.assert_array_equal(y[:, t], x[:, t - delay])


def test_targets_may_be_changed_without_changing_the_inputs():
    x, y = tasks.last_value(3, 4, seed=0)
    before = x.copy()
    y[:] = 9
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("task", ALL)
@pytest.mark.parametrize(
    ("n", "steps", "seed", "error", "message"),
    [
        (0, 5, 0, ValueError, "n must be at least 1, but 0"),
        (5, 0, 0, ValueError, "steps must be at least 1"),
        (5, 2.5, 0, TypeError, "steps must be a whole number"),
        (5, 5, -1, ValueError, "seed must be at least 0"),
        (5, 5, None, TypeError, "seed must be a whole number, but None"),
    ],
)
def test_bad_input_says_what_is_wrong(task, n, steps, seed, error, message):
    with pytest.raises(error, match=message):
        task(n, steps, seed=seed)


def test_an_echo_must_fit_into_the_sequence():
    with pytest.raises(ValueError, match="delay is 5 steps, but the sequences have"):
        tasks.echo(3, 5, delay=5, seed=0)
    with pytest.raises(ValueError, match="delay must be at least 0"):
        tasks.echo(3, 5, delay=-1, seed=0)
