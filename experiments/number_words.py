"""Number words of one language into those of another: what each piece buys.

German says the ones before the tens and French counts in twenties; two layers,
matched hand-over, additive attention, character by character. Each arm changes one
thing of that, and all have the same number of parameters within 2 %. Last, whole words
in place of characters: from English, whose words stand apart, and from German, where
each number is one word (the embeddings and the head for a token of each come on top of
the parameters there).
"""

from __future__ import annotations

from experiments import _strings
from experiments._arms import next_settings
from experiments._attention import alignment
from experiments._numbers import CHAPTER, RULE, build, free, split
from experiments._start import seeded
from lstm_utils.tasks import (
    WordVocabulary,
    number_alignment,
    number_pairs,
    number_vocabulary,
    number_words,
)

__all__ = ["CHAPTER", "COST", "METRICS", "run", "settings"]

COST = "about 100 CPU-minutes"
ALIGNED = ("aligned", "near", "decided", "decided_near")
METRICS = (*_strings.METRICS, "edits", "chrf", *ALIGNED)
BASE = {
    "pair": "de-fr",
    "tokens": "characters",
    "depth": 2,
    "units": 64,
    "attention": "additive",
    "encoder": "forward",
    "handover": "matched",
    "updates": 1500,
}
CHANGES = [
    {"attention": "none", "units": 67},
    {"handover": "none"},
    {"depth": 1, "units": 98},
    {"depth": 3, "units": 51},
    {"encoder": "both", "units": 68},
]
OTHERS = [
    {"pair": "en-fr", "tokens": "words", "units": 62},
    {"tokens": "words", "units": 62},
]
# With two directions a wider embedding makes up for what whole units leave over.
EMBEDDINGS = {"forward": 32, "both": 37}


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    stages = [[BASE | change] for change in ({}, *CHANGES, *OTHERS)]
    return next_settings(stages, rows, RULE, confirm=[BASE])


@seeded
def run(
    pair,
    tokens,
    depth,
    units,
    attention,
    encoder,
    handover,
    updates,
    lr,
    seed,
    backend,
) -> dict:
    """Train one model on numbers and score it on others, which it has never seen.

    ``aligned`` is the share of characters written while the largest weight lies on a
    character of the same place of the number, ``near`` on it or beside it; ``decided``
    and ``decided_near`` count the first letter of each place only. They are 0 without
    attention and for words. ``edits`` counts characters, of words too.
    """
    languages, numbers = pair.split("-"), split()
    vocabulary, parts = data(languages, tokens, numbers)
    form = depth, units, attention, encoder, handover, EMBEDDINGS[encoder]
    model = build(len(vocabulary), *form)
    rule = {"updates": updates, "lr": lr, "seed": seed}
    _strings.fit(model, parts["train"], **rule)
    found = {
        **_strings.row(model, parts["val"], parts["test"]),
        **free(model, vocabulary, *parts["test"]),
    }
    shares = [0.0] * 4
    if tokens == "characters":
        rights = [
            number_alignment(numbers["test"], [languages], first_only=first)
            for first in (False, True)
        ]
        shares = [k for r in rights for k in alignment(model, parts["test"], r)]
    return found | dict(zip(ALIGNED, shares, strict=True))


def data(languages, tokens, numbers):
    """Return the vocabulary, and sources and targets of each part of the numbers."""
    if tokens == "characters":
        pairs = {
            name: number_pairs(part, [languages]) for name, part in numbers.items()
        }
        return number_vocabulary(languages), pairs
    texts = {
        name: [
            [text.replace("-", " ") for text in number_words(part, k)]
            for k in languages
        ]
        for name, part in numbers.items()
    }
    vocabulary = WordVocabulary([text for side in texts["train"] for text in side])
    steps = max(
        len(text.split()) for part in texts.values() for side in part for text in side
    )
    pairs = {
        name: (
            vocabulary.encode(asked, length=steps),
            vocabulary.encode(answers, end=True, length=steps + 1),
        )
        for name, (asked, answers) in texts.items()
    }
    return vocabulary, pairs
