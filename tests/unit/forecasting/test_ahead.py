"""Many steps ahead: what is known beforehand lies beside its step, and nothing else."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import mean_pinball_loss

from lstm_utils.checks import check_no_leak
from lstm_utils.forecasting import (
    feed_back,
    one_step_inputs,
    pinball,
    windows_ahead,
)

DAYS = pd.date_range("2026-01-01", periods=20)
TABLE = pd.DataFrame(
    {"promotion": np.arange(20) % 3 == 0, "sold": np.arange(20.0), "rain": 1.0}, DAYS
)
SOLD = {"target": "sold", "known": ["promotion"]}


def test_target_comes_first_and_what_is_known_last_and_beside_its_step():
    past, future, y, dates = windows_ahead(TABLE, 4, 3, **SOLD)
    assert past.shape == (14, 4, 3)
    assert future.shape == (14, 3, 1)
    assert dates[0] == DAYS[4]
    np.testing.assert_array_equal(past[5, :, 0], [5, 6, 7, 8])
    np.testing.assert_array_equal(y[5], [9, 10, 11])
    np.testing.assert_array_equal(future[5, :, 0], [1, 0, 0])  # day 9 has a promotion
    np.testing.assert_array_equal(past[5, :, 2], [0, 1, 0, 0])


def test_windows_at_a_gap_are_left_out_with_their_futures():
    holes = TABLE.copy()
    holes.loc[DAYS[10], "sold"] = np.nan
    found = windows_ahead(holes, 4, 3, **SOLD)
    at = DAYS.get_indexer(found.dates)
    assert not {*range(8, 15)} & {*at}
    steps = at[:, None] + np.arange(3)
    np.testing.assert_array_equal(found.future[..., 0], steps % 3 == 0)
    np.testing.assert_array_equal(found.y, steps)


def test_the_days_after_the_last_can_be_forecast_if_their_promotions_are_known():
    after = pd.date_range(DAYS[-1], periods=4)[1:]
    longer = TABLE.reindex(DAYS.union(after))
    longer["promotion"] = np.arange(23) % 3 == 0
    found = windows_ahead(longer, 4, 3, **SOLD, unknown=True)
    assert found.dates[-1] == after[0]
    np.testing.assert_array_equal(found.past[-1, :, 0], [16, 17, 18, 19])
    np.testing.assert_array_equal(found.future[-1, :, 0], [0, 1, 0])
    assert np.isnan(found.y[-1]).all()


def test_no_past_sees_its_future():
    noise = np.random.default_rng(0).normal(size=20)
    table = pd.DataFrame({"sold": noise, "promotion": 1.0}, DAYS)

    def last_inputs(sold):
        one = table.assign(sold=sold)
        found = windows_ahead(one, 4, 3, **SOLD)
        return pd.DataFrame(found.past[:, :, 0], found.dates)

    check_no_leak(last_inputs, table["sold"], DAYS[12])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"target": "price"}, r"target must be among the columns .*'price' came"),
        ({"known": ["price"]}, r"known must be among the columns .*'price' came"),
        ({"known": ["sold"], "target": "rain"}, None),
        ({"horizon": 30}, r"window \+ horizon is 4 \+ 30 = 34 steps, but table has 20"),
    ],
)
def test_what_cannot_be_cut_is_named(change, message):
    arguments = {"window": 4, "horizon": 3} | SOLD | change
    if message is None:
        assert windows_ahead(TABLE, **arguments).future[0].tolist() == [[4], [5], [6]]
        return
    with pytest.raises(ValueError, match=message):
        windows_ahead(TABLE, **arguments)


def test_a_gap_in_what_is_known_beforehand_is_refused():
    holes = TABLE.astype(float)
    holes.loc[DAYS[3], "promotion"] = np.nan
    with pytest.raises(ValueError, match=r"gap in a known column on 2026-01-04"):
        windows_ahead(holes, 4, 3, **SOLD)


def test_the_last_input_of_one_step_knows_of_the_step_to_come():
    past, future, _, _ = windows_ahead(TABLE[["sold", "promotion"]], 4, 3, **SOLD)
    rows = one_step_inputs(past, future)
    np.testing.assert_array_equal(rows[..., 0], past[..., 0])
    np.testing.assert_array_equal(rows[:, :-1, 1], past[:, 1:, 1])
    np.testing.assert_array_equal(rows[:, -1, 1], future[:, 0, 0])
    with pytest.raises(ValueError, match=r"future must have the shape \(14, "):
        one_step_inputs(past, future[:3])


def sums(columns):
    """Return a model whose three outputs are the last row's sum, and one off it."""
    import keras

    last = keras.Input((4, columns))
    dense = keras.layers.Dense(3)
    model = keras.Model(last, dense(last[:, -1]))
    dense.set_weights([np.ones((columns, 3)), np.array([-9.0, 0.0, 9.0])])
    return model


@pytest.mark.slow
def test_the_middle_forecast_is_fed_back_with_what_is_known_of_the_next_step():
    past = np.ones((2, 4, 2))
    future = np.array([[[1.0], [10.0], [100.0]], [[0.0], [0.0], [0.0]]])
    found = feed_back(sums(2), past, future, 3)
    np.testing.assert_allclose(found[0, :, 1], [2, 12, 112])
    np.testing.assert_allclose(found[1, :, 1], [1, 1, 1])
    np.testing.assert_allclose(found[..., 2] - found[..., 1], 9)
    with pytest.raises(ValueError, match="horizon must be at most 3, but 4 came"):
        feed_back(sums(2), past, future, 4)
    alone = feed_back(sums(1), past[..., :1], future[..., :0], 2)
    np.testing.assert_allclose(alone[..., 1], 1)


@pytest.mark.slow
def test_the_loss_of_a_level_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    y, found = rng.normal(size=(2, 50, 3))
    levels = (0.1, 0.5, 0.9)
    ours = np.asarray(pinball(levels)(y, found))
    theirs = [
        mean_pinball_loss(y[:, k], found[:, k], alpha=level)
        for k, level in enumerate(levels)
    ]
    assert ours.mean() == pytest.approx(np.mean(theirs), rel=1e-5)
    with pytest.raises(ValueError, match=r"levels\[1\] must be above 0 and below 1"):
        pinball((0.5, 1))


@pytest.mark.slow
def test_outputs_trained_under_the_loss_become_quantiles():
    import keras

    from lstm_utils import train

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(3)])
    y = np.random.default_rng(0).normal(size=2_000)[:, None].repeat(3, axis=1)
    x, levels = np.zeros((2_000, 1)), (0.1, 0.5, 0.9)
    options = {"updates": 400, "learning_rate": 0.1, "seed": 0, "batch_size": 500}
    train(model, x, y, **options, loss=pinball(levels))
    below = (y < model.predict(x, verbose=0)).mean(axis=0)
    np.testing.assert_allclose(below, levels, atol=0.02)
