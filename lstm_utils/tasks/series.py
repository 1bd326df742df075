"""Series whose best forecast is known."""

from __future__ import annotations

import numpy as np

from lstm_utils.tasks._draws import generator

__all__ = ["AR_COEFFICIENTS", "autoregression"]

AR_COEFFICIENTS = (1.6, -0.8)


def autoregression(n: int, steps: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Forecast a noisy oscillation of which no model can know the noise.

    Each value is 1.6 times the one before, less 0.8 times the one before that, plus
    standard normal noise. The target is the next value, so the mean squared error
    of the best possible forecast is 1. Series begin after 100 unseen steps.

    Introduced in: 06

    Parameters
    ----------
    n, steps : int
        Number of series and their length.
    seed : int
        Seed of the generator.

    Returns
    -------
    x : ndarray of float32, shape (n, steps, 1)
    y : ndarray of float32, shape (n, steps, 1)

    Raises
    ------
    TypeError, ValueError
        If a number is not whole or too small.

    Examples
    --------
    >>> x, y = autoregression(3, 5, seed=0)
    >>> bool((x[:, 1:] == y[:, :-1]).all())
    True
    """
    rng = generator(seed, n=n, steps=steps)
    noise = rng.standard_normal((n, steps + 101))
    series = np.zeros_like(noise)
    one_back, two_back = AR_COEFFICIENTS
    for t in range(2, series.shape[1]):
        past = one_back * series[:, t - 1] + two_back * series[:, t - 2]
        series[:, t] = past + noise[:, t]
    series = series[:, 100:, None].astype("float32")
    return series[:, :-1].copy(), series[:, 1:].copy()
