"""`make run` keeps outputs that hold, and otherwise leaves a notebook as it was."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress

import psutil
import pytest

from book_tools import run as run_module
from book_tools.chapters import ROOT, code_cells, read_notebook, replace_file
from book_tools.freshness import stale_parts
from book_tools.programs import NOTEBOOKS
from book_tools.run import environment, run

pytestmark = pytest.mark.slow
FIRST = "from lstm_utils import windows\n\nwindows.cut([1, 2, 3])"
RUN = "import sys; from pathlib import Path; from book_tools.run import run; "
RUN += "sys.exit(run(root=Path(sys.argv[1])))"


@pytest.fixture(autouse=True)
def another_package_installed(monkeypatch):
    """Let Python find this book's `lstm_utils`; the small book must use its own."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def outputs(path):
    cells = code_cells(read_notebook(path))
    return {cell.id: [dict(out) for out in cell.outputs] for cell in cells}


def test_a_stale_chapter_is_executed_and_fresh_afterwards(
    small_book, write_chapter, capsys
):
    path = write_chapter(FIRST, "print('done')")
    before = signal.getsignal(signal.SIGTERM)
    assert run(root=small_book) == 0
    assert signal.getsignal(signal.SIGTERM) is before
    assert outputs(path)["small-2"][0]["data"] == {"text/plain": "[2, 3]"}
    assert outputs(path)["small-3"][0]["text"] == "done\n"
    assert stale_parts(read_notebook(path), small_book) == []
    assert "01-small: " in (printed := capsys.readouterr().out)
    assert "the same under both settings" in printed
    assert os.listdir(path.parent) == ["01-small.ipynb"]


def test_code_is_formatted_on_the_way(small_book, write_chapter):
    path = write_chapter("x=[1,\n2]")
    run(root=small_book)
    assert code_cells(read_notebook(path))[1].source == "x = [1, 2]"
    path.write_text(path.read_text().replace("x = [1, 2]", "x = [1,2]"))
    run(root=small_book)
    assert code_cells(read_notebook(path))[1].source == "x = [1, 2]"
    assert stale_parts(read_notebook(path), small_book) == []


def test_a_fresh_chapter_is_left_alone(small_book, write_chapter, capsys):
    path = write_chapter("import os\n\nx = os.getpid()", "1 + 1")
    run(root=small_book)
    before = path.read_bytes()
    assert run(root=small_book) == 0
    assert "Every chapter is fresh" in capsys.readouterr().out
    assert path.read_bytes() == before


def test_force_executes_a_fresh_chapter(small_book, write_chapter, monkeypatch):
    path = write_chapter("x = 1")
    run(root=small_book)
    executed = []
    monkeypatch.setattr(
        run_module, "_run_all", lambda paths, *_: executed.extend(paths)
    )
    run(root=small_book, force=True)
    run("01", root=small_book)
    assert executed == [path, path]


def test_a_fresh_chapter_is_normalised_without_running(small_book, write_chapter):
    path = write_chapter("x = 1")
    run(root=small_book)
    committed = path.read_text()
    path.write_text(committed.replace('"metadata": {},', '"metadata": {"a": 1},'))
    assert run(root=small_book) == 0
    assert path.read_text() == committed


def test_once_leaves_a_chapter_stale(small_book, write_chapter):
    path = write_chapter("x = 1")
    assert run("01-small", once=True, root=small_book) == 0
    assert "one arithmetic setting" in stale_parts(read_notebook(path), small_book)[0]


def test_an_unknown_chapter_gets_one_line(small_book, write_chapter):
    write_chapter("x = 1")
    with pytest.raises(SystemExit, match=r"called '7'\. Chapters: 01-small\.$"):
        run("7", root=small_book)


@pytest.fixture
def refused(small_book, write_chapter, capsys):
    """Return a function that runs a chapter to no effect, and gives what was said."""

    def give(*sources, **options):
        path = write_chapter(*sources)
        before = path.read_bytes()
        assert run(root=small_book, **options) == 1
        assert path.read_bytes() == before
        assert os.listdir(path.parent) == ["01-small.ipynb"]
        return capsys.readouterr().out

    return give


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def f():\n    return nope\n\n\nf()", "NameError: name 'nope' is not defined"),
        ("x = = 1", "SyntaxError: invalid syntax"),
        ("import os\n\nos._exit(3)", "ended its kernel"),
        ("import os\n\nos.environ['TF_ENABLE_ONEDNN_OPTS']", "-'0'\n+'1'"),
        ("import random\n\nrandom.random()", "another output under the second"),
        ("import sys\n\nprint('careful', file=sys.stderr)", "stores stderr"),
        ("object()", "memory address"),
        ("import time\n\ntime.sleep(60)", "took more than 4 s"),
    ],
    ids=["fails", "syntax", "dies", "differs", "random", "stderr", "address", "slow"],
)
def test_outputs_that_do_not_hold_are_not_kept(refused, monkeypatch, source, reason):
    if "sleep" in source:
        monkeypatch.setattr(run_module, "CELL_SECONDS", 4)
    printed = refused("x = 1", source)
    assert reason in printed
    assert "cell 4 (" in printed


def test_too_much_memory_is_refused(refused, monkeypatch):
    monkeypatch.setattr(run_module, "CHAPTER_GB", 0.01)
    assert "GB of memory, expected at most 0.01 GB" in refused("x = 1")


def test_too_much_time_is_refused_alone_and_noted_in_company(
    small_book, write_chapter, refused, capsys, monkeypatch
):
    monkeypatch.setattr(run_module, "CHAPTER_SECONDS", 0.1)
    assert "s, expected at most 0.1 s" in refused("x = 1")
    write_chapter("x = 1", name="02-other")
    assert run(root=small_book) == 0
    assert capsys.readouterr().out.count("MORE THAN 0.1 s; run it alone") == 2


def test_an_unknown_name_of_the_package_is_said_before_anything_runs(refused):
    said = "01-small: NOT KEPT, it names lstm_utils.nothing, which the package"
    assert said in refused("from lstm_utils import nothing")


def test_a_full_disk_gets_one_line(refused, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run_module, "replace_file", full)
    assert "NOT KEPT, [Errno 28] No space left" in refused("x = 1", once=True)


def test_code_edited_meanwhile_does_not_count_as_run(refused, small_book):
    module = str(small_book / "lstm_utils" / "windows.py")
    edit = f"_ = open({module!r}, 'a').write('AFTER = 1\\n')"
    assert "edited while it ran" in refused(FIRST, edit)


def test_an_edit_made_meanwhile_is_not_overwritten(small_book, write_chapter, capsys):
    place = str(small_book / "chapters" / "01-small.ipynb")
    path = write_chapter(
        f"from pathlib import Path\n\nchapter = Path({place!r})",
        "_ = chapter.write_text(chapter.read_text().replace('How', 'Just how'))",
    )
    assert run(root=small_book) == 1
    assert "edited while it ran" in capsys.readouterr().out
    assert "Just how small?" in path.read_text()


def test_one_failure_does_not_stop_the_others(small_book, write_chapter, capsys):
    failing = write_chapter("1 / 0", name="01-failing").read_bytes()
    good = write_chapter("1 + 1", name="02-good")
    assert run(root=small_book) == 1
    assert "Not kept: 01-failing." in capsys.readouterr().out
    assert (good.parent / "01-failing.ipynb").read_bytes() == failing
    assert stale_parts(read_notebook(good), small_book) == []


AT_WORK = """\
import time
from pathlib import Path

log = Path({log!r})
with log.open("a") as file:
    _ = file.write("+")
until = time.monotonic() + 20
while log.read_text().count("+") < 2 and time.monotonic() < until:
    time.sleep(0.1)
time.sleep(1)
with log.open("a") as file:
    _ = file.write("-")"""


def test_two_chapters_are_at_work_at_a_time(small_book, write_chapter):
    log = small_book / "log"
    for number in range(4):
        write_chapter(AT_WORK.format(log=str(log)), name=f"0{number}-chapter")
    run(once=True, root=small_book)
    steps = log.read_text()
    at_work = [steps[:end].count("+") - steps[:end].count("-") for end in range(9)]
    assert max(at_work) == 2
    assert at_work[-1] == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("kill", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_killed_run_loses_nothing(small_book, write_chapter, kill):
    mark = small_book / "kernel.pid"
    path = write_chapter(
        f"import os\n\n_ = open({str(mark)!r}, 'w').write(f'{{os.getpid()}}\\n')",
        "import time\n\ntime.sleep(60)",
    )
    before = path.read_bytes()
    command = [sys.executable, "-c", RUN, str(small_book)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as process:
        wait_for(lambda: mark.exists() and mark.read_text().endswith("\n"))
        process.send_signal(kill)
        printed, complaint = process.communicate(timeout=20)
    assert printed == ""
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == ["01-small.ipynb"]
    wait_for(lambda: not psutil.pid_exists(int(mark.read_text())))
    if kill != signal.SIGKILL:
        assert complaint.splitlines()[-1].startswith("Interrupted: chapters not yet")
        assert "Traceback" not in complaint


@pytest.fixture
def start(small_book, monkeypatch):
    """Return a function that starts the command as it is typed in the small book."""
    shutil.copytree(ROOT / "book_tools", small_book / "book_tools")
    monkeypatch.setenv("PYTHONPATH", str(small_book))
    command = [sys.executable, "-m", "book_tools", "run"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return lambda: subprocess.Popen(command, cwd=small_book, **pipes)


def kernels_of(root):
    """Return the processes that work in a book's folder of chapters."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            found += [process] if process.cwd() == str(root / "chapters") else []
    return found


KILLS = ("SIGKILL", "SIGTERM", "SIGINT") * 2


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_runs_killed_at_any_moment_leave_old_or_new_and_nothing_else(
    small_book, write_chapter, start
):
    path = write_chapter("import time", "time.sleep(0.3)", "1 + 1")
    old = path.read_bytes()
    with start() as process:
        whole = measure(process)
    new = path.read_bytes()
    draw = random.Random(1)
    for kill in KILLS:
        path.write_bytes(old)
        with start() as process:
            time.sleep(draw.uniform(0.1, whole))
            process.send_signal(getattr(signal, kill))
            _, complaint = process.communicate(timeout=20)
        assert path.read_bytes() in (old, new), kill
        assert "Traceback" not in complaint, complaint
        if kill == "SIGINT" and process.returncode:
            assert complaint.splitlines()[-1].startswith("Interrupted"), complaint
        wait_for(lambda: not kernels_of(small_book))
    (path.parent / ".01-small.ipynb.tmp").write_text("{")  # as a kill might leave it
    assert run(root=small_book) == 0
    assert path.read_bytes() == new
    assert os.listdir(path.parent) == ["01-small.ipynb"]


def measure(process):
    """Return how long a run takes that is left alone."""
    started = time.monotonic()
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == 0, complaint
    return time.monotonic() - started


def test_a_second_run_waits_for_the_first_and_finds_its_work_done(write_chapter, start):
    write_chapter("import time", "time.sleep(1)")
    with start() as first:
        assert not first.stdout.closed
        with start() as second:
            said = [process.communicate(timeout=60)[0] for process in (first, second)]
    assert first.returncode == second.returncode == 0
    ran, waited = sorted(said, key=len)
    assert "the same under both settings" in ran
    assert ran.count("\n") == 1
    waiting, fresh = waited.splitlines()
    assert waiting == "Another run is at work: waiting for its end ..."
    assert fresh.startswith("Every chapter is fresh.")


def wait_for(condition, seconds=20):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.1)


def test_a_broken_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "new" / "a.ipynb"
    path.parent.mkdir()
    path.write_text("old")
    monkeypatch.setattr("os.replace", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        replace_file(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(path.parent) == ["a.ipynb"]


def test_the_two_settings_differ_in_arithmetic_alone(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setenv("MPLBACKEND", "agg")
    first, second = environment(run_module.REFERENCE), environment(run_module.OTHER)
    differing = {name for name in first | second if first.get(name) != second.get(name)}
    assert differing == run_module.OTHER.keys()
    assert "OMP_NUM_THREADS" not in first
    assert "MPLBACKEND" not in first | second


def nbval(root):
    """Test the small book as the gate tests the real one."""
    for name in ("conftest.py", "pyproject.toml"):
        (root / name).write_text((ROOT / name).read_text())
    command = [sys.executable, "-m", "pytest", *NOTEBOOKS, "chapters"]
    command += ["--color=no", "-p", "no:cacheprovider"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    done = subprocess.run(command, cwd=root, check=False, **pipes)
    return done.returncode, done.stdout


LOUD = """\
import os
import sys

if "LOUD" in os.environ:
    print("careful", file=sys.stderr)"""


def test_nbval_passes_what_was_just_executed_and_says_where_a_number_broke(
    small_book, write_chapter, monkeypatch
):
    path = write_chapter(
        *[FIRST, "loss = 0.125", "round(loss, 3)", "loss;", "print(Out[4])", LOUD]
    )
    run(root=small_book)
    monkeypatch.setenv("LOUD", "1")  # nor does a warning on stderr fail a chapter
    status, printed = nbval(small_book)
    assert status == 0, printed
    assert "7 passed" in printed
    path.write_text(path.read_text().replace('"0.125"\n', '"0.126"\n'))
    status, printed = nbval(small_book)
    assert status == 1
    for said in ("chapters/01-small.ipynb::Cell 3", "0.126", "0.125"):
        assert said in printed
