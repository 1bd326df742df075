"""The committed tables: complete, fairly tuned, read by the chapters that they say."""

import importlib
import random
from functools import cache
from itertools import product

import numpy as np
import pytest

from book_tools.chapters import ROOT, code_cells, read_notebook
from experiments import deep_or_wide, matched_teachers, time_scales
from experiments._arms import USUAL
from experiments._attention import MODELS
from experiments.attention_by_length import LENGTHS
from lstm_utils.experiments import read_table

NAMES = sorted(path.stem for path in (ROOT / "experiments").glob("[!_]*.py"))
SWEEPS = {name: importlib.import_module(f"experiments.{name}") for name in NAMES}
# How many seeds are scored at the chosen rate, and by how many it is chosen.
TEN = dict.fromkeys(
    (
        *("adam_epsilon", "encoder_direction", "hand_over", "length_batches"),
        *("points_and_depth", "second_lstm", "source_reversal"),
    ),
    2,
)
TEN |= {"recall_by_delay": 5, "scheduled_sampling": 5, "writing": 5}
OTHERS = {  # tuned in another way
    *("many_steps_rivals", "next_value", "rate_by_depth", "time_scales"),
}
TUNED = [name for name in NAMES if name not in OTHERS]
CONFIRMED = (
    *("attention_by_length", "attention_on_dates", "deep_or_wide", "dropout_places"),
    *("going_deeper", "hand_over", "rate_by_depth", "scheduled_sampling"),
    *("adam_epsilon", "many_steps", "recall_by_delay", "source_reversal"),
)


@cache
def table_of(name):
    return read_table(f"{name}.csv")


def keys_of(name, *without):
    return [key for key in SWEEPS[name].settings([])[0] if key not in without]


def seeds_scored(name, arm):
    """Return how many seeds an arm is scored on at its chosen rate."""
    if name == "matched_teachers" and arm["depth"] == matched_teachers.JUDGE:
        return 0  # says how hard a teacher is, and is not compared
    if name == "deep_or_wide":
        usual = arm["updates"] == deep_or_wide.UPDATES.get(arm["task"], 1200)
        return deep_or_wide.SEEDS.get(arm["task"], 10) if usual else 5
    return 10 if name in TEN else 5


def test_each_sweep_has_a_table_that_its_chapter_reads_and_no_other_table_is_there():
    benchmarks = (ROOT / "benchmarks").glob("[!_]*.py")
    tables = {path.stem for path in (ROOT / "experiments" / "results").glob("*.csv")}
    assert tables - {f"bench_{path.stem}" for path in benchmarks} == {*NAMES}
    unread = []
    for name, sweep in SWEEPS.items():
        cells = code_cells(read_notebook(ROOT / "chapters" / f"{sweep.CHAPTER}.ipynb"))
        if not any(f'"{name}.csv"' in cell.source for cell in cells):
            unread.append(name)
    assert unread == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_a_sweep_is_missing(name):
    sweep, table = SWEEPS[name], table_of(name)
    everything = read_table(f"{name}.csv", failed=True)
    assert sweep.settings(everything.to_dict("records")) == []
    assert len(everything) == len(table), "some runs failed"
    assert not table.duplicated(keys_of(name)).any()
    assert [*table] == [*keys_of(name), *sweep.METRICS, "seconds", "versions"]


@pytest.mark.parametrize("name", NAMES)
def test_a_killed_sweep_asks_for_what_it_lacks_and_nothing_else(name):
    keys, rows = keys_of(name), table_of(name).to_dict("records")
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
    keys = keys_of(name, "lr", "seed")
    for arm, rows in table_of(name).groupby(keys):
        scored, looks = rows[rows["seed"] < 100], rows[rows["seed"] >= 100]
        if looks.empty:
            continue  # confirmed, or thirty layers deep: see below
        n_seeds = seeds_scored(name, dict(zip(keys, arm, strict=True)))
        assert sorted(scored["seed"]) == [*range(n_seeds)], arm
        means = looks.groupby("lr")["val_score"].mean().sort_index()
        assert {*scored["lr"]} <= {means.idxmin()}, arm
        # Where all answers are right, or as wrong as guesses, no rate is the best one;
        # a head alone gains three hundredths from 0.16 to 5.12 and has no best one yet.
        settled = name == "recall_by_delay" and not 0 < means.min() < 0.85
        if not settled and "head" not in arm:
            assert means.index[0] < means.idxmin() < means.index[-1], arm
        assert (looks.groupby("lr")["seed"].nunique() == TEN.get(name, 2)).all(), arm


@pytest.mark.parametrize("name", CONFIRMED)
def test_tensorflow_repeats_five_seeds_at_the_rate_found_on_jax(name):
    keys = keys_of(
        name, "seed", "backend", *([] if name == "rate_by_depth" else ["lr"])
    )
    by_backend = dict(list(table_of(name).query("seed < 100").groupby("backend")))
    # TensorFlow also shows what gradients in pieces do, which JAX does not have.
    keys = [key for key in keys if key != "gradient"]
    first = dict(list(by_backend["jax"].groupby(keys)))
    ways = by_backend["tensorflow"].assign(way=lambda rows: rows.get("gradient", ""))
    for (*arm, _), rows in ways.groupby([*keys, "way"]):
        assert sorted(rows["seed"]) == [0, 1, 2, 3, 4], arm
        assert {*rows["lr"]} == {*first[tuple(arm)]["lr"]}, arm


@pytest.mark.parametrize("name", ["dropout_places", "going_deeper", "rate_by_depth"])
def test_tensorflow_confirms_what_jax_found_of_depth(name):
    keys = [*keys_of(name, "seed", "backend"), "backend"]
    scores = table_of(name).query("seed < 5").groupby(keys)["test_score"]
    means = scores.mean().unstack().dropna()
    assert len(means) == 2
    assert (abs(means["jax"] - means["tensorflow"]) < 0.1).all()


@pytest.mark.parametrize("name", ["attention_by_length", "attention_on_dates"])
def test_tensorflow_confirms_the_order_of_the_models(name):
    confirmed = table_of(name).query("backend == 'tensorflow'")
    if name == "attention_by_length":
        confirmed = confirmed[confirmed["lengths"] == "10-20"]
    means = confirmed.groupby("model")["test_score"].mean()
    assert means["none"] > 0.5
    assert all(means[model] < 0.4 * means["none"] for model in MODELS[1:])


def test_thirty_layers_have_three_seeds_at_the_rates_of_twelve():
    scored = table_of("going_deeper").query("seed < 100 and backend == 'jax'")
    rates = scored.groupby(["depth", "kind"])["lr"].unique().unstack()
    assert (rates.loc[30] == rates.loc[12]).all()
    for _, rows in scored[scored["depth"] == 30].groupby("kind"):
        assert sorted(rows["seed"]) == [0, 1, 2]


def test_each_cell_of_rate_by_depth_holds_the_same_five_seeds():
    keys = keys_of("rate_by_depth", "seed")
    for cell, rows in table_of("rate_by_depth").groupby(keys):
        assert sorted(rows["seed"]) == [0, 1, 2, 3, 4], cell


@pytest.mark.parametrize(
    ("name", "compared"),
    [
        ("attention_by_length", ["task", "lengths", "depth", "updates"]),
        ("attention_on_dates", ["updates"]),
        ("deep_or_wide", ["task", "updates", "points"]),
        ("encoder_direction", ["task"]),
        ("hand_over", ["task", "depth"]),
        ("matched_teachers", ["kind"]),
        ("next_value", ["series"]),
        ("points_and_depth", ["task", "points"]),
        ("recall_by_delay", ["delay", "updates"]),
        ("second_lstm", ["task"]),
        ("source_reversal", ["task"]),
        ("width_profiles", ["task"]),
    ],
)
def test_what_is_compared_has_equal_parameters(name, compared):
    exactly = name in {"hand_over", "source_reversal"}
    # No single LSTM comes closer to a stack of 245: 6 units have 199 parameters, and 7,
    # which were taken, 260. The three other nets of that table are within 2 %.
    wider = {"second_lstm": "one wider LSTM"}.get(name)
    for case, rows in table_of(name).groupby(compared):
        ratio = rows["params"].max() / rows["params"].min()
        assert ratio == 1 if exactly else ratio < (1.08 if wider else 1.02), case
        if wider:
            others = rows.loc[rows["net"] != wider, "params"]
            assert others.max() / others.min() < 1.02, case


@pytest.mark.parametrize("name", ["attention_by_length", "attention_on_dates"])
def test_all_models_are_in_each_comparison_of_attention(name):
    cases = [k for k in ("task", "lengths", "depth", "updates") if k in keys_of(name)]
    table = table_of(name)
    for _, rows in table.groupby(cases):
        # One was trained longer, to see whether time alone mends what attention does.
        longer = (rows["updates"] == table["updates"].max()).all()
        assert {*rows["model"]} == ({"none"} if longer else {*MODELS})


def test_no_score_is_better_than_the_best_possible():
    # Sampling lets a forecast beat the source on its test data by a hair.
    assert table_of("deep_or_wide")["test_score"].min() > -1e-3
    assert {*table_of("deep_or_wide").query("task == 'ar2'")["lr"]} == {*USUAL.grid}


def test_shares_are_shares():
    table = table_of("attention_by_length")
    shares = [f"err_{n}" for n in LENGTHS]
    shares += ["aligned", "near", "aligned_20", "near_20", "test_score", "token_error"]
    assert table[shares].min(axis=None) >= 0
    assert table[shares].max(axis=None) <= 1
    assert (table["near"] >= table["aligned"]).all()
    without = table["model"] == "none"
    assert (table.loc[without, ["aligned", "near_20"]] == 0).all(axis=None)
    assert (table.loc[~without, "aligned"] > 0).all()


def test_shares_of_writing_are_shares_of_150_sentences():
    names = [f"{name}_{t}" for name in ("accepted", "different") for t in (0.1, 2.0)]
    counts = table_of("writing")[names] * SWEEPS["writing"].WRITTEN
    np.testing.assert_allclose(counts, counts.round(), atol=1e-6)
    assert counts.min(axis=None) >= 0
    assert counts.max(axis=None) <= 150


def scored_scales():
    return table_of("time_scales").query("seed < 100 and backend == 'jax'")


def test_every_arm_of_a_task_has_its_seeds_at_the_rate_of_its_start():
    looks = table_of("time_scales").query("seed >= 100")
    means = looks.groupby(["task", "start", "lr"])["val_score"].mean()
    arm = ["task", "start", "targets", "updates"]
    groups = dict(list(scored_scales().groupby(arm)))
    for (task, start, _, _), rows in groups.items():
        seeds = range(time_scales.SEEDS.get(task, 5))
        assert sorted(rows["seed"]) == [*seeds]
        by_rate = means[task, start]
        assert [*by_rate.index] == [*USUAL.grid]
        assert by_rate.index[0] < by_rate.idxmin() < by_rate.index[-1]
        assert (rows["lr"] == by_rate.idxmin()).all(), (task, start)
    sorts = product(time_scales.TASKS, time_scales.STARTS, ("own", "shuffled"), [800])
    longer = product(time_scales.LONGER, time_scales.STARTS, ("own",), [3200])
    assert groups.keys() == {*sorts, *longer}


def test_a_seed_starts_from_the_same_stack_whatever_it_is_taught():
    names = [name for name in time_scales.METRICS if "_untrained_" in name]
    scored = scored_scales()
    # Three tasks with one input, own and shuffled; one task, own, shuffled and longer.
    for tasks, n in ((["now", "echo", "sum"], 6), (["grammar"], 3)):
        mine = scored[scored["task"].isin(tasks)]
        for _, rows in mine.groupby(["start", "seed"]):
            assert len(rows) == n
            assert (rows[names].nunique() == 1).all()


def test_every_run_has_learned_its_task_and_none_what_it_was_not_given():
    rows = scored_scales()
    share = rows["test_score"] / rows["constant_score"]
    assert (share[rows["targets"] == "own"] < 0.5).all()
    assert (share[rows["targets"] == "shuffled"] > 0.94).all()


def test_measures_are_possible():
    lives, areas, probes = (
        table_of("time_scales").filter(regex=f"^{start}").to_numpy()
        for start in ("half_life", "area", "probe")
    )
    assert (((lives >= 1) & (lives < 44)) | np.isposinf(lives)).all()
    assert ((areas >= 1) & (areas <= 44)).all()
    assert probes.max() <= 1
