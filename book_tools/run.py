"""Execute the chapters that are stale, and keep only outputs that hold.

Each chapter runs twice, under two arithmetic settings; outputs that differ, that
hold stderr, a machine path or a memory address, a cell that fails, or too much
memory or time leave the notebook as it was.
"""

import asyncio
import atexit
import copy
import os
import re
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, CellTimeoutError
from nbformat import NotebookNode
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager
from tqdm import tqdm

from book_tools.chapters import (
    ROOT,
    alone,
    find_chapter,
    list_notebooks,
    python_path,
    read_notebook,
    replace_file,
    serialise,
)
from book_tools.freshness import BOTH, ONE, stale_parts, stamp
from book_tools.normalise import ANSI, normalise, read_in_form
from book_tools.outputs import difference, refused_outputs
from book_tools.package import UnknownName

AT_A_TIME = 2
BAR = {"unit": "cell", "leave": False, "disable": None}
CELL_SECONDS = 180
CHAPTER_SECONDS = 90
CHAPTER_GB = 1.5
THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
REFERENCE = {"TF_ENABLE_ONEDNN_OPTS": "0"}
OTHER = {
    "TF_ENABLE_ONEDNN_OPTS": "1",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    **dict.fromkeys(THREADS, "1"),
}
CHOSEN_HERE = {*REFERENCE, *OTHER, "MPLBACKEND"}


class ChapterFailed(Exception):
    """A chapter whose new outputs cannot be kept; the message says why."""


class Loop(asyncio.SelectorEventLoop):
    """Runs several kernels; a signal stops all, where nbclient would stop the last."""

    def add_signal_handler(self, *_: object) -> None:
        """Say, as another thread's loop would, that signals go elsewhere."""
        raise RuntimeError


@dataclass
class Took:
    """How far one execution of a chapter has come, and what it took."""

    cell: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    gb: float = 0.0


def run(
    chapter: str | None = None,
    *,
    force: bool = False,
    once: bool = False,
    root: Path = ROOT,
) -> int:
    """Execute the stale chapters, or the one named, and return the exit status.

    With `force` fresh chapters are executed as well; with `once` under one setting
    only, and such a chapter stays stale.
    """
    chosen = [find_chapter(chapter, root)] if chapter else list_notebooks(root)
    with alone(root, "run"):
        for leftover in (root / "chapters").glob(".*.ipynb.tmp"):
            leftover.unlink()  # of a run that was killed
        chapters = {path: read_notebook(path) for path in chosen}
        force = force or chapter is not None
        wanted = [p for p, book in chapters.items() if force or stale_parts(book, root)]
        _normalise_fresh(chapters.keys() - {*wanted}, root)
        if wanted:
            return _run_all(wanted, once, root)
    print("Every chapter is fresh. CHAPTER=NN-name or FORCE=1 executes it anyway.")
    return 0


def _normalise_fresh(paths: set[Path], root: Path) -> None:
    for path in sorted(paths):
        text = serialise(read_in_form(path, root))
        if text != path.read_text("utf-8"):
            replace_file(path, text)
            print(f"{path.stem}: normalised; its outputs are still fresh")


def _run_all(paths: list[Path], once: bool, root: Path) -> int:
    failed: list[str] = []
    places = asyncio.Semaphore(AT_A_TIME)

    async def keep(path: Path) -> None:
        async with places:
            try:
                report = await _run_chapter(path, once, len(paths) == 1, root)
                tqdm.write(f"{path.stem}: {report}")
            except (ChapterFailed, UnknownName, OSError, SystemExit) as failure:
                failed.append(path.stem)
                tqdm.write(f"{path.stem}: NOT KEPT, {failure}\n")

    async def keep_all() -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        def stop(*_: object) -> None:
            loop.call_soon_threadsafe(task.cancel)

        before = signal.signal(signal.SIGTERM, stop)
        try:
            async with asyncio.TaskGroup() as group:
                for path in paths:
                    group.create_task(keep(path))
        finally:
            signal.signal(signal.SIGTERM, before)

    try:
        with asyncio.Runner(loop_factory=Loop) as runner:
            runner.run(keep_all())
    except (KeyboardInterrupt, asyncio.CancelledError):
        line = "Interrupted: chapters not yet finished are as they were."
        raise SystemExit(line) from None
    if failed:
        print(f"Not kept: {', '.join(sorted(failed))}. The notebooks are as they were.")
    return 1 if failed else 0


async def _run_chapter(path: Path, once: bool, alone: bool, root: Path) -> str:
    """Execute one chapter, replace its notebook and return a line that reports it."""
    read = path.read_bytes()
    source = read_in_form(path, root)
    deserved = stamp(source, root, ONE if once else BOTH)
    total = len(source.cells) * (1 if once else 2)
    with tqdm(total=total, desc=path.stem, **BAR) as bar:
        result, took = await execute(source, path, REFERENCE, bar)
        result = normalise(result, root)
        if alone and took.seconds > CHAPTER_SECONDS:
            raise ChapterFailed(
                f"it took {took.seconds:.0f} s, expected at most {CHAPTER_SECONDS} s; "
                "train less, or run it again on a quiet machine"
            )
        if refused := list(refused_outputs(result, root)):
            lines = ["its outputs hold what they may not:", *refused]
            raise ChapterFailed("\n  ".join(lines))
        if not once:
            other, _ = await execute(source, path, OTHER, bar)
            _refuse_differences(result, normalise(other, root))
    if path.read_bytes() != read or stamp(source, root, deserved["runs"]) != deserved:
        edited = "it, or what it uses, was edited while it ran; run it again"
        raise ChapterFailed(edited)
    result.metadata["book"] = result.metadata.get("book", {}) | {"stamp": deserved}
    replace_file(path, serialise(result))
    slow = f"MORE THAN {CHAPTER_SECONDS} s; run it alone (CHAPTER=…), "
    slow = slow if took.seconds > CHAPTER_SECONDS else ""
    how = "one setting only" if once else "the same under both settings"
    return f"{took.seconds:.0f} s, {slow}{took.gb:.2f} GB at most, {how}"


async def execute(
    source: NotebookNode, path: Path, setting: dict[str, str], bar: tqdm
) -> tuple[NotebookNode, Took]:
    """Execute a copy of a chapter under one setting; return it, and what it took."""
    notebook, took = copy.deepcopy(source), Took()
    manager = AsyncKernelManager(  # of this very Python, as nbval uses
        kernel_name=CURRENT_ENV_KERNEL_NAME,
        kernel_spec_manager=NbvalKernelspecManager(),
    )

    def before_cell(*, cell_index: int, **_: object) -> None:
        took.cell = cell_index

    def after_cell(**_: object) -> None:
        _heed_stop()
        took.gb = max(took.gb, _peak_gb(manager.provisioner.pid))
        spent = psutil.Process(manager.provisioner.pid).cpu_times()
        took.cpu_seconds = spent.user + spent.system

    client = NotebookClient(
        notebook,
        km=manager,
        timeout=CELL_SECONDS,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
        shutdown_kernel="immediate",
        on_cell_start=lambda **_: bar.update(),
        on_cell_execute=before_cell,
        on_cell_executed=after_cell,
    )
    client.owns_km = True
    started = time.perf_counter()
    try:
        await client.async_execute(
            env=environment(setting, path.parent.parent), stderr=subprocess.DEVNULL
        )
        _heed_stop()
    except (CellControlSignal, RuntimeError) as error:
        _heed_stop()
        name = "reference" if setting is REFERENCE else "second"
        place = f"cell {took.cell + 1} ({notebook.cells[took.cell].id})"
        said = f"{place} under the {name} setting {_cause(error)}"
        raise ChapterFailed(said) from error
    finally:  # which nbclient leaves to the exit where it is stopped at a bad moment
        atexit.unregister(client._cleanup_kernel)
        if client.km is not None:
            await client._async_cleanup_kernel()
    took.seconds = time.perf_counter() - started
    if took.gb > CHAPTER_GB:
        raise ChapterFailed(
            f"it took {took.gb:.2f} GB of memory, expected at most {CHAPTER_GB} GB; "
            "make its arrays or batches smaller"
        )
    return notebook, took


def _heed_stop() -> None:
    """End this task where it was told to: what waits for a kernel may swallow that."""
    if asyncio.current_task().cancelling():
        raise asyncio.CancelledError


def environment(setting: dict[str, str], root: Path = ROOT) -> dict[str, str]:
    """Return the environment of a kernel, without anyone's own IPython settings."""
    kept = {name: os.environ[name] for name in os.environ.keys() - CHOSEN_HERE}
    history = str(root / "_build" / "ipython")
    return kept | setting | {"IPYTHONDIR": history, "PYTHONPATH": python_path(root)}


def _peak_gb(pid: int) -> float:
    """Return a process' peak memory, or on macOS, which keeps none, what it holds."""
    held = psutil.Process(pid).memory_info()
    peak = getattr(held, "peak_wset", held.rss)  # Windows
    with suppress(OSError):  # Linux
        status = Path(f"/proc/{pid}/status").read_text("utf-8")
        peak = 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])
    return peak / 1e9


def _cause(error: Exception) -> str:
    if isinstance(error, RuntimeError):
        return "ended its kernel; is there enough memory?"
    if isinstance(error, CellTimeoutError):
        return f"took more than {CELL_SECONDS} s"
    return f"failed:\n{ANSI.sub('', str(error)).strip()}"


def _refuse_differences(first: NotebookNode, second: NotebookNode) -> None:
    both = zip(first.cells, second.cells, strict=True)
    for number, (cell, again) in enumerate(both, start=1):
        if found := difference(cell.get("outputs", []), again.get("outputs", [])):
            raise ChapterFailed(
                f"cell {number} ({cell.id}) gives another output under the second "
                f"arithmetic setting:\n{found}\n"
                "Print fewer digits, or a claim that holds under both."
            )
