"""The sweep of stacks that write scores as it says."""

import keras
import numpy as np
import pytest

from experiments import _strings
from experiments import writing as sweep
from lstm_utils.tasks import Vocabulary, draw_sentences, shift_right

TEXTS = draw_sentences(40, seed=0)
CHARACTERS = Vocabulary(sorted({*"".join(TEXTS)}))
LINES = sweep.encode(CHARACTERS, TEXTS)


@pytest.fixture
def model():
    keras.utils.set_random_seed(1)
    return sweep.build(len(CHARACTERS))


def loss(model):
    return _strings.scores(model, (sweep.start(40), LINES))["loss"]


def test_what_the_writer_says_does_not_depend_on_its_source(model):
    sources, read = [np.full((40, 1), k) for k in (3, 5)], shift_right(LINES)
    one, other = (model.predict([source, read], verbose=0) for source in sources)
    np.testing.assert_array_equal(one, other)
    np.testing.assert_allclose(one.sum(axis=-1), 1, atol=1e-5)


def test_padding_does_not_count_in_the_loss(model):
    p = model.predict([sweep.start(40), shift_right(LINES)], verbose=0)
    nats = [-np.log(p[r, t, k]) for (r, t), k in np.ndenumerate(LINES) if k]
    assert loss(model) == pytest.approx(np.mean(nats), rel=1e-5)
    assert (LINES == 0).any()


def test_training_takes_exactly_so_many_updates_and_lowers_the_loss(model):
    before = loss(model)
    sweep.fit(model, LINES, updates=20, lr=0.02, seed=0)
    assert int(model.optimizer.iterations) == 20
    assert loss(model) < 0.9 * before
