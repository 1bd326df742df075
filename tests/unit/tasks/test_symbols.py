"""What is to be remembered is marked, and nothing else tells it."""

import numpy as np
import pytest

from lstm_utils import tasks


@pytest.mark.parametrize("delay", [0, 1, 12])
def test_the_first_symbol_is_marked_and_asked_for(delay):
    x, y = tasks.recall(4_000, delay, seed=0)
    assert x.shape == (4_000, delay + 1, 9)
    assert y.dtype == "int32"
    np.testing.assert_array_equal(x[:, 0, :8], np.eye(8)[y])
    assert (x[:, 0, 8] == 1).all()
    assert (x[:, 1:, 8] == 0).all()
    assert (x[..., :8].sum(axis=2) == 1).all()
    assert np.bincount(y, minlength=8).min() > 0.85 * 4_000 / 8


def test_what_follows_a_symbol_says_nothing_of_it():
    x, y = tasks.recall(40_000, 3, n_symbols=4, seed=1)
    later = x[:, 1:, :4].argmax(axis=2)
    for step in range(3):
        pairs = np.histogram2d(y, later[:, step], bins=4)[0]
        assert abs(pairs / 40_000 - 1 / 16).max() < 0.005
    assert abs((later[:, 0] == later[:, 2]).mean() - 1 / 4) < 0.01
