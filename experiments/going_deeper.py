"""Going deeper: stacks of 4, 12 and 30 layers, plain, with residuals, with norms.

Every stack has layers of 32 units and reads handwritten digits row by row, 400
batches of 32 by Adam with gradients clipped to norm 1, the rate falling to 0 along a
half cosine. An arm's rate is the best of a ladder on the validation data, over two
seeds that are not scored; the ladder is climbed until its best is not at an edge, or
ends. Then five fresh seeds are scored. At 30 layers a run is long: three seeds at the
rate of the same kind with 12 layers, and none to tune. Lower is better. Twelve
layers are confirmed on TensorFlow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import numpy as np

from experiments.arms import confirming_settings
from experiments.start import seeded
from lstm_utils.tasks import digit_rows

COST = "about 10 CPU-minutes"
METRICS = ("params", "val_score", "test_score", "worst_loss", "last_loss")
DEPTHS = (4, 12)
DEEPEST = 30
KINDS = {
    "plain": {},
    "residual": {"residual": True},
    "pre-norm": {"residual": True, "layer_norm": True},
}
LADDER = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)
FIRST_RATES = (0.003, 0.01, 0.03)
TUNING_SEEDS = (100, 101)
SCORED_SEEDS = (0, 1, 2, 3, 4)
DEEPEST_SEEDS = (0, 1, 2)
UPDATES, BATCH, BLOCKS = 400, 32, 10


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    arms = [{"depth": depth, "kind": kind} for depth in DEPTHS for kind in KINDS]
    if wanted := [setting for arm in arms for setting in climb(arm, rows)]:
        return wanted
    have = {(row["depth"], row["kind"], row["seed"]) for row in rows}
    deepest = [
        setting
        for kind in KINDS
        for setting in _settings(
            {"depth": DEEPEST, "kind": kind},
            [(rate_at(DEPTHS[-1], kind, rows), seed) for seed in DEEPEST_SEEDS],
        )
        if (DEEPEST, kind, setting["seed"]) not in have
    ]
    return deepest or [
        setting
        for kind in ("plain", "residual")
        for setting in confirming_settings({"depth": 12, "kind": kind}, rows)
    ]


def rate_at(depth, kind, rows) -> float:
    """Return the rate that was chosen for an arm."""
    return best_rate(r for r in rows if r["depth"] == depth and r["kind"] == kind)


def climb(arm: Mapping, rows: Iterable[Mapping]) -> list[dict]:
    """Return what an arm has still to run: first its rates, then its scored seeds."""
    mine = [row for row in rows if all(row[key] == arm[key] for key in arm)]
    have = {(row["lr"], row["seed"]): row for row in mine if row["backend"] == "jax"}
    rates = sorted({*FIRST_RATES, *(lr for lr, seed in have if seed in TUNING_SEEDS)})
    while True:
        tuning = [(lr, seed) for lr in rates for seed in TUNING_SEEDS]
        if missing := [key for key in tuning if key not in have]:
            return _settings(arm, missing)
        best = best_rate(mine)
        place = LADDER.index(best)
        if best == rates[0] and place > 0:
            rates = [LADDER[place - 1], *rates]
        elif best == rates[-1] and place < len(LADDER) - 1:
            rates = [*rates, LADDER[place + 1]]
        else:
            wanted = [(best, seed) for seed in SCORED_SEEDS]
            return _settings(arm, [key for key in wanted if key not in have])


def best_rate(rows: Iterable[Mapping]) -> float:
    """Return the rate with the best mean validation score over the tuning seeds."""
    scores: dict[float, list[float]] = {}
    for row in rows:
        if row["seed"] in TUNING_SEEDS:
            scores.setdefault(row["lr"], []).append(row["val_score"])
    return min(sorted(scores), key=lambda lr: np.nan_to_num(np.mean(scores[lr]), nan=9))


def _settings(arm, keys) -> list[dict]:
    return [{**arm, "lr": lr, "seed": seed, "backend": "jax"} for lr, seed in keys]


def run(depth, kind, lr, seed, backend) -> dict:
    """Train one stack and score it.

    Parameters
    ----------
    depth : int
        Number of layers.
    kind : str
        A key of `KINDS`.
    lr : float
        Highest learning rate.
    seed : int
        Seed of the initial weights and of the order of the data.
    backend : str
        The backend that Keras must be running on.

    Returns
    -------
    dict
        `METRICS`: the scores are shares of wrong answers, the losses means over a
        tenth of the updates, the largest of the ten and the last.
    """
    key = (depth, kind, backend == "tensorflow")
    rule = ("adam", 1.0, True)
    return train_and_score(lambda: stack(*key), rule, lr, seed, backend, key=key)


def stack(depth, kind, fused=False, **options):
    """Return a new stack of a kind; it is the same function, fused or not."""
    from lstm_utils.models import make_stack

    options |= {"n_features": 8, "n_outputs": 10, "fused": fused}
    return make_stack(depth, 32, **KINDS[kind], **options)


@seeded
def train_and_score(build, rule, lr, seed, backend, *, key=None, points=1000) -> dict:
    """Train what `build` returns on the digits and return `METRICS`.

    Parameters
    ----------
    build : callable
        Returns a new model.
    rule : tuple
        The optimiser, ``"adam"`` or ``"sgd"``; the norm to which gradients are
        clipped, or None; and whether the rate falls to 0.
    lr : float
        Learning rate at the start.
    seed : int
        Seed of the initial weights and of the order of the data.
    backend : str
        The backend that Keras must be running on.
    key : tuple, optional
        What `build` depends on. Compiling takes longer than training, so a model of
        the same key is used again with fresh weights; leave it out where dropout
        would go on with its old random numbers.
    points : int
        How many of the training pictures are used.
    """
    model = _fresh(build, rule, lr, key)
    x, y = (array[:points] for array in _digits("train"))
    losses = []
    for part in _order(len(x), seed).reshape(BLOCKS, -1):
        history = model.fit(
            x[part], y[part], batch_size=BATCH, shuffle=False, verbose=0
        )
        losses += history.history["loss"]
    scores = {
        f"{name}_score": _share_wrong(model, *_digits(part))
        for name, part in (("val", "validation"), ("test", "test"))
    }
    # A sum that is not a number counts as the worst.
    worst = max(losses, key=lambda value: np.nan_to_num(value, nan=np.inf))
    ends = {"worst_loss": worst, "last_loss": losses[-1]}
    return {"params": model.count_params(), **scores, **ends}


MADE: dict = {}


def _fresh(build, rule, lr, key):
    """Return a new model, in the body of an old one where it is already compiled."""
    import keras

    new = build()
    if (key, rule) in MADE:
        model = MADE[key, rule]
        model.set_weights(new.get_weights())
        for variable in model.optimizer.variables:
            variable.assign(np.zeros(variable.shape))
        model.optimizer.learning_rate = lr
        return model
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    new.compile(_optimiser(*rule, lr), loss=loss)
    if key is not None:
        MADE[key, rule] = new
    return new


def _optimiser(name, clip, falling, lr):
    import keras

    kind = {"adam": keras.optimizers.Adam, "sgd": keras.optimizers.SGD}[name]
    if not falling:
        return kind(lr, clipnorm=clip)

    class Falling(kind):
        """The same, its rate a variable that a compiled step does not contain."""

        def _get_current_learning_rate(self):
            done = keras.ops.cast(self.iterations, "float32") / UPDATES
            return self._learning_rate * 0.5 * (1 + keras.ops.cos(np.pi * done))

    return Falling(lr, clipnorm=clip)


def _order(n, seed) -> np.ndarray:
    rng = np.random.default_rng(seed)
    passes = -(-UPDATES * BATCH // n)
    order = [rng.permutation(n) for _ in range(passes)]
    return np.concatenate(order)[: UPDATES * BATCH]


@cache
def _digits(part):
    return digit_rows(part)


def _share_wrong(model, x, y) -> float:
    logits = model.predict(x, batch_size=500, verbose=0)
    return float(np.mean(logits.argmax(-1) != y))
