"""From a column with dates to a verdict: windows, what is to be beaten, by how much."""

from lstm_utils.forecasting.ahead import (
    feed_back,
    one_step_inputs,
    pinball,
    windows_ahead,
)
from lstm_utils.forecasting.baselines import (
    exponential_smoothing,
    linear_autoregression,
    persistence,
    seasonal_naive,
)
from lstm_utils.forecasting.dates import dated_windows, regular_dates
from lstm_utils.forecasting.scores import mase, walk_forward
