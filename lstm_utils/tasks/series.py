"""Series whose source is known: a noisy oscillation, a random stack, real ones."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lstm_utils._validate import check_choice, check_number, load_extra
from lstm_utils.reference import numpy_stack
from lstm_utils.tasks._draws import generator

__all__ = [
    "AR_COEFFICIENTS",
    "SERIES",
    "autoregression",
    "load_series",
    "lstm_teacher",
]

AR_COEFFICIENTS = (1.6, -0.8)


class SeriesFacts(NamedTuple):
    """What is known of a series: its unit, the steps of its season, its source."""

    what: str
    unit: str
    season: int
    source: str
    licence: str


SERIES = {
    "sunspots": SeriesFacts(
        "sunspot number, yearly, 1700 to 2008",
        "sunspots",
        11,
        "National Geophysical Data Center, in statsmodels",
        "public domain",
    ),
    "co2": SeriesFacts(
        "CO2 in the air of Mauna Loa, monthly means of weekly values, 1958 to 2001",
        "ppm",
        12,
        "C. D. Keeling and T. P. Whorf, Scripps Institution, in statsmodels",
        "public domain",
    ),
    "temperatures": SeriesFacts(
        "hourly temperatures of Seattle, the days of 2010",
        "°F",
        24,
        "NOAA, in vega_datasets",
        "public domain",
    ),
    "ar2": SeriesFacts(
        "a drawn process; its days are made up",
        "standard deviations of the noise",
        14,
        "lstm_utils.tasks.autoregression",
        "none needed",
    ),
}


def load_series(name: str):
    """Return one of the series of `SERIES`, a row for each step of time.

    Nothing is downloaded: the data lie inside the libraries that `SERIES` names.

    Introduced in: 03

    Parameters
    ----------
    name : {"sunspots", "co2", "temperatures", "ar2"}
        Its unit, season, source and licence stand in `SERIES`.

    Returns
    -------
    pandas.Series
        With dates as its index; NaN where nothing was measured.

    Raises
    ------
    ValueError
        If there is no such series.
    ModuleNotFoundError
        If the library that holds it is not installed.

    Examples
    --------
    >>> load_series("ar2").index[0].date().isoformat()
    '2000-01-01'
    """
    check_choice("name", name, list(SERIES))
    pandas = load_extra("pandas", "sweeps")
    if name == "ar2":
        values = autoregression(1, 3_000, seed=0)[1].ravel().astype(float)
        days = pandas.date_range("2000-01-01", periods=len(values))
        return pandas.Series(values, days, name=name)
    if name == "temperatures":
        table = load_extra("vega_datasets", "data").data.seattle_temps()
        found = table.set_index("date")["temp"].asfreq("h")
    else:
        datasets = load_extra("statsmodels.api", "data").datasets
        table = getattr(datasets, name).load_pandas().data
        if name == "co2":
            found = table["co2"].resample("MS").mean()
        else:
            years = pandas.to_datetime(table["YEAR"].astype(int).astype(str))
            found = table["SUNACTIVITY"].set_axis(years).asfreq("YS")
    return found.rename(name).rename_axis("date")


def autoregression(n: int, steps: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Forecast a noisy oscillation of which no model can know the noise.

    Each value is 1.6 times the one before, less 0.8 times the one before that, plus
    standard normal noise. The target is the next value, so the mean squared error
    of the best possible forecast is 1. Series begin after 100 unseen steps.

    Introduced in: 06

    Parameters
    ----------
    n, steps : int
        Number of series and their length.
    seed : int
        Seed of the generator.

    Returns
    -------
    x : ndarray of float32, shape (n, steps, 1)
    y : ndarray of float32, shape (n, steps, 1)

    Raises
    ------
    TypeError, ValueError
        If a number is not whole or too small.

    Examples
    --------
    >>> x, y = autoregression(3, 5, seed=0)
    >>> bool((x[:, 1:] == y[:, :-1]).all())
    True
    """
    rng = generator(seed, n=n, steps=steps)
    noise = rng.standard_normal((n, steps + 101))
    series = np.zeros_like(noise)
    one_back, two_back = AR_COEFFICIENTS
    for t in range(2, series.shape[1]):
        past = one_back * series[:, t - 1] + two_back * series[:, t - 2]
        series[:, t] = past + noise[:, t]
    series = series[:, 100:, None].astype("float32")
    return series[:, :-1].copy(), series[:, 1:].copy()


def lstm_teacher(
    n: int,
    steps: int,
    *,
    layers: int,
    teacher: int,
    seed: int,
    units: int = 8,
    gain: float = 1.5,
) -> tuple[np.ndarray, np.ndarray]:
    """Let a random stack of LSTM layers write the targets.

    Two features of standard normal noise enter; the target at each step is one unit
    of the teacher's top layer, scaled to mean 0 and variance 1. Weights are normal
    with variance gain² / fan-in, biases 0, and between the layers each unit is
    scaled to mean 0 and variance 1 as well, so that depth does not fade the signal.

    Introduced in: 06

    Parameters
    ----------
    n, steps : int
        Number of sequences and their length.
    layers, units : int
        Depth of the teacher and width of each of its layers.
    gain : float
        The larger, the harder its states are to follow.
    teacher : int
        Seed of the teacher's weights.
    seed : int
        Seed of the inputs.

    Returns
    -------
    x : ndarray of float32, shape (n, steps, 2)
    y : ndarray of float32, shape (n, steps, 1)

    Raises
    ------
    TypeError, ValueError
        If a number is not whole or too small, or `gain` is not above 0.

    Examples
    --------
    >>> x, y = lstm_teacher(3, 5, layers=2, teacher=0, seed=1)
    >>> x.shape, y.shape
    ((3, 5, 2), (3, 5, 1))
    """
    rng = generator(seed, n=n, steps=steps, layers=layers, units=units)
    gain = check_number("gain", gain, 0, "It scales the weights.", strict=True)
    weights_rng = generator(teacher, "teacher")
    # The same scales for every seed, so that the teacher stays one function.
    probe = np.random.default_rng(0).standard_normal((500, steps, 2))
    x = signal = rng.standard_normal((n, steps, 2))
    for _ in range(layers):
        weights = _random_lstm(weights_rng, signal.shape[-1], units, gain)
        probe, signal = (numpy_stack(part, [weights]) for part in (probe, signal))
        mean, spread = probe.mean(axis=(0, 1)), probe.std(axis=(0, 1))
        probe, signal = (probe - mean) / spread, (signal - mean) / spread
    return x.astype("float32"), signal[:, :, :1].astype("float32")


def _random_lstm(rng, n_features, units, gain) -> list[np.ndarray]:
    spread = gain / np.sqrt(n_features), gain / np.sqrt(units)
    kernel = rng.normal(0, spread[0], (n_features, 4 * units))
    recurrent = rng.normal(0, spread[1], (units, 4 * units))
    return [kernel, recurrent, np.zeros(4 * units)]
