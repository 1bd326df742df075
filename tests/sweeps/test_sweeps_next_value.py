"""LSTMs against doing nothing clever: what is learnt from, and what is chosen."""

import numpy as np
import pandas as pd
import pytest

from experiments import next_value
from experiments.next_value import (
    ALL,
    BLOCKS,
    GRID,
    MANY,
    PLANS,
    UPDATES,
    parts,
    settings,
    windows,
)
from lstm_utils.checks import check_no_leak
from lstm_utils.experiments import read_table
from lstm_utils.tasks import load_series


@pytest.mark.parametrize("series", PLANS)
def test_blocks_follow_one_another_and_nothing_is_learnt_from_them(series):
    values = load_series(series)
    blocks = [parts(series, origin) for origin in range(BLOCKS + 1)]
    dates = [date for _, _, block in blocks for date in block]
    assert dates == [*values.index[-len(dates) :]]
    for past, known, block in blocks:
        assert past.index[-1] < block[0]
        assert known.index[-1] == block[-1]
        assert len(known) == len(past) + len(block) == len(past) + PLANS[series][1]
    past, known, _ = parts(series, 3, 100)
    assert len(past) == 100
    assert len(known) == len(blocks[3][1])


@pytest.mark.parametrize("series", PLANS)
def test_neither_scales_nor_windows_see_the_future(series):
    window, _, trend = PLANS[series]
    values, (_, _, block) = load_series(series).dropna(), parts(series, 1)
    values = values.asfreq(load_series(series).index.freq)

    def inputs(table):
        past = table[table.index < block[0]]
        x, _, dates, _ = windows(table, past, window, trend=trend)
        return pd.DataFrame(x[:, :, 0], dates)

    check_no_leak(inputs, values, block[0])


def test_the_change_that_is_learnt_is_the_one_after_the_window():
    days = pd.date_range("2026-01-01", periods=30)
    values = pd.Series(np.random.default_rng(0).normal(size=30).cumsum(), days)
    for trend in (False, True):
        x, y, dates, unit = windows(values, values[:20], 5, trend=trend)
        assert x.shape[1:] == (5, 1)
        back = values.shift(1)[dates] + unit * y[:, 0]
        np.testing.assert_allclose(back, values[dates], atol=1e-5)
        inputs, learnt = values, values[:20]
        if trend:
            inputs, learnt = inputs.diff(), learnt.diff()
        last = inputs.shift(1)[dates]
        scaled = (last - learnt.mean()) / learnt.std()
        np.testing.assert_allclose(x[:, -1, 0], scaled, atol=1e-5)


def made(wanted, score):
    return [{**new, "score": score(new)} for new in wanted]


def test_rate_and_updates_are_chosen_on_block_0_and_all_blocks_are_scored():
    def score(new):
        best = new["lr"] == 0.04 and new["updates"] == UPDATES[1]
        return 0.1 if best and new["origin"] == 0 else 0.5

    rows = made(settings([]), score)
    assert {row["origin"] for row in rows} == {0}
    assert {row["seed"] for row in rows} == {100, 101}
    for row in rows:
        many = row["series"] == "temperatures" and row["points"] == 0
        assert row["updates"] in (MANY if many else UPDATES)
    scored = settings(rows)
    assert {row["origin"] for row in scored} == {*range(1, BLOCKS + 1)}
    assert {(row["lr"], row["updates"]) for row in scored} == {(0.04, UPDATES[1])}
    assert {row["seed"] for row in scored} == {*range(5)}
    confirmed = settings(rows + made(scored, score))
    assert {row["backend"] for row in confirmed} == {"tensorflow"}
    assert len(confirmed) == 5
    everything = rows + made(scored, score) + made(confirmed, score)
    assert settings(everything) == []


def test_each_network_of_the_table_is_tuned_before_it_is_scored():
    for net, rows in read_table("next_value.csv").groupby(
        ["series", "depth", "points"]
    ):
        looks, scored = rows.query("origin == 0"), rows.query("origin > 0")
        assert (looks.groupby(["updates", "lr"])["seed"].nunique() == 2).all(), net
        means = looks.groupby(["updates", "lr"])["score"].mean()
        assert len(means) == len(UPDATES) * len(GRID)
        updates, rate = means.idxmin()
        assert ({*scored["updates"]}, {*scored["lr"]}) == ({updates}, {rate}), net
        if net[2] == ALL:  # what a short past is worth is said with its edges
            assert GRID[0] < rate < GRID[-1], net
        blocks = scored.query("backend == 'jax'").groupby("origin")["seed"]
        assert blocks.nunique().to_dict() == dict.fromkeys(range(1, BLOCKS + 1), 5)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:TensorFlow was imported before setup")
def test_stacks_have_equal_parameters_and_a_run_gives_its_metrics():
    counts = []
    for depth in next_value.DEPTHS:
        found = next_value.run(
            series="sunspots",
            depth=depth,
            points=0,
            origin=1,
            updates=2,
            lr=0.01,
            seed=0,
            backend="tensorflow",
        )
        assert found.keys() == {*next_value.METRICS}
        assert np.isfinite([*found.values()]).all()
        counts.append(found["params"])
    assert max(counts) / min(counts) < 1.02
