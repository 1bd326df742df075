"""Writing token by token: each way of choosing does what it promises."""

import itertools
from timeit import timeit

import numpy as np
import pytest

from lstm_utils.decoding import beam_search, greedy_decode, sample_decode
from lstm_utils.diagnostics import attention_weights
from lstm_utils.models import make_encoder_decoder
from lstm_utils.tasks import shift_right

pytestmark = pytest.mark.slow
START, END = 1, 2
FORMS = [{}, {"handover": "top", "attention": "dot"}, {"attention": "additive"}]
KINDS = pytest.mark.parametrize("options", FORMS, ids=["plain", "dot", "additive"])


def with_drawn_weights(model, seed, scale):
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(0, scale, w.shape) for w in model.get_weights()])
    return model


def drawn_model(n_tokens=7, seed=0, scale=1.0, **options):
    """Return a small encoder-decoder that is sure of what it writes."""
    model = make_encoder_decoder(2, 6, n_tokens, embedding=4, **options)
    return with_drawn_weights(model, seed, scale)


def drawn_sources(n, n_tokens=7, longest=5):
    rng = np.random.default_rng(0)
    source = rng.integers(3, n_tokens, size=(n, longest)).astype("int32")
    lengths = rng.integers(1, longest + 1, size=(n, 1))
    lengths[0] = longest
    return np.where(np.arange(longest) < lengths, source, 0)


def table_model(p):
    """Return a model that looks up p of the next token by the token before."""
    import keras

    class Table(keras.Model):
        def call(self, inputs):
            return keras.ops.take(np.array(p, "float32"), inputs[1], axis=0)

    return Table()


# A garden path: 3 looks best, but what begins with 4 is more probable as a whole.
PATHS = np.eye(5)[[3] * 5]
PATHS[START] = [0, 0, 0.1, 0.5, 0.4]
PATHS[3] = [0, 0, 0.4, 0.3, 0.3]
PATHS[4] = [0, 0, 0.9, 0.05, 0.05]
ONE = np.array([[3]])


def sums_of_log_p(model, source, answers):
    """Return the sum of log p of each answer to one source, all read at once."""
    targets = np.zeros((len(answers), max(map(len, answers))), int)
    for row, ids in zip(targets, answers, strict=True):
        row[: len(ids)] = ids
    source = np.repeat(source[source > 0][None], len(targets), axis=0)
    p = model.predict_on_batch([source, shift_right(targets)])
    p = np.take_along_axis(p, targets[..., None], axis=2)[..., 0]
    return np.log(np.where(targets > 0, p, 1)).sum(axis=1)


def last_p(model, source, ids):
    """Return p of what comes after some ids, for one source without padding."""
    target_in = np.array([[START, *ids]])
    return model.predict_on_batch([source[source > 0][None], target_in])[0, -1]


def written(row):
    """Return the ids of an answer up to its end."""
    return row[: (row > 0).sum()]


@KINDS
def test_greedy_is_the_naive_loop_over_rows_and_steps(options):
    model, source = drawn_model(**options), drawn_sources(12)
    ids = greedy_decode(model, source, 6)
    assert ids.shape == (12, 6)
    assert ids.dtype == np.int32
    assert 0 < (ids == END).any(axis=1).sum() < 12  # some end, some are cut
    for row, tokens in zip(ids, source, strict=True):
        answer = []
        while len(answer) < 6 and END not in answer:
            answer.append(2 + int(last_p(model, tokens, answer)[2:].argmax()))
        assert row.tolist() == answer + [0] * (6 - len(answer))


def test_padding_and_start_are_never_written():
    p = np.tile([0.5, 0.3, 0.02, 0.15, 0.03], (5, 1))
    model = table_model(p)
    assert greedy_decode(model, ONE, 3).tolist() == [[3, 3, 3]]
    drawn = sample_decode(model, np.repeat(ONE, 500, axis=0), 1, temperature=1, seed=0)
    assert {*drawn.ravel()} == {2, 3, 4}
    for ids, score in beam_search(model, ONE, 20, 3)[0]:
        assert ids.min() >= END
        assert score == pytest.approx(np.log(p[0, ids]).sum(), abs=1e-6)


@pytest.mark.parametrize("attention", ["dot", "additive"])
def test_one_token_is_source_enough_and_more_rows_than_are_read_at_once(attention):
    model, source = drawn_model(attention=attention), drawn_sources(9)
    few, many = (greedy_decode(model, np.tile(source, (k, 1)), 5) for k in (1, 250))
    np.testing.assert_array_equal(many, np.tile(few, (250, 1)))
    assert greedy_decode(model, ONE, 4).shape == (1, 4)  # and warns of nothing
    assert (attention_weights(model, ONE, [[START, 4]]) == 1).all()


def every_answer(symbols, max_length):
    """Return each answer there is: ended, or cut at max_length."""
    for length in range(max_length):
        for beginning in itertools.product(symbols, repeat=length):
            yield [*beginning, END]
    yield from map(list, itertools.product(symbols, repeat=max_length))


@KINDS
def test_a_beam_as_wide_as_the_tree_is_brute_force(options):
    model = drawn_model(n_tokens=5, seed=3, **options)
    source = drawn_sources(4, n_tokens=5)
    answers = list(every_answer((3, 4), 4))
    assert len(answers) == 31
    penalties = (0.0, 0.7, 1.0)
    found = {a: beam_search(model, source, 31, 4, length_penalty=a) for a in penalties}
    for (k, row), penalty in itertools.product(enumerate(source), found):
        sums = sums_of_log_p(model, row, answers)
        sums /= np.array([*map(len, answers)]) ** penalty
        best = np.argsort(-sums, kind="stable")
        ids, scores = zip(*found[penalty][k], strict=True)
        assert [row.tolist() for row in ids] == [answers[b] for b in best]
        np.testing.assert_allclose(scores, sums[best], atol=1e-5)


def test_a_wider_beam_leaves_the_garden_path_and_the_widest_gives_all_there_are():
    model = table_model(PATHS)
    narrow, wide = (beam_search(model, ONE, width, 4)[0][0] for width in (1, 2))
    assert [narrow[0].tolist(), wide[0].tolist()] == [[3, 2], [4, 2]]
    expected = np.log([0.5 * 0.4, 0.4 * 0.9])
    np.testing.assert_allclose([narrow[1], wide[1]], expected, atol=1e-6)
    found = sorted(ids.tolist() for ids, _ in beam_search(model, ONE, 50, 2)[0])
    assert found == sorted(every_answer((3, 4), 2))


@KINDS
def test_a_beam_of_one_is_greedy(options):
    model, source = drawn_model(**options), drawn_sources(20)
    greedy = greedy_decode(model, source, 6)
    for penalty in (0.0, 1.0):
        found = beam_search(model, source, 1, 6, length_penalty=penalty)
        for row, tokens, answers in zip(greedy, source, found, strict=True):
            ((ids, score),) = answers
            assert ids.tolist() == written(row).tolist()
            (total,) = sums_of_log_p(model, tokens, [ids])
            assert score == pytest.approx(total / len(ids) ** penalty, abs=1e-5)


def test_a_beam_gives_answers_that_differ_best_first():
    model, source = drawn_model(scale=0.5), drawn_sources(10)
    for row, answers in zip(source, beam_search(model, source, 5, 6), strict=True):
        written, scores = zip(*answers, strict=True)
        assert len({*map(tuple, written)}) == 5
        assert [*scores] == sorted(scores, reverse=True)
        assert {(type(k), ids.dtype.name) for ids, k in answers} == {(float, "int32")}
        assert all(len(ids) == 6 or ids[-1] == END for ids in written)
        assert not any(END in ids[:-1] for ids in written)
        sums = sums_of_log_p(model, row, written)
        np.testing.assert_allclose(scores, sums, atol=1e-5)


def test_impossible_answers_come_last_with_a_score_of_minus_infinity():
    p = np.tile([0, 0, 0.5, 0.5, 0], (5, 1))
    ids, scores = zip(*beam_search(table_model(p), ONE, 10, 1)[0], strict=True)
    assert [*map(list, ids)] == [[2], [3], [4]]
    assert scores[2] == -np.inf


@KINDS
def test_a_row_is_answered_as_if_it_came_alone(options):
    model, source = drawn_model(scale=0.6, **options), drawn_sources(6)
    greedy = greedy_decode(model, source, 5)
    beams = beam_search(model, source, 3, 5, length_penalty=0.5)
    for k, tokens in enumerate(source):
        alone = tokens[tokens > 0][None]
        np.testing.assert_array_equal(greedy_decode(model, alone, 5)[0], greedy[k])
        (answers,) = beam_search(model, alone, 3, 5, length_penalty=0.5)
        for (ids, score), (one, other) in zip(answers, beams[k], strict=True):
            np.testing.assert_array_equal(ids, one)
            assert score == pytest.approx(other, abs=1e-5)
    drawn = sample_decode(model, source, 5, temperature=1.0, seed=0)
    first = sample_decode(model, source[:2], 5, temperature=1.0, seed=0)
    np.testing.assert_array_equal(first, drawn[:2])


@pytest.mark.parametrize("temperature", [1e-310, 1e-3])
def test_a_low_temperature_is_greedy(temperature):
    model, source = drawn_model(), drawn_sources(30)
    cold = sample_decode(model, source, 6, temperature=temperature, seed=0)
    np.testing.assert_array_equal(cold, greedy_decode(model, source, 6))


@pytest.mark.parametrize("temperature", [0.5, 1, 3.0])
def test_tokens_come_as_often_as_the_temperature_makes_them(temperature):
    n = 20_000
    model, source = table_model(PATHS), np.repeat(ONE, n, axis=0)
    ids = sample_decode(model, source, 2, temperature=temperature, seed=1)
    drawn_after = {k: ids[ids[:, 0] == k, 1] for k in (3, 4)} | {START: ids[:, 0]}
    for before, drawn in drawn_after.items():
        powers = PATHS[before] ** (1 / temperature)
        expected = powers / powers.sum()
        share = np.bincount(drawn, minlength=5) / len(drawn)
        error = np.sqrt(expected * (1 - expected) / len(drawn))
        assert (np.abs(share - expected) <= 4 * error).all()
    assert not ids[ids[:, 0] == END, 1].any()


def test_a_seed_fixes_the_sample_and_where_nothing_may_be_written_any_token_is_drawn():
    given = drawn_model(scale=0.5), drawn_sources(20), 6
    draws = [sample_decode(*given, temperature=1.0, seed=seed) for seed in (1, 1, 2)]
    first, again, other = draws
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    model, source = table_model(np.eye(5)[[0] * 5]), np.repeat(ONE, 300, axis=0)
    ids = sample_decode(model, source, 1, temperature=0.5, seed=0)
    assert {*ids.ravel()} == {2, 3, 4}


def gru_model(mask_zero):
    """Return an encoder-decoder that this package did not build."""
    import keras
    from keras import layers

    source, target_in = (keras.Input((None,), dtype="int32") for _ in range(2))
    embedding = layers.Embedding(7, 4, mask_zero=mask_zero)
    state = layers.GRU(5)(embedding(source))
    decoder = layers.GRU(5, return_sequences=True)
    decoded = decoder(embedding(target_in), initial_state=state)
    p = layers.Dense(7, activation="softmax")(decoded)
    return with_drawn_weights(keras.Model([source, target_in], p), 1, 1.5)


@pytest.mark.parametrize("mask_zero", [False, True])
def test_any_model_of_two_inputs_can_write(mask_zero):
    model, source = gru_model(mask_zero), drawn_sources(6)
    if not mask_zero:
        with pytest.raises(ValueError, match="source is padded, but the model masks"):
            greedy_decode(model, source, 4)
        source[source == 0] = 3
    ids = greedy_decode(model, source, 4)
    for row, tokens in zip(ids, source, strict=True):
        for t, token in enumerate(written(row)):
            assert token == 2 + last_p(model, tokens, row[:t])[2:].argmax()
    for row, answers in zip(ids, beam_search(model, source, 1, 4), strict=True):
        np.testing.assert_array_equal(answers[0][0], written(row))


WAYS = {
    "greedy": greedy_decode,
    "beam": lambda model, source, n: beam_search(model, source, 2, n),
    "sample": lambda *given: sample_decode(*given, temperature=1.0, seed=0),
}
EVERY_WAY = pytest.mark.parametrize("decode", WAYS.values(), ids=WAYS)


@pytest.fixture(scope="module")
def model():
    return drawn_model()


@EVERY_WAY
def test_sources_and_models_that_cannot_be_written_from_are_refused(decode, model):
    import keras

    p, states = model.outputs[0], model.get_layer("encoder_2").output[0]
    stack = keras.Sequential([keras.Input((None,)), keras.layers.Embedding(7, 3)])
    one_step = keras.Model(model.inputs, p[:, -1])
    two_outputs = keras.Model(model.inputs, [p, states])
    double, below_zero, no_number = (
        table_model([row] * 5) for row in ([0.4] * 5, [-1.0] + [0.5] * 4, [np.nan] * 5)
    )
    for given, source, message in [
        (model, [[3, 7]], "source holds the id 7, expected 0 to 6"),
        (model, [[3, 4], [0, 0]], "nothing but padding in row 1"),
        (model, [[3, 4], [0, 3]], r"padding before a token in row 1: \[0, 3\]"),
        (model, [[3, 0, 4]], r"padding before .*Pad on the right"),
        (double, ONE, r"sums to 2\. End it with activation='softmax'"),
        (below_zero, ONE, "has -1 as smallest value"),
        (no_number, ONE, "gives NaN .* [12] of [12] rows.*lower the learning rate"),
        (stack, ONE, r"two inputs, \[source, target_in\], but it takes 1"),
        (one_step, ONE, r"\(\d, 4, n_tokens\), but gave shape \(\d, 7\)"),
        (two_outputs, ONE, "must have one output, .*, but it has 2"),
    ]:
        with pytest.raises(ValueError, match=message):
            decode(given, source, 4)


@pytest.mark.parametrize("temperature", [0, np.inf])
def test_no_temperature_is_the_greedy_way(model, temperature):
    with pytest.raises(ValueError, match=r"above 0 and finite, .* use greedy_decode"):
        sample_decode(model, ONE, 4, temperature=temperature, seed=0)


def test_a_thousand_sources_are_decoded_in_two_seconds_and_a_beam_in_eight_times_it():
    model = make_encoder_decoder(2, 64, 14)
    source = np.random.default_rng(0).integers(3, 14, size=(1_000, 10))
    greedy, beam = [], []
    for _ in range(4):
        greedy.append(timeit(lambda: greedy_decode(model, source, 10), number=1))
        beam.append(timeit(lambda: beam_search(model, source, 5, 10), number=1))
    # The first call of each traces the model; others may be using the processor.
    assert min(greedy[1:]) <= 2
    assert min(b / g for b, g in zip(beam[1:], greedy[1:], strict=True)) <= 8
