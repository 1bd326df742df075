"""How the sweeps of chapter 08 train on handwritten digits, read row by row.

400 batches of 32. Rates are chosen as `RULE` says.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from experiments import _stacks
from experiments._arms import Rule
from experiments._start import seeded
from lstm_utils.training import falling_adam, order_of

CHAPTER = "08-going-deeper"
METRICS = ("params", "val_score", "test_score", "worst_loss", "last_loss")
KINDS = {
    "plain": {},
    "residual": {"residual": True},
    "pre-norm": {"residual": True, "layer_norm": True},
    "norm": {"layer_norm": True},
}
RULE = Rule(grid=(0.0003, 0.001, 0.003, 0.01, 0.03, 0.1))
UPDATES, BATCH, BLOCKS = 400, 32, 10


def stack(depth: int, kind: str, backend: str):
    """Return a new stack of a kind, all layers with 32 units."""
    return _stacks.build("digits", [32] * depth, backend, **KINDS[kind])


@seeded
def train_and_score(
    *, build: Callable, lr, seed, backend, optimiser=None, points=1000
) -> dict[str, float]:
    """Train what `build` returns on so many digits, and return `METRICS`.

    `optimiser` makes an optimiser from the learning rate, where it is not that of
    `train`. The scores are shares of wrong answers, the losses means over a tenth of
    the updates, the largest of the ten and the last.
    """
    model, data = build(), _stacks.digits()
    x, y = (array[:points] for array in data["train"])
    rule = optimiser(lr) if optimiser else falling_adam(lr, UPDATES)
    model.compile(rule, _stacks.loss_for(y))
    order = [*order_of(len(x), UPDATES, BATCH, np.random.default_rng(seed))]
    losses = []
    for rows in np.reshape(order, (BLOCKS, -1)):
        block = model.fit(x[rows], y[rows], batch_size=BATCH, shuffle=False, verbose=0)
        losses += block.history["loss"]
    found = _stacks.scored(model, data, partial(_stacks.score, "digits"))
    # A sum that is not a number counts as the worst.
    worst = max(losses, key=lambda value: np.nan_to_num(value, nan=np.inf))
    return {**found, "worst_loss": worst, "last_loss": losses[-1]}
