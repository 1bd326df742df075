"""Sweeps: what is in a table after all that can happen to one."""

import csv
import os
import signal
import subprocess
import sys
import time

import joblib
import numpy as np
import pytest
from scipy import stats

from lstm_utils.experiments import check_table, interval, read_table, run_grid

GRID = [{"power": power, "seed": seed} for power in (1, 2, 3) for seed in (5, 6, 7)]
WHOLE = [(str(p), str(s), str(s**p / 3)) for p in (1, 2, 3) for s in (5, 6, 7)]


def square(power, seed):
    return {"score": seed**power / 3}


def sweep(path, run=square, grid=GRID, **options):
    return run_grid(run, grid, path, metrics=["score"], **options)


def rows_of(path):
    """Return the settings and scores of a table, sorted, seconds left out."""
    with path.open(newline="") as file:
        rows = [(r["power"], r["seed"], r["score"]) for r in csv.DictReader(file)]
    return sorted(rows)


@pytest.fixture
def table(tmp_path):
    return tmp_path / "powers.csv"


# --- a sweep ------------------------------------------------------------------


def test_a_row_holds_setting_metrics_and_record(table):
    assert sweep(table) == 9
    rows = read_table(table)
    assert [*rows] == ["power", "seed", "score", "seconds", "versions"]
    assert len(rows) == 9
    first = rows[(rows["power"] == 2) & (rows["seed"] == 6)].iloc[0]
    assert first["score"] == 12.0
    assert first["seconds"] >= 0
    assert f"python {sys.version.split()[0]}" in first["versions"]
    assert "numpy" in first["versions"]


def test_what_is_there_is_not_run_again(table):
    ran = []

    def noted(power, seed):
        ran.append((power, seed))
        return square(power, seed)

    assert sweep(table, noted, [GRID[0], *GRID[:4]]) == 4  # one is named twice
    assert sweep(table, noted) == 5
    assert len(ran) == len(set(ran)) == 9
    assert rows_of(table) == WHOLE


@pytest.mark.parametrize("setting", [None, "two\nlines", 'a "b", c', "\x85"])
def test_any_text_or_none_is_known_again(table, setting):
    grid = [{"attention": a, "seed": seed} for a in (setting, "dot") for seed in (1, 2)]

    def run(attention, seed):
        return {"score": seed}

    assert [sweep(table, run, grid) for _ in range(3)] == [4, 0, 0]


@pytest.mark.parametrize(
    ("kept", "made"), [(-1, 1), (-5, 1), (-12, 1), (-30, 1), (8, 9)]
)
def test_half_a_last_line_or_header_is_dropped_and_done_again(table, kept, made):
    sweep(table)
    table.write_bytes(table.read_bytes()[:kept])
    with pytest.warns(UserWarning, match="ended in half a line"):
        assert sweep(table) == made
    assert rows_of(table) == WHOLE


def test_runs_that_fail_are_recorded_and_made_again_when_asked(table):
    def fragile(power, seed):
        if seed == 6:
            raise ZeroDivisionError("no\nluck")
        return square(power, seed) if seed == 5 else {}

    assert sweep(table, fragile) == 9
    assert len(read_table(table)) == 3
    failed = read_table(table, failed=True).dropna(subset="error")
    missing = "ValueError: it returned [], not ['score']"
    assert sorted(failed["error"]) == 3 * [missing] + 3 * ["ZeroDivisionError: no luck"]
    assert failed["score"].isna().all()
    assert sweep(table) == 0
    assert sweep(table, retry=True) == 6
    assert rows_of(table) == WHOLE
    assert [path.name for path in table.parent.glob(".*")] == []


KILLED = """
import sys, time
from lstm_utils.experiments import run_grid

def slow(power, seed):
    time.sleep(0.15)
    return {"score": seed**power / 3}

grid = [{"power": p, "seed": s} for p in (1, 2, 3) for s in (5, 6, 7)]
run_grid(slow, grid, sys.argv[1], metrics=["score"], n_jobs=2)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_sweep_resumes_with_nothing_lost_or_doubled(table):
    command = [sys.executable, "-c", KILLED, str(table)]
    options = {"stderr": subprocess.DEVNULL}
    kills = 0
    for rows_wanted in (2, 5):
        process = subprocess.Popen(command, start_new_session=True, **options)
        while not table.exists() or table.read_text().count("\n") <= rows_wanted:
            time.sleep(0.01)
        kills += process.poll() is None
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert kills == 2, "the sweep ended before it could be killed"
    assert len(table.read_text().splitlines()) < 10
    subprocess.run(command, check=True, **options)
    assert rows_of(table) == WHOLE


@pytest.mark.slow
def test_processes_side_by_side_give_the_same_table(table):
    # Unlike square, it is sent to processes that cannot import this file.
    sweep(table, lambda power, seed: {"score": seed**power / 3}, n_jobs=2)
    assert rows_of(table) == WHOLE


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_a_cluster_of_two_processes_gives_the_same_table(table):
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with (
        distributed.LocalCluster(**options) as cluster,
        distributed.Client(cluster) as client,
        joblib.parallel_config(backend="dask"),
    ):
        assert len(client.scheduler_info()["workers"]) == 2
        sweep(table, lambda power, seed: {"score": seed**power / 3})
    assert rows_of(table) == WHOLE


# --- bad input ----------------------------------------------------------------


def test_other_columns_are_refused_and_the_table_left_alone(table):
    sweep(table)
    before = table.read_text()
    with pytest.raises(ValueError, match=r"has the columns \['power', .* \['size'"):
        sweep(table, grid=[{"size": 1, "seed": 5}])
    assert table.read_text() == before


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(OSError, match=r"nowhere/powers\.csv cannot be written"):
        sweep(tmp_path / "nowhere" / "powers.csv")
    with pytest.raises(OSError, match="cannot be written: Is a directory"):
        sweep(tmp_path)


def test_settings_need_the_same_keys(table):
    with pytest.raises(ValueError, match=r"grid\[1\] has the keys \['power'\]"):
        sweep(table, grid=[GRID[0], {"power": 1}])
    with pytest.raises(ValueError, match="grid is empty"):
        sweep(table, grid=[])
    assert not table.exists()


def test_a_run_that_stands_twice_is_refused(table):
    sweep(table)
    with table.open("a") as file:
        file.write(table.read_text().splitlines()[-1] + "\n")
    with pytest.raises(ValueError, match="holds a run twice: 10 rows, 9 settings"):
        sweep(table)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no flock")
def test_two_sweeps_may_not_write_to_one_table(table):
    sweep(table, lambda power, seed: sweep(table), GRID[:1])
    (error,) = read_table(table, failed=True)["error"]
    assert error.startswith("RuntimeError: Another sweep is writing to")


def test_an_unknown_table_gets_the_list():
    message = r"no table 'no.csv'.*deep_or_wide\.csv"
    with pytest.raises(FileNotFoundError, match=message):
        read_table("no.csv")


# --- checks and intervals -----------------------------------------------------


def check(rows, tolerance=1e-4):
    names = {"keys": ["power", "seed"], "metrics": ["score"]}
    return check_table(square, rows, **names, tolerance=tolerance)


def test_a_table_agrees_with_itself(table):
    sweep(table)
    assert check(read_table(table).to_dict("records")) == []


def test_a_metric_that_is_off_is_named():
    rows = [{"power": 2, "seed": 6, "score": 12.0012}, {**GRID[0], "score": 5.1 / 3}]
    assert check(rows) == [
        "power=1, seed=5: score is 1.6666666666666667 now, 1.7 in the table"
    ]
    assert len(check(rows, tolerance=1e-5)) == 2


def test_the_interval_is_students_and_pairs_are_subtracted_run_by_run():
    first, second = np.array([3.0, 5.0, 9.0]), np.array([2.0, 4.5, 7.0])
    for found, known in [
        (interval(first), stats.ttest_1samp(first, 0)),
        (interval(first, minus=second), stats.ttest_rel(first, second)),
    ]:
        low, high = known.confidence_interval(0.95)
        assert found == pytest.approx(((low + high) / 2, low, high))
        assert found.mean == found[0]


def test_small_whole_numbers_and_truth_values_do_not_wrap():
    half = stats.t.ppf(0.975, 2) / 3
    for kind in (np.uint8, np.int8, bool):
        first, second = np.array([0, 0, 1], kind), np.array([1, 1, 1], kind)
        expected = (-2 / 3, -2 / 3 - half, -2 / 3 + half)
        assert interval(first, minus=second) == pytest.approx(expected)


def test_the_interval_holds_the_mean_19_times_in_20():
    rng = np.random.default_rng(0)
    drawn = [interval(rng.normal(size=5)) for _ in range(2_000)]
    assert 0.935 < np.mean([low <= 0 <= high for _, low, high in drawn]) < 0.965


@pytest.mark.parametrize(
    ("values", "minus", "message"),
    [
        ([1.0], None, "holds a single run"),
        ([1.0, 2.0], [1.0], "values has 2 runs and minus has 1"),
    ],
)
def test_an_interval_of_too_little_says_so(values, minus, message):
    with pytest.raises(ValueError, match=message):
        interval(values, minus)
