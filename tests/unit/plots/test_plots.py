"""Figures show the data that they were given."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from lstm_utils.diagnostics import GateTraces
from lstm_utils.plots import (
    COLOURS,
    plot_answers,
    plot_gates,
    plot_jacobian,
    plot_losses,
    plot_predictions,
    use_book_style,
)


@pytest.fixture(autouse=True)
def no_windows(monkeypatch):
    """Draw without a screen, and fail where a function shows its figure."""
    mpl.use("agg")
    monkeypatch.setattr(plt, "show", lambda *_, **__: pytest.fail("called show()"))
    with mpl.rc_context():
        yield
    plt.close("all")


@pytest.fixture
def trace():
    rng = np.random.default_rng(0)
    return GateTraces("lstm", *rng.uniform(0.1, 0.9, size=(6, 2, 12, 3)))


def test_gates_of_the_chosen_sequence_and_unit_are_drawn(trace):
    x = np.zeros((2, 12, 2))
    x[1, [2, 7], [0, 1]] = 1
    inputs, gates, states = plot_gates(trace, x, sequence=1, unit=2, input_names="ab")
    lines = {line.get_label(): line.get_ydata() for line in gates.lines + states.lines}
    np.testing.assert_array_equal(lines["forget f"], trace.f[1, :, 2])
    np.testing.assert_array_equal(lines["input i"], trace.i[1, :, 2])
    np.testing.assert_array_equal(lines["output o"], trace.o[1, :, 2])
    np.testing.assert_array_equal(lines["cell state c"], trace.c[1, :, 2])
    np.testing.assert_array_equal(lines["output h"], trace.h[1, :, 2])
    np.testing.assert_array_equal(lines["candidate g"], trace.g[1, :, 2])
    pulses = {line.get_label(): list(line.get_xdata()) for line in inputs.lines}
    assert pulses == {"a": [2], "b": [7]}


def test_names_at_the_ends_of_lines_do_not_cover_each_other(trace):
    same = trace._replace(i=trace.f, o=trace.f)
    _, gates, _ = plot_gates(same, np.zeros((2, 12, 1)))
    gates.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in gates.texts]
    assert len(boxes) == 3
    for k, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[k + 1 :])


def test_lines_differ_in_dash_as_well_as_in_colour(trace):
    use_book_style()
    _, gates, _ = plot_gates(trace, np.zeros((2, 12, 1)))
    assert len({line.get_linestyle() for line in gates.lines}) == len(gates.lines) == 3


def test_jacobian_is_written_out_and_zero_is_white():
    values = np.array([[0.5, -0.25], [0.0, 0.125]])
    ax = plot_jacobian(values)
    assert [text.get_text() for text in ax.texts] == [
        "0.500",
        "-0.250",
        "0.000",
        "0.125",
    ]
    red, green, blue, _ = ax.images[0].to_rgba(values, bytes=True)[1, 0]
    assert min(red, green, blue) > 240
    assert plot_jacobian(np.zeros((2, 2))).images[0].get_clim() == (-1, 1)


def test_a_figure_goes_where_it_is_told():
    _, ax = plt.subplots()
    assert plot_jacobian(np.eye(2), ax=ax) is ax


def test_the_style_is_opaque_white_and_the_colours_are_okabe_and_itos():
    use_book_style()
    assert mpl.rcParams["figure.facecolor"] == "white"
    assert mpl.rcParams["savefig.facecolor"] == "white"
    assert COLOURS["blue"] == "#0072B2"
    assert len(set(COLOURS.values())) == len(COLOURS) == 7


def points(ax):
    return {
        line.get_label(): list(zip(*line.get_data(), strict=True)) for line in ax.lines
    }


def test_a_single_answer_stands_at_the_last_step():
    x = np.arange(20.0).reshape(2, 10, 1)
    [ax] = plot_answers(x, {"last value": (x[:, -1], -x[:, -1])})
    assert points(ax)["target"] == [(10, 9)]
    assert points(ax)["output"] == [(10, -9)]
    assert "last value" in (ax.get_title(), ax.get_title("left"))


def test_many_answers_stand_at_their_steps():
    x = np.arange(20.0).reshape(2, 10, 1)
    top, bottom = plot_answers(x, {"a": (x, x), "b": (x, 2 * x)}, sequence=1)
    assert points(top)["input"] == [(step, step + 9) for step in range(1, 11)]
    assert points(bottom)["output"] == [(t, 2 * (t + 9)) for t in range(1, 11)]


def test_losses_and_their_baseline_are_named():
    ax = plot_losses({"a": [3.0, 2.0], "b": [1.0]}, baseline=("variance", 4.0))
    assert [text.get_text() for text in ax.texts] == ["variance", "a", "b"]
    baseline, first, second = ax.lines
    assert set(baseline.get_ydata()) == {4}
    assert list(zip(*first.get_data(), strict=True)) == [(1, 3), (2, 2)]
    assert list(zip(*second.get_data(), strict=True)) == [(1, 1)]


def test_a_loss_that_ends_on_the_baseline_shares_its_label():
    ax = plot_losses({"a": [3.0, 2.0], "b": [4.2, 4.1]}, baseline=("variance", 4.0))
    assert [text.get_text() for text in ax.texts] == ["a", "b = variance"]


def test_predictions_are_drawn_over_their_targets_and_the_diagonal():
    targets = np.array([[1.0], [-2.0]])
    _, ax = plt.subplots()
    assert plot_predictions(targets, {"model": targets + 0.5}, ax=ax) is ax
    diagonal, dots = ax.lines
    assert list(zip(*diagonal.get_data(), strict=True)) == [(-2, -2), (1, 1)]
    assert list(zip(*dots.get_data(), strict=True)) == [(1, 1.5), (-2, -1.5)]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"trace": []}, TypeError, "gate_traces gives a list with one entry a layer"),
        ({"x": np.zeros((12, 2))}, ValueError, "x must have the 3 axes"),
        ({"x": np.zeros((2, 9, 2))}, ValueError, "Pass the inputs that the traces"),
        ({"sequence": 2}, ValueError, "sequence must be at most 1, but 2"),
        ({"unit": -1}, ValueError, "unit must be at least 0, but -1"),
        ({"unit": 0.5}, TypeError, "unit must be a whole number"),
        ({"input_names": ["set"]}, ValueError, r"1 names \['set'\], but x has 2"),
    ],
)
def test_gates_that_cannot_be_drawn_are_refused(trace, change, error, message):
    arguments = {"trace": trace, "x": np.zeros((2, 12, 2)), **change}
    with pytest.raises(error, match=message):
        plot_gates(**arguments)


@pytest.mark.parametrize("shape", [(4,), (2, 3), (0, 0)])
def test_a_jacobian_is_square(shape):
    with pytest.raises(ValueError, match="jacobian"):
        plot_jacobian(np.zeros(shape))


X = np.zeros((3, 5, 1))


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (lambda: plot_losses([1, 2]), TypeError, "losses must be a dict, but list"),
        (lambda: plot_losses({}), ValueError, "losses is empty"),
        (lambda: plot_losses({"a": []}), ValueError, r"losses\['a'\] is empty"),
        (lambda: plot_losses({"a": [np.nan]}), ValueError, r"losses\['a'\] holds NaN"),
        (lambda: plot_predictions(X, [X]), TypeError, "outputs must be a dict"),
        (lambda: plot_predictions(X, {}), ValueError, "outputs is empty"),
        (lambda: plot_predictions(X, {"a": X[1:]}), ValueError, "there are 15 targets"),
        (lambda: plot_predictions("ab", {"a": X}), TypeError, "targets must hold real"),
        (lambda: plot_answers(X, {}), ValueError, "answers is empty"),
        (
            lambda: plot_answers(X, {"a": X}),
            TypeError,
            r"answers\['a'\] must be a list",
        ),
        (lambda: plot_answers(X, {"a": [X]}), ValueError, "has 1 entries, expected"),
        (
            lambda: plot_answers(X, {"a": (X, X[:, :2])}),
            ValueError,
            r"array of shape \(3, 2, 1\), but for inputs of shape \(3, 5, 1\)",
        ),
        (lambda: plot_answers(X[0], {"a": (X, X)}), ValueError, "x must have the 3 ax"),
        (
            lambda: plot_answers(X, {"a": (X, X)}, sequence=3),
            ValueError,
            "sequence must be at most 2, but 3",
        ),
    ],
)
def test_what_cannot_be_drawn_is_named(draw, error, message):
    with pytest.raises(error, match=message):
        draw()
