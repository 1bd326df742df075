"""The committed tables of the sweeps on attention: complete, paired, fairly tuned."""

import numpy as np
import pytest

from experiments import attention_by_length, attention_on_dates
from experiments.attention_by_length import LENGTHS, MODELS
from lstm_utils.experiments import read_table
from lstm_utils.tasks import copy_strings, sort_strings

SWEEPS = {
    "attention_by_length": attention_by_length,
    "attention_on_dates": attention_on_dates,
}
ARM = {
    "attention_by_length": ["task", "lengths", "model", "depth", "updates"],
    "attention_on_dates": ["model", "updates"],
}


@pytest.mark.parametrize("name", SWEEPS)
def test_nothing_of_a_sweep_is_missing(name):
    sweep, table = SWEEPS[name], read_table(f"{name}.csv")
    everything = read_table(f"{name}.csv", failed=True)
    assert sweep.settings(everything.to_dict("records")) == []
    assert len(everything) == len(table), "some runs failed"
    assert not table.duplicated(list(sweep.settings([])[0])).any()


@pytest.mark.parametrize("name", SWEEPS)
def test_an_arm_is_scored_on_five_fresh_seeds_at_the_best_rate_inside_its_grid(name):
    table = read_table(f"{name}.csv").query("backend == 'jax'")
    for arm, rows in table.groupby(ARM[name]):
        scored, looks = rows[rows["seed"] < 100], rows[rows["seed"] >= 100]
        assert sorted(scored["seed"]) == [0, 1, 2, 3, 4], arm
        means = looks.groupby("lr")["val_score"].mean().sort_index()
        assert {*scored["lr"]} == {means.idxmin()}, arm
        assert means.index[0] < means.idxmin() < means.index[-1], arm
        assert (looks.groupby("lr")["seed"].nunique() == 2).all(), arm


# Trained longer, to see whether time alone mends what attention does.
ALONE = {"attention_by_length": 8_000, "attention_on_dates": 3_200}


@pytest.mark.parametrize("name", SWEEPS)
def test_models_that_are_compared_have_the_same_size(name):
    table = read_table(f"{name}.csv")
    cases = [key for key in ARM[name] if key != "model"]
    for case, rows in table.groupby(cases):
        longer = {*rows["updates"]} == {ALONE[name]}
        assert {*rows["model"]} == ({"none"} if longer else {*MODELS})
        assert rows["params"].max() / rows["params"].min() < 1.02, case


@pytest.mark.parametrize("name", SWEEPS)
def test_tensorflow_confirms_the_order_of_the_models(name):
    table = read_table(f"{name}.csv")
    confirmed = table[table["backend"] == "tensorflow"]
    for arm, rows in confirmed.groupby(ARM[name]):
        assert sorted(rows["seed"]) == [0, 1, 2, 3, 4], arm
    long = confirmed
    if name == "attention_by_length":
        long = confirmed[confirmed["lengths"] == "10-20"]
    means = long.groupby("model")["test_score"].mean()
    assert means["none"] > 0.5
    assert all(means[model] < 0.4 * means["none"] for model in MODELS[1:])


def test_shares_are_shares():
    table = read_table("attention_by_length.csv")
    shares = [f"err_{n}" for n in LENGTHS]
    shares += ["aligned", "near", "aligned_20", "near_20", "test_score", "token_error"]
    assert table[shares].min(axis=None) >= 0
    assert table[shares].max(axis=None) <= 1
    assert (table["near"] >= table["aligned"]).all()
    without = table["model"] == "none"
    assert (table.loc[without, ["aligned", "near_20"]] == 0).all(axis=None)
    assert (table.loc[~without, "aligned"] > 0).all()


def test_the_alignment_of_copying_is_the_diagonal_of_the_string():
    source, targets = copy_strings(20, 3, 6, seed=0)
    right = attention_by_length.ALIGNMENTS["copy"](source, targets)
    _, target_steps, source_steps = np.nonzero(right)
    assert (target_steps == source_steps).all()
    assert right.sum() == (source != 0).sum()


def test_for_sorting_any_place_of_the_letter_is_right():
    source, targets = sort_strings(20, 3, 6, n_symbols=3, seed=0)
    right = attention_by_length.ALIGNMENTS["sort"](source, targets)
    rows, target_steps, source_steps = np.nonzero(right)
    assert (targets[rows, target_steps] == source[rows, source_steps]).all()
    assert (targets[rows, target_steps] > 2).all()
    assert right.any(axis=2).sum() == (source != 0).sum()
