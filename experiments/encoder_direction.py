"""A bidirectional encoder, for the guess why copying goes further than reversing.

With attention, LSTMs trained on 4 to 10 letters copy 12 better than they reverse 12.
The guess is that a key holds its letter and those before it, and that reversing needs
those behind it. A bidirectional encoder holds both. So with one, reversing should go
as far as copying does without, and copying should lose nothing. (That both go equally
far with one is a control: whoever exchanges its halves turns one task into the other.)
All models have the same number of parameters within 2 %.

A second guess is that the place is found by the letters around it. Strings of two of
the eight symbols only, of 10 letters and of 12, have places whose neighbours are alike.
But a look at a wrong place gives the right one of two symbols more often than of eight,
so these columns (`few_10` to `few_20`) decide nothing, and the chapter leaves them out.
"""

from __future__ import annotations

from experiments import _attention, _strings
from experiments._arms import USUAL, next_settings
from experiments._attention import CHAPTER
from experiments._start import seeded
from experiments.attention_by_length import N_TEST, N_TOKENS, right_places
from lstm_utils.models import make_encoder_decoder

__all__ = ["CHAPTER", "COST", "METRICS", "run", "settings"]

COST = "about 45 CPU-minutes"
TASKS = ("reverse", "copy")
# Units of the decoder and width of the embeddings, so that the parameters agree; an
# encoder of two directions has half as many units in each.
SIZES = {
    "forward": {"none": (52, 16), "dot": (52, 15), "additive": (47, 16)},
    "both": {"none": (58, 17), "dot": (58, 16), "additive": (52, 15)},
}
LENGTHS = (10, 12, 15, 20)
METRICS = (
    *_strings.METRICS,
    *(f"err_{length}" for length in LENGTHS),
    *(f"few_{length}" for length in LENGTHS),
    *(f"aligned_{length}" for length in LENGTHS),
)
UPDATES = 800


def settings(rows: list[dict]) -> list[dict]:
    """Return the next runs, given the table so far; none when it is complete."""
    stages = [
        [
            {"task": task, "encoder": encoder, "model": model, "units": units}
            | {"updates": UPDATES}
            for encoder, sizes in SIZES.items()
            for model, (units, _) in sizes.items()
        ]
        for task in TASKS
    ]
    return next_settings(stages, rows, USUAL._replace(seeds=range(10)))


@seeded
def run(task, encoder, model, units, updates, lr, seed, backend) -> dict:
    """Train one model on strings of 4 to 10 of 8 letters, and score it at each length.

    ``err_12`` is the share of strings of 12 letters not written exactly right,
    ``few_12`` that of strings of 12 letters drawn from two symbols, and ``aligned_12``
    the share of letters written while the largest weight lies on the right one, 0
    without attention.
    """
    generate = _strings.GENERATORS[task]
    data = _strings.parts(
        lambda n, seed: generate(n, 4, 10, seed=seed), updates, seed=seed
    )
    tests = {
        (name, n): generate(N_TEST, n, n, n_symbols=symbols, seed=1_002)
        for name, symbols in (("err", 8), ("few", 2))
        for n in LENGTHS
    }
    pair = data["train"]
    for length in (("err", 10), ("few", 10)):
        pair = _strings.without(pair, tests[length][0])
    built = build(encoder, model)
    _strings.fit(built, pair, updates=updates, lr=lr, seed=seed)
    found = _strings.row(built, data["val"], data["test"])
    for (name, n), test in tests.items():
        found[f"{name}_{n}"] = _strings.scores(built, test)["string_error"]
    for n in LENGTHS:
        test = tests["err", n]
        right = right_places(task, *test)
        found[f"aligned_{n}"] = _attention.alignment(built, test, right)[0]
    return found


def build(encoder: str, model: str):
    """Return an encoder-decoder of one layer a side, not yet compiled."""
    units, embedding = SIZES[encoder][model]
    attention = None if model == "none" else model
    form = {"attention": attention, "embedding": embedding}
    forward = make_encoder_decoder(1, units, N_TOKENS, **form)
    return forward if encoder == "forward" else two_directions(forward, units)


def two_directions(forward, units: int):
    """Return the model with encoders that read both ways, half as wide each way."""
    import keras

    def replace(layer, *args, **kwargs):
        if not layer.name.startswith("encoder_"):
            return layer(*args, **kwargs)
        half = keras.layers.LSTM(
            units // 2,
            return_sequences=layer.return_sequences,
            return_state=True,
            name="encoder",
        )
        both = keras.layers.Bidirectional(half, name=layer.name)
        encoded, h_on, c_on, h_back, c_back = both(*args, **kwargs)
        join, number = keras.layers.Concatenate, layer.name.removeprefix("encoder_")
        h = join(name=f"handed_h_{number}")([h_on, h_back])
        return encoded, h, join(name=f"handed_c_{number}")([c_on, c_back])

    return keras.models.clone_model(forward, call_function=replace)
