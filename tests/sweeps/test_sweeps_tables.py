"""The committed tables: complete, fairly tuned, read by the chapters that they say."""

import importlib
import random

import numpy as np
import pytest

from book_tools.chapters import ROOT, code_cells, read_notebook
from experiments import time_scales
from experiments._attention import MODELS
from experiments.attention_by_length import LENGTHS
from lstm_utils.experiments import read_table

NAMES = sorted(path.stem for path in (ROOT / "experiments").glob("[!_]*.py"))
SWEEPS = {name: importlib.import_module(f"experiments.{name}") for name in NAMES}
# How many seeds are scored at the chosen rate, and by how many it is chosen.
TEN = {"hand_over": 2, "scheduled_sampling": 5, "source_reversal": 2, "writing": 5}
TUNED = [name for name in NAMES if name not in {"rate_by_depth", "time_scales"}]
CONFIRMED = (
    *("attention_by_length", "attention_on_dates", "deep_or_wide", "dropout_places"),
    *("going_deeper", "rate_by_depth", "source_reversal"),
)


def keys_of(name):
    return list(SWEEPS[name].settings([])[0])


def arms_of(name, table):
    """Return the rows of each arm, by its setting without rate and seed."""
    keys = [key for key in keys_of(name) if key not in {"lr", "seed"}]
    return table.groupby(keys)


@pytest.mark.parametrize("name", NAMES)
def test_the_chapter_of_a_sweep_reads_its_table(name):
    path = ROOT / "chapters" / f"{SWEEPS[name].CHAPTER}.ipynb"
    code = "\n".join(cell.source for cell in code_cells(read_notebook(path)))
    assert f'"{name}.csv"' in code


def test_every_table_comes_from_a_sweep_or_a_benchmark():
    benchmarks = (ROOT / "benchmarks").glob("[!_]*.py")
    known = {*NAMES, *(f"bench_{path.stem}" for path in benchmarks)}
    tables = {path.stem for path in (ROOT / "experiments" / "results").glob("*.csv")}
    assert tables - known == set()
    assert {*NAMES} - tables == set()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_a_sweep_is_missing(name):
    sweep, table = SWEEPS[name], read_table(f"{name}.csv")
    everything = read_table(f"{name}.csv", failed=True)
    assert sweep.settings(everything.to_dict("records")) == []
    assert len(everything) == len(table), "some runs failed"
    assert not table.duplicated(keys_of(name)).any()
    columns = [*keys_of(name), *sweep.METRICS, "seconds", "versions"]
    assert list(table.columns) == columns


@pytest.mark.parametrize("name", NAMES)
def test_a_killed_sweep_asks_for_what_it_lacks_and_nothing_else(name):
    keys, rows = keys_of(name), read_table(f"{name}.csv").to_dict("records")
    whole = {tuple(row[key] for key in keys): row for row in rows}
    cuts = 3 if len(rows) < 500 else 1
    for cut in random.Random(name).sample(range(len(rows)), cuts):
        table = rows[:cut]
        while wanted := SWEEPS[name].settings(table):
            asked = [tuple(setting.values()) for setting in wanted]
            assert len({*asked}) == len(asked)
            table = table + [whole[key] for key in asked]
        # hand_over once looked at rates that it would not look at now.
        assert len(table) >= 0.98 * len(rows)


@pytest.mark.parametrize("name", TUNED)
def test_an_arm_is_scored_on_fresh_seeds_at_the_best_rate_inside_its_grid(name):
    for arm, rows in arms_of(name, read_table(f"{name}.csv")):
        scored, looks = rows[rows["seed"] < 100], rows[rows["seed"] >= 100]
        if looks.empty:
            continue  # confirmed, or thirty layers deep: see below
        assert sorted(scored["seed"]) == [*range(10 if name in TEN else 5)], arm
        means = looks.groupby("lr")["val_score"].mean().sort_index()
        assert {*scored["lr"]} == {means.idxmin()}, arm
        assert means.index[0] < means.idxmin() < means.index[-1], arm
        assert (looks.groupby("lr")["seed"].nunique() == TEN.get(name, 2)).all(), arm


@pytest.mark.parametrize("name", CONFIRMED)
def test_tensorflow_repeats_five_seeds_at_the_rate_found_on_jax(name):
    table = read_table(f"{name}.csv").query("seed < 100")
    keys = [key for key in keys_of(name) if key not in {"lr", "seed", "backend"}]
    keys += ["lr"] if name == "rate_by_depth" else []
    by_backend = dict(list(table.groupby("backend")))
    first = dict(list(by_backend["jax"].groupby(keys)))
    for arm, rows in by_backend["tensorflow"].groupby(keys):
        assert sorted(rows["seed"]) == [0, 1, 2, 3, 4], arm
        assert {*rows["lr"]} == {*first[arm]["lr"]}, arm


@pytest.mark.parametrize("name", ["dropout_places", "going_deeper", "rate_by_depth"])
def test_tensorflow_confirms_what_jax_found_of_depth(name):
    table = read_table(f"{name}.csv").query("seed < 5")
    keys = [key for key in keys_of(name) if key not in {"seed", "backend"}]
    means = table.groupby([*keys, "backend"])["test_score"].mean().unstack().dropna()
    assert len(means) == 2
    assert (abs(means["jax"] - means["tensorflow"]) < 0.1).all()


@pytest.mark.parametrize("name", ["attention_by_length", "attention_on_dates"])
def test_tensorflow_confirms_the_order_of_the_models(name):
    confirmed = read_table(f"{name}.csv").query("backend == 'tensorflow'")
    if name == "attention_by_length":
        confirmed = confirmed[confirmed["lengths"] == "10-20"]
    means = confirmed.groupby("model")["test_score"].mean()
    assert means["none"] > 0.5
    assert all(means[model] < 0.4 * means["none"] for model in MODELS[1:])


def test_thirty_layers_have_three_seeds_at_the_rates_of_twelve():
    table = read_table("going_deeper.csv")
    scored = table[(table["seed"] < 100) & (table["backend"] == "jax")]
    rates = scored.groupby(["depth", "kind"])["lr"].unique().unstack()
    assert (rates.loc[30] == rates.loc[12]).all()
    for _, rows in scored[scored["depth"] == 30].groupby("kind"):
        assert sorted(rows["seed"]) == [0, 1, 2]


def test_each_cell_of_rate_by_depth_holds_the_same_five_seeds():
    for cell, rows in read_table("rate_by_depth.csv").groupby(
        ["depth", "optimiser", "clipping", "lr", "backend"]
    ):
        assert sorted(rows["seed"]) == [0, 1, 2, 3, 4], cell


@pytest.mark.parametrize(
    ("name", "compared"),
    [
        ("attention_by_length", ["task", "lengths", "depth", "updates"]),
        ("attention_on_dates", ["updates"]),
        ("deep_or_wide", ["task", "updates", "points"]),
        ("hand_over", ["task", "depth"]),
        ("points_and_depth", ["task", "points"]),
        ("second_lstm", ["task"]),
        ("source_reversal", ["task"]),
        ("width_profiles", ["task"]),
    ],
)
def test_what_is_compared_has_equal_parameters(name, compared):
    exactly = name in {"hand_over", "source_reversal"}
    for case, rows in read_table(f"{name}.csv").groupby(compared):
        ratio = rows["params"].max() / rows["params"].min()
        assert ratio == 1 if exactly else ratio < 1.02, case


@pytest.mark.parametrize("name", ["attention_by_length", "attention_on_dates"])
def test_all_models_are_in_each_comparison_of_attention(name):
    cases = [k for k in ("task", "lengths", "depth", "updates") if k in keys_of(name)]
    table = read_table(f"{name}.csv")
    for _, rows in table.groupby(cases):
        # One was trained longer, to see whether time alone mends what attention does.
        longer = (rows["updates"] == table["updates"].max()).all()
        assert {*rows["model"]} == ({"none"} if longer else {*MODELS})


def test_no_score_is_better_than_the_best_possible():
    # Sampling lets a forecast beat the source on its test data by a hair.
    assert read_table("deep_or_wide.csv")["test_score"].min() > -1e-3


def test_shares_are_shares():
    table = read_table("attention_by_length.csv")
    shares = [f"err_{n}" for n in LENGTHS]
    shares += ["aligned", "near", "aligned_20", "near_20", "test_score", "token_error"]
    assert table[shares].min(axis=None) >= 0
    assert table[shares].max(axis=None) <= 1
    assert (table["near"] >= table["aligned"]).all()
    without = table["model"] == "none"
    assert (table.loc[without, ["aligned", "near_20"]] == 0).all(axis=None)
    assert (table.loc[~without, "aligned"] > 0).all()


def test_shares_of_writing_are_shares_of_150_sentences():
    table, sweep = read_table("writing.csv"), SWEEPS["writing"]
    names = [f"{name}_{t}" for name in ("accepted", "different") for t in (0.1, 2.0)]
    counts = table[names] * sweep.WRITTEN
    np.testing.assert_allclose(counts, counts.round(), atol=1e-6)
    assert counts.min(axis=None) >= 0
    assert counts.max(axis=None) <= 150


@pytest.fixture(scope="module")
def scales():
    return read_table("time_scales.csv")


@pytest.fixture(scope="module")
def scored_scales(scales):
    return scales[(scales["seed"] < 100) & (scales["backend"] == "jax")]


def test_every_task_has_five_seeds_at_the_better_rate(scales, scored_scales):
    longer = time_scales.LONGER[:2]
    wanted = {*((task, time_scales.UPDATES) for task in time_scales.RATES), longer}
    groups = dict(list(scored_scales.groupby(["task", "updates"])))
    assert groups.keys() == wanted
    looks = dict(list(scales[scales["seed"] >= 100].groupby("task")))
    for (task, _), rows in groups.items():
        assert sorted(rows["seed"]) == [0, 1, 2, 3, 4]
        assert rows["lr"].nunique() == 1
        if task in looks:
            means = looks[task].groupby("lr")["test_score"].mean()
            assert (rows["lr"] == means.idxmin()).all(), task


def test_a_seed_starts_from_the_same_stack_whatever_it_is_taught(scored_scales):
    """Tasks with the same inputs share their untrained stacks to the last digit."""
    names = [name for name in time_scales.METRICS if "_untrained_" in name]
    for tasks, n in ((["now", "echo", "sum"], 3), ([time_scales.LONGER[0]], 2)):
        same_inputs = scored_scales[scored_scales["task"].isin(tasks)]
        for _, rows in same_inputs.groupby("seed"):
            assert len(rows) == n
            assert (rows[names].nunique() == 1).all()


def test_every_run_has_learned_its_task(scored_scales):
    worst = 0.5 * scored_scales["constant_score"]
    assert (scored_scales["test_score"] < worst).all()


def test_measures_are_possible(scales):
    lives, areas, probes = (
        scales[[name for name in time_scales.METRICS if name.startswith(start)]]
        for start in ("half_life", "area", "probe")
    )
    inside = lives.to_numpy()[np.isfinite(lives.to_numpy())]
    assert not lives.isna().any(axis=None)
    assert inside.min() >= 1
    assert inside.max() < 80
    assert areas.min(axis=None) >= 1
    assert areas.max(axis=None) <= 80
    assert probes.max(axis=None) <= 1
