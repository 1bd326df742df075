"""Where each name of the package is defined, read from its files: nothing is imported.

A door is a package whose `__init__` gives what its rooms define. The front door may
name the rooms instead, in a literal `_HOMES = {"name": "door.room", …}`.
"""

import ast
import inspect
import symtable
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache, cached_property, partial
from importlib.util import resolve_name
from pathlib import Path
from typing import Any

from book_tools.chapters import ROOT

PACKAGE = "lstm_utils"
Target = tuple[str, str]  # a module and a name in it, or "" for the module itself


class UnknownName(ValueError):
    """Code names what the package does not have; the message says who and what."""


class Package:
    """The modules of the package, found through its doors as Python finds them."""

    def __init__(self, root: Path = ROOT):
        self.files = {}
        for path in sorted((root / PACKAGE).rglob("*.py")):
            name = ".".join(path.relative_to(root).with_suffix("").parts)
            self.files[name.removesuffix(".__init__")] = path
        self.module = cache(partial(Module, self))

    def find(self, full: str, start: str = PACKAGE) -> Target:
        """Return the module that defines what a full name means, and the name there.

        Raises `UnknownName` where, from `start` on, there is no such thing.
        """
        first, *rest = full[len(start) + 1 :].split(".")
        inner = f"{start}.{first}"
        means = self.module(start).names.get(first, inner)
        if not means:
            return start, first
        if means != inner:
            return self.find(".".join([means, *rest]))
        if inner in self.files:
            return self.find(full, inner)
        if not first or first.startswith("__"):  # every module has `__doc__`, …
            return start, ""
        raise UnknownName(f"{inner}, which the package does not have")

    def rooms(self, target: Target) -> list[str]:
        """Return the module of a name; of a door as a whole, all that lie in it too."""
        module, name = target
        inside = [] if name else [m for m in self.files if m.startswith(f"{module}.")]
        return [module, *inside]

    def used(self, targets: Iterable[Target]) -> list[str]:
        """Return the modules on which some names depend, directly or not, sorted."""
        waiting, found = [*targets], set()
        while waiting:
            for name in {*self.rooms(waiting.pop())} - found:
                found.add(name)
                waiting += self.module(name).targets()
        return sorted(found)


class Code:
    """Some code of which `who` speaks, and what it takes from the package."""

    def __init__(
        self, package: Package, tree: ast.AST, who: str = "it", home: str = PACKAGE
    ):
        self.package, self.tree, self.who = package, tree, who
        self.imports = [*_imports(tree, home)]
        self.means: dict[str, set[str]] = {}
        for name, full in self.imports:  # `import a.b` gives `a`
            first, dotted, _ = name.partition(".")
            self.means.setdefault(first, set()).add(PACKAGE if dotted else full)

    def targets(self) -> Iterator[Target]:
        """Yield what the code imports and names of the package.

        A door that is imported counts by what is taken from it, or as a whole where
        nothing is.
        """
        taken = {chain.partition(".")[0] for chain in _chains(self.tree)}
        for name, full in self.imports:
            module, inner = target = self._find(full)
            door = self.package.module(module).is_door and not inner
            if not door or name.partition(".")[0] not in taken:
                yield target
        yield from self.named(self.tree)

    def named(self, tree: ast.AST) -> Iterator[Target]:
        """Yield what a part of the code names of the package: `tasks.echo`, `echo`."""
        for chain in _chains(tree):
            first, dot, rest = chain.partition(".")
            for full in (meanings := self.means.get(first, ())):
                try:
                    yield self._find(full + dot + rest)
                except UnknownName:  # unless it may be another thing of that name
                    if len(meanings) == 1 and first not in _bound(self.tree):
                        raise
                    yield self._find(full)

    def _find(self, full: str) -> Target:
        try:
            return self.package.find(full)
        except UnknownName as error:
            raise UnknownName(f"{self.who} names {error}") from None


class Module(Code):
    """The code of one file of the package."""

    def __init__(self, package: Package, name: str):
        self.path = package.files[name]
        self.is_door = self.path.name == "__init__.py"
        self.text = self.path.read_text("utf-8")
        home = name if self.is_door else name.rpartition(".")[0]
        super().__init__(package, ast.parse(self.text), name, home)

    @cached_property
    def names(self) -> dict[str, str]:
        """The names at the top, each with the full name for which it stands.

        What is made here, or comes from elsewhere, stands for nothing else: "".
        """
        symbols = symtable.symtable(self.text, str(self.path), "exec").get_symbols()
        top = {s.get_name(): "" for s in symbols if s.is_assigned() or s.is_imported()}
        given = {name: full for name, full in self.imports if name in top}
        homes = self.literal("_HOMES", {}).items()
        return top | given | {name: f"{PACKAGE}.{room}.{name}" for name, room in homes}

    def literal(self, name: str, default: Any) -> Any:
        """Return the value written at the top under a name, where it is a literal."""
        for node in self.tree.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets) == name:
                with suppress(ValueError):
                    return ast.literal_eval(node.value)
        return default

    def source(self, name: str) -> str:
        """Return the text of a function or class as `inspect` does; else the file's."""
        for node in self.tree.body:
            if getattr(node, "name", None) == name:
                first = min(n.lineno for n in (node, *node.decorator_list))
                lines = self.text.splitlines(keepends=True)
                return "".join(inspect.getblock(lines[first - 1 :]))
        return self.text


def _imports(tree: ast.AST, home: str) -> Iterator[tuple[str, str]]:
    """Yield the name that each import from the package gives, and its full name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            base = ""
            if isinstance(node, ast.ImportFrom):
                base = resolve_name("." * node.level + (node.module or ""), home) + "."
            for alias in node.names:
                if f"{base}{alias.name}.".startswith(f"{PACKAGE}."):
                    yield alias.asname or alias.name, base + alias.name


def _chains(node: ast.AST) -> Iterator[str]:
    """Yield the dotted names that code reads, each as a whole."""
    inner = node
    while isinstance(inner, ast.Attribute):
        inner = inner.value
    if not isinstance(inner, ast.Name):
        for child in ast.iter_child_nodes(node):
            yield from _chains(child)
    elif isinstance(inner.ctx, ast.Load):
        yield ast.unparse(node)


def _bound(tree: ast.AST) -> set[str]:
    """Return the names that code gives to something else than an import."""
    field = {ast.Name: "id", ast.arg: "arg", ast.FunctionDef: "name"}
    field |= {ast.ClassDef: "name"}
    nodes = (node for node in ast.walk(tree) if type(node) in field)
    bound = (n for n in nodes if not isinstance(getattr(n, "ctx", None), ast.Load))
    return {getattr(node, field[type(node)]) for node in bound}
