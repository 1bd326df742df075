"""The one error bar of the book."""

from __future__ import annotations

from typing import NamedTuple

from lstm_utils._validate import check_array

__all__ = ["Interval", "interval"]


class Interval(NamedTuple):
    """A mean and the 95 % interval around it."""

    mean: float
    low: float
    high: float


def interval(values, minus=None) -> Interval:
    """Return the mean of some runs and its 95 % interval by Student's t.

    Parameters
    ----------
    values : array_like, shape (runs,)
        One number for each run, at least two.
    minus : array_like, shape (runs,), optional
        What to subtract run by run: the same seeds under another setting. The
        interval is then that of the paired differences.

    Returns
    -------
    Interval
        `mean`, `low` and `high`, in the unit of `values`.

    Raises
    ------
    TypeError, ValueError
        If there are fewer than two runs, or the two rows cannot be paired.

    References
    ----------
    Student (1908), The probable error of a mean.

    Examples
    --------
    >>> [round(x, 2) for x in interval([1.0, 2.0, 3.0])]
    [2.0, -0.48, 4.48]
    >>> [round(x, 2) for x in interval([1.0, 2.0, 3.0], minus=[0.0, 1.0, 2.0])]
    [1.0, 1.0, 1.0]
    """
    from scipy import stats

    values = check_array("values", values, ("runs",)).astype("float64")
    if minus is not None:
        minus = check_array("minus", minus, ("runs",)).astype("float64")
        if len(minus) != len(values):
            raise ValueError(
                f"values has {len(values)} runs and minus has {len(minus)}: a pair "
                "needs one of each, under the same seed."
            )
        values = values - minus
    if len(values) < 2:
        raise ValueError("values holds a single run: it takes two. Run more seeds.")
    half = stats.t.ppf(0.975, len(values) - 1) * stats.sem(values)
    mean = values.mean()
    return Interval(float(mean), float(mean - half), float(mean + half))
