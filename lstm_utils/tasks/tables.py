"""Real tables with dates, of one column or several, out of installed libraries."""

from __future__ import annotations

from lstm_utils._validate import check_choice, load_extra

__all__ = ["load_dated"]

NAMES = ("weather", "elnino")


def load_dated(name: str):
    """Return a real table with a row for each step of time.

    Nothing is downloaded: the data lie inside statsmodels and vega_datasets. Both come
    from the National Oceanic and Atmospheric Administration of the United States, and
    are in the public domain.

    Introduced in: 15

    Parameters
    ----------
    name : {"weather", "elnino"}
        ``"weather"``: Seattle, day by day, 2012 to 2015; highest and lowest temperature
        in °C, precipitation in mm, wind in m/s. ``"elnino"``: temperature of the sea's
        surface in the eastern Pacific, monthly means, 1950 to 2010, in °C.

    Returns
    -------
    pandas.DataFrame
        Of floats, with dates as its index.

    Raises
    ------
    ValueError
        If there is no such table.
    ModuleNotFoundError
        If the library that holds it is not installed.

    Examples
    --------
    >>> load_dated("elnino").shape
    (732, 1)
    """
    check_choice("name", name, NAMES)
    pandas = load_extra("pandas", "sweeps")
    if name == "weather":
        path = load_extra("vega_datasets", "data").data.seattle_weather.filepath
        table = pandas.read_csv(path, index_col="date", parse_dates=True)
        kept = ["temp_max", "temp_min", "precipitation", "wind"]
        return table[kept].astype(float).asfreq("D")
    datasets = load_extra("statsmodels.api", "data").datasets
    years = datasets.elnino.load_pandas().data.set_index("YEAR")
    first = f"{int(years.index[0])}-01-01"
    months = pandas.date_range(first, periods=years.size, freq="MS", name="date")
    return pandas.DataFrame({"sea": years.to_numpy(float).ravel()}, months)
