"""Encoder-decoders: what is handed over, what is masked, and what attention sees."""

import itertools
import json
import subprocess
import sys

import numpy as np
import pytest
from scipy.special import softmax

from lstm_utils.decoding import beam_search, greedy_decode
from lstm_utils.diagnostics import attention_weights
from lstm_utils.models import make_encoder_decoder
from lstm_utils.models._two_inputs import check_step
from lstm_utils.reference import numpy_lstm
from lstm_utils.tasks import shift_right

pytestmark = pytest.mark.slow
N_TOKENS = 9
HANDOVERS = ("matched", "top", "same", "none")
ATTENTIONS = (None, "dot", "additive")
EVERY_KIND = pytest.mark.parametrize(
    ("handover", "attention"), list(itertools.product(HANDOVERS, ATTENTIONS))
)
EVERY_ATTENTION = pytest.mark.parametrize("attention", ATTENTIONS)
SOURCE = np.array([[3, 4, 5, 6, 7], [8, 3, 0, 0, 0], [5, 5, 4, 0, 0]], "int32")
TARGETS = np.array([[7, 6, 2, 0], [3, 2, 0, 0], [4, 5, 5, 2]], "int32")
TARGET_IN = shift_right(TARGETS)
VALID = TARGETS != 0


def model_of(widths=(4, 4), **options):
    """Return a model with weights all drawn, those too that start at 0 or at 1."""
    model = make_encoder_decoder(len(widths), [*widths], 9, embedding=5, **options)
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(0, 0.7, w.shape) for w in model.get_weights()])
    return model


def probabilities(model, source=SOURCE, target_in=TARGET_IN):
    return np.asarray(model([source, target_in]))


def by_hand(model, handover, attention, source, target_in):
    """Return probabilities and attention weights of one row without padding."""

    def weights(name):
        return model.get_layer(name).get_weights()

    depth = sum(layer.name.startswith("encoder_") for layer in model.layers)
    encoded = weights("source_embedding")[0][source][None]
    handed = []
    for k in range(1, depth + 1):
        encoded, c = numpy_lstm(encoded, weights(f"encoder_{k}"))
        handed.append([encoded[:, -1], c[:, -1]])
    first = {
        "matched": handed,
        "top": [None] * (depth - 1) + handed[-1:],
        "same": [handed[-1]] * depth,
        "none": [None] * depth,
    }[handover]
    decoded = weights("target_embedding")[0][target_in][None]
    for k in range(1, depth + 1):
        decoded, _ = numpy_lstm(decoded, weights(f"decoder_{k}"), first[k - 1])
    decoded, encoded, looks = decoded[0], encoded[0], None
    if attention == "dot":
        looks = softmax(decoded @ encoded.T, axis=1)
    elif attention == "additive":
        (query,), (key, bias) = weights("attention_query"), weights("attention_key")
        seen = (decoded @ query)[:, None] + (encoded @ key + bias)[None]
        looks = softmax(np.tanh(seen) @ weights("attention")[0], axis=1)
    if attention:
        decoded = np.concatenate([decoded, looks @ encoded], axis=1)
    kernel, offset = weights("head")
    return softmax(decoded @ kernel + offset, axis=1), looks


@EVERY_KIND
@pytest.mark.parametrize("widths", [(4,), (4, 3), (4, 4, 4)])
def test_states_reach_the_layers_and_attention_the_tokens_that_they_should(
    widths, handover, attention
):
    widths = (4,) * len(widths) if handover == "same" else widths
    model = model_of(widths, handover=handover, attention=attention)
    given, looks = probabilities(model), [None] * 3
    assert given.shape == (3, 4, N_TOKENS)
    if attention:
        looks = attention_weights(model, SOURCE, TARGET_IN)
        assert looks.shape == (3, 4, 5)
        assert (looks >= 0).all()
    rows = zip(given, looks, SOURCE, TARGET_IN, VALID, strict=True)
    for p, look, source, target_in, read in rows:
        ids = source[source > 0], target_in[read]
        expected, seen = by_hand(model, handover, attention, *ids)
        np.testing.assert_allclose(p[read], expected, atol=1e-5)
        if attention:
            look = look[read]
            np.testing.assert_allclose(look[:, source > 0], seen, atol=1e-5)
            np.testing.assert_allclose(look.sum(axis=1), 1, atol=1e-6)
            assert (look[:, source == 0] == 0).all()


@EVERY_ATTENTION
def test_every_handover_has_the_same_weights(attention):
    models = [model_of(handover=kind, attention=attention) for kind in HANDOVERS]
    shapes = [{w.path: w.shape for w in model.weights} for model in models]
    assert all(other == shapes[0] for other in shapes)
    outputs = [probabilities(model) for model in models]
    for one, other in itertools.combinations(outputs, 2):
        assert np.abs(one - other)[VALID].max() > 1e-3


def test_nothing_handed_over_leaves_the_source_unread():
    model = model_of(handover="none")
    other = np.full_like(SOURCE, 8)
    np.testing.assert_array_equal(probabilities(model, other), probabilities(model))


def test_names_open_forget_gates_and_any_number_of_steps():
    model = make_encoder_decoder(2, 4, N_TOKENS, attention="additive")
    names = [layer.name for layer in model.layers]
    for part in ("encoder", "decoder"):
        layers = [name for name in names if name.startswith(part)]
        assert layers == [f"{part}_1", f"{part}_2"]
        for name in layers:
            bias = model.get_layer(name).get_weights()[2]
            assert bias.tolist() == [0.0] * 4 + [1.0] * 4 + [0.0] * 8
    assert {"attention", "head"} < {*names}
    assert [tensor.name for tensor in model.inputs] == ["source", "target_in"]
    assert model.get_layer("source_embedding").output.shape[-1] == 32
    assert not model.compiled
    for steps, length in ((2, 1), (6, 2), (2, 7)):
        ids = np.full((2, steps), 3), np.full((2, length), 3)
        assert model([*ids]).shape == (2, length, N_TOKENS)


@EVERY_KIND
def test_a_step_depends_on_what_was_written_before_it_only(handover, attention):
    model = model_of(handover=handover, attention=attention)
    changed = TARGET_IN.copy()
    changed[:, 2:] = np.where(VALID, 8, 0)[:, 2:]
    before, after = probabilities(model), probabilities(model, SOURCE, changed)
    np.testing.assert_allclose(before[:, :2], after[:, :2], atol=1e-7)
    assert (np.abs(before - after)[[0, 2], 2].max(axis=1) > 1e-4).all()


def with_steps(ids, more):
    return np.pad(ids, [(0, 0), (0, more)])


@EVERY_KIND
def test_more_padding_changes_nothing(handover, attention):
    model = model_of(handover=handover, attention=attention)
    longer = [with_steps(SOURCE, 3), with_steps(TARGET_IN, 2)]
    given, expected = probabilities(model, *longer), probabilities(model)
    np.testing.assert_allclose(given[:, :4][VALID], expected[VALID], atol=1e-6)


@EVERY_ATTENTION
@pytest.mark.parametrize("more", [0, 3])
def test_the_compiled_loss_is_the_mean_over_steps_that_are_no_padding(attention, more):
    model = model_of(attention=attention)
    name = "sparse_categorical_crossentropy"
    model.compile(loss=name, metrics=[name, "accuracy"])
    inputs = [with_steps(SOURCE, more), with_steps(TARGET_IN, more)]
    targets = with_steps(TARGETS, more)
    loss, metric, accuracy = model.evaluate(inputs, targets, verbose=0)
    given = probabilities(model)
    written = np.take_along_axis(given, TARGETS[..., None], axis=2)[..., 0]
    expected = -np.log(written[VALID]).mean()
    assert [loss, metric] == pytest.approx([expected, expected], abs=1e-5)
    right = (given.argmax(axis=2) == TARGETS)[VALID].mean()
    assert accuracy == pytest.approx(right, abs=1e-6)


@pytest.mark.parametrize(
    ("handover", "attention"),
    [("none", None), ("none", "dot"), ("top", None), ("same", "additive")],
)
def test_an_update_moves_all_that_takes_part(handover, attention):
    model = model_of(handover=handover, attention=attention)
    model.compile("sgd", "sparse_categorical_crossentropy")
    before = [w.numpy() for w in model.weights]
    model.fit([SOURCE, TARGET_IN], TARGETS, epochs=3, verbose=0)
    unread = handover == "none" and attention is None
    for old, new in zip(before, model.weights, strict=True):
        reads_source = new.path.startswith(("source", "encoder"))
        assert (old != new.numpy()).any() == (not (unread and reads_source)), new.path


SAVED = """
import json, sys, keras, numpy as np
from lstm_utils.decoding import beam_search, greedy_decode
from lstm_utils.diagnostics import attention_weights
data = np.load(sys.argv[1])
source, target_in = data["source"], data["target_in"]
for path in sys.argv[2:]:
    model = keras.saving.load_model(path)
    shown = {
        "probabilities": model([source, target_in]).numpy().tolist(),
        "greedy": greedy_decode(model, source, 6).tolist(),
        "beam": [ids.tolist() for ids, _ in beam_search(model, source, 3, 6)[1]],
    }
    if "attention" in [layer.name for layer in model.layers]:
        shown["attention"] = attention_weights(model, source, target_in).tolist()
    print(json.dumps(shown))
"""


def test_saved_models_decode_the_same_in_a_fresh_process(tmp_path):
    kinds = [("none", None), ("same", "dot"), ("top", "additive")]
    models = [model_of(handover=kind, attention=other) for kind, other in kinds]
    paths = [tmp_path / f"{kind}.keras" for kind, _ in kinds]
    for model, path in zip(models, paths, strict=True):
        model.save(path)
    np.savez(tmp_path / "data.npz", source=SOURCE, target_in=TARGET_IN)
    command = [sys.executable, "-c", SAVED, tmp_path / "data.npz", *paths]
    lines = subprocess.check_output(command, text=True).splitlines()
    for (_, attention), model, line in zip(kinds, models, lines, strict=True):
        shown, expected = json.loads(line), probabilities(model)
        np.testing.assert_allclose(shown["probabilities"], expected, atol=1e-6)
        assert shown["greedy"] == greedy_decode(model, SOURCE, 6).tolist()
        answers = beam_search(model, SOURCE, 3, 6)[1]
        assert shown["beam"] == [ids.tolist() for ids, _ in answers]
        if attention:
            looks = attention_weights(model, SOURCE, TARGET_IN)
            np.testing.assert_allclose(shown["attention"], looks, atol=1e-6)


def test_numbers_of_16_bits_may_sum_up_less_exactly():
    p = np.full((1, 5), 0.2025, "float32")
    assert check_step(p.astype("float16")).sum() == pytest.approx(1.0125, abs=1e-3)
    with pytest.raises(ValueError, match=r"sums to 1\.01\. End it with"):
        check_step(p)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"handover": "all"}, "of 'matched', 'top', 'same', 'none', but 'all' came"),
        ({"attention": "luong"}, "one of None, 'dot', 'additive', but 'luong' came"),
        ({"attention": np.array(["dot"])}, r"attention must .* but array\(\['dot'\]"),
        ({"units": [4, 3], "handover": "same"}, r"units.*\[4, 3\]. Give .* one width"),
        ({"units": [4]}, r"units has 1 widths \[4\], but n_layers is 2"),
        ({"n_tokens": 3}, "n_tokens must be at least 4, but 3 came"),
    ],
)
def test_bad_options_say_what_is_wrong(options, message):
    with pytest.raises(ValueError, match=message):
        make_encoder_decoder(**{"n_layers": 2, "units": 4, "n_tokens": 9} | options)


@pytest.mark.parametrize(
    ("attention", "source", "target_in", "message"),
    [
        ("dot", [[3, 9]], [[1, 3]], "source holds the id 9, expected 0 to 8"),
        ("dot", [[3, 4]], [[1, 9]], "target_in holds the id 9, expected 0 to 8"),
        ("dot", [[3, 4]], [[1], [1]], "source has 1 rows, but target_in has 2"),
        ("dot", [[0, 3]], [[1]], "padding before a token in row 0"),
        (None, SOURCE, TARGET_IN, "no layer named 'attention'"),
    ],
)
def test_attention_that_cannot_be_shown(attention, source, target_in, message):
    with pytest.raises(ValueError, match=message):
        attention_weights(model_of(attention=attention), source, target_in)
