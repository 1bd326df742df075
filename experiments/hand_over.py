"""Which states go to which decoder layer? Four ways to hand over, two and three layers.

The strings have 6 to 10 of 8 symbols; the decoder is to write them backwards. Sorting
them is the control: counting the symbols is enough for it. All ways have the same
weights, since handing over costs none.

Two layers with 800 updates are run again on TensorFlow, at the rates found on JAX.
"""

from __future__ import annotations

from experiments import _strings
from experiments._arms import USUAL, next_settings
from experiments._start import seeded
from lstm_utils.models import HANDOVERS, make_encoder_decoder

CHAPTER = "11-deep-hand-over"
COST = "about 25 CPU-minutes"
METRICS = _strings.METRICS
UNITS, EMBEDDING = 32, 16
KEYS = ("task", "depth", "updates", "handover")
CASES = [
    *(("reverse", 2, 800), ("reverse", 3, 800), ("sort", 2, 800)),
    *(("reverse", 2, 400), ("reverse", 2, 1600), ("reverse", 3, 2400)),
]


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    stages = [
        [dict(zip(KEYS, (*case, way), strict=True)) for way in HANDOVERS]
        for case in CASES
    ]
    rule = USUAL._replace(seeds=range(10))  # a run takes seconds
    return next_settings(stages, rows, rule, confirm=stages[0])


@seeded
def run(task, depth, handover, updates, lr, seed, backend) -> dict:
    """Train one encoder-decoder to ``reverse`` or ``sort``, and score it."""
    data = _strings.parts(_strings.strings(task), updates, seed=seed)
    form = {"handover": handover, "embedding": EMBEDDING}
    model = make_encoder_decoder(depth, UNITS, _strings.N_TOKENS, **form)
    _strings.fit(model, data["train"], updates=updates, lr=lr, seed=seed)
    return _strings.row(model, data["val"], data["test"])
