"""One model for several languages, and pairs of them that it was never shown.

The numbers are to be translated from each language into each other, the tag of the
target before the source. Two pairs are left out in both directions: German and Dutch,
French and English. What the model does with them at once (zero-shot) is set beside
the way through a third language, with which both were paired. Arms differ in the
number of languages; model and updates are the same.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np

from experiments import _strings
from experiments._arms import next_settings
from experiments._numbers import CHAPTER, RULE, build, split
from experiments._start import seeded
from lstm_utils.decoding import greedy_decode
from lstm_utils.tasks import (
    LANGUAGES,
    TAGS,
    number_pairs,
    number_vocabulary,
    number_words,
)

__all__ = ["CHAPTER", "COST", "METRICS", "run", "settings"]

COST = "about 60 CPU-minutes"
NAMES = ("de", "nl", "fr", "en", "it", "es", "hu", "tr", "da", "sv", "pt", "eo")
# Each pair that is never trained, and the language that leads around.
UNPAIRED = {("de", "nl"): "en", ("fr", "en"): "de"}
DIRECTIONS = {
    way: via
    for (one, other), via in UNPAIRED.items()
    for way in ((one, other), (other, one))
}
COLUMNS = ["_".join(way) for way in DIRECTIONS]
METRICS = (
    *_strings.METRICS,
    *(f"{kind}_{way}" for kind in ("direct", "via", "stray") for way in COLUMNS),
)
FORM = {"updates": 1500, "depth": 2, "units": 64}


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    stages = [[{"languages": n} | FORM] for n in (4, 8, 12)]
    return next_settings(stages, rows, RULE)


@seeded
def run(languages, updates, depth, units, lr, seed, backend) -> dict:
    """Train one model on the pairs of the first `languages` of `NAMES`, and score it.

    ``test_score`` is of the trained pairs. ``direct_de_nl`` is the share of numbers
    that it gets wrong from German into Dutch, ``via_de_nl`` that by way of the third
    language, and ``stray_de_nl`` the share that are right, but in another language.
    """
    names, numbers = NAMES[:languages], split()
    vocabulary = number_vocabulary(names)
    parts = {
        name: number_pairs(part, trained(names), languages=names)
        for name, part in numbers.items()
    }
    model = build(len(vocabulary), depth, units, "additive", "forward", "matched")
    rule = {"updates": updates, "lr": lr, "seed": seed}
    _strings.fit(model, parts["train"], **rule)
    # Of the trained pairs a tenth of the rows will do, the same for every seed.
    few = {name: some_of(parts[name]) for name in ("val", "test")}
    found = _strings.row(model, few["val"], few["test"])
    for way, via in DIRECTIONS.items():
        column = "_".join(way)
        wrong = untrained(model, names, way, via, numbers["test"])
        found |= {f"{kind}_{column}": share for kind, share in wrong.items()}
    return found


def trained(names) -> list[tuple[str, str]]:
    """Return from which languages into which a model is trained."""
    return [way for way in permutations(names, 2) if way not in DIRECTIONS]


def some_of(pair, n: int = 1600):
    """Return so many rows of a pair of sources and targets, or all."""
    rows = np.random.default_rng(0).permutation(len(pair[0]))[:n]
    return tuple(ids[rows] for ids in pair)


def untrained(model, names, way, via, numbers) -> dict[str, float]:
    """Return what a model does on a pair that it was never trained on."""
    vocabulary = number_vocabulary(names)
    source, targets = number_pairs(numbers, [way], languages=names)
    right = vocabulary.decode(targets)
    steps = targets.shape[1]

    def write(texts, to):
        tagged = [TAGS[to] + text for text in texts]
        ids = vocabulary.encode(tagged, length=max(map(len, tagged)))
        return vocabulary.decode(greedy_decode(model, ids, steps))

    direct = write([text[1:] for text in vocabulary.decode(source)], way[1])
    halfway, _ = number_pairs(numbers, [(way[0], via)], languages=names)
    there = vocabulary.decode(greedy_decode(model, halfway, steps))
    around = write(there, way[1])
    others = [number_words(numbers, name) for name in LANGUAGES if name != way[1]]
    said = [{*words} for words in zip(*others, strict=True)]
    return {
        "direct": share(a != b for a, b in zip(direct, right, strict=True)),
        "via": share(a != b for a, b in zip(around, right, strict=True)),
        "stray": share(
            a in words and a != b
            for a, b, words in zip(direct, right, said, strict=True)
        ),
    }


def share(marks) -> float:
    """Return which share of some marks is true."""
    return float(np.mean([*marks]))
