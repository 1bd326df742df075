"""A series whose best forecast is known has the error that it promises."""

import numpy as np

from lstm_utils.tasks import autoregression


def test_the_forecast_of_the_process_itself_has_error_1():
    x, y = autoregression(2_000, 40, seed=0)
    forecast = 1.6 * x[:, 1:] - 0.8 * x[:, :-1]
    assert abs(np.mean((forecast - y[:, 1:]) ** 2) - 1) < 0.02
    inputs = np.stack([x[:, 1:].ravel(), x[:, :-1].ravel()], axis=1)
    fitted = np.linalg.lstsq(inputs, y[:, 1:].ravel(), rcond=None)[0]
    np.testing.assert_allclose(fitted, [1.6, -0.8], atol=0.01)
    np.testing.assert_allclose(x[:, 0].var(), x[:, -1].var(), rtol=0.1)
