"""Words become ids and come back; unknown ones are all alike."""

import pytest

from lstm_utils.tasks import UNKNOWN, WordVocabulary, edit_distance

WORDS = WordVocabulary(["deux cent deux", "cent"])


def test_words_have_ids_behind_the_unknown_one_and_texts_come_back():
    assert WORDS.symbols == (UNKNOWN, "cent", "deux")
    assert len(WORDS) == 6
    ids = WORDS.encode(["deux cent", "cent"], end=True)
    assert ids.tolist() == [[5, 4, 2], [4, 2, 0]]
    assert WORDS.decode(ids) == ["deux cent", "cent"]
    assert WORDS.decode([[]]) == [""]


def test_words_that_were_not_shown_cannot_be_told_apart():
    ids = WORDS.encode(["trois cent", "mille cent"])
    assert ids[0].tolist() == ids[1].tolist() == [3, 4]
    assert WORDS.decode(ids) == ["<unk> cent"] * 2


def test_a_vocabulary_of_words_shows_how_to_make_it_again():
    assert eval(repr(WORDS)).symbols == WORDS.symbols


def test_the_unknown_word_in_a_text_is_no_further_word():
    assert WordVocabulary(["a <unk>"]).symbols == (UNKNOWN, "a")


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ([], "texts is empty"),
        (["a", ""], r"texts\[1\] is empty.*Leave empty texts out"),
        (["a", 1], r"texts\[1\] must be a text"),
        ("a b", "texts must be a list or tuple"),
    ],
)
def test_bad_texts_say_what_is_wrong(texts, message):
    with pytest.raises((TypeError, ValueError), match=message):
        WordVocabulary(texts)


@pytest.mark.parametrize(
    ("a", "b", "edits"),
    [
        ("huit", "huit", 0),
        ("", "huit", 4),
        ("huit", "", 4),
        ("abcdefgh", "bcdefgh", 1),
        ("kitten", "sitting", 3),
        ([3, 4, 5], [3, 5], 1),
        (["deux", "cents"], ["deux", "cent"], 1),
    ],
)
def test_edits_are_the_fewest_that_make_one_the_other(a, b, edits):
    assert edit_distance(a, b) == edit_distance(b, a) == edits


@pytest.mark.parametrize(("a", "b", "name"), [(None, "a", "a"), ("a", 3, "b")])
def test_what_has_no_length_is_refused(a, b, name):
    with pytest.raises(TypeError, match=f"^{name} must be a text or one row"):
        edit_distance(a, b)
