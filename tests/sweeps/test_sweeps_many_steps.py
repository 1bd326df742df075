"""Many steps ahead: what is learnt from, what each form is shown, and who chooses."""

import numpy as np
import pandas as pd
import pytest

from experiments import _ahead, many_steps, many_steps_rivals
from experiments._ahead import BLOCKS, DRAWN, HORIZON, PLANS, cut, scores, tables
from experiments.many_steps import BUDGET, stages
from lstm_utils.checks import check_no_leak
from lstm_utils.experiments import read_table

FIT = {
    "ridge": lambda cuts, plan: many_steps_rivals.ridge(cuts, plan, 1.0, 0)[0],
    "boosting": lambda cuts, plan: many_steps_rivals.boosting(cuts, plan, 0.3, 0)[0],
}


def one_of(problem):
    """Return the plan, first table and known columns of a problem."""
    found, known = tables(problem, 0)
    return PLANS[problem], found[0], known


@pytest.mark.parametrize("problem", PLANS)
def test_blocks_share_no_target_and_nothing_is_learnt_from_them(problem):
    plan, table, known = one_of(problem)
    one = cut(table, plan, known)
    first = len(table) - (BLOCKS + 1) * plan.block
    steps = one.at[:, None] + np.arange(HORIZON)
    targets = [{*steps[one.block == k].ravel()} for k in range(BLOCKS + 2)]
    assert max(targets[0]) < first
    for k, block in enumerate(targets[1:]):
        start = first + k * plan.block
        assert block <= {*range(start, start + plan.block)}
    known_values = table[plan.target].to_numpy()
    np.testing.assert_array_equal(one.truth, known_values[steps])
    np.testing.assert_array_equal(one.last, known_values[one.at - 1])
    np.testing.assert_allclose(one.restored(one.scaled()), one.truth)


@pytest.mark.parametrize("problem", PLANS)
def test_neither_scales_nor_inputs_see_the_future(problem):
    plan, table, known = one_of(problem)
    table = table.loc[table[plan.target].dropna().index].asfreq(table.index.freq)
    table = table.ffill()
    at = table.index[_ahead.starts(table, plan)[0]]

    def inputs(target):
        one = cut(table.assign(**{plan.target: target}), plan, known)
        return pd.DataFrame(one.past[..., 0], table.index[one.at])

    check_no_leak(inputs, table[plan.target], at)


@pytest.mark.parametrize(
    "rival",
    [
        "ridge",
        pytest.param("boosting", marks=pytest.mark.slow),
        "seasonal",
        "smoothing",
    ],
)
@pytest.mark.parametrize("problem", ["shops", "co2"])
def test_no_rival_sees_the_future(rival, problem):
    plan, table, known = one_of(problem)
    table = table.ffill()
    at = table.index[_ahead.starts(table, plan)[2]]

    def forecasts(target):
        changed = table.assign(**{plan.target: target})
        one = cut(changed, plan, known)
        if rival in FIT:
            found = FIT[rival]([one], plan)
        else:
            found = getattr(many_steps_rivals, rival)(changed[plan.target], plan, one)
        return pd.DataFrame(found, table.index[one.at])

    check_no_leak(forecasts, table[plan.target], at)


def test_rivals_say_what_they_should_of_a_steady_season():
    plan = PLANS["elnino"]
    months = pd.date_range("1950-01-01", periods=732, freq="MS")
    season = np.tile(np.arange(12.0), 61)
    table = pd.DataFrame({plan.target: season}, months)
    for trend in (0.0, 0.5):
        values = table[plan.target] + trend * np.arange(732)
        sloped = plan._replace(trend=trend > 0)
        one = cut(values.to_frame(), sloped, ())
        found = many_steps_rivals.smoothing(values, sloped, one)
        np.testing.assert_allclose(found[-1], one.truth[-1], atol=0.1)
    one = cut(table, plan, ())
    np.testing.assert_array_equal(
        many_steps_rivals.seasonal(table[plan.target], plan, one), one.truth
    )
    days = one._replace(at=np.array([20]))
    found = many_steps_rivals.seasonal(
        pd.Series(np.arange(40.0)), plan._replace(season=7), days
    )
    np.testing.assert_array_equal(found[0], [*range(13, 20), *range(13, 18)])


def test_scores_are_means_of_steps_and_of_blocks_in_units_of_the_scale():
    plan, table, known = one_of("shops")
    one = cut(table, plan, known)
    wrong = one.truth + one.scale * np.arange(1, HORIZON + 1)
    found = scores([one], [wrong])
    assert found["step_3"] == pytest.approx(3)
    assert found["val_score"] == pytest.approx(6.5)
    assert found["test_score"] == pytest.approx(6.5)
    assert found["block_5"] == pytest.approx(6.5)
    in_one = np.where((one.block == 3)[:, None], wrong, one.truth)
    found = scores([one], [in_one])
    assert (found["block_1"], found["val_score"]) == (0, 0)
    assert found["block_2"] == pytest.approx(6.5)
    assert found["test_score"] == pytest.approx(6.5 / BLOCKS)


def test_what_is_hidden_of_the_future_is_hidden_of_the_past_as_well():
    _, found, known = one_of("shops")
    one = cut(found, PLANS["shops"], known).hidden()
    assert one.past.shape[2] == 1
    assert one.future.shape[1:] == (HORIZON, 0)


def test_all_networks_have_the_parameters_of_the_budget():
    table = read_table("many_steps.csv")
    assert (abs(table["params"] / BUDGET - 1) < 0.02).all()


def test_every_network_is_scored_on_five_seeds_and_drawn_rivals_on_the_same():
    scored = read_table("many_steps.csv").query("seed < 100 and backend == 'jax'")
    names = [*stages()[0][0]]
    assert (scored.groupby(names)["seed"].nunique() == 5).all()
    assert len(scored) == 5 * sum(map(len, stages()))
    rivals = read_table("many_steps_rivals.csv")
    for problem, rows in rivals.groupby("problem"):
        seeds = {*range(5), 100, 101} if problem in DRAWN else {0}
        assert {*rows["seed"]} == seeds


def test_nobody_beats_the_best_possible_forecast():
    rivals = read_table("many_steps_rivals.csv").query("seed < 100")
    best = rivals.query("rival == 'best'").set_index(["problem", "seed"])["test_score"]
    nets = read_table("many_steps.csv").query("seed < 100 and problem in @DRAWN")
    for table in (rivals[rivals["problem"].isin([*DRAWN])], nets):
        keys = pd.MultiIndex.from_frame(table[["problem", "seed"]])
        assert (table["test_score"].to_numpy() > 0.99 * best[keys].to_numpy()).all()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:TensorFlow was imported before setup")
@pytest.mark.parametrize("form", ["recursive", "direct", "heads", "decoder"])
def test_a_run_gives_its_metrics(form, monkeypatch):
    monkeypatch.setattr(many_steps, "UPDATES", 2)
    arm = many_steps.arm("elnino", form)
    found = many_steps.run(**arm, lr=0.01, seed=0, backend="tensorflow")
    assert found.keys() == {*many_steps.METRICS}
    assert np.isfinite([*found.values()]).all()
    assert 0 <= found["inside"] <= 1
