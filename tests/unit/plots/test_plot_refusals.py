"""What cannot be drawn is named in one line, and no figure is begun for it."""

from functools import partial

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lstm_utils import plots
from lstm_utils.diagnostics import GateTraces

DAY, SERIES = np.zeros((1, 2, 2)), np.zeros((3, 5, 1))
PAIR, STEPS, SAMPLES = {"a": (SERIES,) * 2}, np.zeros((2, 12, 2)), ["a", "b"]
LINE, FIVE, KEPT = {1: [1, 2], 2: [3, 4]}, dict.fromkeys("abcde", (1,)), ("a", -1, True)
UNLIKE, UNEVEN = {"a": LINE, "b": {1: [1, 2]}}, {1: [1, 2], 2: [3]}
MANY = {"s": dict.fromkeys("abc", LINE), "t": dict.fromkeys("cde", LINE)}
TRACE = GateTraces("lstm", *np.full((6, 2, 12, 3), 0.5))
maps = partial(plots.plot_maps, label="x")
rates = partial(plots.plot_rates, label="x")
runs = partial(plots.plot_runs, xlabel="x", ylabel="y")
curves = partial(plots.plot_curves, xlabel="x", ylabel="y")
answers = partial(plots.plot_answers, SERIES)
tensor, beam, rows = plots.draw_tensor, plots.draw_beam, plots.plot_interval


def net(given, **options):
    return runs({"task": {"net": given}}, **options)


def weights(given, row_names="a", names="a", **options):
    return plots.plot_alignment(np.diag([given, 0, 0]), row_names, names, **options)


def gates(given, trace=TRACE, **options):
    return plots.plot_gates(trace, given, **options)


@pytest.mark.parametrize(
    ("draw", "given", "options", "message"),
    [
        (tensor, [0.1, 0.2], {}, r"3 axes \(batch, time, features\).*shape \(2,\)"),
        (tensor, np.full((1, 2, 2), np.inf), {}, "x holds inf"),
        (tensor, DAY, {"steps": ["noon"]}, r"steps must hold .* 2 steps .* 1 came"),
        (tensor, DAY, {"samples": SAMPLES}, "samples must hold"),
        (tensor, DAY, {"features": ["a"]}, "features must hold"),
        (tensor, DAY, {"picked": 99}, r"is \(1, 2, 2\), but int came.* index 99 is"),
        (tensor, DAY, {"picked": np.s_[0, 0, 0, 0]}, "picked .* tuple came.*too many"),
        (tensor, DAY, {"picked": "time"}, "picked .* str came.*only integers"),
        (tensor, DAY, {"picked": np.ones((3, 3), bool)}, "ndarray came.*boolean"),
        (tensor, DAY, {"picked": [[0], [0, 1]]}, "picked .* list came"),
        (beam, [], {}, r"levels is empty.*\(text, score, kept\)"),
        (beam, [[KEPT], []], {}, r"levels\[1\] is .*for each step a list"),
        (beam, [[("a", -0.1)]], {}, r"levels\[0\] is \[\('a', -0.1\)\]"),
        (beam, [[1, 2]], {}, r"levels\[0\] must be a list or tuple, but int"),
        (maps, {"a": [[-1.0]]}, {}, r"maps\['a'\] .* -1 came"),
        (maps, {"a": [1.0]}, {}, r"maps\['a'\] .* 2 axes"),
        (rates, {1: {0.1: []}}, {}, r"scores\[1\]\[0.1\] is empty"),
        (rates, {1: {3: [1]}, 2: {4: [1]}}, {}, r"scores\[2\] .* rates \[3\].*\[4\]"),
        (weights, 1.8, {}, "weights .* 0 to 1.8 came"),
        (weights, 0, {"row_names": "abcd"}, "rows .* at most 3 .* 4 came"),
        (weights, 0, {"names": "abcd"}, "columns .* at most 3 .* 4 came"),
        (weights, 0, {"right": np.zeros((2, 3), bool)}, "right .* shape"),
        (runs, {"t": {}}, {}, r"panels\['t'\] is empty"),
        (runs, {"t": LINE}, {}, r"panels\['t'\]\[1\] must have the 2 axes"),
        (net, {}, {}, r"panels\['task'\]\['net'\] is empty"),
        (net, {1: [0.5]}, {}, r"\['net'\]\[1\] .* two runs.* 1 came.* seeds"),
        (net, {1: [0.5]}, {"draw": "band"}, "at least two runs"),
        (net, {1: [1, np.nan]}, {}, r"\['net'\]\[1\] holds NaN"),
        (net, {1: [1, np.inf]}, {}, r"\['net'\]\[1\] holds inf"),
        (net, {1: [1, 0]}, {"log": "y"}, r"\['net'\]\[1\] .* above 0 .* 0 came"),
        (net, {0: [1, 2]}, {"log": "x"}, r"x of panels.* above 0"),
        (net, {"b": [1, 2]}, {}, r"x of panels\['task'\]\['net'\] must hold real"),
        (net, UNEVEN, {"draw": "runs"}, r"\['net'\] .* many runs .*1: 2, 2: 1"),
        (runs, {"t": UNLIKE}, {}, r"\['t'\] .* many x .*'a': 2, 'b': 1"),
        (runs, {"t": dict.fromkeys("abcde", LINE)}, {}, "panels .* most 4 .* 5 came"),
        (runs, MANY, {}, "panels .* at most 4 .* 5 came"),
        (rows, {"a": [1.0]}, {}, r"groups\['a'\] .* two runs.* more seeds"),
        (rows, {"a": [1.0, np.nan]}, {}, r"groups\['a'\] holds NaN"),
        (rows, {"a": [[1.0, 2.0]]}, {}, r"groups\['a'\] must have the 1 axis"),
        (rows, {"a": [1, 2]}, {"colour": "blau"}, "colour .* 'blau' came"),
        (curves, {"a": [[1], [2]]}, {}, r"curves\['a'\] must have the 1 axis"),
        (curves, {"a": [1, np.nan]}, {}, r"curves\['a'\] holds NaN"),
        (curves, {"a": [{}]}, {}, r"curves\['a'\] is empty"),
        (curves, {"a": [1, 0]}, {"log": "y"}, r"curves\['a'\] .* above 0"),
        (curves, {"a": [{0: 1}]}, {"log": "x"}, r"x of curves\['a'\] .* above 0"),
        (curves, FIVE, {}, "curves .* at most 4 .* 5 came"),
        (curves, {"a": [1]}, {"baseline": ("b", "c")}, "baseline must hold real"),
        (curves, {"a": [1]}, {"baseline": ("b", 0), "log": "y"}, "baseline .* above 0"),
        (gates, STEPS, {"trace": []}, "trace .* list that gate_traces gives"),
        (gates, STEPS[:, :9], {}, "x .* what the traces came from"),
        (gates, np.zeros((2, 12, 5)), {}, "x must hold at most 4 .* 5 came"),
        (gates, STEPS, {"sequence": 2}, "sequence must be at most 1, but 2"),
        (gates, STEPS, {"unit": 3}, "unit must be at most 2, but 3"),
        (gates, STEPS, {"input_names": ["a"]}, "names must have 2 .* 1 .*each feature"),
        (answers, {"a": SERIES}, {}, r"answers\['a'\] must be a list"),
        (answers, {"a": [SERIES]}, {}, r"answers\['a'\] must have 2 .* 1 came"),
        (answers, {"a": (SERIES, DAY)}, {}, r"\(3, 5, 1\) or \(3, 1\), .* \(1, 2, 2\)"),
        (answers, PAIR, {"sequence": 3}, "sequence must be at most 2"),
    ],
)
def test_what_cannot_be_drawn_is_named_and_no_figure_is_begun(
    draw, given, options, message
):
    with pytest.raises((TypeError, ValueError), match=message) as caught:
        draw(given, **options)
    assert "\n" not in str(caught.value)
    assert not plt.get_fignums()
