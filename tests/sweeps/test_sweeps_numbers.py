"""Sweeps of the translator: numbers held out, sizes, directions, what is counted."""

import time

import keras
import numpy as np
import pytest

from experiments import (
    _attention,
    _crossing,
    _numbers,
    _strings,
    _translator,
    held_out_decade,
    many_languages,
    number_words,
)
from lstm_utils import tasks
from lstm_utils.decoding import greedy_decode
from lstm_utils.experiments import load_weights


def test_no_number_is_in_two_parts_and_all_seventies_can_be_held_out():
    parts = _numbers.split()
    assert {name: len(part) for name, part in parts.items()} == {
        "val": 100,
        "test": 200,
        "train": 700,
    }
    assert sorted(np.concatenate([*parts.values()])) == [*range(1000)]
    held = held_out_decade.parts()
    assert sorted(held["test"]) == [n for n in range(1000) if n // 10 % 10 == 7]
    for name, part in {"val": "val", "train": "train", "other": "test"}.items():
        assert {*held[name]} == {*parts[part]} - {*held["test"]}


def build(change):
    arm = number_words.BASE | change
    languages = arm["pair"].split("-")
    vocabulary, parts = number_words.data(languages, arm["tokens"], _numbers.split())
    form = [arm[k] for k in ("depth", "units", "attention", "encoder", "handover")]
    embedding = number_words.EMBEDDINGS[arm["encoder"]]
    return _numbers.build(len(vocabulary), *form, embedding), vocabulary, parts


@pytest.mark.slow
def test_arms_that_are_compared_have_equal_parameters():
    counts = [build(c)[0].count_params() for c in ({}, *number_words.CHANGES)]
    assert max(counts) < 1.02 * min(counts)
    characters, words = (
        build({"pair": "en-fr"} | form)[0].count_params()
        for form in ({}, {"tokens": "words", "units": 62})
    )
    assert characters == pytest.approx(words, rel=0.02)


def test_words_that_no_training_number_holds_are_unknown():
    numbers = _numbers.split()
    vocabulary, parts = number_words.data(["de", "fr"], "words", numbers)
    assert (parts["test"][0][:, 0] == 3).all()  # each German number is one word
    assert (parts["train"][0] != 3).all()
    vocabulary, parts = number_words.data(["en", "fr"], "words", numbers)
    source, targets = parts["test"]
    assert (source != 3).all()
    assert (targets != 3).all()
    words = tasks.number_words(numbers["test"], "fr")
    assert vocabulary.decode(targets) == [w.replace("-", " ") for w in words]


def test_trained_directions_leave_two_pairs_out_both_ways():
    for n in (4, 8, 12):
        names = many_languages.NAMES[:n]
        trained = many_languages.trained(names)
        assert len({*trained}) == n * (n - 1) - 4
        assert not {("de", "nl"), ("nl", "de"), ("fr", "en"), ("en", "fr")} & {*trained}
        for (of, to), via in many_languages.DIRECTIONS.items():
            assert {(of, via), (via, to)} <= {*trained}


class Speaker:
    """Stands for a model: writes a number in the language that it is given."""

    def __init__(self, say):
        self.say = say


def test_a_stray_answer_is_right_in_another_language(monkeypatch):
    names = many_languages.NAMES[:4]
    vocabulary = tasks.number_vocabulary(names)
    numbers = np.array([21, 22, 23, 24])

    def write(model, source, steps):
        texts = vocabulary.decode(source)
        return vocabulary.encode([model.say(text) for text in texts], end=True)

    monkeypatch.setattr(many_languages, "greedy_decode", write)
    meant = {
        tag + word: tasks.number_words([n], to)[0]
        for n in numbers
        for to, tag in tasks.TAGS.items()
        if to in names
        for of in names
        for word in tasks.number_words([n], of)
    }
    german = {word: tasks.number_words([21], "de")[0] for word in meant}
    way = (("de", "nl"), "en", numbers)

    def found(say):
        return many_languages.untrained(Speaker(say), names, *way)

    assert found(meant.get) == {"direct": 0, "via": 0, "stray": 0}
    # Keeps to German for 21 only, and says 21 for all else.
    assert found(german.get) == {"direct": 1, "via": 1, "stray": 0.25}


@pytest.mark.slow
def test_what_a_model_writes_on_its_own_is_counted_in_edits():
    keras.utils.set_random_seed(0)
    model, vocabulary, parts = build({"pair": "en-fr", "tokens": "words", "units": 62})
    source, targets = (ids[:20] for ids in parts["test"])
    found = _numbers.free(model, vocabulary, source, targets)
    written = vocabulary.decode(greedy_decode(model, source, targets.shape[1]))
    right = vocabulary.decode(targets)
    edits = [tasks.edit_distance(a, b) for a, b in zip(written, right, strict=True)]
    assert found["edits"] == pytest.approx(np.mean(edits))
    assert 0 <= found["chrf"] < 0.5


@pytest.mark.slow
def test_a_thousand_numbers_are_translated_within_three_seconds():
    model, _, _ = build({})
    source, targets = tasks.number_pairs(range(1000), [("de", "fr")])
    greedy_decode(model, source[:2], 3)
    begun = time.process_time()  # one thread, whatever else the machine does
    written = greedy_decode(model, source, targets.shape[1])
    assert time.process_time() - begun < 3
    assert written.shape == targets.shape


# --- the large translator -------------------------------------------------------


def test_batches_of_the_translator_are_whole_and_of_one_rounded_length():
    source, targets = tasks.number_pairs(range(300), [("de", "fr"), ("fr", "de")])
    rng = np.random.default_rng(0)
    rows = [*_translator.batches(source, targets, 30, rng)]
    assert [len(batch) for batch in rows] == [64] * 30
    assert {*np.concatenate(rows)} == {*range(600)}
    for batch in rows:
        (read, shifted), written = _translator.cut(source[batch], targets[batch])
        for ids, whole in ((read, source), (written, targets)):
            lengths = (ids != 0).sum(axis=1)
            steps = min(-(-lengths.max() // 12) * 12, whole.shape[1])
            assert ids.shape[1] == steps
            assert lengths.min() > steps - 12 - (steps == whole.shape[1]) * 12
            assert np.array_equal(lengths, (whole[batch] != 0).sum(axis=1))
        assert np.array_equal(shifted, tasks.shift_right(written))


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(_translator, "LANGUAGES", ("de", "nl", "fr", "en"))
    monkeypatch.setattr(_translator, "UNITS", 8)


@pytest.mark.slow
def test_the_translator_goes_on_where_it_was_stopped(small, tmp_path, capsys):
    whole = _translator.train(tmp_path / "whole", 4, 2)
    stopped = tmp_path / "stopped"
    _translator.train(stopped, 4, 2)
    (stopped / "000004.weights.h5").unlink()
    capsys.readouterr()
    again = _translator.train(stopped, 4, 2)
    assert capsys.readouterr().out.startswith("4 of 4 updates, loss ")
    assert int(again.optimizer.iterations) == 4
    for one, other in zip(whole.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


@pytest.mark.slow
def test_the_stored_model_that_is_handed_nothing_looks_where_it_must():
    model, (_, unseen) = _crossing.make(), _crossing.numbers()
    assert _crossing.KEPT.stat().st_size <= 300_000
    load_weights(model, _crossing.KEPT.name)
    pair = tasks.number_pairs(unseen, _crossing.PAIR)
    assert _strings.scores(model, pair)["string_error"] < 0.06
    right = tasks.number_alignment(unseen, _crossing.PAIR, first_only=True)
    exact, near = _attention.alignment(model, pair, right)
    assert exact > 0.8
    assert near > 0.95


@pytest.mark.slow
def test_the_stored_translator_is_small_and_as_good_as_the_book_says():
    model = _translator.make()
    assert _translator.KEPT.stat().st_size <= 600_000
    load_weights(model, _translator.KEPT.name)
    assert _translator.score(model) < 0.03
