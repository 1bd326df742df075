"""Texts keep the rules of their grammar, and bits are what the source itself gives."""

import numpy as np
import pytest

from lstm_utils.tasks import dyck, dyck_bits, phrase_bits, phrase_grammar


def test_every_verb_of_the_grammar_agrees_with_its_noun():
    x, y = phrase_grammar(300, 60, seed=0)
    words = np.concatenate([x.argmax(2)[:, :1], y], axis=1)
    np.testing.assert_array_equal(x.argmax(2)[:, 1:], y[:, :-1])
    deepest = 0
    for text in words:
        waiting = []  # nouns whose verb is to come
        for before, word in zip([9, *text], text, strict=False):
            if word < 4:
                is_object = 4 <= before < 8 and not waiting
                waiting += [] if is_object else [word]
            elif word < 8:
                assert word == 4 + waiting.pop()
            elif word == 8:
                assert before < 4
                waiting += [before] if not waiting else []
            deepest = max(deepest, len(waiting))
    assert deepest >= 3


def test_the_bits_of_a_grammar_counted_by_hand():
    # noun · that noun verb · verb · noun · full stop
    words = np.array([[0, 8, 2, 6, 4, 1, 9]])
    x, y = np.eye(10)[words[:, :-1]], words[:, 1:]
    with_clause, without = -np.log2(0.3), -np.log2(0.7)
    by_hand = [with_clause, 2, without, 0, 2, without]
    assert phrase_bits(x, y) == pytest.approx(np.mean(by_hand))


def test_brackets_close_what_was_opened_last():
    x, y = dyck(300, 60, kinds=3, max_depth=4, seed=0)
    np.testing.assert_array_equal(x.argmax(2)[:, 1:], y[:, :-1])
    depths = set()
    for sequence in np.concatenate([x.argmax(2)[:, :1], y], axis=1):
        still_open = []
        for bracket in sequence:
            if bracket < 3:
                still_open.append(bracket)
            else:
                assert bracket - 3 == still_open.pop()
            depths.add(len(still_open))
    assert depths == {0, 1, 2, 3, 4}


def test_no_forecast_of_frequencies_beats_the_bits_of_the_source():
    x, y = dyck(4_000, 48, seed=0)
    depth = np.cumsum(np.where(x.argmax(2) < 2, 1, -1), axis=1)
    last = np.zeros(y.shape, int)  # the kind that would have to close
    for row, symbols in enumerate(x.argmax(2)):
        still_open = []
        for t, symbol in enumerate(symbols):
            still_open = [*still_open, symbol] if symbol < 2 else still_open[:-1]
            last[row, t] = still_open[-1] if still_open else 0
    # All that decides the next bracket: how deep, and which kind is open.
    states = (depth * 2 + last).ravel()
    counts = np.zeros((states.max() + 1, 4))
    np.add.at(counts, (states, y.ravel()), 1)
    p = (counts / counts.sum(1, keepdims=True).clip(1))[states, y.ravel()]
    assert abs(-np.log2(p).mean() - dyck_bits(x, y)) < 0.003


def test_bits_are_counted_of_x_and_y_that_belong_together():
    for bits, task in ((phrase_bits, phrase_grammar), (dyck_bits, dyck)):
        x, y = task(3, 5, seed=0)
        with pytest.raises(ValueError, match=r"x must have shape \(3, 4, \d+\), but"):
            bits(x, y[:, 1:])
        with pytest.raises(ValueError, match=r"x must have shape \(3, 5, \d+\), but"):
            bits(x[:, :, 1:], y)
