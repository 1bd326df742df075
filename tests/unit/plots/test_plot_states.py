"""Figures of one sequence show its gates and its answers."""

import numpy as np
import pandas as pd
import pytest

from lstm_utils.diagnostics import GateTraces
from lstm_utils.plots import plot_answers, plot_forecast, plot_gates

VALUES = np.random.default_rng(0).uniform(0.1, 0.9, size=(6, 2, 12, 3))
TRACE = GateTraces("lstm", *VALUES)
X = np.arange(20.0).reshape(2, 10, 1)


def test_gates_of_the_chosen_sequence_and_unit_are_drawn():
    x = np.zeros((2, 12, 2))
    x[1, [2, 7], [0, 1]] = 1
    names = ["set", "reset"]
    inputs, gates, states = plot_gates(TRACE, x, sequence=1, unit=2, input_names=names)
    lines = {line.get_label(): line.get_ydata() for line in gates.lines + states.lines}
    named = "forget f,input i,output o,cell state c,output h,candidate g"
    for label in named.split(","):
        np.testing.assert_array_equal(lines[label], getattr(TRACE, label[-1])[1, :, 2])
    pulses = {line.get_label(): list(line.get_xdata()) for line in inputs.lines}
    assert pulses == {"set": [2], "reset": [7]}
    assert {text.get_text() for text in gates.texts} <= {*lines}


def test_names_of_gates_do_not_cover_each_other_and_dashes_differ(covered):
    same = TRACE._replace(i=TRACE.f, o=TRACE.f)
    _, gates, _ = plot_gates(same, np.zeros((2, 12, 1)))
    assert len(gates.texts) == 3
    assert not covered(gates)
    assert len({line.get_linestyle() for line in gates.lines}) == len(gates.lines) == 3


def points(ax):
    return {k.get_label(): [*zip(*k.get_data(), strict=True)] for k in ax.lines}


def test_a_single_answer_stands_at_the_last_step():
    [ax] = plot_answers(X, {"last value": (X[:, -1], -X[:, -1])})
    assert points(ax)["target"] == [(10, 9)]
    assert points(ax)["output"] == [(10, -9)]
    assert ax.get_title("left") == "last value"
    (legend,) = ax.figure.legends
    assert [t.get_text() for t in legend.get_texts()] == ["input", "target", "output"]


def test_many_answers_stand_at_their_steps():
    top, bottom = plot_answers(X, {"a": (X, X), "b": (X, 2 * X)}, sequence=1)
    assert points(top)["input"] == [(step, step + 9) for step in range(1, 11)]
    assert points(bottom)["output"] == [(t, 2 * (t + 9)) for t in range(1, 11)]


def test_forecasts_stand_over_their_own_dates_and_gaps_stay_open():
    days = pd.date_range("2026-01-01", periods=6)
    series = pd.Series([1.0, 2.0, np.nan, 3.0, 5.0, 4.0], days)
    forecasts = {"before": series.shift(1)[3:], "flat": series[3:] * 0 + 2}
    ax = plot_forecast(series, forecasts, ylabel="rain (mm)")
    lines = {line.get_label(): line for line in ax.lines}
    assert [*lines["before"].get_xdata()] == [*days[3:].to_numpy()]
    np.testing.assert_array_equal(lines["measured"].get_ydata(), series)
    np.testing.assert_array_equal(lines["before"].get_ydata(), [np.nan, 3.0, 5.0])
    assert ax.get_ylabel() == "rain (mm)"
    assert lines["before"].get_linestyle() != lines["flat"].get_linestyle()
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["measured", "before", "flat"]


def test_a_forecast_without_dates_is_refused():
    series = pd.Series([1.0, 2.0], pd.date_range("2026-01-01", periods=2))
    with pytest.raises(TypeError, match=r"forecasts\['a'\] must be a Series .* dates"):
        plot_forecast(series, {"a": [1.0, 2.0]}, ylabel="rain")
    with pytest.raises(TypeError, match="series must be a Series"):
        plot_forecast(series.to_numpy(), {"a": series}, ylabel="rain")
