"""Arrays in any container and of any kind of number give what a plain array gives."""

import keras
import numpy as np
import pandas as pd
import pytest

import lstm_utils
from lstm_utils.models import make_encoder_decoder, make_stack

pytestmark = pytest.mark.slow


def table(a):
    """Return a table of pandas whose index runs backwards."""
    kind = pd.Series if a.ndim == 1 else pd.DataFrame
    return kind(a, index=range(len(a))[::-1])


HOLDERS = {
    "list": lambda a: a.tolist(),
    "tuple": lambda a: tuple(a.tolist()),
    "tensor": keras.ops.convert_to_tensor,
    "column by column": np.asfortranarray,
    "every second": lambda a: np.repeat(a, 2, axis=0)[::2],
    "pandas": table,
    "pandas, nullable": lambda a: table(a).convert_dtypes(),
}
KINDS = ["uint8", "int8", "int64", "uint64", "float16", "float64", "bool"]


def held(a, ids=False):
    """Yield each way to hold some zeros and ones, or ids, and its name."""
    for name, hold in HOLDERS.items():
        if a.ndim <= 2 or not name.startswith("pandas"):
            yield name, hold(a)
    for kind in KINDS:
        if not ids or kind[0] in "ui":
            yield kind, a.astype(kind)


@pytest.fixture(scope="module")
def functions():
    """Return each function of one array, whether that holds ids, and such an array."""
    stack = make_stack(2, 3, n_features=2)
    stack.compile(loss="mse")
    writer = make_encoder_decoder(1, 4, 7, attention="dot")
    lstm = next(x.get_weights() for x in stack.layers if len(x.get_weights()) == 3)
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 2, size=(4, 5, 2)), np.array([0, 1, 1, 0])
    source, told = np.array([[3, 4, 5], [5, 6, 0]]), np.array([[1, 3], [1, 4]])
    response = np.array([[0, 1, 1], [1, 0, 0]])

    def windows(series):
        return [np.array(part) for part in lstm_utils.sliding_windows(series, 3)]

    def gates(x):
        return [trace.f for trace in lstm_utils.gate_traces(stack, x)]

    def best(source):
        answers = lstm_utils.beam_search(writer, source, 2, 4)
        return [ids for found in answers for ids, _ in found]

    return {
        "sliding_windows": (windows, False, rng.integers(0, 2, size=12)),
        "sliding_windows, 2": (windows, False, rng.integers(0, 2, size=(12, 2))),
        "split_by_time": (lstm_utils.split_by_time, False, np.arange(20) % 2),
        "numpy_lstm": (lambda x: lstm_utils.numpy_lstm(x, lstm), False, x),
        "gate_traces": (gates, False, x),
        "signal_map": (lambda x: lstm_utils.signal_map(stack, x), False, x),
        "gradient_map, x": (lambda x: lstm_utils.gradient_map(stack, x, y), False, x),
        "gradient_map, y": (lambda y: lstm_utils.gradient_map(stack, x, y), False, y),
        "half_life": (lstm_utils.half_life, False, response),
        "greedy_decode": (
            lambda s: lstm_utils.greedy_decode(writer, s, 4),
            True,
            source,
        ),
        "beam_search": (best, True, source),
        "attention_weights": (
            lambda t: lstm_utils.attention_weights(writer, source, t),
            True,
            told,
        ),
    }


def test_every_function_takes_every_container(functions):
    faults = []
    for name, (function, ids, plain) in functions.items():
        wanted = keras.tree.flatten(function(plain))
        for holder, value in held(plain, ids):
            came = keras.tree.flatten(function(value))
            if not all(map(np.allclose, came, wanted)) or len(came) != len(wanted):
                faults.append(f"{name} of {holder}")
    assert not faults
    assert len(functions) == 12
