"""How long layers remember: what the sweep computes."""

import numpy as np
import pytest

from experiments import time_scales
from experiments._minimal_pairs import RULES, minimal_pairs
from experiments._stacks import data
from experiments.time_scales import CHANGED_STEP, LAGS, STEPS
from lstm_utils.reference import numpy_stack


def random_weights():
    rng = np.random.default_rng(0)
    shapes = [s for below in (2, 5, 5) for s in ((below, 20), (5, 20), (20,))]
    layers = [rng.normal(0, 0.4, shape) for shape in shapes]
    return [*layers, rng.normal(0, 1, (5, 1)), np.ones(1)]


def split(weights):
    return [weights[k : k + 3] for k in (0, 3, 6)]


X = np.random.default_rng(1).standard_normal((40, STEPS, 2))


def test_outputs_are_those_of_the_stack():
    weights = random_weights()
    wanted = numpy_stack(X, split(weights)) @ weights[-2] + weights[-1]
    assert np.allclose(time_scales.outputs(weights, X), wanted)


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_a_layer_without_memory_sees_the_past_through_the_others_alone(layer):
    weights = random_weights()
    cut = time_scales.layer_outputs(weights, X, memoryless=layer)
    whole = time_scales.layer_outputs(weights, X)
    assert np.array_equal(cut[: layer - 1], whole[: layer - 1])
    # At the first step every layer is without memory.
    assert np.allclose(cut[layer - 1][:, 0], whole[layer - 1][:, 0])
    assert not np.allclose(cut[layer - 1][:, 1:], whole[layer - 1][:, 1:])
    below = X if layer == 1 else cut[layer - 2]
    alone = numpy_stack(below[:, 7:8], [split(weights)[layer - 1]])  # this step only
    assert np.allclose(cut[layer - 1][:, 7:8], alone)


def test_a_stack_with_no_memory_in_its_only_used_layer_is_a_function_of_the_step():
    weights = random_weights()
    for k in (4, 7):  # no recurrent kernel and no forget gate above layer 1
        weights[k] = weights[k] * 0
        weights[k + 1][5:10] = -50
        weights[k - 1][:, 5:10] = 0
    forward = time_scales.outputs(weights, X, memoryless=1)
    backward = time_scales.outputs(weights, X[:, ::-1], memoryless=1)
    assert np.allclose(forward[:, ::-1], backward)


def test_a_probe_reads_what_is_there_and_nothing_else():
    rng = np.random.default_rng(2)
    x = rng.standard_normal((200, STEPS, 1))
    h = np.concatenate([np.roll(x, 4, axis=1), rng.standard_normal(x.shape)], axis=2)
    found = dict(zip(LAGS, time_scales.probe(h, x), strict=True))
    assert found[4] > 0.999
    assert all(abs(found[lag]) < 0.01 for lag in LAGS if lag != 4)


@pytest.mark.slow
def test_the_response_is_that_of_the_package():
    from lstm_utils.diagnostics import perturbation_response
    from lstm_utils.models import make_stack

    model = make_stack(3, 20, n_features=2, return_sequences=True)
    x = X.astype("float32")
    theirs = perturbation_response(model, x, CHANGED_STEP)
    pair = minimal_pairs("teacher", x, CHANGED_STEP)
    ours = time_scales.response(model.get_weights(), *pair)
    assert np.allclose(ours, theirs, atol=1e-6)


def test_a_flat_start_lets_the_upper_layers_forget_and_changes_nothing_else():
    weights = [np.ones(shape) for shape in [(2, 80), (20, 80), (80,)] * 3]
    flat = time_scales.started(weights, -3.0)
    for k, (old, new) in enumerate(zip(weights, flat, strict=True)):
        wanted = old.copy()
        if k in (5, 8):
            wanted[20:40] = -3
        assert np.array_equal(new, wanted)
    assert all((array == 1).all() for array in weights)


@pytest.mark.parametrize("task", RULES)
def test_texts_are_told_from_what_is_none(task):
    texts = data(task, 300, seed=5, steps=STEPS)[0].argmax(axis=2)
    assert all(map(RULES[task], texts))
    rng = np.random.default_rng(0)
    mixed = rng.permuted(texts, axis=1)
    assert not any(map(RULES[task], mixed))


def test_what_a_text_may_hold_and_what_not():
    nested, phrased = RULES["dyck"], RULES["grammar"]
    assert nested([0, 1, 3, 2, 1])
    assert not nested([0, 1, 2])  # closed by the wrong kind
    assert not nested([0, 2, 2])  # nothing is open
    assert nested([0] * 6)
    assert not nested([0] * 7)
    assert phrased([0, 8, 1, 5, 4, 2, 9, 3])  # noun that noun verb verb noun.
    assert not phrased([0, 8, 1, 4])  # the verb of the other noun
    assert not phrased([0, 4, 1, 4])  # an object has no verb
    assert not phrased([0, 4, 8])  # no clause after a verb
    deep = [0, 8, 0, 8, 0, 8, 0]
    assert phrased(deep)
    assert not phrased([*deep, 8])


@pytest.mark.parametrize("task", RULES)
def test_a_pair_differs_at_one_step_and_both_are_texts(task):
    x = data(task, 1_000, seed=3, steps=STEPS)[0]
    kept, changed = minimal_pairs(task, x, CHANGED_STEP)
    assert 20 < len(kept) == len(changed)
    differ = (kept != changed).any(axis=2)
    assert differ[:, CHANGED_STEP].all()
    assert differ.sum() == len(kept)
    assert all(map(RULES[task], changed.argmax(axis=2)))
    assert (changed.sum(axis=2) == 1).all()
    # Those that were left out cannot be changed to any other symbol.
    left = [row for row in x if not (row == kept).all(axis=(1, 2)).any()]
    for text in np.array(left[:50]).argmax(axis=2):
        for symbol in {*range(x.shape[2])} - {text[CHANGED_STEP]}:
            other = text.copy()
            other[CHANGED_STEP] = symbol
            assert not RULES[task](other)
