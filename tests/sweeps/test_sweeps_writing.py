"""The sweep of stacks that write: it scores as it says, and its table is complete."""

import keras
import numpy as np
import pytest

from experiments import strings
from experiments import writing as sweep
from lstm_utils.experiments import read_table
from lstm_utils.tasks import Vocabulary, draw_sentences, shift_right

TEXTS = draw_sentences(40, seed=0)
CHARACTERS = Vocabulary(sorted({*"".join(TEXTS)}))


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(1)
    return sweep.build(len(CHARACTERS))


def loss(model, lines):
    return strings.scores(model, (sweep.start(len(lines)), lines))["loss"]


def test_nothing_of_the_sweep_is_missing():
    everything = read_table("writing.csv", failed=True)
    assert sweep.settings(everything.to_dict("records")) == []
    assert len(everything) == len(read_table("writing.csv")), "some runs failed"


def test_ten_fresh_seeds_are_scored_at_the_best_rate_inside_its_grid():
    table = read_table("writing.csv")
    scored, looks = table[table["seed"] < 100], table[table["seed"] >= 100]
    assert sorted(scored["seed"]) == list(range(10))
    means = looks.groupby("lr")["val_score"].mean().sort_index()
    assert {*scored["lr"]} == {means.idxmin()}
    assert means.index[0] < means.idxmin() < means.index[-1]
    assert (looks.groupby("lr")["seed"].nunique() == 5).all()


def test_shares_are_shares_of_150_sentences():
    table = read_table("writing.csv")
    names = [f"{name}_{t}" for name in ("accepted", "different") for t in (0.1, 2.0)]
    counts = table[names] * sweep.WRITTEN
    np.testing.assert_allclose(counts, counts.round(), atol=1e-6)
    assert counts.min(axis=None) >= 0
    assert counts.max(axis=None) <= 150


def test_what_the_writer_says_does_not_depend_on_its_source(model):
    lines = shift_right(sweep.encode(CHARACTERS, TEXTS))
    one, other = (
        model.predict([np.full((40, 1), k), lines], verbose=0) for k in (3, 5)
    )
    np.testing.assert_array_equal(one, other)
    np.testing.assert_allclose(one.sum(axis=-1), 1, atol=1e-5)


def test_padding_does_not_count_in_the_loss(model):
    lines = sweep.encode(CHARACTERS, TEXTS)
    p = model.predict([sweep.start(40), shift_right(lines)], verbose=0)
    nats = [-np.log(p[r, t, k]) for (r, t), k in np.ndenumerate(lines) if k]
    assert loss(model, lines) == pytest.approx(np.mean(nats), rel=1e-5)
    assert (lines == 0).any()


def test_training_takes_exactly_so_many_updates_and_lowers_the_loss():
    keras.utils.set_random_seed(1)
    model = sweep.build(len(CHARACTERS))
    lines = sweep.encode(CHARACTERS, TEXTS)
    before = loss(model, lines)
    sweep.fit(model, lines, updates=20, lr=0.02, seed=0)
    assert int(model.optimizer.iterations) == 20
    assert loss(model, lines) < 0.9 * before
