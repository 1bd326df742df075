"""Networks that forecast many steps at once, in three forms."""

from __future__ import annotations

from collections.abc import Sequence

from lstm_utils._validate import check_choice, check_int
from lstm_utils.models.stack import check_widths

__all__ = ["FORECASTERS", "make_forecaster"]

FORECASTERS = ("direct", "heads", "decoder")


def make_forecaster(
    form: str,
    n_layers: int,
    units: int | Sequence[int],
    *,
    n_features: int,
    n_known: int,
    horizon: int,
    n_outputs: int = 1,
):
    """Build a network from a past, and what is known of the future, to all steps.

    Introduced in: 15

    Parameters
    ----------
    form : {"direct", "heads", "decoder"}
        A stack reads the past. ``"direct"``: one Dense layer makes all forecasts of its
        last output and of all that is known of the future. ``"heads"``: for each step
        a small network, the same for all, sees the last output and what is known of
        that step. ``"decoder"``: a second stack starts from the states of the first,
        layer by layer, and reads what is known of one step after the other.
    n_layers : int
        Layers of the stack, and of the decoder.
    units : int or sequence of int
        Width of every layer, or one width per layer from the lowest up. Heads are as
        wide as the top layer.
    n_features : int
        Columns of the past.
    n_known : int
        Columns of which the future is known; 0 for none. Then a decoder reads the
        last output of the stack at each step, and there are no heads.
    horizon : int
        Steps to forecast.
    n_outputs : int
        Numbers for each step, such as three quantiles.

    Returns
    -------
    keras.Model
        From [past (batch, time, n_features), future (batch, horizon, n_known)] to
        (batch, horizon, n_outputs), not compiled. Without known columns from the past
        alone.

    Raises
    ------
    TypeError, ValueError
        If a number is too small, there is not one width per layer, or heads know
        nothing of the future: they would say the same of every step.

    References
    ----------
    Sutskever et al. (2014), Sequence to sequence learning with neural networks.

    Examples
    --------
    >>> sizes = {"n_features": 3, "n_known": 2, "horizon": 12}
    >>> make_forecaster("decoder", 2, 8, **sizes).output_shape
    (None, 12, 1)
    """
    import keras
    from keras import layers

    check_choice("form", form, FORECASTERS)
    widths = check_widths(n_layers, units)
    hint = "It counts columns, past.shape[-1]."
    n_features = check_int("n_features", n_features, 1, hint)
    hint = "It counts columns, future.shape[-1]; heads need at least one."
    n_known = check_int("n_known", n_known, int(form == "heads"), hint)
    horizon = check_int("horizon", horizon, 1, "It counts steps.")
    n_outputs = check_int("n_outputs", n_outputs, 1, "It counts numbers for a step.")
    past = keras.Input((None, n_features), name="past")
    future = keras.Input((horizon, n_known), name="future") if n_known else None
    x, states = past, []
    for number, width in enumerate(widths, start=1):
        top = number == len(widths)
        options = {"return_sequences": not top, "return_state": True}
        x, *state = layers.LSTM(width, name=f"encoder_{number}", **options)(x)
        states.append(state)
    if form == "direct":
        if n_known:
            x = layers.Concatenate()([x, layers.Flatten()(future)])
        x = layers.Dense(horizon * n_outputs)(x)
        x = layers.Reshape((horizon, n_outputs))(x)
    else:
        repeated = layers.RepeatVector(horizon)(x)
        if form == "heads":
            x = layers.Concatenate()([repeated, future])
            x = layers.Dense(widths[-1], activation="tanh")(x)
        else:
            x = future if n_known else repeated
            for number, state in enumerate(states, start=1):
                options = {"return_sequences": True, "name": f"decoder_{number}"}
                layer = layers.LSTM(widths[number - 1], **options)
                x = layer(x, initial_state=state)
        x = layers.Dense(n_outputs)(x)
    inputs = [past, future] if n_known else past
    return keras.Model(inputs, x, name=form)
