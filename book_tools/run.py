"""Execute the chapters that are stale, and keep only outputs that hold.

Each chapter runs twice, under two arithmetic settings; outputs that differ, that
hold stderr, a machine path or a memory address, a cell that fails, or too much
memory or time leave the notebook as it was.
"""

import asyncio
import copy
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import (
    CellExecutionError,
    CellTimeoutError,
    DeadKernelError,
)
from nbformat import NotebookNode
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager
from tqdm import tqdm

from book_tools.chapters import (
    ROOT,
    find_chapter,
    list_chapters,
    python_path,
    read_notebook,
    replace_file,
    serialise,
)
from book_tools.freshness import BOTH, ONE, stale_parts, stamp
from book_tools.normalise import ANSI, normalise, read_in_form
from book_tools.outputs import difference, refused_outputs

AT_A_TIME = 2
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


class Interrupted(Exception):
    """The run was asked to stop while this chapter was executing."""


@dataclass
class Kernels:
    """The kernels at work, so that an interrupt can stop them at once."""

    stopping: threading.Event = field(default_factory=threading.Event)
    managers: list[AsyncKernelManager] = field(default_factory=list)

    def start(self) -> AsyncKernelManager:
        """Return a manager for a kernel of this very Python, as nbval uses."""
        manager = AsyncKernelManager(
            kernel_name=CURRENT_ENV_KERNEL_NAME,
            kernel_spec_manager=NbvalKernelspecManager(),
        )
        self.managers.append(manager)
        return manager

    def stop(self) -> None:
        """Kill every kernel; what waits for one then ends by itself."""
        self.stopping.set()
        for manager in self.managers:
            process = getattr(manager.provisioner, "process", None)
            if process is not None and process.poll() is None:
                process.kill()


@dataclass
class Shared:
    """What the chapters executed by one command share."""

    once: bool
    alone: bool
    root: Path
    kernels: Kernels = field(default_factory=Kernels)
    positions: SimpleQueue[int] = field(default_factory=SimpleQueue)


@dataclass
class Progress:
    """How far one execution of a chapter has come, and what it took."""

    cell: int = 0
    seconds: float = 0.0
    gb: float | None = None


def run(
    chapter: str | None = None,
    *,
    force: bool = False,
    once: bool = False,
    root: Path = ROOT,
) -> int:
    """Execute the stale chapters, or the one named, and return the exit status.

    Parameters
    ----------
    chapter : str, optional
        The one chapter to execute, stale or not.
    force : bool
        Whether to execute fresh chapters as well.
    once : bool
        Whether to leave out the second setting; such a chapter stays stale.
    root : Path
        The folder of the book.
    """
    if chapter:
        wanted = [find_chapter(chapter, root)]
    else:
        wanted = [path for path in list_chapters(root) if force or _is_stale(path)]
        _normalise_fresh(set(list_chapters(root)) - set(wanted), root)
    if not wanted:
        print("Every chapter is fresh. CHAPTER=NN-name or FORCE=1 executes it anyway.")
        return 0
    return _run_all(wanted, Shared(once, alone=len(wanted) == 1, root=root))


def _is_stale(path: Path) -> bool:
    return bool(stale_parts(read_notebook(path), path.parent.parent))


def _normalise_fresh(paths: set[Path], root: Path) -> None:
    for path in sorted(paths):
        text = serialise(read_in_form(path, root))
        if text != path.read_text("utf-8"):
            replace_file(path, text)
            print(f"{path.stem}: normalised; its outputs are still fresh")


def _run_all(paths: list[Path], shared: Shared) -> int:
    for position in range(AT_A_TIME):
        shared.positions.put(position)
    failed = []
    with _terminable(), ThreadPoolExecutor(AT_A_TIME) as pool:
        jobs = {pool.submit(_run_chapter, path, shared): path for path in paths}
        try:
            for job in as_completed(jobs):
                try:
                    tqdm.write(f"{jobs[job].stem}: {job.result()}")
                except ChapterFailed as failure:
                    failed.append(jobs[job].stem)
                    tqdm.write(f"{jobs[job].stem}: NOT KEPT, {failure}\n")
        except KeyboardInterrupt:
            shared.kernels.stop()
            pool.shutdown(cancel_futures=True)
            raise SystemExit(
                "Interrupted: chapters not yet finished are as they were."
            ) from None
    if failed:
        print(f"Not kept: {', '.join(sorted(failed))}. The notebooks are as they were.")
    return 1 if failed else 0


@contextmanager
def _terminable() -> Iterator[None]:
    """Let a polite kill (SIGTERM) end the run as Ctrl-C does."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _run_chapter(path: Path, shared: Shared) -> str:
    """Execute one chapter, replace its notebook and return a line that reports it."""
    root, once = shared.root, shared.once
    read = path.read_bytes()
    source = read_in_form(path, root)
    deserved = stamp(source, root, ONE if once else BOTH)
    position = shared.positions.get()
    bar = tqdm(
        total=len(source.cells) * (1 if once else 2),
        desc=path.stem,
        position=position,
        unit="cell",
        leave=False,
        disable=None,
    )
    try:
        with bar:
            result, took = _execute(source, path, REFERENCE, shared.kernels, bar)
            result = normalise(result, root)
            _refuse_time(took, shared.alone)
            _refuse_outputs(result, root)
            if not once:
                other, _ = _execute(source, path, OTHER, shared.kernels, bar)
                _refuse_differences(result, normalise(other, root))
    finally:
        shared.positions.put(position)
    if path.read_bytes() != read or stamp(source, root, deserved["runs"]) != deserved:
        raise ChapterFailed(
            "it, or what it uses, was edited while it ran; run it again"
        )
    result.metadata["book"] = {"stamp": deserved}
    replace_file(path, serialise(result))
    return _report(took, once)


def _execute(
    source: NotebookNode,
    path: Path,
    setting: dict[str, str],
    kernels: Kernels,
    bar: tqdm,
) -> tuple[NotebookNode, Progress]:
    notebook = _without_outputs(source)
    manager = kernels.start()
    progress = Progress()

    def before_cell(*, cell_index: int, **_: object) -> None:
        progress.cell = cell_index
        if kernels.stopping.is_set():
            raise Interrupted

    def after_cell(**_: object) -> None:
        progress.gb = _peak_gb(manager) or progress.gb

    client = NotebookClient(
        notebook,
        km=manager,
        timeout=CELL_SECONDS,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_start=lambda **_: bar.update(),
        on_cell_execute=before_cell,
        on_cell_executed=after_cell,
    )
    client.owns_km = True
    started = time.perf_counter()
    try:
        execution = client.async_execute(
            env=environment(setting, path.parent.parent), stderr=subprocess.DEVNULL
        )
        asyncio.run(execution)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        if kernels.stopping.is_set():
            raise Interrupted from error
        place = _place(notebook, progress.cell, setting)
        raise ChapterFailed(f"{place} {_cause(error)}") from error
    progress.seconds = time.perf_counter() - started
    _refuse_memory(progress)
    return notebook, progress


def environment(setting: dict[str, str], root: Path = ROOT) -> dict[str, str]:
    """Return the environment of a kernel, without anyone's own IPython settings."""
    kept = {name: os.environ[name] for name in os.environ.keys() - CHOSEN_HERE}
    own = {
        "IPYTHONDIR": str(root / "_build" / "ipython"),
        "PYTHONPATH": python_path(root),
    }
    return kept | setting | own


def _without_outputs(source: NotebookNode) -> NotebookNode:
    notebook = copy.deepcopy(source)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def _peak_gb(manager: AsyncKernelManager) -> float | None:
    """Return a kernel's peak memory, where the system tells (Linux)."""
    try:
        status = Path(f"/proc/{manager.provisioner.pid}/status").read_text("utf-8")
    except OSError:
        return None
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found.group(1)) * 1024 / 1e9 if found else None


def _place(notebook: NotebookNode, index: int, setting: dict[str, str]) -> str:
    name = "reference" if setting is REFERENCE else "second"
    return f"cell {index + 1} ({notebook.cells[index].id}) under the {name} setting"


def _cause(error: Exception) -> str:
    if isinstance(error, DeadKernelError):
        return "ended its kernel; is there enough memory?"
    if isinstance(error, CellTimeoutError):
        return f"took more than {CELL_SECONDS} s"
    return f"failed:\n{ANSI.sub('', str(error)).strip()}"


def _refuse_outputs(notebook: NotebookNode, root: Path) -> None:
    if refused := list(refused_outputs(notebook, root)):
        lines = ["its outputs hold what they may not:", *refused]
        raise ChapterFailed("\n  ".join(lines))


def _refuse_differences(first: NotebookNode, second: NotebookNode) -> None:
    for number, (cell, again) in enumerate(
        zip(first.cells, second.cells, strict=True), start=1
    ):
        found = difference(cell.get("outputs", []), again.get("outputs", []))
        if found:
            raise ChapterFailed(
                f"cell {number} ({cell.id}) gives another output under the second "
                f"arithmetic setting:\n{found}\n"
                "Print fewer digits, or a claim that holds under both."
            )


def _refuse_memory(took: Progress) -> None:
    if took.gb is not None and took.gb > CHAPTER_GB:
        raise ChapterFailed(
            f"it took {took.gb:.2f} GB of memory, expected at most {CHAPTER_GB} GB; "
            "make its arrays or batches smaller"
        )


def _refuse_time(took: Progress, alone: bool) -> None:
    """Refuse too many seconds where no other chapter had a part in them."""
    if alone and took.seconds > CHAPTER_SECONDS:
        raise ChapterFailed(
            f"it took {took.seconds:.0f} s, expected at most {CHAPTER_SECONDS} s; "
            "train less, or run it again on a quiet machine"
        )


def _report(took: Progress, once: bool) -> str:
    parts = [f"{took.seconds:.0f} s"]
    if took.seconds > CHAPTER_SECONDS:
        parts.append(f"MORE THAN {CHAPTER_SECONDS} s; run it alone (CHAPTER=…)")
    if took.gb is not None:
        parts.append(f"{took.gb:.2f} GB at most")
    parts.append("one setting only" if once else "the same under both settings")
    return ", ".join(parts)
