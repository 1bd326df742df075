"""Series have the source that they promise."""

import numpy as np
import pytest

from lstm_utils.reference import numpy_stack
from lstm_utils.tasks import SERIES, autoregression, load_series, lstm_teacher
from lstm_utils.tasks.series import _random_lstm


def test_the_forecast_of_the_process_itself_has_error_1():
    x, y = autoregression(2_000, 40, seed=0)
    forecast = 1.6 * x[:, 1:] - 0.8 * x[:, :-1]
    assert abs(np.mean((forecast - y[:, 1:]) ** 2) - 1) < 0.02
    inputs = np.stack([x[:, 1:].ravel(), x[:, :-1].ravel()], axis=1)
    fitted = np.linalg.lstsq(inputs, y[:, 1:].ravel(), rcond=None)[0]
    np.testing.assert_allclose(fitted, [1.6, -0.8], atol=0.01)
    np.testing.assert_allclose(x[:, 0].var(), x[:, -1].var(), rtol=0.1)


def test_a_teacher_is_one_function_under_every_seed():
    few, more, other = (
        lstm_teacher(n, 9, seed=1, layers=2, teacher=teacher)
        for n, teacher in ((50, 3), (80, 3), (50, 4))
    )
    for a, b in zip(few, more, strict=True):
        np.testing.assert_array_equal(a, b[:50])
    assert (other[1] != few[1]).any()
    weights, lines = _random_lstm(np.random.default_rng(3), 2, 8, 1.5), []
    for seed in (1, 2):
        x, y = lstm_teacher(40, 9, seed=seed, layers=1, teacher=3)
        h = numpy_stack(x, [weights])[:, :, 0]
        lines.append(np.polyfit(h.ravel(), y.ravel(), 1))
    np.testing.assert_allclose(*lines, atol=1e-4)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_teacher_writes_targets_of_mean_0_and_variance_1(layers):
    x, y = lstm_teacher(3_000, 24, layers=layers, teacher=1, seed=5)
    assert (x.shape, y.shape) == ((3_000, 24, 2), (3_000, 24, 1))
    assert abs(y.mean()) < 0.1
    assert abs(y.var() - 1) < 0.1


@pytest.mark.parametrize("name", SERIES)
def test_a_series_has_every_step_once_and_few_gaps(name):
    series = load_series(name)
    assert series.index.freq is not None
    assert series.index.is_monotonic_increasing
    assert series.dtype == float
    gaps = {"co2": 5, "temperatures": 1}.get(name, 0)
    assert series.isna().sum() == gaps
    assert series.iloc[[0, -1]].notna().all()
    assert all(SERIES[name])


def test_series_hold_what_their_facts_say():
    ends = {"sunspots": ("1700", "2008"), "co2": ("1958-03", "2001-12")}
    ends |= {"temperatures": ("2010-01-01", "2010-12-31")}
    for name, (first, last) in ends.items():
        dates = load_series(name).index
        assert str(dates[0]).startswith(first)
        assert str(dates[-1]).startswith(last)
    assert load_series("sunspots").loc["1957"].item() == 190.2
    assert load_series("co2").loc["1958-03"].item() == 316.1
    assert load_series("temperatures").iloc[0] == 39.4
    drawn = load_series("ar2")
    left = drawn - 1.6 * drawn.shift(1) + 0.8 * drawn.shift(2)
    assert abs(left.std() - 1) < 0.05
