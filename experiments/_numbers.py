"""Number words of several languages: how the sweeps of the translator train and score.

The numbers from 0 to 999 are split once, for all: 700 to train on, 100 to choose by,
200 to score. A number that is tested has been seen in no language.
"""

from __future__ import annotations

import numpy as np

from experiments._arms import USUAL
from experiments.encoder_direction import two_directions
from lstm_utils.decoding import greedy_decode
from lstm_utils.models import make_encoder_decoder
from lstm_utils.tasks import edit_distance

CHAPTER = "14-translator"
RULE = USUAL._replace(grid=(0.005, 0.01, 0.02, 0.04))
EMBEDDING = 32


def split() -> dict[str, np.ndarray]:
    """Return the numbers of ``train``, ``val`` and ``test``."""
    order = np.random.default_rng(14).permutation(1000)
    return {"val": order[:100], "test": order[100:300], "train": order[300:]}


def build(n_tokens, depth, units, attention, encoder, handover, embedding=EMBEDDING):
    """Return an encoder-decoder, not yet compiled.

    An ``encoder`` that reads ``both`` ways has half as many units in each.
    """
    attention = None if attention == "none" else attention
    form = {"handover": handover, "attention": attention, "embedding": embedding}
    forward = make_encoder_decoder(depth, units, n_tokens, **form)
    return two_directions(forward, units) if encoder == "both" else forward


def free(model, vocabulary, source, targets) -> dict[str, float]:
    """Return how far what a model writes on its own is from what it should write.

    ``edits`` is the mean edit distance in characters, ``chrf`` sacrebleu's score, from
    0 to 1, of characters in groups of one to six.
    """
    from sacrebleu.metrics import CHRF

    written = vocabulary.decode(greedy_decode(model, source, targets.shape[1]))
    right = vocabulary.decode(targets)
    edits = [edit_distance(*pair) for pair in zip(written, right, strict=True)]
    chrf = CHRF().corpus_score(written, [right]).score / 100
    return {"edits": float(np.mean(edits)), "chrf": float(chrf)}
