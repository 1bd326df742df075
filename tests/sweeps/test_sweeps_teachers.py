"""Teachers of one and of three layers, matched in difficulty."""

import numpy as np

from experiments import matched_teachers
from experiments.matched_teachers import KINDS, NEAR, pairs, settings


def judged(errors):
    """Return the looks of the judges, whose best rate is 0.04, from their errors."""
    rows = []
    for kind in KINDS:
        for n in (1, 3):
            arms = matched_teachers.judges(kind, (n,))
            for arm, error in zip(arms, errors[n], strict=True):
                rows += [
                    {**arm, "lr": lr, "seed": seed, "backend": "jax"}
                    | {"val_score": error if lr == 0.04 else 9.0}
                    for lr in (0.005, 0.01, 0.02, 0.04, 0.08, 0.16)
                    for seed in (100, 101)
                ]
    return rows


def test_the_nearest_are_paired_first_and_those_too_far_apart_are_not():
    errors = {1: [0.10, 0.20, 0.40, 0.80, 1.6], 3: [0.21, 0.101, 0.45, 5.0, 6.0]}
    for kind in KINDS:
        found = pairs(kind, judged(errors))
        taught = [(one["teacher"], three["teacher"]) for one, three in found]
        assert taught == [(0, 1), (1, 0), (2, 2)]
        assert all((one["layers"], three["layers"]) == (1, 3) for one, three in found)
    assert np.log(0.45 / 0.40) < np.log(NEAR)
    errors[3][2] = 0.47
    assert len(pairs("hard", judged(errors))) == 2


def test_students_come_after_the_judges_and_are_not_judges():
    first = settings([])
    assert {row["depth"] for row in first} == {2}
    assert {row["seed"] for row in first} == {100, 101}
    errors = {1: [0.10, 0.20, 0.40, 0.80, 1.6], 3: [0.21, 0.101, 0.45, 5.0, 6.0]}
    students = settings(judged(errors))
    assert {row["depth"] for row in students} == {1, 3}
    assert {row["layers"] for row in students} == {1, 3}
