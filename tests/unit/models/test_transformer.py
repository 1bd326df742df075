"""The small Transformer: what it may see, and that it fits where the LSTMs fit."""

import subprocess
import sys

import numpy as np
import pytest

from lstm_utils.decoding import beam_search, greedy_decode
from lstm_utils.models import make_transformer

SOURCE = np.array([[3, 4, 5, 6, 7], [8, 7, 6, 0, 0]])
TARGET_IN = np.array([[1, 4, 3, 9], [1, 5, 6, 7]])


@pytest.fixture(scope="module")
def model():
    import keras

    keras.utils.set_random_seed(0)
    return make_transformer(2, 8, 11, n_heads=2)


def answers(model, source=SOURCE, target_in=TARGET_IN):
    return np.asarray(model.predict_on_batch([source, target_in]))


def test_it_gives_probabilities_for_each_target_step(model):
    assert answers(model).shape == (2, 4, 11)
    assert np.allclose(answers(model).sum(axis=-1), 1, atol=1e-5)


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_step_sees_nothing_of_the_target_after_it(model, step):
    changed = TARGET_IN.copy()
    changed[:, step:] = 10
    gaps = np.abs(answers(model) - answers(model, target_in=changed))
    assert gaps[:, :step].max() < 1e-6
    assert gaps[:, step:].max() > 1e-3


def test_more_padding_changes_nothing(model):
    wider = np.pad(SOURCE, ((0, 0), (0, 6)))
    longer = np.pad(TARGET_IN, ((0, 0), (0, 3)))
    usual = answers(model)
    assert np.allclose(answers(model, source=wider), usual, atol=1e-6)
    assert np.allclose(answers(model, target_in=longer)[:, :4], usual, atol=1e-6)


def test_a_row_is_answered_as_if_it_were_alone(model):
    alone = answers(model, SOURCE[1:, :3], TARGET_IN[1:])
    assert np.allclose(alone, answers(model)[1:], atol=1e-6)


def test_the_order_of_the_source_matters(model):
    assert np.abs(answers(model, SOURCE[:1, ::-1]) - answers(model)[:1]).max() > 1e-3


def test_places_enter_as_sinusoids(model):
    import keras

    placed = keras.Model(model.inputs[0], model.get_layer("source_padding").output)
    embedding = model.get_layer("source_embedding").get_weights()[0]
    turns = np.arange(5)[:, None] / 10_000 ** (np.arange(0, 8, 2) / 8)
    waves = np.stack([np.sin(turns), np.cos(turns)], axis=-1).reshape(5, 8)
    expected = embedding[SOURCE] * np.sqrt(8) + waves
    expected[SOURCE == 0] = 0
    assert np.allclose(placed.predict_on_batch(SOURCE), expected, atol=1e-5)


def test_cross_attention_gives_weights_over_the_source(model):
    import keras

    for number in (1, 2):
        layer = model.get_layer(f"cross_attention_{number}")
        weights = answers(keras.Model(model.inputs, layer.output[1]))
        assert weights.shape == (2, 2, 4, 5)
        assert np.allclose(weights.sum(axis=-1), 1, atol=1e-5)
        assert (weights[1, :, :, 3:] < 1e-9).all()


def test_padded_targets_do_not_count_in_the_loss(model):
    model.compile(loss="sparse_categorical_crossentropy")
    targets = np.array([[4, 3, 9, 2], [5, 6, 2, 0]])
    fed = np.array([[1, 4, 3, 9], [1, 5, 6, 0]])
    padded = [np.where(targets == 0, k, targets) for k in (0, 7)]
    losses = [model.evaluate([SOURCE, fed], y, verbose=0) for y in padded]
    assert losses[0] == pytest.approx(losses[1], abs=1e-6)


def test_it_learns_and_is_decoded_as_any_other():
    import keras

    keras.utils.set_random_seed(1)
    model = make_transformer(1, 16, 6, n_heads=2)
    source = np.array([[a, b] for a in (3, 4, 5) for b in (3, 4, 5)])
    targets = np.concatenate([source[:, ::-1], np.full((9, 1), 2)], axis=1)
    fed = np.concatenate([np.ones((9, 1), int), targets[:, :-1]], axis=1)
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    model.fit([source, fed], targets, batch_size=9, epochs=80, verbose=0)
    assert (greedy_decode(model, source, 3) == targets).all()
    best = [found[0][0].tolist() for found in beam_search(model, source, 2, 3)]
    assert best == targets.tolist()


SAVED = """
import sys, keras, numpy as np
model, data = keras.models.load_model(sys.argv[1]), np.load(sys.argv[2])
p = model.predict_on_batch([data["source"], data["fed"]])
assert np.allclose(p, data["p"], atol=1e-6)
assert "lstm_utils" not in sys.modules
"""


def test_it_is_saved_and_loaded_without_this_package(model, tmp_path):
    path = tmp_path / "model.keras"
    model.save(path)
    np.savez(tmp_path / "data.npz", source=SOURCE, fed=TARGET_IN, p=answers(model))
    command = [sys.executable, "-c", SAVED, path, tmp_path / "data.npz"]
    subprocess.run(command, check=True, timeout=120)


@pytest.mark.parametrize(
    ("width", "n_tokens", "n_heads", "message"),
    [
        (0, 11, 2, "width must be at least 2"),
        (8, 3, 2, "n_tokens must be at least 4"),
        (10, 11, 4, "width is 10, which 4 heads cannot share"),
        (9, 11, 3, "width must be even, but 9 came"),
    ],
)
def test_bad_sizes_are_refused(width, n_tokens, n_heads, message):
    with pytest.raises(ValueError, match=message):
        make_transformer(1, width, n_tokens, n_heads=n_heads)
