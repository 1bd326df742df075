"""A step at a time gives what the whole model gives, or the whole model is asked."""

import numpy as np
import pytest

from lstm_utils.decoding import beam_search, greedy_decode, sample_decode
from lstm_utils.models import _stepwise, make_encoder_decoder, make_transformer
from lstm_utils.models._stepwise import Anew, Stepwise, begin
from lstm_utils.models.encoder_decoder import ATTENTIONS, HANDOVERS
from lstm_utils.tasks import shift_right

pytestmark = pytest.mark.slow
N_TOKENS, N_SOURCES, LONGEST = 9, 120, 7


@pytest.fixture(scope="module")
def source():
    rng = np.random.default_rng(0)
    ids = rng.integers(3, N_TOKENS, size=(N_SOURCES, LONGEST)).astype("int32")
    lengths = rng.integers(1, LONGEST + 1, size=(N_SOURCES, 1))
    return np.where(np.arange(LONGEST) < lengths, ids, 0)


def drawn(model, seed=0):
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(0, 1, w.shape) for w in model.get_weights()])
    return model


def refuse(*_):
    raise _stepwise.Unknown


def assert_writes_alike(model, source, patch):
    """Assert that step by step and anew are the same function, and write the same."""
    targets = np.random.default_rng(1).integers(3, N_TOKENS, size=(len(source), 6))
    wanted = model.predict_on_batch([source, shift_right(targets)])
    stepper = begin(model, source, 6)
    assert isinstance(stepper, Stepwise)
    tokens = np.ones(len(source), int)
    for t in range(6):
        p = stepper.step(np.arange(len(source)), tokens)
        np.testing.assert_allclose(p, wanted[:, t], atol=3e-6)
        tokens = targets[:, t]

    patch.setattr(_stepwise, "ROWS_AT_ONCE", len(source))  # one shape, traced once
    quickly, sampled, best = write_all(model, source)
    patch.setattr(_stepwise, "Stepwise", refuse)
    again, sampled_again, best_again = write_all(model, source)
    np.testing.assert_array_equal(quickly, again)
    np.testing.assert_array_equal(sampled, sampled_again)
    for ours, theirs in zip(best, best_again, strict=True):
        scores, wanted = ([score for _, score in found] for found in (ours, theirs))
        np.testing.assert_allclose(scores, wanted, atol=1e-4)
        for (ids, score), (other, _) in zip(ours, theirs, strict=True):
            tied = np.sum(np.abs(np.subtract(wanted, score)) < 1e-5) > 1
            assert tied or ids.tolist() == other.tolist()


def write_all(model, source):
    sampled = sample_decode(model, source, 6, temperature=0.8, seed=1)
    best = beam_search(model, source, 4, 6, length_penalty=0.5)
    return greedy_decode(model, source, 6), sampled, best


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("handover", HANDOVERS)
@pytest.mark.parametrize("attention", ATTENTIONS)
def test_every_encoder_decoder_writes_as_if_it_read_anew(
    depth, handover, attention, source, monkeypatch
):
    options = {"handover": handover, "attention": attention, "embedding": 5}
    model = drawn(make_encoder_decoder(depth, 6, N_TOKENS, **options))
    assert_writes_alike(model, source, monkeypatch)


def own_model(kind):
    """Return a model that this package did not build, of layers that are known."""
    import keras
    from keras import layers

    source, target_in = (keras.Input((None,), dtype="int32") for _ in range(2))
    embed = layers.Embedding(N_TOKENS, 6, mask_zero=kind != "unmasked")
    read, *states = layers.LSTM(6, return_sequences=True, return_state=True)(
        embed(source)
    )
    if kind == "bridge":
        joined = layers.Concatenate()(states)
        states = [layers.Dense(6, activation=a)(joined) for a in ("tanh", "sigmoid")]
    x = embed(target_in)
    h = layers.LSTM(6, return_sequences=True)(x, initial_state=states)
    if kind == "residual":
        h = layers.Add()([x, h])
    if kind == "other values":
        h = layers.Attention()([h, layers.Dense(4, "relu")(read), read])
    if kind == "second reader":
        h = layers.LSTM(5, return_sequences=True, dropout=0.5)(h)
    head = layers.Dense(N_TOKENS, "softmax", use_bias=kind != "residual")
    return drawn(keras.Model([source, target_in], head(h)))


@pytest.mark.parametrize(
    "kind", ["bridge", "residual", "other values", "second reader", "unmasked"]
)
def test_own_models_of_known_layers_too(kind, source, monkeypatch):
    if kind == "unmasked":
        source = np.where(source == 0, 3, source)
    assert_writes_alike(own_model(kind), source, monkeypatch)


def test_double_precision_and_a_loaded_model_too(source, monkeypatch, tmp_path):
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float64")
    try:
        model = drawn(make_encoder_decoder(2, 6, N_TOKENS, attention="additive"))
        model.save(tmp_path / "model.keras")
        model = keras.models.load_model(tmp_path / "model.keras")
        stepper = begin(model, source, 2)
        p = stepper.step(np.arange(N_SOURCES), np.ones(N_SOURCES, int))
        start = np.ones((N_SOURCES, 1), int)
        wanted = model.predict_on_batch([source, start])[:, 0]
        np.testing.assert_allclose(p, wanted, rtol=1e-11)
        assert_writes_alike(model, source, monkeypatch)
    finally:
        keras.config.set_dtype_policy(before)


def odd_model(kind):
    """Return a model with one thing that is not known."""
    import keras
    from keras import layers

    class OwnLSTM(layers.LSTM):
        pass

    def tanh(x):
        return keras.ops.tanh(2 * x)

    n = N_TOKENS
    source, target_in = (keras.Input((None,), dtype="int32") for _ in range(2))
    x = layers.Embedding(n, 6, mask_zero=True)(target_in)
    read = layers.Embedding(n, 6, mask_zero=True)(source)
    options = {
        "activation": {"activation": "relu"},
        "own activation": {"activation": tanh},
        "gates": {"recurrent_activation": "hard_sigmoid"},
        "no bias": {"use_bias": False},
        "backwards": {"go_backwards": True},
        "16 bits": {"dtype": "bfloat16", "recurrent_initializer": "zeros"},
    }.get(kind, {})
    lstm = OwnLSTM if kind == "own layer" else layers.LSTM
    if kind == "half masked":
        read = layers.Add()([read, layers.Embedding(n, 6)(source)])
    if kind == "two ways":
        read = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(read)
    keys, *states = lstm(6, return_sequences=True, return_state=True, **options)(read)
    h, *after = layers.LSTM(6, return_sequences=True, return_state=True)(
        x, initial_state=states
    )
    if kind == "last state":
        h = layers.Add()([h, layers.RepeatVector(1)(after[0])])
    if kind == "looks at itself":
        h = layers.Attention()([h, h], use_causal_mask=True)
    if kind == "scaled":
        h = layers.Attention(use_scale=True)([h, keys])
    if kind == "norm":
        h = layers.LayerNormalization()(h)
    p = layers.Dense(n, layers.Softmax() if kind == "softmax layer" else "softmax")(h)
    return drawn(keras.Model([source, target_in], p))


ODD = ["activation", "own activation", "gates", "no bias", "own layer", "two ways"]
ODD += ["looks at itself", "scaled", "norm", "softmax layer", "16 bits"]
ODD += ["backwards", "half masked"]


@pytest.mark.parametrize("kind", ODD)
def test_what_is_not_known_is_read_anew(kind, source):
    model, few = odd_model(kind), source[:5]
    assert isinstance(begin(model, few, 3), Anew)
    ids = greedy_decode(model, few, 3)
    p = np.asarray(model.predict_on_batch([few, shift_right(ids)]), "float32")
    written = ids > 0
    choice = 2 + p[..., 2:].argmax(axis=-1)
    assert (ids[written] == choice[written]).mean() > (
        0.8 if kind == "16 bits" else 1 - 1e-9
    )


def test_other_models_are_read_anew(source):
    import keras

    model = make_encoder_decoder(1, 6, N_TOKENS)
    transformer = make_transformer(1, 8, N_TOKENS)
    nested = keras.Model(model.inputs, model(model.inputs))
    for other in (transformer, nested):
        assert isinstance(begin(other, source, 3), Anew)
    lora = make_encoder_decoder(1, 6, N_TOKENS)
    lora.get_layer("head").enable_lora(2)
    assert isinstance(begin(lora, source, 3), Anew)
    asked, read = (keras.Input((None,), dtype="int32") for _ in range(2))
    x, mask = keras.layers.Embedding(N_TOKENS, 6)(read), keras.ops.not_equal(asked, 0)
    h = keras.layers.LSTM(6, return_sequences=True)(x, mask=mask)
    p = keras.layers.Dense(N_TOKENS, activation="softmax")(h)
    masked = keras.Model([asked, read], p)
    assert isinstance(begin(masked, np.maximum(source, 3), 3), Anew)
    model.get_layer("encoder_1").stateful = True
    assert isinstance(begin(model, source, 3), Anew)


def test_answers_that_have_ended_cost_nothing(source, monkeypatch):
    model = drawn(make_encoder_decoder(1, 6, N_TOKENS))
    sizes, step = [], Stepwise.step

    def counted(self, rows, tokens):
        sizes.append(len(rows))
        return step(self, rows, tokens)

    monkeypatch.setattr(Stepwise, "step", counted)
    ids = sample_decode(model, source, 8, temperature=9.0, seed=0)
    going = (np.cumsum(ids == 2, axis=1) - (ids == 2) == 0).sum(axis=0)
    assert sizes == going[: len(sizes)].tolist()
    assert 0 < sizes[-1] < N_SOURCES


def test_decoding_leaves_the_model_as_it_was(source):
    model = drawn(make_encoder_decoder(2, 6, N_TOKENS, attention="dot"))
    before, config = model.get_weights(), model.get_config()
    greedy_decode(model, source, 4)
    assert model.get_config() == config
    assert len(model.get_layer("attention").output) == 2  # called once, as before
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
