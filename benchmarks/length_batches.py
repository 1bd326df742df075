"""Time updates on dates padded to the longest of all, of a batch, or sorted by length.

The model with dot-product attention of the sweep attention_on_dates, on TensorFlow.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks import _rounds
from experiments.attention_on_dates import parts
from experiments.length_batches import compiled, order_by
from lstm_utils.tasks import PADDING, shift_right

ARMS = {
    "all alike": "drawn",  # and no batch is cut
    "as drawn": "drawn",
    "by length": "by length",
}
YARDSTICK = "all alike"


def main(argv: list[str] | None = None) -> None:
    """Print the times and ratios; with ``--save`` keep them."""
    parser = _rounds.parser(__doc__)
    parser.add_argument("--batches", type=int, default=60)
    options = parser.parse_args(argv)
    _rounds.prepare()
    print(
        f"{options.batches} updates, {options.rounds} rounds, {_rounds.cores()} cores"
    )
    cases = {"dates": lambda: measure(options.rounds, options.batches)}
    _rounds.compare("length_batches", cases, YARDSTICK, options)


def measure(rounds: int, batches: int) -> list[dict]:
    """Return one row for each round of each arm."""
    *_, pair = parts()
    arms = {arm: updates(arm, *pair, batches) for arm in ARMS}
    record = {"updates": batches, **_rounds.record()}
    return [row | record for row in _rounds.interleave(arms, rounds)]


def updates(arm, source, targets, batches: int) -> Callable[[_rounds.Clock], None]:
    """Return what trains a model of its own on batches made beforehand."""
    model = compiled(1e-3, 100_000)
    lengths = (source != PADDING).sum(axis=1)
    made = []
    for rows in order_by(ARMS[arm], lengths, batches, np.random.default_rng(0)):
        steps = source.shape[1] if arm == "all alike" else lengths[rows].max()
        made.append(([source[rows, :steps], shift_right(targets[rows])], targets[rows]))

    def train(clock: _rounds.Clock) -> None:
        clock.start()
        for x, y in made:
            model.train_on_batch(x, y)
        clock.stop()

    return train


if __name__ == "__main__":
    _rounds.start(main)
