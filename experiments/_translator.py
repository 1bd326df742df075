"""The large translator: twelve languages, one model, its weights in results/.

``python -m experiments._translator`` trains it in pieces. Each piece is kept as it
ends, in a folder that is given, and the same command goes on behind the last one.
German and Dutch, French and English are paired in no direction, as in the sweep
`many_languages`. Numbers of one length come together in a batch, so that less padding
is computed; so many different lengths are left that each need not be compiled anew.

At the end the weights are kept as numbers of 16 bits, if it writes the same with them.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from experiments._numbers import build, split
from experiments._strings import BATCH, LOSS
from experiments.many_languages import trained
from lstm_utils import setup
from lstm_utils.decoding import greedy_decode
from lstm_utils.experiments import save_weights
from lstm_utils.experiments.tables import FOLDERS
from lstm_utils.tasks import PADDING, number_pairs, number_vocabulary, shift_right
from lstm_utils.training import falling_adam

COST = "about 20 CPU-minutes"
LANGUAGES = ("de", "nl", "fr", "en", "it", "es", "hu", "tr", "da", "cy", "pl", "pt")
UNITS, RATE, SEED = 88, 0.01, 14
UPDATES, PIECE = 12_000, 500
STEPS = 12  # lengths are rounded up to so many
KEPT = FOLDERS[0] / "translator.npz"


def main(argv: list[str] | None = None) -> None:
    """Train what is missing, and keep the weights."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    folder = Path(tempfile.gettempdir(), "lstm-book-translator")
    parser.add_argument("--folder", type=Path, default=folder, help="of the pieces")
    parser.add_argument("--updates", type=int, default=UPDATES)
    parser.add_argument("--piece", type=int, default=PIECE)
    parser.add_argument("--kept", type=Path, default=KEPT)
    options = parser.parse_args(argv)
    setup(SEED)
    model = train(options.folder, options.updates, options.piece)
    keep(model, options.kept)


def make():
    """Return the model, not yet compiled."""
    n_tokens = len(number_vocabulary(LANGUAGES))
    return build(n_tokens, 2, UNITS, "additive", "forward", "matched")


def train(folder: Path, updates: int, piece: int):
    """Return the trained model, going on behind the last piece that was kept."""
    import keras

    keras.utils.set_random_seed(SEED)
    numbers = np.sort(np.concatenate([split()[part] for part in ("train", "val")]))
    source, targets = number_pairs(numbers, trained(LANGUAGES), languages=LANGUAGES)
    model = make()
    model.compile(falling_adam(RATE, updates), LOSS)
    model.optimizer.build(model.trainable_variables)
    folder.mkdir(parents=True, exist_ok=True)
    for done in range(0, updates, piece):
        path = folder / f"{done + piece:06}.weights.h5"
        if path.exists():
            model.load_weights(path)
            continue
        rows = batches(source, targets, piece, np.random.default_rng([SEED, done]))
        loss = model.fit(
            (cut(source[k], targets[k]) for k in rows),
            steps_per_epoch=piece,
            shuffle=False,
            verbose=0,
        ).history["loss"]
        half = path.with_name(f"half-{path.name}")
        model.save_weights(half)
        half.rename(path)
        print(f"{done + piece} of {updates} updates, loss {loss[0]:.4f}", flush=True)
    return model


def batches(source, targets, n: int, rng) -> Iterator[np.ndarray]:
    """Yield the rows of n batches, those of a batch of nearly one length."""
    lengths = np.stack([rounded(ids) for ids in (source, targets)])
    _, kind = np.unique(lengths, axis=1, return_inverse=True)
    kind = kind.ravel()
    while True:
        order = rng.permutation(len(kind))
        order = order[np.argsort(kind[order], kind="stable")]
        edges = np.flatnonzero(np.diff(kind[order])) + 1
        whole = [
            np.resize(group[start : start + BATCH], BATCH)
            for group in np.split(order, edges)
            for start in range(0, len(group), BATCH)
        ]
        for k in rng.permutation(len(whole)):
            if not n:
                return
            n -= 1
            yield whole[k]


def rounded(ids) -> np.ndarray:
    """Return the length of each row, rounded up."""
    return -(-(ids != PADDING).sum(axis=1) // STEPS) * STEPS


def cut(source, targets):
    """Return a batch cut at its longest row: what is read, what is to be written."""
    source, targets = (ids[:, : rounded(ids).max()] for ids in (source, targets))
    return (source, shift_right(targets)), targets


def keep(model, path: Path) -> None:
    """Keep the weights, if the model writes the same with 16 bits; say how well."""
    before = written(model)
    model.set_weights(
        [w.astype("float16").astype("float32") for w in model.get_weights()]
    )
    same = np.mean(
        [np.array_equal(a, b) for a, b in zip(before, written(model), strict=True)]
    )
    wrong = score(model)
    print(f"with 16 bits {same:.2%} of the directions are written alike")
    print(f"wrong, of numbers never seen: {wrong:.2%}")
    save_weights(model, path)


def written(model, n: int = 20) -> list[np.ndarray]:
    """Return what the model writes for the first n tested numbers, by direction."""
    numbers, found = split()["test"][:n], []
    for way in trained(LANGUAGES):
        source, targets = number_pairs(numbers, [way], languages=LANGUAGES)
        found.append(greedy_decode(model, source, targets.shape[1]))
    return found


def score(model, n: int = 20) -> float:
    """Return the share of the first n tested numbers that it gets wrong.

    The mean of all directions that it was trained on.
    """
    numbers, wrong = split()["test"][:n], []
    for way, ids in zip(trained(LANGUAGES), written(model, n), strict=True):
        _, targets = number_pairs(numbers, [way], languages=LANGUAGES)
        wrong.append((ids != targets).any(axis=1).mean())
    return float(np.mean(wrong))


if __name__ == "__main__":
    main()
