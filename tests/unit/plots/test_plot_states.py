"""Figures of one sequence show its gates and its answers."""

import numpy as np
import pytest

from lstm_utils.diagnostics import GateTraces
from lstm_utils.plots import plot_answers, plot_gates

X = np.zeros((3, 5, 1))


@pytest.fixture
def trace():
    rng = np.random.default_rng(0)
    return GateTraces("lstm", *rng.uniform(0.1, 0.9, size=(6, 2, 12, 3)))


def test_gates_of_the_chosen_sequence_and_unit_are_drawn(trace):
    x = np.zeros((2, 12, 2))
    x[1, [2, 7], [0, 1]] = 1
    names = ["set", "reset"]
    inputs, gates, states = plot_gates(trace, x, sequence=1, unit=2, input_names=names)
    lines = {line.get_label(): line.get_ydata() for line in gates.lines + states.lines}
    for label in [
        "forget f",
        "input i",
        "output o",
        "cell state c",
        "output h",
        "candidate g",
    ]:
        np.testing.assert_array_equal(lines[label], getattr(trace, label[-1])[1, :, 2])
    pulses = {line.get_label(): list(line.get_xdata()) for line in inputs.lines}
    assert pulses == {"set": [2], "reset": [7]}
    assert {text.get_text() for text in gates.texts} <= {*lines}


def test_names_of_gates_do_not_cover_each_other_and_dashes_differ(trace, covered):
    same = trace._replace(i=trace.f, o=trace.f)
    _, gates, _ = plot_gates(same, np.zeros((2, 12, 1)))
    assert len(gates.texts) == 3
    assert not covered(gates)
    assert len({line.get_linestyle() for line in gates.lines}) == len(gates.lines) == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"trace": []}, "trace .* list that gate_traces gives"),
        ({"x": np.zeros((2, 9, 2))}, "x .* what the traces came from"),
        ({"x": np.zeros((2, 12, 5))}, "x must hold at most 4 .* 5 came"),
        ({"sequence": 2}, "sequence must be at most 1, but 2"),
        ({"unit": 3}, "unit must be at most 2, but 3"),
        ({"input_names": ["set"]}, "input_names must have 2 .* 1 came.*each feature"),
    ],
)
def test_gates_that_cannot_be_drawn_are_refused(trace, change, message):
    with pytest.raises((TypeError, ValueError), match=message):
        plot_gates(**{"trace": trace, "x": np.zeros((2, 12, 2))} | change)


def points(ax):
    return {k.get_label(): [*zip(*k.get_data(), strict=True)] for k in ax.lines}


def test_a_single_answer_stands_at_the_last_step():
    x = np.arange(20.0).reshape(2, 10, 1)
    [ax] = plot_answers(x, {"last value": (x[:, -1], -x[:, -1])})
    assert points(ax)["target"] == [(10, 9)]
    assert points(ax)["output"] == [(10, -9)]
    assert ax.get_title("left") == "last value"
    (legend,) = ax.figure.legends
    assert [t.get_text() for t in legend.get_texts()] == ["input", "target", "output"]


def test_many_answers_stand_at_their_steps():
    x = np.arange(20.0).reshape(2, 10, 1)
    top, bottom = plot_answers(x, {"a": (x, x), "b": (x, 2 * x)}, sequence=1)
    assert points(top)["input"] == [(step, step + 9) for step in range(1, 11)]
    assert points(bottom)["output"] == [(t, 2 * (t + 9)) for t in range(1, 11)]


@pytest.mark.parametrize(
    ("pair", "sequence", "message"),
    [
        (X, 0, r"answers\['a'\] must be a list"),
        ([X], 0, r"answers\['a'\] must have 2 .* 1 came"),
        ((X, X[:, :2]), 0, r"answers.*\(3, 5, 1\) or \(3, 1\), but shape \(3, 2, 1\)"),
        ((X, X), 3, "sequence must be at most 2"),
    ],
)
def test_answers_that_cannot_be_drawn_are_named(pair, sequence, message):
    with pytest.raises((TypeError, ValueError), match=message):
        plot_answers(X, {"a": pair}, sequence=sequence)
