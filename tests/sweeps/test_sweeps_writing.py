"""The sweep of stacks that write scores as it says."""

import keras
import numpy as np
import pytest

from experiments import _strings
from experiments import writing as sweep
from lstm_utils.tasks import Vocabulary, draw_sentences, shift_right

TEXTS = draw_sentences(40, seed=0)
CHARACTERS = Vocabulary(sorted({*"".join(TEXTS)}))


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(1)
    return sweep.build(len(CHARACTERS))


def loss(model, lines):
    return _strings.scores(model, (sweep.start(len(lines)), lines))["loss"]


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
