"""Depth against difficulty: teachers of one and of three layers, matched in difficulty.

A random LSTM of one layer with the weights of `deep_or_wide` is far easier to imitate
than one of three. Here teachers of one layer have more units and larger weights. How
hard a teacher is, stacks of two layers say, which are not compared: by their error on
validation data, at their best rate. Each teacher of one layer is paired with the
teacher of three layers that is nearest in difficulty, if within 15 %; then stacks of
one layer and of three learn from both.
"""

from __future__ import annotations

from functools import partial
from itertools import product

import numpy as np

from experiments import _stacks, deep_or_wide
from experiments._arms import USUAL, arm_settings, choose, next_settings
from experiments._start import seeded
from lstm_utils import tasks
from lstm_utils.training import train

CHAPTER = "06-deep-or-wide"
COST = "about 40 CPU-minutes"
METRICS = ("params", "val_score", "test_score")
# Layers, units of a layer, and gain of the teachers of each kind.
KINDS = {
    "hard": {1: (16, 5.0), 3: (8, 1.5)},
}
TEACHERS = range(5)
NEAR, PAIRS = 1.15, 3
UPDATES, JUDGE, STUDENTS = 1_200, 2, (1, 3)


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    looks = USUAL._replace(seeds=())
    for kind in KINDS:
        judged = judges(kind)
        if wanted := [new for arm in judged for new in arm_settings(arm, rows, looks)]:
            return wanted
        stages = [
            [{**arm, **student(depth)} for arm in pair for depth in STUDENTS]
            for pair in pairs(kind, rows)
        ]
        if wanted := next_settings(stages, rows):
            return wanted
    return []


def judges(kind: str, layers=(1, 3)) -> list[dict]:
    """Return the arms that say how hard the teachers of a kind are."""
    return [
        {"kind": kind, "layers": n, "units": KINDS[kind][n][0]}
        | {"gain": KINDS[kind][n][1], "teacher": teacher, **student(JUDGE)}
        for n, teacher in product(layers, TEACHERS)
    ]


def student(depth: int) -> dict:
    """Return what a setting says of a stack of so many layers."""
    names = ("depth", "width", "updates")
    arm = deep_or_wide.arm("teacher-1a", depth, updates=UPDATES)
    return {name: arm[name] for name in names}


def pairs(kind: str, rows: list[dict]) -> list[tuple[dict, dict]]:
    """Return the nearest pairs of a teacher of one layer and one of three.

    The nearest two teachers come first, then the nearest of those that are left.
    """
    hard = {
        n: [(difficulty(arm, rows), arm) for arm in judges(kind, (n,))] for n in (1, 3)
    }
    found = []
    while len(found) < PAIRS and all(hard.values()):
        ratio, one, three = min(
            (abs(np.log(a[0] / b[0])), i, k)
            for (i, a), (k, b) in product(enumerate(hard[1]), enumerate(hard[3]))
        )
        if ratio > np.log(NEAR):
            break
        found.append((hard[1].pop(one)[1], hard[3].pop(three)[1]))
    return found


def difficulty(arm: dict, rows: list[dict]) -> float:
    """Return the mean validation error of a judging arm at its best rate."""
    rate = choose(arm, rows)[1]
    mine = [row for row in rows if all(row[key] == arm[key] for key in arm)]
    looks = [row for row in mine if row["lr"] == rate and row["seed"] >= 100]
    return float(np.mean([row["val_score"] for row in looks]))


@seeded
def run(kind, layers, units, gain, teacher, depth, width, updates, lr, seed, backend):
    """Train one stack to imitate one teacher, and score it by its squared error."""
    make = partial(tasks.lstm_teacher, layers=layers, units=units, gain=gain)
    sizes = {"train": 20_000, "val": 1_000, "test": 2_000}
    data = {
        part: make(n, 24, teacher=teacher, seed=number)
        for number, (part, n) in enumerate(sizes.items(), start=1)
    }
    model = deep_or_wide.build("teacher-1a", width, backend)
    rule = {"updates": updates, "learning_rate": lr, "seed": seed}
    train(model, *data["train"], **rule)
    return _stacks.scored(model, data, partial(_stacks.score, "teacher-1a"))
