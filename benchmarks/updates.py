"""Time one training update of each stack that the sweep deep_or_wide compares.

Depth by depth at equal parameters, in the fused form, on TensorFlow. The sweep's own
seconds cannot be compared, since other runs shared the machine with each of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks import _rounds
from experiments import deep_or_wide
from experiments._stacks import loss_for
from lstm_utils.training import falling_adam

TASKS = {"teacher": "teacher-1a", "digits": "digits", "grammar": "grammar"}
TASKS |= {"brackets": "dyck", "chain": "chain", "control": "ar2"}
YARDSTICK = 1
BATCH = 64


def main(argv: list[str] | None = None) -> None:
    """Print the times and ratios for each task; with ``--save`` keep them."""
    parser = _rounds.parser(__doc__)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--batches", type=int, default=40)
    options = parser.parse_args(argv)
    _rounds.prepare()
    print(
        f"{options.batches} updates, {options.rounds} rounds, {_rounds.cores()} cores"
    )
    cases = {
        name: partial(measure, name, options.rounds, options.batches)
        for name in options.tasks
    }
    _rounds.compare("updates", cases, YARDSTICK, options)


def measure(name: str, rounds: int, batches: int) -> list[dict]:
    """Return one row for each depth and round; ``arm`` is the depth."""
    task = TASKS[name]
    x, y = deep_or_wide.load(task)["train"]
    rows = np.arange(BATCH * batches) % len(x)
    x, y = x[rows], y[rows]
    arms = {depth: updates(task, depth, x, y) for depth in deep_or_wide.DEPTHS}
    record = {"updates": batches, **_rounds.record()}
    return [{"task": name} | row | record for row in _rounds.interleave(arms, rounds)]


def updates(
    task: str, depth: int, x: np.ndarray, y: np.ndarray
) -> Callable[[_rounds.Clock], None]:
    """Return what trains one stack for one pass through some batches."""
    width = deep_or_wide.arm(task, depth)["width"]
    model = deep_or_wide.build(task, width, "tensorflow")
    model.compile(falling_adam(1e-3, len(x)), loss_for(y))
    return _rounds.keras_epoch(model, x, y, batch_size=BATCH)


if __name__ == "__main__":
    _rounds.start(main)
