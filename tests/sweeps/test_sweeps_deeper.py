"""The committed tables of the sweeps on depth: complete, paired and fairly tuned."""

import numpy as np
import pytest

from experiments import dropout_places, going_deeper, rate_by_depth
from experiments.going_deeper import LADDER, SCORED_SEEDS, climb, train_and_score
from lstm_utils.experiments import read_table

SWEEPS = {
    sweep.__name__.rpartition(".")[-1]: sweep
    for sweep in (going_deeper, rate_by_depth, dropout_places)
}
# Another test of the same process may have imported TensorFlow before.
LATE_SETUP = pytest.mark.filterwarnings("ignore:TensorFlow was imported before setup")
TUNED = {"going_deeper": ["depth", "kind"], "dropout_places": ["place", "share"]}


def made_on_jax(name):
    return read_table(f"{name}.csv").query("backend == 'jax'")


@pytest.mark.parametrize("name", SWEEPS)
def test_tensorflow_confirms_what_jax_found(name):
    table = read_table(f"{name}.csv")
    confirmed = table[table["backend"] == "tensorflow"]
    arms = [*TUNED.get(name, ["depth", "optimiser", "clipping"]), "lr"]
    for arm, rows in confirmed.groupby(arms):
        same = made_on_jax(name).set_index(arms).loc[arm].query("seed < 100")
        assert sorted(rows["seed"]) == sorted(same["seed"]) == [0, 1, 2, 3, 4]
        assert abs(rows["test_score"].mean() - same["test_score"].mean()) < 0.1, arm
    assert confirmed.groupby(arms).ngroups == 2


@pytest.mark.parametrize("name", SWEEPS)
def test_nothing_of_a_sweep_is_missing(name):
    sweep, table = SWEEPS[name], read_table(f"{name}.csv")
    everything = read_table(f"{name}.csv", failed=True)
    assert sweep.settings(everything.to_dict("records")) == []
    assert len(everything) == len(table), "some runs failed"
    assert not table.duplicated(list(sweep.settings([])[0])).any()


@pytest.mark.parametrize("name", TUNED)
def test_an_arm_is_scored_at_one_rate_on_seeds_that_did_not_choose_it(name):
    table = made_on_jax(name)
    for arm, rows in table[table["seed"] < 100].groupby(TUNED[name]):
        assert rows["lr"].nunique() == 1, arm
        wanted = (0, 1, 2) if arm[0] == 30 else SCORED_SEEDS
        assert tuple(sorted(rows["seed"])) == wanted, arm


@pytest.mark.parametrize("name", TUNED)
def test_a_chosen_rate_is_the_best_and_not_at_an_edge(name):
    table = made_on_jax(name)
    for arm, rows in table.groupby(TUNED[name]):
        if arm[0] == 30:
            continue  # not tuned, see below
        scores = rows[rows["seed"] >= 100].groupby("lr")["val_score"].mean()
        chosen = rows[rows["seed"] < 100]["lr"].iloc[0]
        assert scores[chosen] == scores.min(), arm
        assert scores.index.min() < chosen < scores.index.max(), arm


def test_thirty_layers_have_the_rates_of_twelve():
    table = read_table("going_deeper.csv")
    scored = table[table["seed"] < 100]
    rates = scored.groupby(["depth", "kind"])["lr"].first().unstack()
    assert (rates.loc[30] == rates.loc[12]).all()


def test_each_cell_of_rate_by_depth_holds_the_same_five_seeds():
    table = made_on_jax("rate_by_depth")
    for cell, rows in table.groupby(["depth", "optimiser", "clipping", "lr"]):
        assert sorted(rows["seed"]) == [0, 1, 2, 3, 4], cell


# --- the ladder -----------------------------------------------------------------


def climbed(best):
    """Return the rates tried, in order, where validation favours one rate."""
    arm, rows, tried = {"kind": "plain"}, [], []
    while wanted := climb(arm, rows):
        tried.append(sorted({setting["lr"] for setting in wanted}))
        for setting in wanted:
            rows.append({**setting, "val_score": abs(np.log(setting["lr"] / best))})
    return tried


def test_the_ladder_is_climbed_until_the_best_rate_is_inside():
    assert climbed(0.01) == [[0.003, 0.01, 0.03], [0.01]]
    assert climbed(0.03) == [[0.003, 0.01, 0.03], [0.1], [0.03]]
    assert climbed(0.001) == [[0.003, 0.01, 0.03], [0.001], [0.0003], [0.001]]


def test_the_ladder_ends():
    assert climbed(1.0)[-1] == [LADDER[-1]]
    assert climbed(1e-6)[-1] == [LADDER[0]]


# --- training -------------------------------------------------------------------


@LATE_SETUP
@pytest.mark.slow
def test_a_reused_body_gives_what_a_new_one_gives(monkeypatch):
    monkeypatch.setattr(going_deeper, "UPDATES", 20)
    rule = ("adam", 1.0, True)

    def trained(lr, seed, key):
        def build():
            return going_deeper.stack(1, "plain")

        return train_and_score(build, rule, lr, seed, "tensorflow", key=key)

    first = trained(0.01, 1, "body")
    trained(0.03, 2, "body")
    assert trained(0.01, 1, "body") == first == trained(0.01, 1, None)


@LATE_SETUP
@pytest.mark.slow
def test_the_rate_falls_as_in_the_package(monkeypatch):
    import keras

    from lstm_utils.training import train

    monkeypatch.setattr(going_deeper, "UPDATES", 20)
    monkeypatch.setattr(going_deeper, "_order", in_order)
    made = []

    def build():
        made.append(going_deeper.stack(1, "plain"))
        return made[-1]

    train_and_score(build, ("adam", 1.0, True), 0.03, 0, "tensorflow")
    keras.utils.set_random_seed(0)
    other = going_deeper.stack(1, "plain")
    monkeypatch.setattr(
        "lstm_utils.training._order", lambda n, length, seed: in_order()
    )
    x, y = going_deeper._digits("train")
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    train(other, x, y, updates=20, learning_rate=0.03, seed=0, batch_size=32, loss=loss)
    for ours, theirs in zip(made[0].get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


def in_order(*_):
    return np.arange(20 * 32)
