"""Which statements of a chapter need which: its code taken apart, to run some of it."""

import ast
import re
import symtable
from collections.abc import Iterable
from dataclasses import dataclass, field

from nbformat import NotebookNode

from book_tools.normalise import parse_cell

FIXED = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
FUNCTIONS = (ast.FunctionDef, ast.ClassDef, ast.Lambda)
IN_PLACE = {"append", "add", "extend", "insert", "update", "setdefault", "pop"}
IN_PLACE |= {"remove", "discard", "clear", "sort", "reverse", "shuffle"}


@dataclass
class Step:
    """One statement of a cell: the names that it reads, binds and changes in place.

    `uses` has, for each name of the notebook that it needs, the numbers of the steps
    that gave it the value; those that its functions need when called are among them.
    """

    cell: NotebookNode
    node: ast.stmt
    last: bool
    reads: set[str]
    binds: set[str]
    changes: set[str]
    uses: dict[str, set[int]] = field(default_factory=dict)

    @property
    def needs(self) -> set[int]:
        """Return the numbers of all the steps that this one needs."""
        return {number for numbers in self.uses.values() for number in numbers}


def names(source: str) -> tuple[set[str], set[str]]:
    """Return the names of a notebook that some code reads, and those that it binds."""
    top = symtable.symtable(ast.unparse(parse_cell(source)), "cell", "exec")
    found = top.get_symbols()
    own = {s.get_name() for s in found if s.is_assigned() or s.is_imported()}
    read = {s.get_name() for s in found if s.is_referenced()}
    inner = [*top.get_children()]
    for table in inner:
        inner += table.get_children()
        found = table.get_symbols()
        read |= {s.get_name() for s in found if s.is_global() and s.is_referenced()}
        own |= {s.get_name() for s in found if s.is_declared_global()}
    return read, own


def take_apart(cells: Iterable[NotebookNode]) -> list[Step]:
    """Return the statements of code cells in order, each with the steps it needs."""
    steps: list[Step] = []
    givers: dict[str, set[int]] = {}  # the steps that gave a name its present value
    for cell in cells:
        body = parse_cell(cell.source).body
        for place, node in enumerate(body, start=1):
            read, sure = _first_read(node)
            read |= _queried(node) - sure
            _, own = names(ast.unparse(node))
            step = Step(cell, node, place == len(body), read, own, set())
            _resolve(step, read, steps, givers)
            step.changes |= _changed(node, shown=step.last)
            for name in step.changes & step.uses.keys():
                if any(isinstance(steps[n].node, FIXED) for n in step.uses[name]):
                    step.changes -= {name}
            for name in own | step.changes & step.uses.keys():
                before = set() if name in sure else givers.get(name, set())
                givers[name] = before | {len(steps)}
            steps.append(step)
    return steps


def with_needs(steps: list[Step], wanted: Iterable[int]) -> set[int]:
    """Return the numbers of some steps and of all that they need, however far back."""
    found, waiting = set(), [*wanted]
    while waiting:
        if (number := waiting.pop()) not in found:
            found.add(number)
            waiting += steps[number].needs
    return found


def with_users(steps: list[Step], wanted: Iterable[int]) -> set[int]:
    """Return the numbers of some steps and of all that need them, however far on."""
    found = {*wanted}
    for number, step in enumerate(steps):
        if not found.isdisjoint(step.needs):
            found.add(number)
    return found


def _resolve(step: Step, wanted: set[str], steps: list[Step], givers: dict) -> None:
    """Note who gave what a step reads, and what its functions read when called."""
    for name in wanted - step.uses.keys():
        if name in givers:
            step.uses[name] = {*givers[name]}
            for number in givers[name]:
                _resolve(step, _read_late(steps[number]), steps, givers)


def _read_late(step: Step) -> set[str]:
    """Return what the functions of a step read when they are called."""
    has_function = any(isinstance(node, FUNCTIONS) for node in ast.walk(step.node))
    return step.reads if has_function else set()


def _first_read(node: ast.stmt) -> tuple[set[str], set[str]]:
    """Return the names that a statement reads before it binds them, and those it binds.

    A loop counts as run at least once; of two branches the names count that both bind.
    """
    if not isinstance(node, ast.For | ast.While | ast.If | ast.With):
        read, own = names(ast.unparse(node))
        added = [n.target for n in ast.walk(node) if isinstance(n, ast.AugAssign)]
        read |= {target.id for target in added if isinstance(target, ast.Name)}
        return read, set() if isinstance(node, ast.Try) else own
    heads, bodies = [], [node.body]
    if isinstance(node, ast.For):
        heads = [ast.Assign([node.target], node.iter)]
    elif isinstance(node, ast.With):
        heads = [
            ast.Assign([item.optional_vars or ast.Name("_")], item.context_expr)
            for item in node.items
        ]
    else:
        heads = [ast.Expr(node.test)]
        bodies += [node.orelse] if isinstance(node, ast.If) else []
    found = [_in_order([*map(ast.fix_missing_locations, heads), *b]) for b in bodies]
    return set.union(*(r for r, _ in found)), set.intersection(*(o for _, o in found))


def _in_order(nodes: list[ast.stmt]) -> tuple[set[str], set[str]]:
    read, own = set(), set()
    for node in nodes:
        more, bound = _first_read(node)
        read |= more - own
        own |= bound
    return read, own


def _queried(node: ast.stmt) -> set[str]:
    """Return the names that a query of pandas takes from its surroundings."""
    found = (n.value for n in ast.walk(node) if isinstance(n, ast.Constant))
    texts = [text for text in found if isinstance(text, str)]
    return {name for text in texts for name in re.findall(r"@([a-z_]\w*)", text)}


def _changed(node: ast.stmt, *, shown: bool) -> set[str]:
    """Return the names whose objects a statement changes: x[0] = 1, x.add(1), x += y.

    A call whose value nobody takes is there to change something, unless it is `shown`.
    """
    parts = [*ast.walk(node)]
    targets = [p for p in parts if isinstance(getattr(p, "ctx", None), ast.Store)]
    found = {_object(p) for p in targets if not isinstance(p, ast.Name)}
    found |= {_object(p.target) for p in parts if isinstance(p, ast.AugAssign)}
    dropped = [p.value for p in parts if isinstance(p, ast.Expr)]
    dropped = [] if shown and isinstance(node, ast.Expr) else dropped
    for part in parts:
        function = part.func if isinstance(part, ast.Call) else None
        if isinstance(function, ast.Name):
            found.add(function.id)  # the first call of a layer makes its weights
        named = function.attr if isinstance(function, ast.Attribute) else ""
        if named in IN_PLACE or (named and part in dropped):
            found.add(_object(function))
    return found


def _object(node: ast.expr) -> str:
    """Return the name that x, x.y[0] and the like begin with."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
