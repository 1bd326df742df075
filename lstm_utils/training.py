"""Training by a fixed number of updates, so that budgets can be compared."""

from __future__ import annotations

import math

import numpy as np

from lstm_utils._validate import check_int
from lstm_utils.checks import check_targets

__all__ = ["train"]

ORDER = "It fixes the order of the data."


def train(
    model,
    x,
    y,
    *,
    updates: int,
    learning_rate: float,
    seed: int,
    batch_size: int = 64,
    loss="mse",
) -> None:
    """Train a model by exactly so many updates, the rate falling to zero.

    Adam with gradients clipped to norm 1; the learning rate falls from
    `learning_rate` to 0 along a half cosine. Batches come from the data in a fresh
    random order for each pass, the same for every model under one seed.

    Introduced in: 06

    Parameters
    ----------
    model : keras.Model
        It is compiled here.
    x : ndarray, shape (n, ...)
    y : ndarray, shape (n, ...)
    updates : int
        Number of batches, counted over all passes through the data.
    learning_rate : float
        The rate of the first update.
    seed : int
        Seed of the order of the data.
    batch_size : int
        Samples a batch.
    loss : str or keras.losses.Loss
        As for ``model.compile``.

    Raises
    ------
    TypeError, ValueError
        If a number is out of range, or the targets do not fit the model.

    References
    ----------
    Kingma and Ba (2015), Adam; Loshchilov and Hutter (2017), SGDR.

    Examples
    --------
    >>> import keras, numpy as np
    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> x = np.linspace(-1, 1, 100)[:, None]
    >>> train(model, x, 3 * x, updates=300, learning_rate=0.1, seed=0)
    >>> float(abs(model.get_weights()[0] - 3).max()) < 0.1
    True
    """
    import keras

    updates = check_int("updates", updates, 1, "It counts batches, not passes.")
    batch_size = check_int("batch_size", batch_size, 1, "It counts samples.")
    if not 0 < learning_rate < math.inf:
        raise ValueError(
            f"learning_rate must be above 0 and finite, but {learning_rate!r} came."
        )
    if len(x) != len(y):
        raise ValueError(
            f"x has {len(x)} samples and y has {len(y)}: one target for each sample."
        )
    rate = keras.optimizers.schedules.CosineDecay(learning_rate, updates)
    model.compile(keras.optimizers.Adam(rate, clipnorm=1.0), loss=loss)
    check_targets(model, y)
    order = _order(len(x), updates * batch_size, check_int("seed", seed, 0, ORDER))
    model.fit(x[order], y[order], batch_size=batch_size, shuffle=False, verbose=0)


def _order(n: int, length: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    passes = math.ceil(length / n)
    return np.concatenate([rng.permutation(n) for _ in range(passes)])[:length]
