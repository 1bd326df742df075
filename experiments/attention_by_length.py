"""How long a string can be, with attention and without, and where the weights lie.

The models are trained on strings of some lengths and tested at fixed lengths, up to
twice the longest that they saw. Reversing is the task; copying is the same with
another order, and for sorting it is enough to count. All models of a size have the
same number of parameters within 2 %: LSTM encoder-decoders without attention, with
dot-product or additive attention, and a Transformer. Trained on 10 to 20 letters, the
models are small, so that the string does not fit the state. The weights are scored
against the known alignment. One layer, reversing, is run again on TensorFlow, at the
rates found on JAX, once with the gradients of embeddings added up, as in all sweeps,
and once as Keras gives them to Adam there. The small model without attention is also
trained eight times as long.
"""

from __future__ import annotations

import numpy as np

from experiments import _attention, _strings
from experiments._arms import missing, next_settings
from experiments._attention import CHAPTER, MODELS
from experiments._start import seeded
from experiments._strings import GENERATORS
from lstm_utils import tasks
from lstm_utils.diagnostics import reversal_alignment
from lstm_utils.tasks import PADDING

__all__ = ["CHAPTER", "COST", "METRICS", "run", "settings"]

COST = "about 65 CPU-minutes"
LENGTHS = (6, 8, 10, 12, 15, 20)
METRICS = (
    *_strings.METRICS,
    *(f"err_{length}" for length in LENGTHS),
    *("aligned", "near", "aligned_20", "near_20"),
)
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
N_TEST = 500  # strings of each fixed length


def settings(rows: list[dict]) -> list[dict]:
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
    if wanted := next_settings(stages, rows, confirm=reverse + long):
        return wanted
    confirmed = [row for row in rows if row["backend"] == "tensorflow"]
    in_pieces = [
        {key: row[key] for key in (*reverse[0], "lr", "seed", "backend")}
        | {"gradient": "pieces"}
        for row in confirmed
        if row["gradient"] == "whole"
    ]
    return missing([in_pieces], rows)


def arms(task: str, size, lengths="4-10", updates=800, models=MODELS) -> list[dict]:
    """Return one arm for each model of a size, or for some of them."""
    case, depth = {"task": task, "lengths": lengths}, 1 if size == "small" else size
    return [
        {**case, "model": model, "depth": depth}
        | {"units": UNITS[size][model], "updates": updates, "gradient": "whole"}
        for model in models
    ]


@seeded
def run(
    task, lengths, model, depth, units, updates, gradient, lr, seed, backend
) -> dict:
    """Train one of `MODELS` and score it at each length.

    `lengths` are the bounds of the trained lengths, such as ``4-10``. The gradient of
    an embedding reaches Adam ``whole``, or in ``pieces``, as TensorFlow makes it.
    ``err_12`` is the share of strings of 12 letters not written exactly right.
    ``aligned`` is the share of letters of test strings that are written while the
    largest weight lies on the right letter, ``near`` while it lies there or beside it;
    ``aligned_20`` and ``near_20`` are the same for strings of 20 letters. Without
    attention all are 0.
    """
    generate = GENERATORS[task]
    shortest, longest = map(int, lengths.split("-"))

    def trained(n, seed):
        return generate(n, shortest, longest, seed=seed)

    data = _strings.parts(trained, updates, seed=seed)
    tests = {n: generate(N_TEST, n, n, seed=1_002) for n in LENGTHS}
    pair = data["train"]
    for source, _ in tests.values():
        if source.shape[1] <= longest:
            pair = _strings.without(pair, _padded(source, longest))
    sizes = {"embedding": EMBEDDING.get((model, units), 16)}
    sizes["hidden"] = FEED_FORWARD.get(units)
    built = _attention.build(model, depth, units, N_TOKENS, **sizes)
    fit = {"whole": _strings.fit, "pieces": _strings.fit_in_pieces}[gradient]
    fit(built, pair, updates=updates, lr=lr, seed=seed)
    found = _strings.row(built, *map(_to_one_shape, (data["val"], data["test"])))
    for length, test in tests.items():
        scores = _strings.scores(built, _to_one_shape(test))
        found[f"err_{length}"] = scores["string_error"]
    few = _to_one_shape([part[:N_TEST] for part in data["test"]])
    for end, (source, targets) in {"": few, "_20": tests[20]}.items():
        right = right_places(task, source, targets)
        where = _attention.alignment(built, (source, targets), right)
        found[f"aligned{end}"], found[f"near{end}"] = where
    return found


def right_places(task: str, source, targets) -> np.ndarray:
    """Return which letters of the source each step of the target may be read from."""
    if task == "reverse":
        return reversal_alignment(source)
    same_step = np.eye(targets.shape[1], source.shape[1], dtype=bool)
    same_letter = targets[:, :, None] == source[:, None, :]
    right = same_step if task == "copy" else same_letter
    return right & (source != PADDING)[:, None, :]


def _to_one_shape(pair) -> tuple[np.ndarray, np.ndarray]:
    """Pad sources and targets to the longest, so that nothing is compiled again."""
    source, targets = pair
    return _padded(source, LENGTHS[-1]), _padded(targets, LENGTHS[-1] + 1)


def _padded(ids, steps) -> np.ndarray:
    return np.pad(ids, ((0, 0), (0, steps - ids.shape[1])))
