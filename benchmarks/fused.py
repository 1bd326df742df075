"""Train a stack as one fused loop, as layer upon layer, and as PyTorch's nn.LSTM.

All arms are the same function with the same weights at the start, trained on the same
batches by the same optimizer; what is timed is one epoch.

In one loop a layer may be at one step while the layer below is at the next, so that two
cores have work at once: on a single core, or on a busy machine, little is won.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec

import numpy as np

from benchmarks import _rounds
from benchmarks._rounds import Clock
from lstm_utils.models import make_stack
from lstm_utils.tasks import running_sum

YARDSTICK = "stacked"
STEPS, UNITS, BATCH, RATE = 20, 64, 64, 1e-3
TOLERANCE = 1e-5


def main(argv: list[str] | None = None) -> None:
    """Print the times and ratios for each depth; with ``--save`` keep them."""
    parser = _rounds.parser(__doc__)
    parser.add_argument("--depths", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--sequences", type=int, default=32 * BATCH)
    options = parser.parse_args(argv)
    _rounds.prepare()
    if find_spec("torch") is None:
        print("Without PyTorch's nn.LSTM, which `pip install torch` adds.")
    print(
        f"An epoch of {options.sequences} sequences, {STEPS} steps, {UNITS} units, "
        f"batches of {BATCH}; {options.rounds} rounds, {_rounds.cores()} cores"
    )
    cases = {
        f"depth {depth}": partial(measure, depth, options.rounds, options.sequences)
        for depth in options.depths
    }
    _rounds.compare("fused", cases, YARDSTICK, options)


def measure(depth: int, rounds: int, sequences: int) -> list[dict]:
    """Return one row for each epoch timed, with all that decides how long it took."""
    arms = epochs(depth, sequences)
    timed = _rounds.interleave(arms, rounds)
    setting = {"depth": depth, "units": UNITS, "steps": STEPS, "batch": BATCH}
    record = {"sequences": sequences, **_rounds.record()}
    return [setting | row | record for row in timed]


def epochs(depth: int, sequences: int) -> dict[str, Callable[[Clock], None]]:
    """Return what trains each form for one epoch, after a check that they agree."""
    import keras

    x, y = running_sum(sequences, STEPS, seed=0)
    options = {"n_features": 1, "return_sequences": True}
    stacked = make_stack(depth, UNITS, **options)
    fused = make_stack(depth, UNITS, fused=True, **options)
    weights = stacked.get_weights()
    fused.set_weights(weights)
    expected = stacked.predict_on_batch(x[:BATCH])
    refuse_difference("fused", fused.predict_on_batch(x[:BATCH]), expected)
    arms = {}
    for name, model in {YARDSTICK: stacked, "fused": fused}.items():
        model.compile(keras.optimizers.Adam(RATE), "mse")
        arms[name] = _rounds.keras_epoch(model, x, y, batch_size=BATCH)
    if find_spec("torch") is not None:
        outputs, arms["nn.LSTM"] = torch_epoch(depth, weights, x, y)
        refuse_difference("nn.LSTM", outputs, expected)
    return arms


def refuse_difference(arm: str, outputs: np.ndarray, expected: np.ndarray) -> None:
    """Stop where two arms are not the same function."""
    furthest = np.abs(outputs - expected).max()
    if not furthest <= TOLERANCE:
        raise SystemExit(
            f"{arm} differs from {YARDSTICK} by {furthest:.1e} with the same weights, "
            f"expected at most {TOLERANCE:.0e}: what is timed would not be the same."
        )


def torch_epoch(depth: int, weights: list, x: np.ndarray, y: np.ndarray):
    """Return the first outputs of PyTorch's form, and what trains it for one epoch."""
    import torch

    lstm = torch.nn.LSTM(1, UNITS, depth, batch_first=True)
    head = torch.nn.Linear(UNITS, 1)
    with torch.no_grad():
        for layer in range(depth):
            kernel, recurrent, bias = weights[3 * layer : 3 * layer + 3]
            values = {"weight_ih": kernel.T, "weight_hh": recurrent.T}
            values |= {"bias_ih": bias, "bias_hh": np.zeros_like(bias)}
            for name, value in values.items():
                getattr(lstm, f"{name}_l{layer}").copy_(torch.tensor(value))
        head.weight.copy_(torch.tensor(weights[-2].T))
        head.bias.copy_(torch.tensor(weights[-1]))
        outputs = head(lstm(torch.tensor(x[:BATCH]))[0]).numpy()
    optimizer = torch.optim.Adam([*lstm.parameters(), *head.parameters()], RATE)
    pieces = torch.tensor(x).split(BATCH), torch.tensor(y).split(BATCH)
    batches = list(zip(*pieces, strict=True))

    def epoch(clock: Clock) -> None:
        clock.start()
        for inputs, targets in batches:
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(head(lstm(inputs)[0]), targets).backward()
            optimizer.step()
        clock.stop()

    return outputs, epoch


if __name__ == "__main__":
    _rounds.start(main)
