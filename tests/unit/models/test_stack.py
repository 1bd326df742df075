"""Stacks: their sizes, their two forms, and their errors."""

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_utils.models import make_stack, width_for_budget
from lstm_utils.reference import lstm_params, numpy_stack

WIDTHS = [[4], [4, 4], [5, 3, 2]]


@pytest.mark.slow
@pytest.mark.parametrize("widths", WIDTHS)
@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("n_outputs", [None, 2])
def test_both_forms_are_the_numpy_stack(widths, return_sequences, n_outputs):
    options = {"n_outputs": n_outputs, "return_sequences": return_sequences}
    plain, fused = (
        make_stack(len(widths), widths, n_features=3, fused=form, **options)
        for form in (False, True)
    )
    fused.set_weights(plain.get_weights())
    x = np.random.default_rng(0).normal(size=(4, 9, 3)).astype("float32")
    weights = plain.get_weights()
    layers = [weights[3 * k : 3 * k + 3] for k in range(len(widths))]
    expected = numpy_stack(x, layers)
    if not return_sequences:
        expected = expected[:, -1]
    if n_outputs:
        expected = expected @ weights[-2] + weights[-1]
    np.testing.assert_allclose(plain(x), expected, atol=1e-5)
    np.testing.assert_allclose(fused(x), expected, atol=1e-5)


@pytest.mark.slow
def test_one_width_serves_all_layers_and_steps_stay_open():
    model = make_stack(3, 6, n_features=2)
    assert model.count_params() == lstm_params(2, 6) + 2 * lstm_params(6, 6) + 7
    assert not model.compiled
    for steps in (1, 4, 30):
        assert model(np.zeros((5, steps, 2))).shape == (5, 1)


@pytest.mark.slow
@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("residual", [False, True])
def test_every_forget_gate_starts_open(fused, residual):
    model = make_stack(3, 4, n_features=2, fused=fused, residual=residual)
    for bias in model.get_weights()[2:9:3]:
        assert bias.tolist() == [0.0] * 4 + [1.0] * 4 + [0.0] * 8


SAVED = """
import sys, keras, numpy as np
model = keras.saving.load_model(sys.argv[1])
print(model(np.load(sys.argv[2])).numpy().tolist())
"""


@pytest.mark.slow
@pytest.mark.parametrize("fused", [False, True])
def test_a_saved_stack_loads_in_a_fresh_process(tmp_path, fused):
    model = make_stack(2, [4, 3], n_features=2, fused=fused)
    x = np.random.default_rng(0).normal(size=(2, 5, 2)).astype("float32")
    model.save(tmp_path / "stack.keras")
    np.save(tmp_path / "x.npy", x)
    paths = tmp_path / "stack.keras", tmp_path / "x.npy"
    shown = subprocess.check_output([sys.executable, "-c", SAVED, *paths])
    np.testing.assert_allclose(json.loads(shown), model(x), atol=1e-6)


def _params(width, n_layers, n_features, n_outputs):
    upper = (n_layers - 1) * lstm_params(width, width)
    return lstm_params(n_features, width) + upper + (width + 1) * n_outputs


@settings(max_examples=60, deadline=None)
@given(
    st.integers(200, 60_000), st.integers(1, 4), st.integers(1, 5), st.integers(1, 3)
)
def test_no_other_width_comes_closer_to_the_budget(budget, layers, features, outputs):
    width = width_for_budget(budget, layers, n_features=features, n_outputs=outputs)
    miss = abs(_params(width, layers, features, outputs) - budget)
    for other in range(1, width + 20):
        assert abs(_params(other, layers, features, outputs) - budget) >= miss


def test_of_two_widths_as_close_to_the_budget_the_smaller_is_taken():
    assert [lstm_params(1, width) for width in (1, 2)] == [12, 32]
    assert width_for_budget(22, 1, n_features=1, n_outputs=None) == 1


@pytest.mark.parametrize("budget", [12_920, 15_270])
def test_two_budgets_that_four_depths_meet_within_two_percent(budget):
    for depth in (1, 2, 3, 4):
        width = width_for_budget(budget, depth, n_features=2)
        assert abs(_params(width, depth, 2, 1) / budget - 1) < 0.02


@pytest.mark.slow
@pytest.mark.parametrize(
    ("units", "options", "message"),
    [
        ([4], {}, r"units has 1 widths \[4\], but n_layers is 2"),
        ([4, 4, 4], {}, r"units has 3 widths \[4, 4, 4\], but n_layers is 2"),
        ([4, 0], {}, r"units\[1\] must be at least 1"),
        (np.array([3, 4]), {}, "or a list with one width per layer"),
        (4, {"n_outputs": 0}, "None leaves out the Dense head"),
    ],
)
def test_bad_input_says_what_is_wrong(units, options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        make_stack(2, units, n_features=2, **options)


def test_a_budget_too_small_is_refused():
    least = _params(1, 2, 3, 1)
    assert width_for_budget(least, 2, n_features=3) == 1
    with pytest.raises(ValueError, match="2 layers of width 1 on 3 features already"):
        width_for_budget(least - 1, 2, n_features=3)
