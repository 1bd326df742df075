"""Let a decoder read some tokens of its own while it trains, or none.

Copying strings of 6 to 10 of 8 symbols, two layers on either side. With teacher
forcing the decoder reads the right tokens. With scheduled sampling it reads its own
guess at a share of the steps, drawn anew for every string; the share rises in a
straight line from 0 at the first update to 1/2 or to 1 at the last. All arms make as
many updates. Rates are chosen with five seeds, by the share of validation strings not
written exactly right. The trained models also write with a beam, on some of the test
strings. Two arms are run again on TensorFlow, at the rates found on JAX.
"""

from __future__ import annotations

import numpy as np

from experiments import _strings
from experiments._arms import USUAL, next_settings
from experiments._start import seeded
from experiments._strings import BATCH, LONGEST
from lstm_utils import tasks
from lstm_utils.decoding import beam_search, greedy_decode
from lstm_utils.models import make_encoder_decoder
from lstm_utils.training import falling_adam, order_of

CHAPTER = "12-decoding"
COST = "about 25 CPU-minutes"
UNITS, EMBEDDING = 32, 16
UPDATES = (400, 800)
# With two tuning seeds a rate can be chosen that often fails. A run takes seconds.
RULE = USUAL._replace(tuning_seeds=range(100, 105), seeds=range(10))
SHARES = (0.0, 0.5, 1.0)  # of tokens that are the decoder's own, at the last update
BLOCK = 8  # updates between two looks at what the decoder writes
STEPS = range(1, LONGEST + 2)
LATER = range(1, 5)
BEAM, SEARCHED = 5, 500  # width, and test strings written with it
METRICS = (
    *("params", "val_score", "test_score", "loss", "token_error", "free_token_error"),
    *(f"{name}_{step}" for name in ("given", "free") for step in STEPS),
    *(f"after_{name}_{step}" for name in ("given", "free") for step in LATER),
    *("beam_higher", "beam_mended", "beam_spoiled"),
)


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    stages = [
        [{"own": share, "updates": updates} for share in SHARES] for updates in UPDATES
    ]
    ends = [arm for arm in stages[0] if arm["own"] != 0.5]
    return next_settings(stages, rows, RULE, confirm=ends)


@seeded
def run(own, updates, lr, seed, backend) -> dict:
    """Train one encoder-decoder, whose own share of tokens is `own` at last; score it.

    ``val_score`` and ``test_score`` are shares of strings not written exactly right;
    ``given_3`` is the share of third tokens that are right when the right ones before
    are given, ``free_3`` when the decoder reads its own; ``after_given_2`` and
    ``after_free_2`` the share of right tokens two steps after the first mistake. Of the
    strings written with a beam, ``beam_higher`` is the share whose score is above that
    of the greedy answer, ``beam_mended`` the share that only the beam gets right,
    ``beam_spoiled`` the share that only greedy gets right.
    """
    data = _strings.parts(_strings.strings("copy"), updates, seed=seed)
    model = make_encoder_decoder(2, UNITS, _strings.N_TOKENS, embedding=EMBEDDING)
    fit(model, data["train"], own=own, updates=updates, lr=lr, seed=seed)
    val, test = (_strings.scores(model, data[name]) for name in ("val", "test"))
    return {
        "params": model.count_params(),
        "val_score": val["string_error"],
        "test_score": test["string_error"],
        "loss": test["loss"],
        "token_error": test["token_error"],
        **by_step(model, data["test"]),
        **searched(model, *(part[:SEARCHED] for part in data["test"])),
    }


def fit(model, pair, *, own: float, updates: int, lr: float, seed: int) -> None:
    """Train as `_strings.fit` does, but let the decoder read some tokens of its own."""
    model.compile(falling_adam(lr, updates), _strings.LOSS)
    source, targets = pair
    rng = np.random.default_rng(seed)
    order = [*order_of(len(source), updates, BATCH, rng)]
    for first in range(0, updates, BLOCK):
        rows = np.concatenate(order[first : first + BLOCK])
        share = own * first / updates
        read = mix(model, source[rows], targets[rows], share, rng)
        for k in range(0, len(rows), BATCH):
            batch = rows[k : k + BATCH]
            model.train_on_batch([source[batch], read[k : k + BATCH]], targets[batch])


def mix(model, source, targets, share: float, rng) -> np.ndarray:
    """Return what the decoder reads: the right tokens, a share of them its own.

    Its own are its likeliest letters, given what it has read so far, its own among
    them. It reads neither end nor padding.
    """
    read = tasks.shift_right(targets)
    if not share:
        return read
    own = (rng.random(read.shape) < share) & (read > tasks.END)
    for t in range(1, read.shape[1]):
        p = np.asarray(model.predict_on_batch([source, read]))[:, t - 1]
        letter = tasks.FIRST_SYMBOL + p[:, tasks.FIRST_SYMBOL :].argmax(axis=1)
        read[:, t] = np.where(own[:, t], letter, read[:, t])
    return read


def by_step(model, pair) -> dict[str, float]:
    """Return how often tokens are right, by step, given the right ones or its own."""
    source, targets = pair
    written = {
        "given": _strings.probabilities(model, pair).argmax(axis=-1),
        "free": greedy_decode(model, source, targets.shape[1]),
    }
    valid = targets != tasks.PADDING
    rows = np.arange(len(targets))
    wrong = written["free"] != targets
    first = (wrong & valid).argmax(axis=1)
    failed = wrong[rows, first]
    found = {"free_token_error": float(wrong[valid].mean())}
    for name, ids in written.items():
        right = ids == targets
        for step in STEPS:
            there = valid[:, step - 1]
            found[f"{name}_{step}"] = float(right[there, step - 1].mean())
        for step in LATER:
            place = np.minimum(first + step, LONGEST)
            there = failed & (first + step <= LONGEST) & valid[rows, place]
            share = right[rows, place][there].mean()
            found[f"after_{name}_{step}"] = float(share)
    return found


def searched(model, source, targets) -> dict[str, float]:
    """Return how often a beam finds more than greedy, and whether it is right."""
    greedy, beam = (
        [answers[0] for answers in beam_search(model, source, width, LONGEST + 1)]
        for width in (1, BEAM)
    )
    wanted = [row[row != tasks.PADDING].tolist() for row in targets]
    right, beam_right = (
        np.array([ids.tolist() == w for (ids, _), w in zip(found, wanted, strict=True)])
        for found in (greedy, beam)
    )
    higher = [b[1] > g[1] + 1e-4 for g, b in zip(greedy, beam, strict=True)]
    return {
        "beam_higher": float(np.mean(higher)),
        "beam_mended": float((beam_right & ~right).mean()),
        "beam_spoiled": float((right & ~beam_right).mean()),
    }
