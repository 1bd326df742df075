"""The command that runs sweeps, on one of its own; how runs start, and what is next."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from itertools import product
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from book_tools.chapters import ROOT
from experiments._arms import (
    USUAL,
    Rule,
    arm_settings,
    near_equal_widths,
    stack_params,
)
from experiments._digits import RULE
from experiments._start import seeded
from lstm_utils.experiments import read_table

POWERS = """
import time

CHAPTER = "02-powers"
COST = "nothing"
METRICS = ("score",)


def settings(rows):
    done = {row["seed"] for row in rows}
    first = [seed for seed in (0, 1, 2) if seed not in done]
    wanted = first or [seed for seed in range(3, 6 + N) if seed not in done]
    return [{"power": 2, "seed": seed, "backend": "tensorflow"} for seed in wanted]


def run(power, seed, backend):
    time.sleep(SECONDS if seed > 1 else 0)
    return {"score": seed**power + SHIFT / (seed - FAILS)}


SHIFT = 0
FAILS = -1
SECONDS = 0
N = 0
"""
SQUARES = [0, 1, 4, 9, 16, 25]
WAIT = 240  # seconds, for a machine with much else to do
CAPTURED = {"capture_output": True, "text": True, "timeout": WAIT}


@pytest.fixture
def sweeps(tmp_path):
    """Return a function that runs `python -m experiments` where one sweep is added."""
    shutil.copytree(ROOT / "experiments", tmp_path / "experiments")
    sweep = tmp_path / "experiments" / "powers.py"
    sweep.write_text(POWERS)

    def start(*arguments, **changed):
        text = POWERS
        for name, value in changed.items():
            text = text.replace(f"\n{name} = ", f"\n{name} = {value} + ")
        sweep.write_text(text)
        command = [sys.executable, "-m", "experiments", *arguments]
        environment = os.environ | {"PYTHONPATH": str(ROOT), "MARK": str(tmp_path)}
        pipes = dict.fromkeys(["stdout", "stderr"], subprocess.PIPE)
        options = {"cwd": tmp_path, "env": environment, "text": True, **pipes}
        return subprocess.Popen(command, start_new_session=True, **options)

    def call(*arguments, **changed):
        process = start(*arguments, **changed)
        told = process.communicate(timeout=WAIT)
        return subprocess.CompletedProcess(arguments, process.returncode, *told)

    def lines():
        table = call.table
        return table.read_text().count("\n") if table.exists() else 0

    def wait_for(lines):
        end = time.monotonic() + WAIT
        while call.lines() < lines:
            assert time.monotonic() < end
            time.sleep(0.05)

    def processes():
        """Return what the processes of the sweep were called with, by number."""
        mark, found = f"MARK={tmp_path}\0".encode(), {}
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it has ended, or is another user's
                if mark in (process / "environ").read_bytes():
                    called = (process / "cmdline").read_text().split("\0")
                    found[int(process.name)] = called
        return found

    def left():
        """Return the processes of the sweep that run, after two minutes at most."""
        end = time.monotonic() + WAIT / 2
        while (found := processes()) and time.monotonic() < end:
            time.sleep(0.05)
        return [*found.values()]

    call.start, call.lines, call.wait_for, call.left = start, lines, wait_for, left
    call.processes = processes
    call.table = tmp_path / "experiments" / "results" / "powers.csv"
    call.scores = lambda: sorted(read_table(call.table)["score"])
    return call


@pytest.mark.slow
def test_a_sweep_goes_on_until_nothing_is_wanted_and_then_can_be_checked(sweeps):
    done = sweeps("powers", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "powers: nothing"
    assert "complete, 0 runs failed" in done.stdout
    assert sweeps.scores() == SQUARES
    before = sweeps.table.read_text()
    assert sweeps("powers").returncode == 0
    assert sweeps.table.read_text() == before
    done = sweeps("powers", "--check", "4")
    assert done.returncode == 0
    assert "4 rows agree with the table" in done.stdout
    done = sweeps("powers", "--check", "6", SHIFT=0.1)
    assert done.returncode == 1
    assert "seed=2, backend=tensorflow: score is 4.0" in done.stdout


@pytest.mark.slow
def test_failed_runs_are_named_and_can_be_tried_again(sweeps):
    done = sweeps("powers", "--jobs", "1", FAILS=3)
    assert done.returncode == 1
    assert "complete, 1 runs failed\n  ZeroDivisionError: " in done.stdout
    assert sweeps("powers", "--jobs", "1", "--retry").returncode == 0
    assert sweeps.scores() == SQUARES


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="no /proc to look in")
@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "Ctrl-C", "SIGKILL"])
def test_who_stops_a_sweep_gets_one_line_and_no_process_is_left(sweeps, how):
    process = sweeps.start("powers", "--jobs", "2", SECONDS=600)
    sweeps.wait_for(lines=3)
    if how == "Ctrl-C":
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.send_signal(getattr(signal, how))
    out, err = process.communicate(timeout=WAIT)
    assert sweeps.left() == []
    if how != "SIGKILL":
        assert process.returncode == 130
        assert err == ""
        kept = f"2 rows are kept in {sweeps.table}"
        assert out.endswith(f"\n\nInterrupted: {kept}; the same command goes on.\n")
        assert out.count("\n") == 3
    assert sweeps("powers").returncode == 0
    assert sweeps.scores() == SQUARES


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="no /proc to look in")
@pytest.mark.parametrize("killed", ["the command", "its part"] * 2)
def test_workers_that_have_just_been_started_end_too(sweeps, killed):
    process = sweeps.start("powers", "--jobs", "2", SECONDS=600)
    end = time.monotonic() + WAIT
    while not any("LokyProcess-1" in c for c in sweeps.processes().values()):
        assert time.monotonic() < end
        time.sleep(0.01)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    (part,) = map(int, children.read_text().split())
    os.kill(process.pid if killed == "the command" else part, signal.SIGKILL)
    process.communicate(timeout=WAIT)
    assert sweeps.left() == []


@pytest.mark.slow
def test_a_second_sweep_on_a_table_gets_one_line(sweeps):
    first = sweeps.start("powers", "--jobs", "1", SECONDS=600)
    sweeps.wait_for(lines=3)
    second = sweeps("powers")
    assert second.returncode == 1
    (line,) = second.stderr.splitlines()
    assert line.startswith(f"Another sweep is writing to {sweeps.table}")
    assert line.endswith("Wait for its end, or stop it.")
    first.terminate()
    out, _ = first.communicate(timeout=WAIT)
    assert "2 rows are kept" in out
    assert sweeps("powers").returncode == 0
    assert sweeps.scores() == SQUARES


@pytest.mark.slow
@pytest.mark.parametrize("retry", [[], ["--retry"]])
def test_what_is_wrong_with_a_table_is_said_in_one_line(sweeps, retry):
    assert sweeps("powers").returncode == 0
    whole = sweeps.table.read_bytes()
    for table, said in [
        (whole.replace(b"2,1,", b"2,"), " is damaged in line "),
        (whole.replace(b"score", b"grade"), " has the columns "),
    ]:
        # A row less, so that something is wanted.
        sweeps.table.write_bytes(table[: table.rstrip().rfind(b"\n") + 1])
        done = sweeps("powers", *retry)
        assert done.returncode == 1
        (line,) = done.stderr.splitlines()
        assert line.startswith(f"{sweeps.table}{said}")


# More of them: KILLS=60 python -m pytest -s -k random_kills tests/sweeps
KILLS = int(os.environ.get("KILLS", "10"))


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="no /proc to look in")
def test_random_kills_lose_and_double_nothing(sweeps):
    rng, kinds = random.Random(0), ("SIGKILL", "SIGTERM", "SIGINT")
    longer = {"N": 10 * KILLS, "SECONDS": 0.2}
    running, kept, left = 0, [], []
    for k in range(KILLS):
        process = sweeps.start("powers", "--jobs", "2", **longer)
        if k % 2:  # else as it starts
            sweeps.wait_for(lines=sweeps.lines() + 1)
        time.sleep(rng.uniform(0, 1.5))
        running += process.poll() is None
        process.send_signal(getattr(signal, kinds[k % 3]))
        process.communicate(timeout=WAIT)
        left += sweeps.left()
        kept.append(sweeps.lines())
    print(
        f"\n{running} of {KILLS} killed as they ran; lines kept: {kept}; left: {left}"
    )
    assert running == KILLS
    assert left == []
    assert kept == sorted(kept)
    assert 1 < kept[-1] < 10 * KILLS
    assert sweeps("powers", "--jobs", "2", **longer).returncode == 0
    assert sweeps.scores() == [seed**2 for seed in range(6 + 10 * KILLS)]


CLUSTER = """
import sys
from distributed import LocalCluster

options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
with LocalCluster(**options) as cluster:
    print(cluster.scheduler_address, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def cluster():
    """Return a function that starts two workers in a folder and gives an address."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    command = [sys.executable, "-c", CLUSTER]
    with ExitStack() as started:

        def start(folder):
            process = subprocess.Popen(command, cwd=folder, env=environment, **pipes)
            started.callback(process.communicate, timeout=60)
            return process.stdout.readline().strip()

        yield start


@pytest.mark.slow
def test_the_same_sweep_runs_on_a_cluster_of_two_processes(sweeps, cluster, tmp_path):
    done = sweeps("powers", "--scheduler", cluster(tmp_path))
    assert done.returncode == 0, done.stderr
    assert sweeps.scores() == SQUARES


@pytest.mark.slow
def test_workers_that_do_not_find_the_sweep_are_not_waited_for(sweeps, cluster):
    done = sweeps("powers", "--scheduler", cluster(ROOT))
    assert done.returncode != 0
    assert "The cluster's workers do not find the sweep" in done.stderr


@pytest.mark.slow
def test_mistakes_get_one_line(sweeps):
    nobody = "tcp://127.0.0.1:1"
    for mistake, said in [
        ("power", "No sweep is called 'power'. Sweeps"),
        ("powers --check 1", "There is no row to check in "),
        (f"powers --scheduler {nobody}", f"No Dask scheduler answers at {nobody!r}"),
    ]:
        assert sweeps(*mistake.split()).stderr.splitlines()[-1].startswith(said)


LISTED = """
import sys
from experiments.__main__ import main

main(["--list"])
assert not {"tensorflow", "keras", "jax"} & {*sys.modules}
"""


def test_the_list_says_chapter_rows_and_cost_and_loads_no_keras():
    command = [sys.executable, "-c", LISTED]
    done = subprocess.run(command, cwd=ROOT, check=True, **CAPTURED)
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    rows = len(read_table("writing.csv"))
    assert f"writing 12-decoding {rows} rows about 5 CPU-minutes" in lines
    assert len(lines) == len([*(ROOT / "experiments").glob("[!_]*.py")])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:TensorFlow was imported before setup")
def test_a_run_keeps_its_weights_while_others_draw_random_numbers():
    import keras

    def first_kernel(seed, backend, disturbed):
        if disturbed:
            random.random()  # as another thread of a Dask worker does
            other = Thread(target=random.randint, args=(1, 9))
            other.start()
            other.join()
        layer = keras.layers.Dense(3)
        layer.build((None, 2))
        return layer.get_weights()[0]

    drawn_by = random.randint
    run = seeded(first_kernel)
    expected = run(seed=4, backend="tensorflow", disturbed=False)
    found = run(seed=4, backend="tensorflow", disturbed=True)
    np.testing.assert_array_equal(found, expected)
    keras.utils.set_random_seed(4)
    np.testing.assert_array_equal(first_kernel(4, "tensorflow", False), expected)
    assert (run(seed=5, backend="tensorflow", disturbed=False) != expected).any()
    with pytest.raises(RuntimeError, match="set KERAS_BACKEND=jax"):
        run(seed=4, backend="jax", disturbed=False)
    assert random.randint == drawn_by


def tuned(best, rule):
    """Return the rates that are tried where validation favours one, and the rows."""
    arm, rows, rates = {"task": "t"}, [], []
    while wanted := arm_settings(arm, rows, rule):
        rates.append(sorted({setting["lr"] for setting in wanted}))
        for setting in wanted:
            rows.append({**setting, "val_score": abs(np.log(setting["lr"] / best))})
    return rates, rows


@pytest.mark.parametrize(
    ("rule", "best", "expected"),
    [
        *((USUAL, best, [[*USUAL.grid], [best]]) for best in USUAL.grid),
        *((RULE, best, [[*RULE.grid], [best]]) for best in RULE.grid),
        (USUAL, 1.0, [[*USUAL.grid], [0.16]]),  # its edge
        (Rule(grid=(0.04,)), 1.0, [[0.04]]),  # nothing to choose from
    ],
)
def test_every_rate_of_the_grid_is_tried_and_the_best_is_scored(rule, best, expected):
    rates, rows = tuned(best, rule)
    assert rates == expected
    scored = sorted((row["seed"], row["lr"]) for row in rows if row["seed"] < 100)
    assert scored == [(seed, expected[-1][0]) for seed in range(5)]


@pytest.mark.parametrize("bad", [float("nan"), 9.0])
def test_a_rate_that_diverges_is_not_the_best(bad):
    rows = [
        {"task": "t", "lr": lr, "seed": seed, "backend": "jax", "val_score": score}
        for seed in (100, 101)
        for lr in USUAL.grid
        for score in ({0.02: 1.0, 0.04: bad}.get(lr, 2.0),)
    ]
    assert {s["lr"] for s in arm_settings({"task": "t"}, rows)} == {0.02}


def test_near_equal_widths_meet_a_budget():
    ends = {"n_features": 2, "n_outputs": 1}
    for budget, depth in product((3_000, 8_500, 20_000), (2, 3, 4)):
        widths = near_equal_widths(budget, depth, **ends)
        assert len(widths) == depth
        assert stack_params(widths, **ends) == pytest.approx(budget, rel=0.02)


@pytest.mark.slow
def test_parameters_are_counted_as_keras_counts_them():
    from lstm_utils.models import make_stack

    stack = {"n_features": 2, "n_outputs": 5}
    model = make_stack(3, [9, 4, 6], **stack)
    assert model.count_params() == stack_params([9, 4, 6], **stack)
