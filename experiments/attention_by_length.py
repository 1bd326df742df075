"""How long a string can be, with attention and without, and where the weights lie.

The models are trained on strings of some lengths and tested at fixed lengths, up to
twice the longest that they saw. Reversing is the task; copying is the same with
another order, and for sorting it is enough to count. All models of a size have the
same number of parameters within 2 %: LSTM encoder-decoders without attention, with
dot-product or additive attention, and a Transformer. Trained on 10 to 20 letters, the
models are small, so that the string does not fit the state. Rates and seeds as in
deep_or_wide, chosen by the loss on validation strings of the trained lengths. The
weights are scored against the known alignment. One layer, reversing, is run again on
TensorFlow, at the rates found on JAX. The small model without attention is also trained
eight times as long.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from experiments import strings
from experiments.arms import confirming_settings, next_settings
from experiments.start import seeded
from lstm_utils import tasks
from lstm_utils.diagnostics import (
    alignment_score,
    attention_weights,
    reversal_alignment,
)
from lstm_utils.models import make_encoder_decoder, make_transformer
from lstm_utils.tasks import PADDING, shift_right

COST = "about 65 CPU-minutes"
LENGTHS = (6, 8, 10, 12, 15, 20)
METRICS = (
    *("params", "val_score", "test_score", "token_error"),
    *(f"err_{length}" for length in LENGTHS),
    *("aligned", "near", "aligned_20", "near_20"),
)
MODELS = ("none", "dot", "additive", "transformer")
N_TOKENS = len(tasks.string_vocabulary())
# Units of a layer by depth, for the four models; the third line is the small size.
UNITS = {
    1: dict(zip(MODELS, (52, 52, 47, 32), strict=True)),
    2: dict(zip(MODELS, (32, 32, 31, 24), strict=True)),
    "small": dict(zip(MODELS, (20, 20, 18, 16), strict=True)),
}
# Width of an LSTM's embeddings where it is not 16, and of a Transformer's hidden
# layers, by units, so that the parameters agree.
EMBEDDING = {("dot", 52): 15, ("additive", 31): 15, ("dot", 20): 15}
FEED_FORWARD = {32: 120, 24: 72, 16: 37}
GENERATORS = {
    "reverse": tasks.reverse_strings,
    "copy": tasks.copy_strings,
    "sort": tasks.sort_strings,
}
N_TEST = 500  # strings of each fixed length


def settings(rows: list[Mapping]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    reverse, long = arms("reverse", 1), arms("reverse", "small", "10-20", 1_000)
    stages = [
        reverse,
        long,
        arms("reverse", 2),
        arms("sort", 1),
        arms("copy", 1),
        arms("reverse", 1, "4-10", 2_400),
        arms("reverse", "small", "10-20", 8_000, models=("none",)),
    ]
    wanted = next_settings(stages, rows)
    if wanted:
        return wanted
    return [
        setting for arm in reverse + long for setting in confirming_settings(arm, rows)
    ]


def arms(
    task: str, size, lengths: str = "4-10", updates: int = 800, models=MODELS
) -> list[dict]:
    """Return one arm for each model of a size, or for some of them."""
    return [
        {
            "task": task,
            "lengths": lengths,
            "model": model,
            "depth": 1 if size == "small" else size,
            "units": UNITS[size][model],
            "updates": updates,
        }
        for model in models
    ]


def build(model: str, depth: int, units: int):
    """Return one of `MODELS`, not yet compiled."""
    if model == "transformer":
        return make_transformer(
            depth, units, N_TOKENS, feed_forward=FEED_FORWARD[units]
        )
    return make_encoder_decoder(
        depth,
        units,
        N_TOKENS,
        attention=None if model == "none" else model,
        embedding=EMBEDDING.get((model, units), 16),
    )


@seeded
def run(task, lengths, model, depth, units, updates, lr, seed, backend) -> dict:
    """Train one model and score it at each length.

    Parameters
    ----------
    task : str
        ``reverse``, ``copy`` or ``sort``.
    lengths : str
        Bounds of the trained lengths, such as ``4-10``.
    model : str
        One of `MODELS`.
    depth, units : int
        Layers of the encoder, and of the decoder, and their width.
    updates : int
        Number of batches of 64.
    lr : float
        Learning rate of Adam at the first update.
    seed : int
        Seed of the initial weights and of the training strings.
    backend : str
        The backend that Keras must be running on.

    Returns
    -------
    dict
        `METRICS`. ``err_12`` is the share of strings of 12 letters not written
        exactly right. ``aligned`` is the share of letters of test strings that are
        written while the largest weight lies on the right letter, ``near`` while it
        lies there or beside it; ``aligned_20`` and ``near_20`` are the same for
        strings of 20 letters. All four are 0 without attention.
    """
    generate = GENERATORS[task]
    shortest, longest = map(int, lengths.split("-"))

    def trained(n, seed):
        return generate(n, shortest, longest, seed=seed)

    data = strings.parts(trained, updates, seed=seed)
    tests = {
        f"err_{length}": generate(N_TEST, length, length, seed=1_002)
        for length in LENGTHS
    }
    pair = data["train"]
    for source, _ in tests.values():
        if source.shape[1] <= longest:
            pair = strings.without(pair, _padded(source, longest))
    built = build(model, depth, units)
    strings.fit(built, pair, updates=updates, lr=lr, seed=seed)
    fixed = {
        name: strings.scores(built, _to_one_shape(other))["string_error"]
        for name, other in tests.items()
    }
    few = [part[:N_TEST] for part in data["test"]]
    at_trained = alignment(built, task, _to_one_shape(few))
    at_20 = alignment(built, task, tests["err_20"])
    return {
        **strings.row(built, *map(_to_one_shape, (data["val"], data["test"]))),
        **fixed,
        "aligned": at_trained[0],
        "near": at_trained[1],
        "aligned_20": at_20[0],
        "near_20": at_20[1],
    }


def alignment(model, task: str, pair) -> tuple[float, float]:
    """Return how often the largest weight lies right, and right or beside it.

    For a Transformer it is the mean of its heads in the last layer.
    """
    source, targets = pair
    names = {layer.name for layer in model.layers}
    if not any("attention" in name for name in names):
        return 0.0, 0.0
    weights = weights_of(model, source, shift_right(targets))
    right = ALIGNMENTS[task](source, targets)
    return tuple(alignment_score(weights, right, within=k) for k in (0, 1))


def weights_of(model, source, target_in) -> np.ndarray:
    """Return the weights (batch, target steps, source steps) of any of the models."""
    import keras

    crossing = [layer for layer in model.layers if "cross_attention" in layer.name]
    if not crossing:
        return attention_weights(model, source, target_in)
    reader = keras.Model(model.inputs, crossing[-1].output[1])
    return np.asarray(reader.predict_on_batch([source, target_in])).mean(axis=1)


def _copied(source, targets) -> np.ndarray:
    steps = np.eye(targets.shape[1], source.shape[1], dtype=bool)
    return steps & (source != PADDING)[:, None, :]


def _same_letter(source, targets) -> np.ndarray:
    same = targets[:, :, None] == source[:, None, :]
    return same & (source != PADDING)[:, None, :]


ALIGNMENTS = {
    "reverse": lambda source, targets: reversal_alignment(source),
    "copy": _copied,
    "sort": _same_letter,
}


def _to_one_shape(pair) -> tuple[np.ndarray, np.ndarray]:
    """Pad sources and targets to the longest, so that nothing is compiled again."""
    source, targets = pair
    return _padded(source, LENGTHS[-1]), _padded(targets, LENGTHS[-1] + 1)


def _padded(ids, steps) -> np.ndarray:
    return np.pad(ids, ((0, 0), (0, steps - ids.shape[1])))
