"""Which states go to which decoder layer? Four ways to hand over, two and three layers.

The strings have 6 to 10 of 8 symbols; the decoder is to write them backwards. Sorting
them is the control: counting the symbols is enough for it. All ways have the same
weights, since handing over costs none. Rates and seeds as in deep_or_wide, chosen by
the loss on validation strings; the score is the share of test strings not written
exactly right. No training string is among them.

Two layers with 800 updates are compared on TensorFlow as well, with rates of their
own: there Keras gives Adam the gradient of an embedding in one piece for each token,
and Adam squares the pieces, not their sum, so that embeddings take longer steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from experiments import strings
from experiments.arms import next_settings
from experiments.start import seeded
from lstm_utils import tasks
from lstm_utils.models import HANDOVERS, make_encoder_decoder

COST = "about 25 CPU-minutes"
METRICS = ("params", "val_score", "test_score", "token_error")
UNITS, EMBEDDING, SYMBOLS = 32, 16, 8
SEEDS = 10  # a run takes seconds
GENERATORS = {
    "reverse": tasks.reverse_strings,
    "sort": tasks.sort_strings,
}


def settings(rows: list[Mapping]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    stages = [
        arms("reverse", 2, 800),
        arms("reverse", 3, 800),
        arms("sort", 2, 800),
        arms("reverse", 2, 400),
        arms("reverse", 2, 1600),
        arms("reverse", 3, 2400),
    ]
    seeds = range(SEEDS)
    return next_settings(stages, rows, seeds=seeds) or next_settings(
        stages[:1], rows, backend="tensorflow", seeds=seeds
    )


def arms(task: str, depth: int, updates: int) -> list[dict]:
    """Return one arm for each way to hand over."""
    common = {"task": task, "depth": depth, "updates": updates}
    return [{**common, "handover": handover} for handover in HANDOVERS]


@seeded
def run(task, depth, handover, updates, lr, seed, backend) -> dict:
    """Train one encoder-decoder and score it.

    Parameters
    ----------
    task : str
        ``reverse`` or ``sort``.
    depth : int
        LSTM layers in the encoder, and as many in the decoder.
    handover : str
        One of `HANDOVERS`.
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
        `METRICS`.
    """
    generate = partial(GENERATORS[task], shortest=6, longest=10, n_symbols=SYMBOLS)
    data = strings.parts(generate, updates, seed=seed)
    n_tokens = SYMBOLS + tasks.END + 1
    model = make_encoder_decoder(
        depth, UNITS, n_tokens, handover=handover, embedding=EMBEDDING
    )
    strings.fit(model, data["train"], updates=updates, lr=lr, seed=seed)
    return strings.row(model, data["val"], data["test"])
