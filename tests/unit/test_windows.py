"""Windows equal a plain loop and copy nothing."""

import tracemalloc
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_utils.windows import sliding_windows, split_by_time


@given(st.data())
def test_windows_equal_a_plain_loop(data):
    time = data.draw(st.integers(2, 40), "time")
    window = data.draw(st.integers(1, time - 1), "window")
    horizon = data.draw(st.integers(1, time - window), "horizon")
    stride = data.draw(st.integers(1, time), "stride")
    features = data.draw(st.integers(1, 3), "features")
    series = np.arange(time * features, dtype=float).reshape(time, features)
    x, y = sliding_windows(series, window, horizon, stride)
    starts = range(0, time - window - horizon + 1, stride)
    cuts = [series[start : start + window + horizon] for start in starts]
    np.testing.assert_array_equal(x, [cut[:window] for cut in cuts])
    np.testing.assert_array_equal(y, [cut[window:] for cut in cuts])


@pytest.mark.parametrize("features", [None, 3])
def test_windows_share_the_memory_of_the_series_and_cannot_be_overwritten(features):
    series = np.zeros(50 if features is None else (50, features))
    for part in sliding_windows(series, 7, horizon=2, stride=3):
        assert np.shares_memory(part, series)
        with pytest.raises(ValueError, match="read-only"):
            part[0] = 1


def test_a_long_series_needs_no_memory_and_integers_stay_integers():
    series = np.zeros(2_000_000)
    tracemalloc.start()
    x, _ = sliding_windows(series, 1_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert x.size > 1_000 * series.size * 0.99
    assert peak < 100_000  # bytes; the series itself has 16 million
    assert {part.dtype.kind for part in sliding_windows([1, 2, 3, 4], 2)} == {"i"}


SIZES = st.one_of(st.floats(0.01, 0.45), st.integers(1, 30))


@given(st.integers(3, 300), SIZES, SIZES)
def test_split_keeps_every_step_once_and_in_order(time, validation, test):
    series = np.arange(time, dtype=float)
    try:
        parts = split_by_time(series, validation=validation, test=test)
    except ValueError as error:
        assert "each part needs at least one" in str(error)  # noqa: PT017
        return
    np.testing.assert_array_equal(np.concatenate(parts), series)
    assert all(len(part) for part in parts)
    assert all(np.shares_memory(part, series) for part in parts)


def test_split_takes_steps_or_a_share():
    series = np.zeros((100, 2))
    assert [len(p) for p in split_by_time(series)] == [70, 15, 15]
    for share in (0.29, np.float32(0.29)):  # 28.999999999999996 steps are 29
        sizes = [len(p) for p in split_by_time(series, validation=10, test=share)]
        assert sizes == [61, 10, 29]


in_fives = partial(sliding_windows, window=5)


@pytest.mark.parametrize(
    ("function", "series", "options", "message"),
    [
        (in_fives, np.zeros(5), {}, r"5 \+ 1 = 6 steps, but the series has 5"),
        (in_fives, np.zeros((2, 3, 4)), {}, r"2 axes \(time, features\), but"),
        (in_fives, [1.0, np.nan], {}, "holds NaN.*look for a division by zero"),
        (in_fives, [1.0, np.inf], {}, "series holds inf"),
        (in_fives, [1.0, -np.inf], {}, "series holds -inf"),
        (split_by_time, np.zeros(9), {"test": 1.5}, r"below 1, but 1\.5 came"),
        (split_by_time, np.zeros(9), {"validation": 0.0}, "validation must be above 0"),
        (split_by_time, np.zeros(9), {"test": "0.2"}, "or a share of the series such"),
        (split_by_time, np.zeros(9), {"test": 9}, "9 steps cannot be split"),
    ],
)
def test_bad_input_says_what_is_wrong(function, series, options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        function(series, **options)
