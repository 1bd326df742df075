"""Let stacks of two LSTMs write a toy language, colder and hotter, or with a beam.

Each stack learns which character comes next from 3,000 sentences of its own, in batches
drawn with replacement. The grammar is known, so that what it writes can be judged.
Rates are chosen with five seeds by the loss on sentences of another draw; ten fresh
seeds are scored. There is one arm: only temperatures, and widths of the
beam, are compared, within each trained stack.
"""

from __future__ import annotations

import numpy as np

from experiments import _strings
from experiments._arms import USUAL, next_settings
from experiments._start import seeded
from lstm_utils import decoding, models, tasks
from lstm_utils.training import falling_adam

CHAPTER = "12-decoding"
COST = "about 5 CPU-minutes"
LAYERS, UNITS, BATCH = 2, 48, 32
SENTENCES, HELD_OUT, WRITTEN = 3_000, 500, 150
STEPS = tasks.LONGEST_SENTENCE + 1  # and the end
UPDATES = 500
TEMPERATURES = (0.1, 0.3, 0.6, 1.0, 1.5, 2.0)
WIDTHS = (1, 5, 20)
METRICS = (
    *("params", "val_score", "different_drawn", "clause_drawn"),
    *(
        f"{share}_{temperature}"
        for share in ("accepted", "different", "clause", "clause_accepted")
        for temperature in TEMPERATURES
    ),
    *(f"tokens_{width}" for width in WIDTHS),
    *(f"log_p_{width}" for width in WIDTHS),
)


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    rule = USUAL._replace(tuning_seeds=range(100, 105), seeds=range(10))
    return next_settings([[{"updates": UPDATES}]], rows, rule)


@seeded
def run(updates, lr, seed, backend) -> dict:
    """Train one stack by batches of 32 and let it write.

    ``val_score`` is the loss in nats a character. Of 150 sentences drawn at temperature
    0.1, ``accepted_0.1`` is the share that the grammar accepts, ``different_0.1`` the
    share that is left when each is counted once, ``clause_0.1`` the share with a
    "that", and ``clause_accepted_0.1`` the share with a "that" which the grammar
    accepts; ``different_drawn`` and ``clause_drawn`` are the same of sentences of the
    language itself. ``tokens_5`` counts the tokens of the likeliest answer that a beam
    of five finds, the end included, and ``log_p_5`` is its score.
    """
    drawn = tasks.draw_sentences(SENTENCES, seed=seed)
    characters = tasks.Vocabulary(sorted({*"".join(drawn)}))
    model = build(len(characters))
    fit(model, encode(characters, drawn), updates=updates, lr=lr, seed=seed)
    fresh = encode(characters, tasks.draw_sentences(HELD_OUT, seed=1_000))
    found = {
        "params": model.count_params(),
        "val_score": _strings.scores(model, (start(HELD_OUT), fresh))["loss"],
        "different_drawn": len({*drawn[:WRITTEN]}) / WRITTEN,
        "clause_drawn": float(np.mean(has_clause(drawn[:WRITTEN]))),
    }
    for temperature in TEMPERATURES:
        ids = decoding.sample_decode(
            model, start(WRITTEN), STEPS, temperature=temperature, seed=seed
        )
        texts = characters.decode(ids)
        accepted = np.array([tasks.is_sentence(text) for text in texts])
        clause = has_clause(texts)
        found[f"accepted_{temperature}"] = float(accepted.mean())
        found[f"different_{temperature}"] = len({*texts}) / WRITTEN
        found[f"clause_{temperature}"] = float(clause.mean())
        found[f"clause_accepted_{temperature}"] = float((clause & accepted).mean())
    for width in WIDTHS:
        ids, log_p = decoding.beam_search(model, start(1), width, STEPS)[0][0]
        found[f"tokens_{width}"], found[f"log_p_{width}"] = len(ids), log_p
    return found


def has_clause(texts: list[str]) -> np.ndarray:
    """Return which texts have a "that" between two spaces, shape (texts,)."""
    return np.array([" that " in text for text in texts])


def build(n_characters: int):
    """Return a stack that gives p of the next character, with a source it ignores."""
    import keras

    sizes = {"n_features": n_characters, "n_outputs": n_characters}
    stack = models.make_stack(LAYERS, UNITS, return_sequences=True, fused=True, **sizes)
    unread = keras.Input((None,), dtype="int32", name="source")
    so_far = keras.Input((None,), dtype="int32", name="target_in")
    logits = stack(keras.ops.one_hot(so_far, n_characters))
    return keras.Model([unread, so_far], keras.layers.Softmax()(logits))


def fit(model, lines, *, updates: int, lr: float, seed: int) -> None:
    """Train by exactly so many batches of 32, drawn with replacement.

    Otherwise as `lstm_utils.training.train` does. Weights keep the padding out of the
    loss, as there is no mask.
    """
    model.compile(falling_adam(lr, updates), _strings.LOSS)
    rows = np.random.default_rng(seed).integers(len(lines), size=updates * BATCH)
    batch = lines[rows]
    read = [start(len(rows)), tasks.shift_right(batch)]
    options = {"batch_size": BATCH, "shuffle": False, "verbose": 0}
    weights = (batch > 0).astype("float32")
    model.fit(read, batch, sample_weight=weights, **options)


def encode(characters: tasks.Vocabulary, texts: list[str]) -> np.ndarray:
    """Return the ids of sentences with their ends, shape (sentences, `STEPS`)."""
    return characters.encode(texts, end=True, length=STEPS)


def start(rows: int) -> np.ndarray:
    """Return sources of one token that nobody reads."""
    return np.full((rows, 1), 3)
