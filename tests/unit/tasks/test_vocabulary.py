"""Text becomes ids and comes back, and the decoder reads what it wrote before."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_utils.tasks import Vocabulary, shift_right

ABC = Vocabulary("abc")
SYMBOLS = st.lists(st.characters(codec="utf-8"), min_size=1, max_size=12, unique=True)


@st.composite
def vocabularies_and_texts(draw):
    symbols = draw(SYMBOLS)
    text = st.text(alphabet=st.sampled_from(symbols), min_size=1, max_size=9)
    return symbols, draw(st.lists(text, min_size=1, max_size=6))


@given(vocabularies_and_texts(), st.booleans(), st.integers(0, 3))
def test_what_is_encoded_can_be_decoded(drawn, end, room):
    symbols, texts = drawn
    vocabulary = Vocabulary(symbols)
    length = max(map(len, texts)) + end + room
    ids = vocabulary.encode(texts, end=end, length=length)
    assert ids.shape == (len(texts), length)
    assert ids.max() < len(vocabulary) == len(symbols) + 3
    assert vocabulary.decode(ids) == texts
    assert vocabulary.decode([row[row != 0] for row in ids]) == texts
    for row, text in zip(ids, texts, strict=True):
        tokens = [symbols.index(symbol) + 3 for symbol in text] + [2] * end
        assert row.tolist() == tokens + [0] * (length - len(tokens))


def test_the_longest_text_sets_the_steps_and_a_text_is_read_up_to_its_end():
    assert ABC.encode(["a", "cab"]).shape == (2, 3)
    assert ABC.encode(np.array(["a", "cab"]), end=True).shape == (2, 4)
    assert ABC.decode([[1, 3, 0, 4, 2, 5], [2, 3], [], [5]]) == ["ab", "", "", "c"]
    assert ABC.decode(pd.DataFrame([[3, 4], [5, 2]])) == ["ab", "c"]


def test_a_vocabulary_shows_how_to_make_it_again():
    again = eval(repr(Vocabulary(["x", "'", '"'])))
    assert again.symbols == "x'\""


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            "abca",
            r"symbols\[3\] must be one character .* not there before, but 'a' came",
        ),
        (["ab", "c"], r"symbols\[0\] must be one character .*'ab' came. Split texts"),
        (["a", 1], r"symbols\[1\] must be one character .*but 1 came"),
        ({"a", "b"}, r"symbols must be a list or tuple, but set came\..* sort a set"),
    ],
)
def test_bad_symbols_say_what_is_wrong(given, message):
    with pytest.raises((TypeError, ValueError), match=message):
        Vocabulary(given)


@pytest.mark.parametrize(
    ("texts", "options", "message"),
    [
        ("cab", {}, r"a list of texts, but 'cab' \(str\) came. Put a single text in"),
        (["a", ""], {}, r"texts\[1\] is empty.* leave empty texts out"),
        (["a", 3], {}, r"texts\[1\] must be a text, but 3 \(int\)"),
        (["a", "xa"], {}, r"texts\[1\] 'xa' holds 'x', .* symbols 'abc'"),
        (["a", "cab"], {"length": 2}, "length is 2, but text 1, 'cab'"),
        (["cab"], {"length": 3, "end": True}, "4 steps, end included"),
    ],
)
def test_bad_texts_say_what_is_wrong(texts, options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        ABC.encode(texts, **options)


@pytest.mark.parametrize(
    ("function", "ids", "message"),
    [
        (ABC.decode, [[3, 4], [3, 6]], r"ids\[1\] holds the id 6, expected 0 to 5"),
        (ABC.decode, [[-1]], r"ids\[0\] holds the id -1"),
        (ABC.decode, [[3.0]], r"ids\[0\] must hold whole numbers, .* float64"),
        (ABC.decode, np.array([3]), r"2 axes \(n, steps\), .* give ids\[None\]"),
        (ABC.decode, [3, 4], r"ids\[0\] must have the 1 axis \(steps,\)"),
        (ABC.decode, np.ones((1, 2, 6)), "for probabilities take argmax first"),
        (shift_right, [[1, 3, 2]], "targets holds the start token, 1"),
        (
            shift_right,
            [[3, 2, 0], [0, 3, 2]],
            r"in row 1: \[0, 3, 2\]. Pad on the right",
        ),
        (shift_right, [[3, 2, 4]], "goes on after its end"),
        (shift_right, [[3, 2, 2]], "goes on after its end"),
        (shift_right, [[3, 2**40]], "targets holds the id 1099511627776"),
    ],
)
def test_bad_ids_say_what_is_wrong(function, ids, message):
    with pytest.raises((TypeError, ValueError), match=message):
        function(ids)


@given(st.lists(st.text("abc", min_size=1, max_size=7), min_size=1, max_size=5))
def test_the_decoder_reads_the_token_before_and_pads_as_the_targets_do(texts):
    targets = ABC.encode(texts, end=True)
    given = targets.copy()
    target_in = shift_right(targets)
    np.testing.assert_array_equal(targets, given)
    np.testing.assert_array_equal(target_in == 0, targets == 0)
    for read, text in zip(target_in, texts, strict=True):
        before = [1, *ABC.encode([text])[0]]
        assert read[: len(before)].tolist() == before
        assert not read[len(before) :].any()


def test_targets_that_were_cut_have_no_end_and_an_empty_answer_only_that():
    shifted = shift_right([[3, 4, 5], [2, 0, 0]])
    assert shifted.tolist() == [[1, 3, 4], [1, 0, 0]]
