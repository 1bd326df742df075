"""Every public function refuses the same bad inputs, and names the argument."""

import ast
import importlib
import inspect
import itertools
import re
import sys
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import lstm_utils
from lstm_utils.diagnostics import GateTraces
from lstm_utils.tasks import date_vocabulary

BAD = {
    "None": None,
    "text": "text",
    "empty": [],
    "NaN": float("nan"),
    "bool": True,
    "negative": -1,
    "fraction": 2.5,
    "unequal": [[1.0, 2.0], [3.0]],
}
NUMBERS = itertools.count()


def of(value, *valid, **more):
    """Return a valid value of an argument, and all values that are bad for it."""
    return value, {k: bad for k, bad in BAD.items() if k not in valid} | more


def each(names, kind):
    return dict.fromkeys(names.split(), kind)


def array(*shape):
    value = np.linspace(0.1, 0.9, int(np.prod(shape))).reshape(shape)
    holes = {"inner NaN": np.full(shape, np.nan), "no rows": value[:0]}
    return of(value, **holes, rank=value[None])


def ids(rows):
    value = np.array(rows)
    return of(value, below=-value, fractions=value / 2, rank=value[None])


@cache
def stack():
    import keras

    inputs = keras.Input((5, 2))
    x = keras.layers.LSTM(3, return_sequences=True)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.LSTM(3)(x)))
    model.compile(loss="mse")
    return model


@cache
def writer():
    from lstm_utils.models import make_encoder_decoder

    return make_encoder_decoder(1, 4, 6, attention="dot", embedding=2)


@cache
def one_step():
    import keras

    return keras.Sequential([keras.Input((4, 1)), keras.layers.LSTM(1)])


def shops():
    from lstm_utils.tasks import shop_demand

    return shop_demand(2, 20, seed=0)


def optimizer():
    import keras

    return keras.optimizers.Adam()


def dated(n=30):
    values = np.sin(np.arange(float(n)))
    return pd.Series(values, pd.date_range("2026-01-01", periods=n))


def holes():
    """Return a valid dated column, and what is wrong with others."""
    line = dated()
    rows = {"doubled": line.iloc[[0, 1, 1, 2]], "disordered": line.iloc[[0, 2, 1]]}
    rows |= {"text inside": line.astype(object).where(line.index.day != 3, "n/a")}
    return of(line, array=line.to_numpy(), undated=line.reset_index(drop=True), **rows)


# A partial is made when it is needed: it takes Keras, or a new file.
FILE = of(partial(lambda: Path(f"{next(NUMBERS)}.csv")), "text")
WRITER, TRIPLE = {"model": of(partial(writer))}, array(1, 2, 3)
# A seed may be 0, a count may not; both are whole numbers.
SEED, FLAG, TEXT = of(0), of(False, "bool"), of("text", "text")
COUNT = of(3, zero=0)
NAMES, LINES = of(["a", "b"], "unequal"), of({"a": [2.0, 1.0]})
IDS = ids([[3, 4], [5, 0]])
WEIGHTS = [np.ones((2, 12)), np.ones((3, 12)), np.zeros(12)]
RUNS = {1: [1.0, 2.0], 2: [2.0, 3.0]}
AHEAD = {"past": array(2, 4, 1), "future": of(np.zeros((2, 4, 0)))}
ONE_HOT = {"x": of(np.eye(10)[[[0, 4]]]), "y": of(np.array([[4, 1]]), rank=np.ones(2))}

# What an argument of this name takes, whosever it is: a value, and what is bad for it.
KINDS = {
    **each("n n_features n_layers n_steps n_symbols units kinds layers digits", COUNT),
    **each("max_depth max_length window horizon stride shortest", COUNT),
    **each("width embedding updates batch_size", COUNT),
    **each("seed teacher sequence unit", SEED),
    **each("step within delay", of(4)),
    **each("steps longest", of(4, zero=0)),
    **each("residual layer_norm return_sequences fused end retry failed sharey", FLAG),
    **each("text xlabel ylabel label title right", TEXT),
    **each("dropout length_penalty temperature tolerance", of(0.5, "fraction")),
    **each("gain learning_rate test", of(0.25, "fraction")),
    **each("chance reference", of(0.5, "None", "negative", "fraction")),
    **each("n_outputs length feed_forward", of(4, "None", zero=0)),
    **each("source target_in targets", IDS),
    **each("samples features input_names", of(["a"], "None")),
    **each("weights scores", TRIPLE),
    **each("curves groups", LINES),
    **each("lags season origins", COUNT),
    **each("trend unknown forecasts alike", FLAG),
    "errors": array(4),
    "forecasters": of(
        {"a": lambda past: lambda series: series.shift(1)}, inner={"a": 1}
    ),
    "freq": of("D", "None"),
    "past": holes(),
    "target": of(None, "None"),
    "alignment": of(np.eye(3, dtype=bool)[None, :2], rank=np.eye(3, dtype=bool)),
    "answers": of({"a": (np.ones((1, 2, 1)), np.ones((1, 2, 1)))}),
    "attention": of("dot", "None"),
    "ax": of(None, "None"),
    "baseline": of(("b", 1.0), "None"),
    "budget": of(500, zero=0),
    "change": of(lambda now: now + 1, "None"),
    "colour": of("black", "None"),
    "columns": NAMES,
    "delay": of(1),
    "draw": of("bars"),
    "function": of(lambda seed: {"score": seed**2}),
    "grid": of([{"seed": 1}, {"seed": 2}], inner=["seed"]),
    "handover": of("top"),
    "ids": of([[3]], "empty"),
    "initial_state": of((np.ones((4, 3)), np.ones((4, 3))), "None"),
    "keys": of(["seed"], inner=[1]),
    "lift": of("same"),
    "levels": of([[("a", -0.1, True)]]),
    "log": of("x"),
    "loss": of("mse", "text"),
    "maps": of({"a": np.ones((2, 3))}),
    "mask": of(np.array([[True, True, False]]), rank=np.ones(3, bool)),
    "metrics": of(["score"], inner=[1]),
    "minus": of([1.0, 2.0, 3.0, 5.0], "None"),
    "model": of(partial(stack)),
    "n_heads": of(2),
    "n_jobs": of(1, "None", "negative"),
    "n_tokens": of(6),
    "name": of("stack"),
    "names": of("legend"),
    "optimizer": of(partial(optimizer)),
    "panels": of({"a": {"b": RUNS}}, inner={"a": {"b": {1: [1.0]}}}),
    "part": of("test"),
    "path": FILE,
    "picked": of(None, "None", "bool", "negative", "empty"),
    "response": array(2, 4),
    "rows": of([{"seed": 2, "score": 4.0}], inner=["seed"], lacking=[{"seed": 2}]),
    "series": of(np.arange(20.0), rank=np.ones((2, 2, 2))),
    "symbols": of("abc", "text"),
    "table": of("deep_or_wide.csv"),
    "texts": of(["a"]),
    "trace": of(GateTraces("lstm", *np.full((6, 1, 5, 1), 0.5))),
    "validation": of(2),
    "values": array(4),
    "weights_per_layer": of([WEIGHTS], inner=[None]),
    "x": array(4, 5, 2),
    "y": array(4, 1),
}
# Where a function means another thing by it.
OWN = {
    "check_no_leak": {
        "function": of(lambda table: table.shift(1)),
        "at": of("2026-01-10", early="2020-01-01"),
        "table": of(dated(), array=dated().to_numpy()),
    },
    "best_demand": {"shops": of(partial(shops))},
    "dated_windows": {"table": holes()},
    "feed_back": {"model": of(partial(one_step)), **AHEAD},
    "load_dated": {"name": of("elnino")},
    "make_forecaster": {"form": of("direct"), "n_known": of(2)},
    "one_step_inputs": AHEAD,
    "pinball": {"levels": of([0.5], zero=[0.0], one=[1])},
    "shop_demand": {"steps": COUNT},
    "windows_ahead": {
        "table": of(dated().to_frame("a"), **holes()[1]),
        "target": of("a"),
        "known": of((), "empty"),
    },
    "load_series": {"name": of("ar2")},
    "plot_forecast": {
        "series": of(dated(), array=dated().to_numpy()),
        "forecasts": of({"a": dated()}, inner={"a": [1.0]}),
    },
    "regular_dates": {"table": holes()},
    "walk_forward": {"series": holes(), "steps": COUNT},
    "attention_weights": WRITER,
    "beam_search": WRITER,
    "date_alignment": {"source": ids(date_vocabulary().encode(["3 Mar 1987"]))},
    "draw_tensor": {"x": array(1, 2, 1), "steps": of(["a", "b"], "None", "unequal")},
    "dyck_bits": ONE_HOT,
    "greedy_decode": WRITER,
    "make_transformer": {"width": of(4)},
    "numpy_lstm": {"weights": of(WEIGHTS, inner=[np.nan * w for w in WEIGHTS])},
    "phrase_bits": ONE_HOT,
    "plot_alignment": {
        "weights": array(2, 2),
        "rows": NAMES,
        "right": of(np.eye(2, dtype=bool), "None"),
    },
    "plot_answers": {"x": array(1, 2, 1)},
    "plot_gates": {"x": array(1, 5, 1)},
    "plot_rates": {"scores": of({1: RUNS}, inner={1: RUNS, 2: {1: RUNS[1]}})},
    "sample_decode": WRITER,
}
RECORDS = {
    "DatedWindows",
    "GateTraces",
    "Interval",
    "SeriesFacts",
}  # they hold whatever they are given
WHOLE_PROCESS = {"setup", "use_book_style"}  # what they set would outlast the test
LOAD_KERAS = ("checks", "decoding", "diagnostics", "layers", "models", "training")


def public():
    """Return each public function, class and method with the module that defines it."""
    found, homes = set(), {}
    root = Path(lstm_utils.__file__).parent
    for path in sorted(root.rglob("*.py")):
        parts = ("lstm_utils", *path.relative_to(root).with_suffix("").parts)
        module = ".".join(parts).removesuffix(".__init__")
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets) == "__all__":
                found |= {*ast.literal_eval(node.value)}
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                homes[node.name] = module
            if isinstance(node, ast.ClassDef) and not node.bases:  # else it is Keras'
                for part in node.body:
                    if isinstance(part, ast.FunctionDef) and part.name[0] != "_":
                        homes[f"{node.name}.{part.name}"] = module
    return {k: homes[k] for k in sorted(homes) if k.split(".")[0] in found - RECORDS}


PUBLIC = public()


def find(name):
    """Return a public function, or a method of a valid object, and what it takes."""
    first, _, method = name.partition(".")
    function = getattr(importlib.import_module(PUBLIC[first]), first)
    if method:
        function = getattr(function(**valid(find(first)[1])), method)
    kinds = KINDS | OWN.get(name, {})
    parameters = inspect.signature(function).parameters.values()
    taken = [p.name for p in parameters if p.kind is not p.VAR_KEYWORD]
    assert {*taken} <= kinds.keys(), "say in KINDS what such an argument is"
    return function, {argument: kinds[argument] for argument in taken}


def valid(taken):
    return {argument: value for argument, (value, _) in taken.items()}


def call(function, arguments):
    made = {k: v() if isinstance(v, partial) else v for k, v in arguments.items()}
    try:
        return function(**made)
    finally:
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")


def names(function, argument, arguments):
    """Tell whether a function refuses its arguments and names the one."""
    try:
        call(function, arguments)
    except (TypeError, ValueError, FileNotFoundError) as error:
        return re.search(rf"(?<!\w){argument}(?!\w)", str(error)) is not None
    except Exception:  # noqa: BLE001
        return False
    return False


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(k, marks=[pytest.mark.slow] * (home.split(".")[1] in LOAD_KERAS))
        for k, home in PUBLIC.items()
    ],
)
def test_bad_input_is_refused_by_name(name, tmp_path, monkeypatch, record_property):
    monkeypatch.chdir(tmp_path)
    function, taken = find(name)
    if name not in WHOLE_PROCESS:
        call(function, valid(taken))
    kept = {}
    for argument, (_, bad) in taken.items():
        for label, value in bad.items():
            if not names(function, argument, valid(taken) | {argument: value}):
                kept.setdefault(argument, []).append(label)
    calls = sum(len(bad) for _, bad in taken.values())
    print(f"{name}: {calls} calls with a bad argument")  # shown by `pytest -rP`
    record_property("calls", calls)
    assert not kept, "what is bad and not refused by name"


@pytest.mark.parametrize("dtype", ["object", "str", "datetime64[s]"])
def test_a_column_that_holds_no_numbers_is_named(dtype):
    frame = pd.DataFrame({"lr": [0.1, 0.2], "bad": pd.Series([1, 2]).astype(dtype)})
    message = (
        r"(?s)series must hold real numbers, but column 'bad' .*`\.astype\(float\)`"
    )
    for given in (frame, frame["bad"]):
        if given is frame or given.to_numpy().dtype.kind == "O":
            with pytest.raises(TypeError, match=message):
                lstm_utils.sliding_windows(given, 1, horizon=1)


def test_columns_of_several_kinds_of_numbers_are_numbers():
    kinds = {"lr": float, "fused": bool, "depth": "int8", "n": "Int64", "b": "boolean"}
    frame = pd.DataFrame({k: pd.Series([0, 1, 1]).astype(v) for k, v in kinds.items()})
    windows, _ = lstm_utils.sliding_windows(frame, 2, horizon=1)
    np.testing.assert_array_equal(windows, [np.repeat([[0.0], [1.0]], 5, axis=1)])
    frame.loc[1, "n"] = pd.NA
    for given in (frame, frame["n"]):
        with pytest.raises(ValueError, match="series holds NaN"):
            lstm_utils.sliding_windows(given, 2, horizon=1)


def test_nothing_is_said_of_what_is_not_there():
    assert OWN.keys() <= PUBLIC.keys()
