"""Time updates on number words, padded to the longest of all or sorted by length.

The model of the sweep number_words, on TensorFlow. Sorted by the length of the target,
source and target are cut where their batch ends.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks import _rounds
from experiments._numbers import build, split
from experiments._strings import LOSS
from experiments.length_batches import order_by
from lstm_utils.tasks import PADDING, number_pairs, number_vocabulary, shift_right
from lstm_utils.training import falling_adam

ARMS = {
    "all alike": "drawn",  # and no batch is cut
    "as drawn": "drawn",
    "by length": "by length",
}
YARDSTICK = "all alike"


def main(argv: list[str] | None = None) -> None:
    """Print the times and ratios; with ``--save`` keep them."""
    parser = _rounds.parser(__doc__)
    parser.add_argument("--batches", type=int, default=22)  # two passes
    options = parser.parse_args(argv)
    _rounds.prepare()
    print(
        f"{options.batches} updates, {options.rounds} rounds, {_rounds.cores()} cores"
    )
    cases = {"numbers": lambda: measure(options.rounds, options.batches)}
    _rounds.compare("number_batches", cases, YARDSTICK, options)


def measure(rounds: int, batches: int) -> list[dict]:
    """Return one row for each round of each arm."""
    pair = number_pairs(split()["train"], [("de", "fr")])
    arms = {arm: updates(arm, *pair, batches) for arm in ARMS}
    record = {"updates": batches, **_rounds.record()}
    return [row | record for row in _rounds.interleave(arms, rounds)]


def updates(arm, source, targets, batches: int) -> Callable[[_rounds.Clock], None]:
    """Return what trains a model of its own on batches made beforehand."""
    n_tokens = len(number_vocabulary(["de", "fr"]))
    model = build(n_tokens, 2, 64, "additive", "forward", "matched")
    model.compile(falling_adam(1e-3, 100_000), LOSS)
    read, written = ((ids != PADDING).sum(axis=1) for ids in (source, targets))
    made = []
    for rows in order_by(ARMS[arm], written, batches, np.random.default_rng(0)):
        x, y = source[rows], targets[rows]
        if arm != "all alike":
            x, y = x[:, : read[rows].max()], y[:, : written[rows].max()]
        made.append(([x, shift_right(y)], y))

    def train(clock: _rounds.Clock) -> None:
        clock.start()
        for x, y in made:
            model.train_on_batch(x, y)
        clock.stop()

    return train


if __name__ == "__main__":
    _rounds.start(main)
