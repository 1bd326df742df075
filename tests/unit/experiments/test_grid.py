"""Sweeps: what is in a table after all that can happen to one."""

import csv
import os
import signal
import subprocess
import sys
import time

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
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


LOOKALIKES = [
    "",
    "None",
    "nan",
    "True",
    "1",
    "1.0",
    "'1'",
    "'a', 'b'",
    "\r",
    "\n",
    '"a", b',
    " b ",
]
LOOKALIKES += ["\x85", "\u2028", "\x1c", "\f", "\0", "\ud800", None, True, 1, 1.0]
TEXTS = st.text(st.characters(), max_size=4)
VALUES = st.one_of(
    st.sampled_from(LOOKALIKES), TEXTS, st.booleans(), st.integers(), st.floats()
)


def length(value, seed):
    return {"score": len(value) if isinstance(value, str) else -1}


@given(st.lists(VALUES, min_size=2, unique_by=repr), st.data())
def test_any_setting_runs_once_and_is_known_again(tmp_path_factory, values, data):
    folder = tmp_path_factory.mktemp("any")
    table = folder / "values.csv"
    grid = [{"value": value, "seed": 1} for value in values]
    first, n = data.draw(st.integers(1, len(grid) - 1)), len(grid)
    made = [sweep(table, length, g) for g in (grid[:first], grid, grid)]
    assert made == [first, n - first, 0]
    assert len(read_table(table)) == sweep(folder / "at_once.csv", length, grid) == n
    rows = read_table(folder / "at_once.csv")
    texts = [value for value in values if isinstance(value, str)]
    assert [v for v in rows["value"] if isinstance(v, str)] == texts
    keys = {"keys": ["value", "seed"], "metrics": ["score"]}
    assert check_table(length, rows.to_dict("records"), **keys) == []


def test_texts_that_stand_without_quotes_in_old_tables_are_known_too(table):
    grid = [{"value": value, "seed": 1} for value in ("41", "19-20", "two\nlines")]
    sweep(table, length, grid)
    old = (
        table.read_text().replace("'41'", "41").replace("'two\\nlines'", '"two\nlines"')
    )
    table.write_text(old)
    assert old.count("\n") == 5
    assert read_table(table)["value"].tolist() == ["41", "19-20", "two\nlines"]
    assert sweep(table, length, grid) == 0


@pytest.mark.filterwarnings("ignore:.*ended in half a line")
def test_a_table_that_is_cut_anywhere_loses_one_run_and_goes_on(table):
    grid = [{"power": "é, \u2028", "seed": 5}, {"power": '"', "seed": 6}]
    sweep(table, lambda power, seed: {"score": "ü"}, grid)
    whole = table.read_bytes()
    for cut in range(len(whole)):
        table.write_bytes(whole[:cut])
        lines = whole[:cut].count(b"\n")
        assert len(read_table(table)) == max(lines - 1, 0)
        assert sweep(table, lambda power, seed: {"score": "ü"}, grid) == 3 - max(
            lines, 1
        )
        assert len(read_table(table)) == 2


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (b"1,6,", b"\xc3,6,", 3),
        (b"1,6,", b"1,\x00,", 3),
        (b"1,6,", b"6,", 3),
        (b"1,6,", b"1,1,6,", 3),
        (b"3,7,", b'"3,7,', 10),
        (b"power,", b'"power,', 1),
    ],
)
def test_a_damaged_line_is_named_and_the_table_left_alone(table, old, new, line):
    sweep(table)
    assert table.read_bytes().count(old) == 1
    table.write_bytes(broken := table.read_bytes().replace(old, new))
    for use in (sweep, read_table):
        with pytest.raises(
            ValueError, match=rf"powers\.csv is damaged in line {line}: "
        ):
            use(table)
    assert table.read_bytes() == broken


@pytest.mark.parametrize(
    ("kept", "made"), [(-1, 1), (-5, 1), (-12, 1), (-30, 1), (8, 9)]
)
def test_half_a_last_line_or_header_is_dropped_and_done_again(table, kept, made):
    sweep(table)
    table.write_bytes(table.read_bytes()[:kept])
    with pytest.warns(UserWarning, match="ended in half a line"):
        assert sweep(table) == made
    assert rows_of(table) == WHOLE


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
@pytest.mark.parametrize("room", [10, 50, 300])
@pytest.mark.parametrize("n_jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_full_disk_is_named_and_leaves_whole_rows(table, room, n_jobs):
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
    try:
        with pytest.raises(OSError, match=r"powers\.csv cannot be written: File too"):
            sweep(table, n_jobs=n_jobs)
        with pytest.raises(OSError, match=r"powers\.csv cannot be written: File too"):
            sweep(table, retry=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    text = table.read_text()
    assert len(text) <= room
    assert text.endswith("\n") or not text
    assert [path.name for path in table.parent.iterdir()] == [table.name]
    assert sweep(table) == 9 - max(text.count("\n") - 1, 0)
    assert rows_of(table) == WHOLE


def test_an_interrupt_is_passed_on_and_what_has_ended_is_kept(table):
    def stopped(power, seed):
        if power == 2:
            raise KeyboardInterrupt
        return square(power, seed)

    with pytest.raises(KeyboardInterrupt):
        sweep(table, stopped)
    assert len(read_table(table)) == 3
    assert sweep(table) == 6


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


@pytest.mark.parametrize("name", ["score", "seed", "error"])
def test_a_column_is_not_named_twice(table, name):
    with pytest.raises(ValueError, match=rf"metrics and grid give \['{name}'\] twice"):
        run_grid(square, GRID, table, metrics=["score", name])
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


def check(rows, **options):
    names = {"keys": ["power", "seed"], "metrics": ["score"]}
    return check_table(square, rows, **names, **options)


def test_a_table_agrees_with_itself(table):
    sweep(table)
    assert check(read_table(table).to_dict("records")) == []


def test_a_metric_that_is_off_is_named():
    rows = [{"power": 2, "seed": 6, "score": 12.0012}, {**GRID[0], "score": 5.1 / 3}]
    assert check(rows) == [
        "power=1, seed=5: score is 1.6666666666666667 now, 1.7 in the table"
    ]
    assert len(check(rows, tolerance=1e-5)) == 2
    assert check([{**GRID[0], "score": 1.6687}]), "unless told, four digits agree"


def test_a_run_that_diverged_again_agrees():
    def run(power, seed):
        return {"score": float("nan") if power else 1.0}

    rows = [{"power": power, "seed": 1, "score": float("nan")} for power in (1, 0)]
    names = {"keys": ["power", "seed"], "metrics": ["score"]}
    (fault,) = check_table(run, rows, **names)
    assert fault == "power=0, seed=1: score is 1.0 now, nan in the table"


def test_what_a_row_or_a_run_lacks_is_named():
    names = {"keys": ["seed"], "metrics": ["score"]}
    with pytest.raises(ValueError, match=r"rows, keys and metrics differ: no \['seed'"):
        check_table(square, [{"score": 1.0}], **names)
    with pytest.raises(
        ValueError, match=r"function returned no \['score'\] for seed=1"
    ):
        check_table(lambda seed: {}, [{"seed": 1, "score": 1.0}], **names)


def test_the_interval_is_students_and_pairs_are_subtracted_run_by_run():
    first, second = np.array([3.0, 5.0, 9.0]), np.array([2.0, 4.5, 7.0])
    for found, known in [
        (interval(first), stats.ttest_1samp(first, 0)),
        (interval(first, minus=second), stats.ttest_rel(first, second)),
    ]:
        low, high = known.confidence_interval(0.95)
        assert found == pytest.approx(((low + high) / 2, low, high))
        assert found.mean == found[0]


def by_hand(values, minus):
    """Return the interval, computed number by number."""
    steps = [float(a) - float(b) for a, b in zip(values, minus, strict=True)]
    n = len(steps)
    mean = sum(steps) / n
    spread = sum((step - mean) ** 2 for step in steps) / (n - 1)
    half = float(stats.t.ppf(0.975, n - 1)) * (spread / n) ** 0.5
    return mean, mean - half, mean + half


def as_series(values, dtype):
    """Return a Series whose index is in another order, and holds a number twice."""
    return pd.Series(np.array(values, dtype), index=[7, *range(len(values), 1, -1)])


def as_tensor(values, dtype):
    import tensorflow as tf

    return tf.constant(np.array(values, dtype))


DTYPES = ["bool", "int8", "uint8", "uint16", "int32", "uint64", "float16", "float32"]


@pytest.mark.parametrize(
    "kind",
    [
        np.array,
        lambda values, dtype: np.array(values, dtype).tolist(),
        lambda values, dtype: tuple(np.array(values, dtype)),
        as_series,
        pytest.param(as_tensor, marks=pytest.mark.slow),
    ],
)
@given(st.data())
def test_the_interval_is_the_same_by_hand_on_every_container(kind, data):
    whole = st.integers(0, 255)
    n = data.draw(st.integers(2, 6))
    rows = [data.draw(st.lists(whole, min_size=n, max_size=n)) for _ in range(2)]
    dtypes = [data.draw(st.sampled_from(DTYPES)) for _ in range(2)]
    arrays = [np.array(r).astype(d) for r, d in zip(rows, dtypes, strict=True)]
    first, second = (kind(a, a.dtype) for a in arrays)
    expected = by_hand(*arrays)
    assert interval(first, minus=second) == pytest.approx(expected, abs=1e-9)
    expected = by_hand(arrays[0], [0] * n)
    assert interval(first) == pytest.approx(expected, abs=1e-9)


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
