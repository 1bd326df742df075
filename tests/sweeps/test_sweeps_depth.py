"""The sweep of depth at equal parameters: how its control is scored and tuned."""

import numpy as np

from experiments import _stacks, deep_or_wide
from lstm_utils import tasks


def test_the_control_is_scored_by_its_distance_from_the_best_forecast():
    x, y = tasks.autoregression(50, 20, seed=0)
    one_back, two_back = tasks.AR_COEFFICIENTS
    best = one_back * x
    best[:, 1:] += two_back * x[:, :-1]
    assert _stacks.score("ar2", x, y, best) < 1e-12
    np.testing.assert_allclose(_stacks.score("ar2", x, y, best + 0.5), 0.25, rtol=1e-5)
    # What cannot be known has no part in it.
    noisy = y + np.random.default_rng(0).standard_normal(y.shape)
    np.testing.assert_allclose(
        _stacks.score("ar2", x, noisy, best + 0.5), 0.25, rtol=1e-5
    )


def test_all_depths_of_the_control_are_tried_at_the_same_rates():
    first = deep_or_wide.settings([])
    assert {row["depth"] for row in first} == {*deep_or_wide.DEPTHS}
    for depth in deep_or_wide.DEPTHS:
        tried = {(row["lr"], row["seed"]) for row in first if row["depth"] == depth}
        assert len(tried) == 6 * 2
        assert {lr for lr, _ in tried} == {0.005, 0.01, 0.02, 0.04, 0.08, 0.16}
