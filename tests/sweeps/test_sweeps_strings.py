"""Sweeps of encoder-decoders: how they train and score."""

import numpy as np
import pytest

from experiments import _strings, source_reversal
from experiments.attention_by_length import right_places
from lstm_utils import tasks
from lstm_utils.models import make_encoder_decoder


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


def test_training_takes_exactly_the_updates_asked_for_and_lowers_the_loss():
    pair, model = tasks.copy_strings(200, 1, 3, seed=0), net(16)
    before = _strings.scores(model, pair)["loss"]
    _strings.fit(model, pair, updates=30, lr=0.02, seed=0)
    assert int(model.optimizer.iterations) == 30
    assert float(model.optimizer.learning_rate) == pytest.approx(0, abs=1e-8)
    assert _strings.scores(model, pair)["loss"] < 0.9 * before


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
