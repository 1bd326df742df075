"""Demand of shops whose best possible forecast is known, with promotions to come."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lstm_utils._validate import check_choice, check_flag, check_int, wrong
from lstm_utils.tasks._draws import generator

__all__ = ["SHOP_CARRY", "SHOP_NOISE", "best_demand", "shop_demand"]

SHOP_CARRY, SHOP_NOISE = 0.7, 0.1  # of a day's surprise into the next, and its spread
_LIFTS = ("by weekday", "same")


class ShopDemand(NamedTuple):
    """What shops sold each day, where a promotion ran, and what was to be expected.

    All have the shape (shops, days); day 0 is a Monday. `usual` is what a shop sells
    on such a day if nothing is carried over from the day before.
    """

    demand: np.ndarray
    promotion: np.ndarray
    usual: np.ndarray


def shop_demand(
    n: int, steps: int, *, seed: int, lift: str = "by weekday", alike: bool = True
) -> ShopDemand:
    """Draw the daily demand of shops with a week, promotions and a surprise a day.

    A shop sells its level, plus what the day of the week adds, plus what a promotion
    adds. Of the surprise of a day, normal with a spread of a tenth of the level, 0.7
    are carried into the next day, half of it into the second, and so on. Promotions
    of three days are planned ahead, so that they are known of the future.

    Introduced in: 15

    Parameters
    ----------
    n, steps : int
        Number of shops, and days.
    seed : int
        Seed of the generator.
    lift : {"by weekday", "same"}
        Whether each day of the week has its own effect of a promotion, or all have
        one: then demand is a sum of its causes, and a weighted sum can forecast it.
    alike : bool
        Whether week and promotions act on all shops in the same way, as shares of
        their levels.

    Returns
    -------
    ShopDemand
        `demand` and `usual` are float64, in pieces sold; `promotion` is bool.

    Raises
    ------
    TypeError, ValueError
        If a number is not whole or too small, or there is no such lift.

    Examples
    --------
    >>> demand, promotion, usual = shop_demand(2, 100, seed=0)
    >>> demand.shape, bool(0.05 < promotion.mean() < 0.5)
    ((2, 100), True)
    """
    rng = generator(seed, n=n, steps=steps)
    check_choice("lift", lift, _LIFTS)
    kinds = 1 if check_flag("alike", alike) else n
    level = rng.uniform(50, 200, (n, 1))
    week = rng.normal(0, 0.2, (kinds, 7))
    effects = rng.uniform(0, 1.2, (kinds, 7))
    if lift == "same":
        effects[:] = effects.mean(axis=1, keepdims=True)
    begins = rng.random((n, steps + 2)) < 0.08
    promotion = begins[:, 2:] | begins[:, 1:-1] | begins[:, :-2]
    day = np.arange(steps) % 7
    usual = level * (1 + week[:, day] + effects[:, day] * promotion)
    surprise = SHOP_NOISE * rng.standard_normal((n, steps))
    carried = np.zeros((n, steps))
    carried[:, 0] = surprise[:, 0] / np.sqrt(1 - SHOP_CARRY**2)
    for t in range(1, steps):
        carried[:, t] = SHOP_CARRY * carried[:, t - 1] + surprise[:, t]
    return ShopDemand(usual + level * carried, promotion, usual)


def best_demand(shops: ShopDemand, horizon: int) -> np.ndarray:
    """Forecast the demand of shops as well as anybody can, who knows how it is made.

    Introduced in: 15

    Parameters
    ----------
    shops : ShopDemand
        As `shop_demand` returns it.
    horizon : int
        Days ahead.

    Returns
    -------
    ndarray of float64, shape (shops, days - horizon, horizon)
        From the end of each day, the forecasts of the next ones.

    Raises
    ------
    TypeError, ValueError
        If `shops` is something else, or the horizon is not shorter than it.

    Examples
    --------
    >>> shops = shop_demand(2, 100, seed=0)
    >>> best_demand(shops, 3).shape
    (2, 97, 3)
    """
    if not isinstance(shops, ShopDemand):
        hint = "It is what shop_demand returns."
        raise wrong(TypeError, "shops", "be a ShopDemand", type(shops).__name__, hint)
    days = shops.demand.shape[1]
    horizon = check_int("horizon", horizon, 1, "It counts days.", maximum=days - 1)
    steps = np.arange(1, horizon + 1)
    origins = np.arange(days - horizon)[:, None]
    surprise = (shops.demand - shops.usual)[:, origins]
    return shops.usual[:, origins + steps] + SHOP_CARRY**steps * surprise
