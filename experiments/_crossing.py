"""The model whose map chapter 14 shows: it is handed nothing, so it has to look.

``python -m experiments._crossing`` trains it on the numbers of the page, German into
French, and keeps its weights in results/ as numbers of 16 bits.
"""

from __future__ import annotations

import numpy as np

from experiments import _attention, _strings
from experiments._numbers import build
from lstm_utils import setup
from lstm_utils.experiments import load_weights, save_weights
from lstm_utils.experiments.tables import FOLDERS
from lstm_utils.tasks import number_alignment, number_pairs, number_vocabulary

PAIR = [("de", "fr")]
UPDATES, RATE, SEED = 1500, 0.02, 14
KEPT = FOLDERS[0] / "crossing.npz"


def main() -> None:
    """Train, keep the weights, and say how good they are."""
    setup(SEED)
    seen, unseen = numbers()
    model, pair = make(), number_pairs(unseen, PAIR)
    rule = {"updates": UPDATES, "lr": RATE, "seed": SEED}
    _strings.fit(model, number_pairs(seen, PAIR), **rule)
    save_weights(model, KEPT)
    load_weights(model, KEPT)
    right = number_alignment(unseen, PAIR, first_only=True)
    aligned = _attention.alignment(model, pair, right)
    wrong = _strings.scores(model, pair)["string_error"]
    print(
        f"wrong {wrong:.3f}, looks right {aligned[0]:.3f}, or beside {aligned[1]:.3f}"
    )


def make():
    """Return the model, not yet compiled."""
    n_tokens = len(number_vocabulary(PAIR[0]))
    return build(n_tokens, 2, 64, "additive", "forward", "none")


def numbers() -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers that the page trains on, and those that it tests."""
    order = np.random.default_rng(14).permutation(1000)
    others = order[order // 10 % 10 != 7]
    return others[200:], others[:200]


if __name__ == "__main__":
    main()
