"""Write with an encoder-decoder step by step, or by reading everything anew.

The same model writes the same ids both ways; inside another model it is not recognised
as one that can go on from its states. None of its answers ends early, so that each has
as many tokens as it may have.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np

from benchmarks import _rounds
from lstm_utils import setup
from lstm_utils.decoding import beam_search, greedy_decode
from lstm_utils.models import make_encoder_decoder

YARDSTICK = "step by step"
N_LAYERS, UNITS, N_TOKENS, BATCH, SOURCE_STEPS, WIDTH = 2, 64, 30, 64, 20, 5


def main(argv: list[str] | None = None) -> None:
    """Print the times and ratios for each length; with ``--save`` keep them."""
    parser = _rounds.parser(__doc__)
    parser.add_argument("--lengths", type=int, nargs="+", default=[10, 20, 40, 80, 160])
    options = parser.parse_args(argv)
    os.environ["KERAS_BACKEND"] = "tensorflow"
    setup(seed=0)
    _rounds.warn_if_busy()
    print(
        f"{BATCH} sources of {SOURCE_STEPS} tokens, {N_LAYERS} layers of {UNITS}; "
        f"{options.rounds} rounds, {_rounds.cores()} cores"
    )
    model, source = writer()
    table = []
    for length in options.lengths:
        rows = measure(model, source, length, options.rounds)
        _rounds.print_table(rows, YARDSTICK, f"{length} tokens")
        table += rows
    if options.save:
        _rounds.save_table(table, options.results / "bench_decoding.csv")


def writer():
    """Return a model that never ends an answer, and what it is to read."""
    model = make_encoder_decoder(N_LAYERS, UNITS, N_TOKENS)
    bias = np.zeros(N_TOKENS)
    bias[2] = -50.0  # the end
    model.get_layer("head").bias.assign(bias)
    rng = np.random.default_rng(0)
    return model, rng.integers(3, N_TOKENS, size=(BATCH, SOURCE_STEPS))


def measure(model, source, length: int, rounds: int) -> list[dict]:
    """Return one row for each time that one arm wrote answers of a length."""
    arms = ways(model, source, length)
    setting = {"tokens": length, "depth": N_LAYERS, "units": UNITS, "batch": BATCH}
    record = _rounds.record()
    return [setting | row | record for row in _rounds.interleave(arms, rounds)]


def ways(model, source, length: int) -> dict[str, Callable[[_rounds.Clock], None]]:
    """Return what writes in each way, after a check that the first two agree."""
    import keras

    inside_another = keras.Model(model.inputs, model(model.inputs))
    own, theirs = (greedy_decode(m, source, length) for m in (model, inside_another))
    if (own != theirs).any() or not own.all():
        raise SystemExit(
            "Step by step and anew did not write the same ids, all of them tokens: "
            "what is timed would not be the same."
        )

    def timed(write, *arguments):
        def run(clock):
            clock.start()
            write(*arguments)
            clock.stop()

        return run

    return {
        YARDSTICK: timed(greedy_decode, model, source, length),
        "anew": timed(greedy_decode, inside_another, source, length),
        "beam of 5": timed(beam_search, model, source, WIDTH, length),
    }


if __name__ == "__main__":
    _rounds.start(main)
