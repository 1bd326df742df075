"""Run again what a chapter makes of its tables, with one of the tables changed.

The base run executes all that what reads a table needs, and keeps the values. What
needs a network is left out, with all that depends on it. Afterwards only what depends
on the changed table runs again.
"""

import ast
import builtins
import io
import linecache
import re
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from book_tools.chapters import ROOT, code_cells, read_notebook, tags
from book_tools.slices import Step, take_apart, with_needs, with_users

HEAVY = {"keras", "tensorflow", "lstm_utils.training", "lstm_utils.diagnostics"}
HEAVY |= {"lstm_utils.models", "lstm_utils.layers", "lstm_utils.decoding"}
DRAWS = {"matplotlib", "lstm_utils.plots"}
INVISIBLE = {"remove-cell", "remove-output"}
NOT_RUN = {"colab", "raises-exception"}


class Replay:
    """A chapter, as far as it depends on its `tables`: rows by the table's name.

    With other rows for one of them, `caught` and `shows` tell what becomes of it.
    """

    def __init__(self, path: Path, root: Path = ROOT) -> None:
        """Execute the chapter once; `faults` says what could not be run, and why."""
        import matplotlib as mpl

        mpl.use("Agg")
        warnings.filterwarnings("ignore")  # a changed number may make a log of zero
        self.name = path.stem
        self.folder = root / "experiments" / "results"
        self.notebook = read_notebook(path)
        cells = [c for c in code_cells(self.notebook) if not NOT_RUN & {*tags(c)}]
        self.steps = take_apart(cells)
        self.tables: dict[str, Any] = {}
        self._codes, self._kept = {}, {}
        self._now, self._failed = 0, {}  # the statement at work, and who failed last
        readers = {n: found for n, s in enumerate(self.steps) if (found := _tables(s))}
        drawers = [n for n, step in enumerate(self.steps) if _imports(step, DRAWS)]
        self._drawing = with_users(self.steps, drawers) - {*drawers}
        heavy = [n for n, step in enumerate(self.steps) if _imports(step, HEAVY)]
        users = with_users(self.steps, readers)
        heavy = users & with_users(self.steps, heavy)
        self.faults = dict.fromkeys(heavy, "")
        self.faults |= self._run_once(with_needs(self.steps, users - heavy))
        self.users: dict[str, set[int]] = {name: set() for name in self.tables}
        for number, found in readers.items():
            for name in found & self.tables.keys():
                self.users[name] |= (
                    with_users(self.steps, [number]) - self.faults.keys()
                )
        self._seen = {
            (name, drawn): [*self._look(name, drawn=drawn)]
            for name in self.tables
            for drawn in (False, True)
        }

    def caught(self, table: str, rows: Any) -> bool:
        """Tell whether an assertion fails where a table has such rows.

        The one that failed last for this table is tried first.
        """
        users = self.users[table]
        tests = {n for n in users if _asserts(self.steps[n])}
        try:
            with self._changed(table, rows), redirect_stdout(io.StringIO()):
                for some in (tests & {self._failed.get(table)}, tests):
                    for _ in self._again(with_needs(self.steps, some) & users):
                        pass
        except Exception:  # noqa: BLE001
            self._failed[table] = self._now
            return True
        return False

    def shows(self, table: str, rows: Any) -> str | None:
        """Return the first visible cell that differs where a table has such rows.

        Figures are drawn where all texts are the same. An empty name where a cell
        fails before, which is noticed as well; None where nothing differs.
        """
        with self._changed(table, rows):
            for drawn in (False, True):
                now = self._look(table, drawn=drawn)
                for before, (cell, shown) in zip(
                    self._seen[table, drawn], now, strict=False
                ):
                    if (cell, shown) != before:
                        return cell
        return None

    def _look(self, table: str, *, drawn: bool) -> Iterator[tuple[str, list]]:
        """Yield what is seen of a table, statement by statement: texts, or figures."""
        import matplotlib.pyplot as plt

        numbers = self.users[table] - self._drawing
        if drawn:
            cells = {self.steps[n].cell.id for n in self.users[table] & self._drawing}
            numbers = [n for n in self.users[table] if self.steps[n].cell.id in cells]
            numbers = with_needs(self.steps, numbers) & self.users[table]
        plt.close("all")
        try:
            for step, text in self._again(numbers):
                if INVISIBLE.isdisjoint(tags(step.cell)):
                    figures = _drawn(plt) if step.last else []
                    yield step.cell.id, [text, *figures]
                if step.last:
                    plt.close("all")
        except Exception:  # noqa: BLE001
            yield "", []

    @contextmanager
    def _changed(self, table: str, rows: Any) -> Iterator[None]:
        before = self.tables[table]
        self.tables[table] = rows
        try:
            yield
        finally:
            self.tables[table] = before

    def sentence_near(self, cell_id: str) -> str:
        """Return the first sentence of the text after a cell, else of that before."""
        cells = self.notebook.cells
        place = next(n for n, cell in enumerate(cells) if cell.id == cell_id)
        for cell in [*cells[place + 1 :], *cells[place::-1]]:
            if cell.cell_type == "markdown":
                text = re.sub(r"(?m)^(\(.*\)=|#.*|:::.*|:\w+:.*)$", "", cell.source)
                return re.split(r"(?<=[.?!:])\s", " ".join(text.split()))[0]
        return ""

    def _read(self, table: str) -> Any:
        name = Path(table).stem
        if name not in self.tables:
            self.tables[name] = self._from_file(self.folder / Path(table).name)
        return self.tables[name].copy()

    def _run_once(self, numbers: set[int]) -> dict[int, str]:
        faults: dict[int, str] = {}
        values: dict[str, Any] = _fresh_names()
        for number in sorted(numbers):
            step = self.steps[number]
            if gone := step.needs & faults.keys():
                faults[number] = faults[min(gone)]
            else:
                used = step.uses.keys() & values.keys()
                self._kept[number] = {name: values[name] for name in used}
                try:
                    self._execute(number, values)
                except Exception as error:  # noqa: BLE001
                    faults[number] = f"{step.cell.id}: {type(error).__name__}: {error}"
        return faults

    def _again(self, numbers: Iterable[int]) -> Iterator[tuple[Step, str]]:
        """Execute some statements again, on the kept values of what they need."""
        values, here = _fresh_names(), self._with_changed({*numbers})
        for number in sorted(here):
            step = self.steps[number]
            for name, value in self._kept[number].items():
                if here.isdisjoint(step.uses[name]):
                    values[name] = value
            yield step, self._execute(number, values)

    def _with_changed(self, numbers: set[int]) -> set[int]:
        """Add the steps that made what these change in place, or draw on."""
        waiting = [*numbers]
        while waiting:
            step = self.steps[waiting.pop()]
            made = {n for name in step.changes for n in step.uses.get(name, ())}
            made = (made | step.needs & self._drawing) - numbers - self.faults.keys()
            waiting += made
            numbers |= made
        return numbers

    def _execute(self, number: int, values: dict[str, Any]) -> str:
        """Execute a statement; return what it prints, and its value where it shows."""
        step, said, self._now = self.steps[number], io.StringIO(), number
        shows = step.last and isinstance(step.node, ast.Expr)
        if number not in self._codes:
            kind, tree = "exec", ast.Module([step.node], [])
            if shows:
                kind, tree = "eval", ast.Expression(step.node.value)
            name, lines = f"<{step.cell.id}>", step.cell.source.splitlines(True)
            linecache.cache[name] = (0, None, lines, name)  # for inspect.getsource
            self._codes[number] = compile(tree, name, kind)
        with redirect_stdout(said):
            value = eval(self._codes[number], values)
        if "read_table" in step.binds:
            self._from_file, values["read_table"] = values["read_table"], self._read
        return said.getvalue() + ("" if value is None else _said(value))


def _fresh_names() -> dict[str, Any]:
    def display(*shown: Any) -> None:
        print(*map(_said, shown), sep="\n")

    return {"__builtins__": builtins, "__name__": "__main__", "display": display}


def _said(value: Any) -> str:
    return value.to_string() if hasattr(value, "to_string") else repr(value)


def _drawn(plt: Any) -> list:
    """Return the data and the words of the open figures."""
    found = []
    for artist in (a for n in plt.get_fignums() for a in plt.figure(n).findobj()):
        for get in ("get_xydata", "get_offsets", "get_array", "get_text"):
            if hasattr(artist, get):
                found.append(_plain(getattr(artist, get)()))
        if hasattr(artist, "get_paths"):
            found += [_plain(path.vertices) for path in artist.get_paths()]
        elif hasattr(artist, "get_width") and hasattr(artist, "get_height"):
            found.append([artist.get_width(), artist.get_height()])
    return [repr(part) for part in found]


def _plain(data: Any) -> Any:
    return data.tolist() if hasattr(data, "tolist") else data


def _asserts(step: Step) -> bool:
    tested = {"test", "check"} & {*tags(step.cell)}
    return bool(tested) or any(isinstance(n, ast.Assert) for n in ast.walk(step.node))


def _imports(step: Step, rooms: set[str]) -> bool:
    """Tell whether a statement imports one of some modules, or from one."""
    node = step.node
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return False
    before = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
    full = [f"{before}{alias.name}." for alias in node.names]
    return any(f.startswith(f"{room}.") for room in rooms for f in full)


def _tables(step: Step) -> set[str]:
    """Return the names of the tables that a statement reads."""
    calls = [node for node in ast.walk(step.node) if isinstance(node, ast.Call)]
    reads = [c for c in calls if ast.unparse(c.func).endswith("read_table") and c.args]
    literals = (c.args[0].value for c in reads if isinstance(c.args[0], ast.Constant))
    return {Path(name).stem for name in literals}
