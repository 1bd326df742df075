"""Where a model looks, and scores of alignments."""

import keras
import numpy as np
import pytest
from scipy.special import softmax

from lstm_utils.diagnostics import alignment_score as score
from lstm_utils.diagnostics import attention_weights, reversal_alignment
from lstm_utils.models import make_encoder_decoder
from lstm_utils.tasks import reverse_strings, shift_right

DIAGONAL, EVEN = np.eye(4, dtype=bool)[None], np.ones((1, 4, 4))


@pytest.mark.parametrize("attention", ["dot", "additive"])
def test_it_is_what_the_model_computes(attention):
    model = make_encoder_decoder(1, 6, 8, attention=attention)
    source = np.array([[3, 4, 5, 6], [7, 5, 0, 0]])
    target_in = np.array([[1, 6, 5], [1, 5, 7]])
    layer = model.get_layer("attention")
    read = keras.Model(model.inputs, layer.input)
    query, *_, key = map(np.asarray, read.predict_on_batch([source, target_in]))
    if attention == "dot":
        scores = query @ key.transpose(0, 2, 1)
    else:
        added = query[:, :, None] + key[:, None]
        scores = np.tanh(added) @ np.asarray(layer.get_weights()[0])
    scores = np.where((source != 0)[:, None, :], scores, -np.inf)
    weights = softmax(scores, axis=-1)
    assert np.allclose(weights, attention_weights(model, source, target_in), atol=1e-6)


def test_a_reversed_string_is_read_from_its_end():
    source, targets = reverse_strings(50, 3, 7, seed=0)
    aligned = reversal_alignment(source)
    assert aligned.shape == (*targets.shape, source.shape[1])
    rows, target_steps, source_steps = np.nonzero(aligned)
    assert (targets[rows, target_steps] == source[rows, source_steps]).all()
    assert aligned.sum() == (source != 0).sum()
    assert aligned.any(axis=2).sum() == (source != 0).sum()


def test_ids_are_asked_for():
    with pytest.raises(TypeError, match="source must hold whole numbers"):
        reversal_alignment([[0.5, 1.5]])


def test_a_score_counts_steps_that_are_to_look_somewhere():
    weights = np.full((1, 5, 4), 0.1)
    alignment = np.concatenate([DIAGONAL, np.zeros((1, 1, 4), bool)], axis=1)
    weights[0, [0, 1, 2, 3, 4], [0, 1, 3, 0, 2]] = 0.7
    before = alignment.copy()
    assert score(weights, alignment) == 0.5
    assert [score(weights, alignment, within=k) for k in (1, 3, 99)] == [0.75, 1, 1]
    assert np.array_equal(alignment, before)


def test_any_of_several_right_steps_will_do():
    weights = [[[0.2, 0.7, 0.1]]]
    assert score(weights, [[[True, True, False]]]) == 1.0
    assert score(weights, [[[True, False, True]]]) == 0.0


def test_an_even_map_scores_as_chance_would():
    source, targets = reverse_strings(400, 8, 8, seed=1)
    weights = np.random.default_rng(2).random((*targets.shape, 8))
    found = score(weights, reversal_alignment(source))
    assert found == pytest.approx(1 / 8, abs=0.02)


@pytest.mark.parametrize(
    ("weights", "alignment", "options", "error", "message"),
    [
        (EVEN, DIAGONAL[:, :3], {}, ValueError, "must have one shape"),
        (EVEN[0], DIAGONAL[0], {}, ValueError, "must have one shape"),
        (EVEN, DIAGONAL * 1, {}, TypeError, "its dtype is int64"),
        (EVEN, DIAGONAL & False, {}, ValueError, "False everywhere"),
        (EVEN, DIAGONAL, {"within": -1}, ValueError, "within must be"),
        (EVEN, DIAGONAL, {"within": 0.5}, TypeError, "within must be"),
    ],
)
def test_what_cannot_be_scored_is_refused(weights, alignment, options, error, message):
    with pytest.raises(error, match=message):
        score(weights, alignment, **options)


def test_a_model_scores_no_better_than_chance_before_it_has_learned():
    model = make_encoder_decoder(1, 8, 11, attention="dot")
    source, targets = reverse_strings(100, 8, 8, seed=1)
    weights = attention_weights(model, source, shift_right(targets))
    assert score(weights, reversal_alignment(source)) < 0.4
