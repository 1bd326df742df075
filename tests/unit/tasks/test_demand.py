"""Shops whose best forecast is known, and real tables that are whole."""

import numpy as np
import pytest

from lstm_utils.tasks import (
    SHOP_CARRY,
    SHOP_NOISE,
    best_demand,
    load_dated,
    shop_demand,
)

LONG = shop_demand(6, 20_000, seed=0)


def levels(shops):
    """Return each shop's level: the spread of its surprises over the noise's."""
    rest = shops.demand - shops.usual
    return (rest[:, 1:] - SHOP_CARRY * rest[:, :-1]).std(axis=1) / SHOP_NOISE


def test_the_best_forecast_misses_by_the_surprises_alone():
    horizon = 4
    found = best_demand(LONG, horizon)
    ahead = np.arange(20_000 - horizon)[:, None] + np.arange(1, horizon + 1)
    missed = (found - LONG.demand[:, ahead]) / levels(LONG)[:, None, None]
    variance = SHOP_NOISE**2 * np.cumsum(SHOP_CARRY ** (2 * np.arange(horizon)))
    np.testing.assert_allclose(missed.std(axis=(0, 1)), variance**0.5, rtol=0.02)
    assert abs(missed.mean()) < 0.01


def test_promotions_last_three_days_and_hang_on_the_weekday_or_not():
    runs = np.diff(np.flatnonzero(np.diff(LONG.promotion[0].astype(int))))[::2]
    assert min(runs) >= 3 or LONG.promotion[0, 0]
    day = np.arange(20_000) % 7

    def effects(shops):
        """Return the effect of a promotion by shop and weekday, in levels."""
        shares = shops.usual / levels(shops)[:, None]
        on = shops.promotion
        return np.array(
            [
                [s[o & (day == k)].mean() - s[~o & (day == k)].mean() for k in range(7)]
                for s, o in zip(shares, on, strict=True)
            ]
        )

    alike = effects(LONG)
    assert np.ptp(alike, axis=1).min() > 0.5
    np.testing.assert_allclose(alike, alike[:1].repeat(6, axis=0), rtol=0.05)
    same = effects(shop_demand(6, 20_000, seed=0, lift="same"))
    assert np.ptp(same, axis=1).max() < 0.05 * same.min()
    unlike = effects(shop_demand(6, 20_000, seed=0, alike=False))
    assert np.ptp(unlike, axis=0).min() > 0.3


def test_a_seed_is_a_seed():
    once, again, other = (shop_demand(2, 50, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(once.demand, again.demand)
    assert (once.demand != other.demand).all()


def test_no_horizon_is_longer_than_the_days():
    shops = shop_demand(2, 50, seed=0)
    with pytest.raises(ValueError, match="horizon must be at most 49, but 50 came"):
        best_demand(shops, 50)
    with pytest.raises(TypeError, match="shops must be a ShopDemand, but ndarray came"):
        best_demand(shops.demand, 3)


@pytest.mark.parametrize(
    ("name", "first", "value"),
    [("weather", "2012-01-01", 12.8), ("elnino", "1950-01-01", 23.11)],
)
def test_real_tables_are_regular_and_whole(name, first, value):
    table = load_dated(name)
    assert str(table.index[0].date()) == first
    assert table.iloc[0, 0] == value
    assert table.index.freq is not None
    assert not table.isna().any().any()
