"""How long layers remember: what the sweep computes, and its committed table."""

import numpy as np
import pytest

from experiments import time_scales
from experiments.time_scales import LAGS, LONGER, METRICS, SIZES, UPDATES
from lstm_utils.experiments import read_table
from lstm_utils.reference import numpy_stack


def random_weights(seed=0, n_features=2):
    rng = np.random.default_rng(seed)
    weights, below = [], n_features
    for _ in range(3):
        weights += [rng.normal(0, 0.4, s) for s in ((below, 20), (5, 20), (20,))]
        below = 5
    return [*weights, rng.normal(0, 1, (5, 1)), np.ones(1)]


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
    for k in range(layer - 1):
        assert np.array_equal(cut[k], whole[k])
    # At the first step every layer is without memory.
    assert np.allclose(cut[layer - 1][:, 0], whole[layer - 1][:, 0])
    assert not np.allclose(cut[layer - 1][:, 1:], whole[layer - 1][:, 1:])
    below = X if layer == 1 else cut[layer - 2]
    alone = below[:, 7:8]  # a sequence of this step only
    again = numpy_stack(alone, [split(weights)[layer - 1]])
    assert np.allclose(cut[layer - 1][:, 7:8], again)


def test_a_stack_with_no_memory_in_its_only_used_layer_is_a_function_of_the_step():
    weights = random_weights()
    for k in (4, 7):  # no recurrent kernel and no forget gate above layer 1
        weights[k] = weights[k] * 0
        weights[k + 1][5:10] = -50
        weights[k - 1][:, 5:10] = 0
    shuffled = X[:, ::-1]
    forward = time_scales.outputs(weights, X, memoryless=1)
    backward = time_scales.outputs(weights, shuffled, memoryless=1)
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


# --- the committed table --------------------------------------------------------


@pytest.fixture(scope="module")
def table():
    return read_table("time_scales.csv")


@pytest.fixture(scope="module")
def scored(table):
    return table[(table["seed"] < 100) & (table["backend"] == "jax")]


def test_nothing_of_the_sweep_is_missing(table):
    everything = read_table("time_scales.csv", failed=True)
    assert time_scales.settings(everything.to_dict("records")) == []
    assert len(everything) == len(table), "some runs failed"
    keys = ["task", "updates", "lr", "seed", "backend"]
    assert not table.duplicated(keys).any()
    assert {*METRICS} <= {*table.columns}


def test_every_task_has_five_seeds_at_one_rate(scored):
    wanted = {*((task, UPDATES) for task in SIZES), LONGER}
    groups = dict(list(scored.groupby(["task", "updates"])))
    assert groups.keys() == wanted
    for rows in groups.values():
        assert sorted(rows["seed"]) == [0, 1, 2, 3, 4]
        assert rows["lr"].nunique() == 1


def test_the_rate_is_the_better_of_those_that_were_looked_at(table, scored):
    looks = table[table["seed"] >= 100]
    for task, rows in looks.groupby("task"):
        means = rows.groupby("lr")["test_score"].mean()
        assert (scored[scored["task"] == task]["lr"] == means.idxmin()).all(), task


def test_a_seed_starts_from_the_same_stack_whatever_it_is_taught(scored):
    """Tasks with the same inputs share their untrained stacks to the last digit."""
    names = [name for name in METRICS if "_untrained_" in name]
    same_inputs = scored[scored["task"].isin(["now", "echo", "sum"])]
    for _, rows in same_inputs.groupby("seed"):
        assert len(rows) == 3
        assert (rows[names].nunique() == 1).all()
    longer = scored[scored["task"] == LONGER[0]]
    for _, rows in longer.groupby("seed"):
        assert len(rows) == 2
        assert (rows[names].nunique() == 1).all()


def test_every_run_has_learned_its_task(scored):
    assert (scored["test_score"] < 0.5 * scored["constant_score"]).all()


def test_measures_are_possible(table):
    lives = table[[name for name in METRICS if name.startswith("half_life")]]
    inside = lives.to_numpy()[np.isfinite(lives.to_numpy())]
    assert not lives.isna().any(axis=None)
    assert inside.min() >= 1
    assert inside.max() < 80
    areas = table[[name for name in METRICS if name.startswith("area")]]
    assert areas.min(axis=None) >= 1
    assert areas.max(axis=None) <= 80
    probes = table[[name for name in METRICS if name.startswith("probe")]]
    assert probes.max(axis=None) <= 1
