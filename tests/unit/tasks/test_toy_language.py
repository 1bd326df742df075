"""The toy language: what it draws, it accepts; what breaks a rule, it refuses."""

import pytest

from lstm_utils.tasks import LONGEST_SENTENCE, draw_sentences, is_sentence

SENTENCES = draw_sentences(3_000, seed=0)


def test_every_sentence_drawn_is_accepted_and_the_longest_comes():
    assert len(SENTENCES) == 3_000
    assert all(map(is_sentence, SENTENCES))
    assert max(map(len, SENTENCES)) == LONGEST_SENTENCE


def test_one_wrong_form_is_refused_wherever_it_stands():
    for right, wrong in [("sees", "see"), ("runs.", "run."), ("a ", "some ")]:
        hit = [text for text in SENTENCES if text.count(right) == 1]
        assert len(hit) > 100
        assert not any(is_sentence(text.replace(right, wrong)) for text in hit)


def test_the_verb_must_agree_with_its_own_noun_and_not_with_the_nearest():
    assert is_sentence("the dog that the cats see runs.")
    assert not is_sentence("the dog that the cats see run.")
    assert is_sentence("the dogs that a cat sees run.")
    assert not is_sentence("the dogs that a cat sees runs.")


@pytest.mark.parametrize("text", ["", "the dog runs", "the dog runs. ", "the dog run."])
def test_parts_and_more_than_a_sentence_are_refused(text):
    assert not is_sentence(text)


def test_half_of_the_nouns_are_plural_and_two_in_five_subjects_have_a_clause():
    clauses = sum("that" in text for text in SENTENCES) / 3_000
    plural = sum(text.split()[1].endswith("s") for text in SENTENCES) / 3_000
    assert clauses == pytest.approx(0.4, abs=0.03)
    assert plural == pytest.approx(0.5, abs=0.03)
