"""Deep or wide? The score of stacks one to four layers deep at equal parameters.

Every arm has about 8,500 parameters, within 2 % of the others on its task. Lower is
better.
"""

from __future__ import annotations

from functools import partial

from experiments import _stacks
from experiments._arms import (
    USUAL,
    near_equal_widths,
    next_settings,
    stack_params,
)
from experiments._stacks import TEACHERS, ends
from experiments._start import seeded
from lstm_utils.training import train

CHAPTER = "06-deep-or-wide"
COST = "about 4 CPU-hours"
METRICS = ("params", "val_score", "test_score")
BUDGET = 8_500
DEPTHS = (1, 2, 3, 4)
SEEDS = {"ar2": 20}  # a control must show an effect of the size claimed elsewhere
CONFIRMED = ("teacher-1a", "teacher-3a", "digits")
UPDATES = {"ar2": 500, "digits": 600, "grammar": 1200, "dyck": 1200, "chain": 3000}
POINTS = {"digits": 1000, "ar2": 1000, "grammar": 10_000, "dyck": 10_000}


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    for task in (*UPDATES, *TEACHERS):
        rule = USUAL._replace(seeds=range(SEEDS.get(task, 10)))
        arms = [arm(task, depth) for depth in DEPTHS]
        if wanted := next_settings([arms], rows, rule):
            return wanted
    stages = [[arm(task, depth, updates=400) for depth in DEPTHS] for task in TEACHERS]
    stages += [
        [arm(task, depth, updates=4800) for depth in (1, 3)] for task in TEACHERS
    ]
    confirm = [arm(task, depth) for task in CONFIRMED for depth in (1, 3)]
    return next_settings(stages, rows, confirm=confirm)


def arm(task, depth, *, updates=None, points=None, widths=None) -> dict:
    """Return the setting of an arm, its learning rate and its seeds left open."""
    widths = widths or near_equal_widths(budget(task), depth, **ends(task))
    return {
        "task": task,
        "depth": depth,
        "width": "-".join(map(str, widths)),
        "points": points or POINTS.get(task, 20_000),
        "updates": updates or UPDATES.get(task, 1200),
    }


def budget(task) -> int:
    """Return the parameters of the one-layer arm of a task."""
    return stack_params(near_equal_widths(BUDGET, 1, **ends(task)), **ends(task))


@seeded
def run(task, depth, width, points, updates, lr, seed, backend) -> dict:
    """Train one stack and score it as `_stacks.score` does.

    `task` is a key of `_stacks.TASKS`; `width` holds the units from the lowest layer
    up, such as ``"21-20-20"``; `points` is the number of training sequences.
    """
    data = load(task)
    x, y = (array[:points] for array in data["train"])
    model = build(task, width, backend)
    loss = _stacks.loss_for(y)
    train(model, x, y, updates=updates, learning_rate=lr, seed=seed, loss=loss)
    return _stacks.scored(model, data, partial(_stacks.score, task))


def build(task, width, backend):
    """Return a new stack for a task, of the widths that a setting names."""
    return _stacks.build(task, [int(units) for units in width.split("-")], backend)


def load(task) -> dict[str, tuple]:
    """Return the data of a task: inputs and targets of its three parts."""
    if task == "digits":
        return _stacks.digits()
    sizes = {"train": POINTS.get(task, 20_000), "val": 1000, "test": 2000}
    return {
        part: _stacks.data(task, n, seed=seed)
        for seed, (part, n) in enumerate(sizes.items(), start=1)
    }
