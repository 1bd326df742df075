"""Sweeps of what reads or writes strings: how models train and score."""

import keras
import numpy as np
import pytest

from experiments import (
    _strings,
    encoder_direction,
    length_batches,
    scheduled_sampling,
    source_reversal,
    writing,
)
from experiments.attention_by_length import right_places
from lstm_utils import tasks
from lstm_utils.decoding import greedy_decode
from lstm_utils.experiments import read_table
from lstm_utils.models import make_encoder_decoder

TEXTS = tasks.draw_sentences(40, seed=0)
CHARACTERS = tasks.Vocabulary(sorted({*"".join(TEXTS)}))
LINES = writing.encode(CHARACTERS, TEXTS)
SENTENCES = writing.start(40), LINES


class Echo:
    """A model that writes what it is told to, with a given certainty."""

    def __init__(self, written, n_tokens, certainty=0.9):
        other = (1 - certainty) / (n_tokens - 1)
        self.p = np.full((*written.shape, n_tokens), other)
        np.put_along_axis(self.p, written[..., None], certainty, axis=-1)

    def predict(self, inputs, **_):
        return self.p


def test_scores_count_tokens_and_strings_and_leave_padding_out():
    source, targets = tasks.copy_strings(10, 2, 5, seed=0)
    written = targets.copy()
    written[targets == tasks.PADDING] = tasks.END  # wrong, but nobody asked
    perfect = _strings.scores(Echo(written, 11), (source, targets))
    assert perfect["token_error"] == perfect["string_error"] == 0
    assert perfect["loss"] == pytest.approx(-np.log(0.9))
    written[0, :2] = tasks.END
    scores = _strings.scores(Echo(written, 11), (source, targets))
    assert scores["string_error"] == pytest.approx(1 / 10)
    assert scores["token_error"] == pytest.approx(2 / (targets != tasks.PADDING).sum())


def net(units):
    return make_encoder_decoder(1, units, len(tasks.string_vocabulary()), embedding=4)


@pytest.fixture
def writer():
    keras.utils.set_random_seed(1)
    return writing.build(len(CHARACTERS))


def test_training_takes_exactly_the_updates_asked_for_and_lowers_the_loss(writer):
    strings = tasks.copy_strings(200, 1, 3, seed=0)
    for fit, model, taught, pair in [
        (_strings.fit, net(16), strings, strings),
        (_strings.fit_in_pieces, net(16), strings, strings),
        (writing.fit, writer, LINES, SENTENCES),
    ]:
        before = _strings.scores(model, pair)["loss"]
        fit(model, taught, updates=30, lr=0.02, seed=0)
        assert int(model.optimizer.iterations) == 30
        assert float(model.optimizer.learning_rate) == pytest.approx(0, abs=1e-8)
        assert _strings.scores(model, pair)["loss"] < 0.9 * before


def test_pieces_are_added_up_for_all_fits_but_the_one_that_shows_what_they_do():
    strings, rows = tasks.copy_strings(200, 1, 3, seed=0), {}
    for fit in (_strings.fit, _strings.fit_in_pieces):
        keras.utils.set_random_seed(0)
        model = net(8)
        before = model.get_layer("target_embedding").get_weights()[0]
        fit(model, strings, updates=5, lr=0.02, seed=0)
        after = model.get_layer("target_embedding").get_weights()[0]
        rows[fit] = np.linalg.norm(after - before)
    assert rows[_strings.fit_in_pieces] > 1.1 * rows[_strings.fit]


def test_the_loss_of_training_leaves_padding_out():
    (source, targets), model = tasks.copy_strings(64, 1, 8, seed=0), net(4)
    wanted = _strings.scores(model, (source, targets))["loss"]
    _strings.fit(model, (source, targets), updates=1, lr=1e-9, seed=0)
    inputs = [source, tasks.shift_right(targets)]
    found = model.evaluate(inputs, targets, verbose=0)
    assert found == pytest.approx(wanted, rel=1e-3)


def test_strings_held_out_are_taken_from_the_training_data():
    pair = tasks.copy_strings(50, 1, 3, seed=0)
    kept = _strings.without(pair, pair[0][10:20])
    for found, part in zip(kept, pair, strict=True):
        assert np.array_equal(found, np.delete(part, slice(10, 20), axis=0))


def test_sources_are_turned_around_and_padding_stays_last():
    ids = np.array([[3, 4, 5, 0], [6, 7, 0, 0]])
    assert source_reversal.backwards(ids).tolist() == [[5, 4, 3, 0], [7, 6, 0, 0]]


def test_the_forget_bias_is_set_in_every_layer_and_nothing_else():
    model = make_encoder_decoder(2, 4, 14, embedding=4)
    before = model.get_weights()
    source_reversal.set_forget_bias(model, 0)
    changes = [new - old for new, old in zip(model.get_weights(), before, strict=True)]
    changed = [change.tolist() for change in changes if change.any()]
    assert changed == 4 * [[0] * 4 + [-1] * 4 + [0] * 8]


def test_each_sum_is_in_one_part_at_every_call():
    data, vocabulary = source_reversal.sums(), tasks.addition_vocabulary()
    pairs = {
        name: {frozenset(text.split("+")) for text in vocabulary.decode(source)}
        for name, (source, _) in data.items()
    }
    assert [len(pairs[name]) for name in ("val", "test", "train")] == [500, 1000, 3550]
    assert len(set.union(*pairs.values())) == 5_050
    assert np.array_equal(source_reversal.sums()["test"][0], data["test"][0])


def test_the_right_place_of_copying_is_the_diagonal_of_the_string():
    source, targets = tasks.copy_strings(20, 3, 6, seed=0)
    _, target_steps, source_steps = np.nonzero(right_places("copy", source, targets))
    assert (target_steps == source_steps).all()
    assert len(target_steps) == (source != 0).sum()


def test_for_sorting_any_place_of_the_letter_is_right():
    source, targets = tasks.sort_strings(20, 3, 6, n_symbols=3, seed=0)
    found = right_places("sort", source, targets)
    same = targets[:, :, None] == source[:, None]
    assert np.array_equal(found, same & (targets > 2)[:, :, None])


@pytest.mark.parametrize("attention", ["none", "dot", "additive"])
def test_an_encoder_of_two_directions_sees_what_comes_and_no_padding(attention):
    keras.utils.set_random_seed(0)
    forward, both = (
        encoder_direction.build(encoder, attention) for encoder in ("forward", "both")
    )
    assert both.count_params() == pytest.approx(forward.count_params(), rel=0.02)
    source, targets = tasks.copy_strings(8, 4, 6, seed=0)
    inputs = [source, tasks.shift_right(targets)]
    wider = [np.pad(source, ((0, 0), (0, 3))), inputs[1]]
    usual = both.predict(inputs, verbose=0)
    np.testing.assert_allclose(both.predict(wider, verbose=0), usual, atol=1e-6)
    other = source.copy()
    last = (source != 0).sum(axis=1) - 1
    rows = np.arange(len(source))
    other[rows, last] = 3 + (source[rows, last] - 2) % 8
    for model, first_key_knows in ((forward, False), (both, True)):
        layer = model.get_layer("encoder_1")
        reader = keras.Model(model.inputs[0], layer.output[0])
        if attention == "none":
            continue  # it keeps the last states only
        gap = abs(reader.predict(other, verbose=0) - reader.predict(source, verbose=0))
        assert bool((gap[:, 0].max(axis=1) > 1e-7).all()) is first_key_knows


def test_batches_by_length_hold_every_row_once_and_lengths_that_are_alike():
    lengths = np.random.default_rng(1).integers(6, 19, size=1_000)
    batches = length_batches.batches_by_length(lengths, np.random.default_rng(0), 64)
    assert sorted(np.concatenate(batches)) == [*range(1_000)]
    spans = [np.ptp(lengths[rows]) for rows in batches]
    assert max(spans) <= 2
    assert np.mean(np.equal(spans, 0)) > 0.2
    means = [lengths[rows].mean() for rows in batches]
    assert means != sorted(means)
    drawn = [*length_batches.order_by("drawn", lengths, 40, np.random.default_rng(0))]
    by_length = length_batches.order_by(
        "by length", lengths, 40, np.random.default_rng(0)
    )
    assert len(drawn) == len([*by_length]) == 40
    assert np.ptp(lengths[drawn[0]]) > 8


# --- scheduled sampling ---------------------------------------------------------


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(1)
    model = make_encoder_decoder(1, 8, 11, embedding=4)
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(0, 1, w.shape) for w in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def pair():
    return _strings.strings("copy")(40, seed=3)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_own_tokens_are_the_likeliest_letters_after_what_was_read(model, pair, share):
    right = tasks.shift_right(pair[1])
    read = scheduled_sampling.mix(model, *pair, share, np.random.default_rng(0))
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
    found = scheduled_sampling.by_step(model, pair)
    free = greedy_decode(model, source, targets.shape[1])
    p = model.predict([source, tasks.shift_right(targets)], verbose=0)
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


def test_tensorflow_comes_last_and_repeats_five_seeds_at_the_rates_found_on_jax():
    assert {row["backend"] for row in scheduled_sampling.settings([])} == {"jax"}
    made_on_jax = read_table("scheduled_sampling.csv").query("backend == 'jax'")
    wanted = scheduled_sampling.settings(made_on_jax.to_dict("records"))
    assert {row["backend"] for row in wanted} == {"tensorflow"}
    scored = made_on_jax.query("updates == 400 and own != 0.5 and seed < 5")
    rates = {(row.own, row.seed): row.lr for row in scored.itertuples()}
    assert {(row["own"], row["seed"]): row["lr"] for row in wanted} == rates
    assert len(wanted) == len(rates) == 10


# --- writing --------------------------------------------------------------------


def test_what_the_writer_says_does_not_depend_on_its_source(writer):
    read = tasks.shift_right(LINES)
    one, other = (
        writer.predict([np.full((40, 1), source), read], verbose=0) for source in (3, 5)
    )
    np.testing.assert_array_equal(one, other)
    np.testing.assert_allclose(one.sum(axis=-1), 1, atol=1e-5)


def test_padding_does_not_count_in_the_loss_of_a_writer(writer):
    p = writer.predict([writing.start(40), tasks.shift_right(LINES)], verbose=0)
    nats = [-np.log(p[r, t, k]) for (r, t), k in np.ndenumerate(LINES) if k]
    loss = _strings.scores(writer, SENTENCES)["loss"]
    assert loss == pytest.approx(np.mean(nats), rel=1e-5)
    assert (LINES == 0).any()
