"""How long a change of one input lives on in each layer of a stack."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lstm_utils._validate import as_numbers, check_array, check_int
from lstm_utils.diagnostics._reading import StepByStep, check_inputs

__all__ = ["area_over_peak", "half_life", "perturbation_response"]


def perturbation_response(
    model, x, step: int, change: Callable | np.ndarray | None = None
) -> np.ndarray:
    """Change the input at one step, run on, and measure the difference per layer.

    Introduced in: 07

    Parameters
    ----------
    model : keras.Model
        With one input, else as for `signal_map`.
    x : array_like, shape (batch, time, …)
        Sequences of numbers, or of ids for a model with an ``Embedding``.
    step : int
        The step whose input is changed, from 0.
    change : callable, array_like or None
        What stands there instead: an array of the shape of ``x[:, step]``, or a
        function that makes one from it. None gives to each sequence what the next
        sequence of the batch has there, so that the values are as usual as before.

    Returns
    -------
    ndarray, shape (layers, time - step)
        Euclidean norm of the difference of the layer's output with and without the
        change, averaged over the batch. The first column is the changed step itself,
        lag 0. A layer's output is h, or with a residual around it the sum of h
        and what came from below.

    Raises
    ------
    TypeError, ValueError
        If the model cannot be read, `x` does not fit its input, `step` is not one of
        its steps, or `change` has another shape or changes nothing.

    References
    ----------
    Hermans and Schrauwen (2013), Training and analysing deep recurrent neural
    networks.

    Examples
    --------
    >>> import numpy as np
    >>> from lstm_utils.models import make_stack
    >>> model = make_stack(3, 4, n_features=2)
    >>> x = np.zeros((8, 20, 2))
    >>> perturbation_response(model, x, 5, change=lambda now: now + 1).shape
    (3, 15)
    """
    reader = StepByStep(model)
    if len(model.inputs) > 1:
        raise ValueError(
            f"model has {len(model.inputs)} inputs, but one is expected, whose step is "
            "changed. Make a model with the other inputs fixed."
        )
    (x,) = check_inputs(model, x)
    if x.ndim < 2:
        raise ValueError(
            f"x has shape {x.shape}, expected (batch, time, …). "
            "One sequence of one feature is x.reshape(1, -1, 1)."
        )
    step = check_int("step", step, 0, "Steps count from 0.", maximum=x.shape[1] - 1)
    changed = _changed(x, step, change)
    # Two runs of one shape: where nothing changes, the difference is exactly zero.
    runs = [
        [np.asarray(h, dtype="float64") for h in reader.run([inputs])[1]]
        for inputs in (x, changed)
    ]
    rows = []
    for number, (before, after) in enumerate(zip(*runs, strict=True), start=1):
        if before.shape[1] != x.shape[1]:
            raise ValueError(
                f"layer {number} runs over {before.shape[1]} steps, but x has "
                f"{x.shape[1]}, so lags have no common meaning. Read the recurrent "
                "part in a model of its own."
            )
        difference = (after - before)[:, step:]
        rows.append(np.linalg.norm(difference, axis=2).mean(axis=0))
    return np.stack(rows)


def half_life(response) -> np.ndarray:
    """Find the lag at which a response has fallen below half of its peak.

    Introduced in: 07

    Parameters
    ----------
    response : array_like, shape (layers, lags)
        What `perturbation_response` gives.

    Returns
    -------
    ndarray, shape (layers,)
        Steps from the change to the first lag after the peak whose value is below
        half of the peak; 1 where only the changed step itself shows it. A later rise
        is not seen: look at `area_over_peak` too. Where the response ends before it
        has fallen that far, its life is longer than the lags given, and `inf` stands
        for it: take medians over runs, not means. Where nothing responds it is NaN.

    Raises
    ------
    TypeError, ValueError
        If `response` has another rank, is empty, or holds NaN or negative values.

    References
    ----------
    Hermans and Schrauwen (2013), Training and analysing deep recurrent neural
    networks.

    Examples
    --------
    >>> half_life([[4.0, 3.0, 1.0, 0.0], [0.0, 2.0, 2.0, 1.0]])
    array([ 2., inf])
    """
    rows = _check_response(response)
    lives = []
    for row in rows:
        peak = int(row.argmax())
        below = np.flatnonzero(row[peak:] < row[peak] / 2)
        lives.append(float(peak + below[0]) if below.size else np.inf)
    return np.where(rows.any(axis=1), lives, np.nan)


def area_over_peak(response) -> np.ndarray:
    """Divide the sum of a response over its lags by its peak.

    It is a length in steps like `half_life`, which it backs up where a response comes
    and goes more than once. A response that shrinks to f times itself at each step
    has 1 / (1 - f).

    Introduced in: 07

    Parameters
    ----------
    response : array_like, shape (layers, lags)
        What `perturbation_response` gives.

    Returns
    -------
    ndarray, shape (layers,)
        Area over peak in steps, at least 1 and at most the number of lags, and NaN
        where nothing responds. What comes after the last lag is not in it.

    Raises
    ------
    TypeError, ValueError
        If `response` has another rank, is empty, or holds NaN or negative values.

    Examples
    --------
    >>> area_over_peak([[4.0, 2.0, 1.0, 1.0]])
    array([2.])
    """
    rows = _check_response(response)
    peaks = rows.max(axis=1)
    peaks[peaks == 0] = np.nan
    return rows.sum(axis=1) / peaks


def _changed(x, step, change) -> np.ndarray:
    now = x[:, step]
    if change is None:
        if len(x) < 2:
            raise ValueError(
                "x has one sequence, so there is no next one to take an input from. "
                "Give more sequences, or say in change what stands there instead."
            )
        new = np.roll(now, -1, axis=0)
    else:
        given = change(now.copy()) if callable(change) else change
        new = as_numbers("change", given)
    if new.shape != now.shape:
        raise ValueError(
            f"change has shape {new.shape}, but x[:, step] has {now.shape}, and takes "
            "its place. Give one input for each sequence."
        )
    if (new == now).all():
        raise ValueError(
            f"change leaves x as it is at step {step}, so no difference can follow. "
            "Give other values there."
        )
    changed = x.astype(np.result_type(x, new))
    changed[:, step] = new
    return changed


def _check_response(response) -> np.ndarray:
    rows = check_array(
        "response", response, ("layers", "lags"), "One layer is response[None]."
    ).astype("float64")
    if (rows < 0).any():
        raise ValueError(
            f"response holds {rows.min()}, expected norms, which are 0 or more. Take "
            "np.abs where the sign does not matter."
        )
    return rows
