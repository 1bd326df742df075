"""All seventies held out: what of a number's words is rule, what is learnt by heart.

From German into French, where the seventies are said in a way of their own, and from
Esperanto into Indonesian, where they follow the rule of every other decade: seven,
ten, ones. The model of `number_words` and its numbers, but for those whose tens are a
seven: none is trained, and all hundred of them are tested.
"""

from __future__ import annotations

import numpy as np

from experiments import _strings
from experiments._arms import next_settings
from experiments._numbers import CHAPTER, RULE, build, free, split
from experiments._start import seeded
from lstm_utils.decoding import greedy_decode
from lstm_utils.tasks import number_pairs, number_vocabulary

__all__ = ["CHAPTER", "COST", "METRICS", "run", "settings"]

COST = "about 20 CPU-minutes"
METRICS = (*_strings.METRICS, "edits", "chrf", "other_score", "ten_less")
FORM = {"depth": 2, "units": 64, "updates": 1000}


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    stages = [[{"pair": pair} | FORM] for pair in ("de-fr", "eo-id")]
    return next_settings(stages, rows, RULE)


@seeded
def run(pair, depth, units, updates, lr, seed, backend) -> dict:
    """Train on the numbers of all decades but one, and score the seventies.

    ``other_score`` is the share of numbers of other decades, not trained either, that
    are wrong; ``ten_less`` the share of seventies that are written as the sixties.
    """
    languages, numbers = [pair.split("-")], parts()
    data = {name: number_pairs(part, languages) for name, part in numbers.items()}
    vocabulary = number_vocabulary(languages[0])
    form = depth, units, "additive", "forward", "matched"
    model = build(len(vocabulary), *form)
    rule = {"updates": updates, "lr": lr, "seed": seed}
    _strings.fit(model, data["train"], **rule)
    source, targets = data["test"]
    sixties = number_pairs(numbers["test"] - 10, languages)[1]
    written = greedy_decode(model, source, targets.shape[1])
    return {
        **_strings.row(model, data["val"], data["test"]),
        **free(model, vocabulary, *data["test"]),
        "other_score": _strings.scores(model, data["other"])["string_error"],
        "ten_less": float((written == sixties).all(axis=1).mean()),
    }


def parts() -> dict[str, np.ndarray]:
    """Return the numbers of ``train``, ``val``, ``other``, and ``test``: the 70s."""
    drawn = split()
    found = {name: part[part // 10 % 10 != 7] for name, part in drawn.items()}
    seventies = np.flatnonzero(np.arange(1000) // 10 % 10 == 7)
    return found | {"other": found["test"], "test": seventies}
