"""From one long series to windows that a model can learn from."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lstm_utils._validate import as_numbers, check_array, check_int, check_number

__all__ = ["sliding_windows", "split_by_time"]


def sliding_windows(
    series, window: int, horizon: int = 1, stride: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Cut a series into inputs and the values that follow them.

    Introduced in: 03

    Parameters
    ----------
    series : array_like, shape (time,) or (time, features)
        The values in the order of time.
    window : int
        Steps of each input.
    horizon : int
        Steps of each target; they follow the input at once.
    stride : int
        Steps from the start of one window to the start of the next.

    Returns
    -------
    x : ndarray, shape (n, window, features)
    y : ndarray, shape (n, horizon, features)
        Read-only views of `series`: nothing is copied, however long it is. Here
        n is (time - window - horizon) // stride + 1.

    Raises
    ------
    TypeError, ValueError
        If `series` has another rank, is empty, holds NaN or is too short.

    Notes
    -----
    Neighbouring windows share steps. Split the series by time first
    (`split_by_time`) and window the parts, never the other way round.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = sliding_windows(np.arange(5.0), window=3)
    >>> x[:, :, 0]
    array([[0., 1., 2.],
           [1., 2., 3.]])
    >>> y[:, :, 0]
    array([[3.],
           [4.]])
    """
    series = _check_series(series)
    series = series[:, np.newaxis] if series.ndim == 1 else series
    hint = "Windows are measured in steps; time is the first axis of the series."
    window = check_int("window", window, 1, hint)
    horizon = check_int("horizon", horizon, 1, hint)
    stride = check_int("stride", stride, 1, hint)
    if window + horizon > len(series):
        raise ValueError(
            f"window + horizon is {window} + {horizon} = {window + horizon} steps, but "
            f"the series has {len(series)}. Shorten the window, or check that time is "
            "the first axis."
        )
    both = sliding_window_view(series, window + horizon, axis=0)[::stride]
    both = np.moveaxis(both, -1, 1)
    return both[:, :window], both[:, window:]


def split_by_time(
    series, *, validation: float = 0.15, test: float = 0.15
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Split a series into past, middle and latest part, without shuffling.

    Introduced in: 03

    Parameters
    ----------
    series : array_like, shape (time,) or (time, features)
        The values in the order of time.
    validation, test : float or int
        Size of the two later parts: a fraction in (0, 1), or a whole number of
        steps.

    Returns
    -------
    train, validation, test : ndarray
        Views of `series`, the oldest steps first; no step is in two of them.

    Raises
    ------
    TypeError, ValueError
        If a size is out of range or a part would be empty.

    Examples
    --------
    >>> import numpy as np
    >>> [len(part) for part in split_by_time(np.arange(20.0), test=0.25)]
    [12, 3, 5]
    """
    array = _check_series(series)
    n_validation = _steps("validation", validation, len(array))
    n_test = _steps("test", test, len(array))
    n_train = len(array) - n_validation - n_test
    if min(n_train, n_validation, n_test) < 1:
        raise ValueError(
            f"{len(array)} steps cannot be split into {n_train} for training, "
            f"{n_validation} for validation and {n_test} for testing: each part needs "
            "at least one. Make validation and test smaller, or the series longer."
        )
    later = n_train + n_validation
    return array[:n_train], array[n_train:later], array[later:]


def _check_series(series) -> np.ndarray:
    array = as_numbers("series", series)
    axes = ("time",) if array.ndim == 1 else ("time", "features")
    hint = "If it is windowed already, pass the series that the windows came from."
    return check_array("series", array, axes, hint)


def _steps(name: str, size, total: int) -> int:
    hint = "Give a whole number of steps, or a share of the series such as 0.15."
    if isinstance(size, (float, np.floating)):
        return round(check_number(name, size, 0, hint, strict=True, below=1) * total)
    return check_int(name, size, 1, hint)
