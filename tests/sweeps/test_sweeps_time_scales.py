"""How long layers remember: what the sweep computes."""

import numpy as np
import pytest

from experiments import time_scales
from experiments.time_scales import LAGS
from lstm_utils.reference import numpy_stack


def random_weights():
    rng = np.random.default_rng(0)
    shapes = [s for below in (2, 5, 5) for s in ((below, 20), (5, 20), (20,))]
    layers = [rng.normal(0, 0.4, shape) for shape in shapes]
    return [*layers, rng.normal(0, 1, (5, 1)), np.ones(1)]


def split(weights):
    return [weights[k : k + 3] for k in (0, 3, 6)]


X = np.random.default_rng(1).standard_normal((40, 60, 2))


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
    x = rng.standard_normal((100, 120, 1))
    h = np.concatenate([np.roll(x, 4, axis=1), rng.standard_normal(x.shape)], axis=2)
    found = dict(zip(LAGS, time_scales.probe(h, x), strict=True))
    assert found[4] > 0.999
    assert all(abs(found[lag]) < 0.01 for lag in LAGS if lag != 4)


@pytest.mark.slow
def test_the_response_is_that_of_the_package():
    from lstm_utils.diagnostics import perturbation_response
    from lstm_utils.models import make_stack

    model = make_stack(3, 20, n_features=2, return_sequences=True)
    theirs = perturbation_response(model, X.astype("float32"), 40)
    ours = time_scales.response(model.get_weights(), X.astype("float32"))
    assert np.allclose(ours, theirs, atol=1e-6)
