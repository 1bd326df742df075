"""The sweep of scheduled sampling mixes and scores as it says."""

import keras
import numpy as np
import pytest

from experiments import scheduled_sampling as sweep
from experiments._strings import strings
from lstm_utils.decoding import greedy_decode
from lstm_utils.experiments import read_table
from lstm_utils.models import make_encoder_decoder
from lstm_utils.tasks import shift_right


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(1)
    model = make_encoder_decoder(1, 8, 11, embedding=4)
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(0, 1, w.shape) for w in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def pair():
    return strings("copy")(40, seed=3)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_own_tokens_are_the_likeliest_letters_after_what_was_read(model, pair, share):
    right = shift_right(pair[1])
    read = sweep.mix(model, *pair, share, np.random.default_rng(0))
    p = model.predict([pair[0], read], verbose=0)
    guesses = 3 + p[:, :-1, 3:].argmax(axis=-1)
    own = read[:, 1:] != right[:, 1:]
    assert own.any() == (share > 0)
    assert (read[:, 1:] == guesses)[own].all()
    letters = right[:, 1:] > 2
    assert share < 1 or (read[:, 1:] == guesses)[letters].all()
    assert np.array_equal(read[:, 1:] > 2, letters)
    assert np.array_equal(read == 0, right == 0)


def test_shares_by_step_count_what_greedy_writes_and_what_follows_a_mistake(
    model, pair
):
    source, targets = pair
    found = sweep.by_step(model, pair)
    free = greedy_decode(model, source, targets.shape[1])
    p = model.predict([source, shift_right(targets)], verbose=0)
    valid = targets > 0
    error = (free != targets)[valid].mean()
    assert found["free_token_error"] == pytest.approx(error)
    for name, ids in (("free", free), ("given", p.argmax(axis=-1))):
        share = (ids == targets)[valid[:, 7], 7].mean()
        assert found[f"{name}_8"] == pytest.approx(share)
    rights = []
    for right, there in zip(free == targets, valid, strict=True):
        later = right[there][right[there].argmin() :]  # from the first mistake on
        if len(later) > 2 and not later[0]:
            rights.append(later[2])
    assert found["after_free_2"] == pytest.approx(np.mean(rights))


def test_tensorflow_comes_last_with_rates_of_its_own():
    assert {row["backend"] for row in sweep.settings([])} == {"jax"}
    made_on_jax = read_table("scheduled_sampling.csv").query("backend == 'jax'")
    wanted = sweep.settings(made_on_jax.to_dict("records"))
    assert {row["backend"] for row in wanted} == {"tensorflow"}
    assert {row["own"] for row in wanted} == {0.0, 1.0}
    assert {row["seed"] for row in wanted} == {*sweep.RULE.tuning_seeds}
