"""Recall by delay: what is run, and what the models and their gradients are."""

import numpy as np
import pytest

from experiments import recall_by_delay as sweep
from experiments.recall_by_delay import DELAYS, MAIN, UNITS, arm, settings


def made(scores):
    """Return all runs of the sweep, in order, where `scores` gives the errors."""
    rows = []
    while wanted := settings(rows):
        rows += [{**new, "val_score": scores(new)} for new in wanted]
    return rows


def test_all_cells_meet_all_delays_at_one_grid():
    rows = made(lambda new: abs(np.log(new["lr"] / 0.01)))
    keys = list(arm("rnn", 5))
    tuned = {}
    for row in rows:
        if row["seed"] >= 100:
            tuned.setdefault(tuple(row[k] for k in keys), []).append(row["lr"])
    usual = {0.000625, 0.00125, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16}
    grids = {True: usual | {0.32, 0.64, 1.28, 2.56, 5.12}, False: usual}
    for one, rates in tuned.items():
        assert {*rates} == grids["head" in one], one
    race = {tuple(arm(cell, delay).values()) for cell in UNITS for delay in DELAYS}
    assert race <= tuned.keys()
    scored = [row for row in rows if row["seed"] < 100]
    assert {row["lr"] for row in scored} == {0.01}
    by_tensorflow = [row for row in scored if row["backend"] == "tensorflow"]
    assert {row["cell"] for row in by_tensorflow} == {*MAIN}
    assert {row["delay"] for row in by_tensorflow} == {20}


def test_a_null_runs_at_the_rate_that_its_cell_was_given():
    best = {"rnn": 0.0025, "gru": 0.02}
    rows = made(lambda new: abs(np.log(new["lr"] / best.get(new["cell"], 0.005))))
    shuffled = [row for row in rows if row["targets"] == "shuffled"]
    assert len(shuffled) == 5 * len(UNITS)
    for row in shuffled:
        assert row["lr"] == best.get(row["cell"], 0.005)
        assert row["delay"] == 5


@pytest.mark.slow
@pytest.mark.parametrize("cell", UNITS)
def test_a_span_ends_the_gradient_and_changes_no_output(cell):
    import keras
    import tensorflow as tf

    x = tf.constant(sweep.recall(4, 8, seed=0)[0])
    models = []
    for span in (0, 3):
        keras.utils.set_random_seed(1)
        models.append(sweep.build(cell, 8, span))
    outputs, back = [], []
    for model in models:
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs.append(model(x))
        back.append(np.abs(tape.gradient(outputs[-1], x)).sum(axis=(0, 2)) > 0)
    np.testing.assert_allclose(*outputs, atol=1e-6)
    assert back[0].all()
    assert back[1].tolist() == [False] * 6 + [True] * 3


@pytest.mark.slow
def test_cells_are_as_large_as_each_other_and_start_as_they_say():
    models = {cell: sweep.build(cell, 5) for cell in UNITS}
    sizes = [model.count_params() for model in models.values()]
    assert max(sizes) < 1.02 * min(sizes)
    for bias in (0, 1, 4):
        blocks = models[f"lstm-{bias}"].get_weights()[2].reshape(4, 20)
        np.testing.assert_array_equal(blocks[1], bias)
        assert not blocks[[0, 2, 3]].any()
    for cell, gain in (("rnn", 1), ("rnn-half", 0.5)):
        u = models[cell].get_weights()[1]
        np.testing.assert_allclose(u @ u.T, gain**2 * np.eye(len(u)), atol=1e-5)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:TensorFlow was imported before setup")
def test_under_a_trained_head_the_cell_stays_as_it_was_born(monkeypatch):
    built, build = [], sweep.build

    def watched(*arguments):
        built.append(build(*arguments))
        built.append(built[-1].get_weights())
        return built[-2]

    monkeypatch.setattr(sweep, "build", watched)
    setting = arm("lstm-1", 3, trained="head", updates=3)
    found = sweep.run(**setting, lr=0.1, seed=0, backend="tensorflow")
    assert found.keys() == {*sweep.METRICS}
    model, before = built
    same = [np.array_equal(*p) for p in zip(before, model.get_weights(), strict=True)]
    assert same.count(False) == 2  # kernel and bias of the head


@pytest.mark.slow
def test_gradients_are_cut_as_said():
    def limits(clip):
        optimiser = sweep.adam(0.01, 10, clip)
        return optimiser.clipnorm, optimiser.global_clipnorm

    assert limits("array") == (1.0, None)
    assert limits("whole") == (None, 1.0)
    assert limits("none") == (None, None)
