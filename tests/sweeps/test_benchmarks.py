"""The benchmarks: their order, their ratios, their tables, and one tiny run."""

import csv
import os
import subprocess
import sys
import time
from importlib.util import find_spec

import numpy as np
import pytest

from benchmarks import _rounds, addition, fused
from book_tools.chapters import ROOT


def timed(function):
    """Return an arm all of which counts."""

    def arm(clock):
        clock.start()
        function()
        clock.stop()

    return arm


def test_arms_alternate_after_a_first_call_that_is_not_timed():
    called = []
    arms = {name: timed(lambda name=name: called.append(name)) for name in "abc"}
    rows = _rounds.interleave(arms, 6)
    assert "".join(called) == "abc" + 3 * "abccba"
    places = [(number, place) for number in range(1, 7) for place in (1, 2, 3)]
    assert [(row["round"], row["place"]) for row in rows] == places
    assert [row["arm"] for row in rows] == called[3:]


def test_what_counts_is_what_passes_on_the_wall_between_start_and_stop():
    def late(clock):
        time.sleep(0.05)
        timed(int)(clock)

    rows = _rounds.interleave({"late": late}, 6)
    assert min(row["seconds"] for row in rows) < 0.02
    rows = _rounds.interleave({"wait": timed(lambda: time.sleep(0.02))}, 6)
    assert all(row["seconds"] >= 0.02 for row in rows)
    assert sum(row["cpu_seconds"] for row in rows) < sum(r["seconds"] for r in rows) / 2


@pytest.mark.parametrize("rounds", [5, 0])
def test_too_few_rounds_for_an_interval_are_refused(rounds):
    with pytest.raises(ValueError, match=rf"^rounds must be at least 6, but {rounds}"):
        _rounds.interleave({"a": timed(int)}, rounds)


def rows_of(fast, slow):
    return [
        {"round": number, "arm": arm, "seconds": seconds}
        for number, pair in enumerate(zip(fast, slow, strict=True), start=1)
        for arm, seconds in zip(("fast", "slow"), pair, strict=True)
    ]


UNEVEN = [2.0, 1.5, 1.0, 3.0, 1.6, 1.4, 1.7]
PACE = np.array([1.0, 9.0, 2.0, 7.0, 3.0, 5.0])  # another job comes and goes


@pytest.mark.parametrize(
    ("fast", "slow", "expected"),
    [
        ([1.0] * 7, UNEVEN, (1.6, 1.0, 3.0)),
        (UNEVEN, [1.0] * 7, (1 / 1.6, 1 / 3, 1.0)),
        (PACE, 1.5 * PACE, (1.5, 1.5, 1.5)),
        # Of 20 ordered values the 6th and the 15th enclose the median with 95.9 %,
        # the 7th and the 14th with 88.5 % only.
        ([1.0] * 20, range(20, 0, -1), (10.5, 6.0, 15.0)),
        ([1.0] * 6, range(1, 7), (3.5, 1.0, 6.0)),
    ],
)
def test_the_ratio_is_a_median_over_rounds_in_its_binomial_interval(
    fast, slow, expected
):
    found = _rounds.ratio(rows_of(fast, slow), "fast", "slow")
    assert found == pytest.approx(expected)


def test_the_table_shows_each_arm_beside_its_yardstick(capsys):
    rows = [row | {"cpu_seconds": 0.25} for row in rows_of([0.5] * 6, [1.0] * 6)]
    _rounds.print_table(rows, "slow", "depth 2")
    title, _, fast, slow = capsys.readouterr().out.splitlines()
    assert title == "depth 2"
    assert " ".join(fast.split()) == "fast 0.500 s 0.500 s 0.250 s 2.00 [2.00, 2.00]"
    assert " ".join(slow.split()) == "slow 1.000 s 1.000 s 0.250 s 1"


def test_a_table_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "results" / "bench.csv"
    _rounds.save_table([{"depth": 1, "seconds": 0.5}], path)
    _rounds.save_table([{"depth": 2, "seconds": 0.25}], path)
    assert path.read_text() == "depth,seconds\n2,0.25\n"
    with pytest.raises(ValueError, match="unknown"):
        _rounds.save_table([{"depth": 3}, {"unknown": 4}], path)
    assert path.read_text() == "depth,seconds\n2,0.25\n"
    assert list(path.parent.iterdir()) == [path]


def test_an_interrupt_gets_one_line():
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(SystemExit, match=r"^Interrupted: no table was changed\.$"):
        _rounds.start(interrupted)


@pytest.mark.parametrize(("load", "said"), [(1.2, True), (0.1, False)])
def test_a_busy_machine_is_said(monkeypatch, capsys, load, said):
    monkeypatch.setattr("os.getloadavg", lambda: (load, 0.0, 0.0), raising=False)
    _rounds.warn_if_busy()
    assert ("load 1.2" in capsys.readouterr().out) is said


@pytest.mark.parametrize("wrong", [2e-5, np.nan])
def test_arms_that_are_not_the_same_function_are_not_timed(wrong):
    expected = np.zeros((2, 3))
    fused.refuse_difference("fused", expected + 0.9e-5, expected)
    with pytest.raises(SystemExit, match="fused differs from stacked by"):
        fused.refuse_difference("fused", expected + wrong, expected)


def bench(folder, *asked):
    """Run a benchmark; return what it printed, and its rows."""
    command = [sys.executable, "-m", "book_tools", "bench", *asked, "--rounds", "6"]
    command += ["--save", "--results", str(folder)]
    options = {"cwd": ROOT, "capture_output": True, "text": True}
    environment = os.environ | {"KERAS_BACKEND": "numpy"}  # which could not train
    done = subprocess.run(command, env=environment, check=True, **options)
    with (folder / f"bench_{asked[0]}.csv").open(newline="") as file:
        return done, list(csv.DictReader(file))


@pytest.mark.slow
def test_a_tiny_run_writes_one_row_for_each_epoch(tmp_path):
    done, rows = bench(tmp_path, "fused", "--depths", "1", "2", "--sequences", "64")
    arms = ["stacked", "fused", *(["nn.LSTM"] if find_spec("torch") else [])]
    assert ("Without PyTorch" in done.stdout) is (len(arms) == 2)
    assert done.stderr == ""
    assert [(row["depth"], row["round"], row["arm"]) for row in rows] == [
        (depth, str(number), arm)
        for depth in "12"
        for number in range(1, 7)
        for arm in (arms if number % 2 else arms[::-1])
    ]
    sizes = {(row["units"], row["steps"], row["batch"]) for row in rows}
    assert sizes == {("64", "20", "64")}
    assert all(float(row["seconds"]) > 0 for row in rows)
    assert "tensorflow 2" in rows[0]["versions"]


@pytest.mark.slow
def test_one_update_of_each_depth_is_timed(tmp_path):
    _, rows = bench(tmp_path, "updates", "--batches", "2", "--tasks", "digits")
    assert len(rows) == 24
    assert {row["arm"] for row in rows} == set("1234")
    assert {(row["task"], row["updates"]) for row in rows} == {("digits", "2")}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["length_batches", "number_batches"])
def test_updates_are_timed_on_batches_in_three_orders(name, tmp_path):
    _, rows = bench(tmp_path, name, "--batches", "2")
    arms = [row["arm"] for row in rows]
    assert {arm: arms.count(arm) for arm in arms} == dict.fromkeys(
        ("all alike", "as drawn", "by length"), 6
    )


@pytest.fixture(scope="module")
def sums():
    return addition.questions(50, 1, seed=10)


def text_of(one_hot):
    return "".join(" 0123456789+"[k] for k in one_hot.argmax(-1)).strip()


def test_sums_read_backwards_are_right_and_no_pair_comes_twice_in_either_order(sums):
    pairs = {}
    for part, (x, y) in sums.items():
        pairs[part] = [sorted(map(int, text_of(row)[::-1].split("+"))) for row in x]
        assert [sum(pair) for pair in pairs[part]] == [int(text_of(row)) for row in y]
    assert [len(pairs[part]) for part in ("train", "unseen")] == [45, 5]
    assert len({*map(tuple, pairs["train"] + pairs["unseen"])}) == 50


def test_both_arms_start_from_the_same_net_with_the_same_number_of_weights():
    nets = [addition.net(name, (7, 12), (4, 12), 10) for name in addition.ARMS]
    assert len({model.count_params() for model in nets}) == 1


def test_the_rate_of_the_fast_arm_rises_for_a_fifth_of_its_updates_then_falls_to_0():
    optimizer = addition.net("fast", (7, 12), (4, 12), updates=10).optimizer
    rates = []
    for step in range(61):
        optimizer.iterations.assign(step)
        rates.append(float(optimizer.learning_rate))
    assert int(np.argmax(rates)) == 12
    assert [rates[k] for k in (0, 12, 60)] == pytest.approx([0, 0.02, 0], abs=1e-8)


def raced(run, arm, seconds, reached=True):
    row = {"run": run, "arm": arm, "epoch": 1, "seconds": seconds, "exact": 0.98}
    return row | {"target": addition.ARMS[arm].target, "reached": reached}


def test_the_times_are_compared_run_by_run_at_the_last_epoch():
    rows = [raced(1, "well-known", 1, False), raced(1, "well-known", 90)]
    rows += [raced(1, "fast", 5, False), raced(1, "fast", 10)]
    rows += [raced(2, "fast", 10), raced(2, "well-known", 70)]
    assert addition.ratios(rows) == {1: 9, 2: 7}
    assert addition.summary(rows) == "times as fast: 8.0, from 7.0 to 9.0 in 2 runs"


def test_an_arm_that_misses_its_target_is_said():
    rows = [raced(1, "well-known", 90, reached=False), raced(1, "fast", 10)]
    assert addition.outcome(rows, 1, "well-known").startswith("given up below 99.0%")
    assert addition.summary(rows).endswith("given up in run [1]: at least that")
    rows = [raced(1, "well-known", 90), raced(1, "fast", 10, reached=False)]
    assert addition.ratios(rows) == {1: None}
    assert "did not reach its target in run [1]" in addition.summary(rows)


def test_an_arm_stops_at_the_first_epoch_that_reaches_its_target(sums, monkeypatch):
    easy = addition.Arm(batch=20, epochs=3, target=0.0)
    hopeless = addition.Arm(batch=20, epochs=2, target=1.1)
    monkeypatch.setattr(addition, "ARMS", {"well-known": hopeless, "fast": easy})
    rows = [row for arm in addition.ARMS for row in addition.race(arm, sums, 1, 10)]
    ends = [(row["epoch"], row["updates"], row["reached"]) for row in rows]
    assert ends == [(1, 3, False), (2, 6, False), (1, 3, True)]
    assert all(row["seconds"] > 0 for row in rows)


def test_more_runs_than_there_are_seeds_are_refused(capsys):
    with pytest.raises(SystemExit):
        addition.main(["--runs", "4"])
    assert "runs must be a whole number from 1 to 3, but 4" in capsys.readouterr().err


@pytest.mark.slow
def test_writing_is_timed_in_three_ways_that_agree(tmp_path):
    _, rows = bench(tmp_path, "decoding", "--lengths", "2", "6")
    arms = {"step by step", "anew", "beam of 5"}
    times = [(row["tokens"], row["arm"]) for row in rows]
    assert {time: times.count(time) for time in times} == {
        (tokens, arm): 6 for tokens in "26" for arm in arms
    }
