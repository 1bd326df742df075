"""The house stands as it was designed: read from its sources, nothing is imported."""

import ast
import graphlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What each folder may import of the others.
MAY_IMPORT = {
    "lstm_utils": set(),
    "experiments": {"lstm_utils"},
    "benchmarks": {"experiments", "lstm_utils"},
    "book_tools": set(),
}
RECORD = {"_asdict", "_fields", "_make", "_replace"}  # public in named tuples


def modules(*folders):
    """Return the name, path and tree of every module of some folders."""
    for path in sorted(path for f in folders for path in (ROOT / f).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        tree = ast.parse(path.read_text("utf-8"))
        yield name.removesuffix(".__init__"), path, tree


PACKAGE = {name: (path, tree) for name, path, tree in modules("lstm_utils")}


def imports(tree):
    """Yield the full name of whatever is imported, in a function too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "name the package in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(tree):
    """Return the modules of the package that one of them imports."""
    found = [name for name in imports(tree) if name.startswith("lstm_utils")]
    return {n if n in PACKAGE else n.rpartition(".")[0] for n in found}


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_imports_go_in_one_direction(folder):
    others = MAY_IMPORT.keys() - MAY_IMPORT[folder] - {folder}
    for name, _, tree in modules(folder):
        assert not others & {full.partition(".")[0] for full in imports(tree)}, name


def test_chapters_import_the_package_alone():
    others = "|".join(MAY_IMPORT.keys() - {"lstm_utils"})
    for path in (ROOT / "chapters").glob("*.ipynb"):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            source = "".join(cell["source"]) if cell["cell_type"] == "code" else ""
            assert not re.search(rf"(?m)^\s*(from|import) ({others})\b", source), path


def test_no_module_or_door_imports_itself_by_a_detour():
    rooms = {name: within(tree) for name, (_, tree) in PACKAGE.items()}
    doors = {}
    for name in rooms.keys() - {"lstm_utils"}:
        door = doors.setdefault(name.split(".")[1], set())
        door |= {other.split(".")[1] for other in rooms[name]}
    for graph in (rooms, {door: others - {door} for door, others in doors.items()}):
        graphlib.TopologicalSorter(graph).prepare()  # or it names the circle


def test_who_opens_the_package_sees_all_of_it_and_reads_a_module_in_one_sitting():
    entries = {p.name for p in (ROOT / "lstm_utils").iterdir()} - {"__pycache__"}
    assert len(entries) <= 16
    texts = {name: path.read_text("utf-8") for name, (path, _) in PACKAGE.items()}
    assert [name for name in texts if texts[name].count("\n") > 300] == []


def own_names(tree):
    """Return the names in a module that stand for modules of this repository."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            home = getattr(node, "module", None) or node.names[0].name
            if home.partition(".")[0] in MAY_IMPORT:
                yield from (alias.asname or alias.name for alias in node.names)


def private(tree):
    """Yield each private attribute of an object that is not the module's own."""
    own = {"self", "cls", *own_names(tree)}
    asked = {"getattr", "hasattr", "setattr"}
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=owner)) if owner in own:
                continue
            case ast.Attribute(attr=name):
                pass
            case ast.Call(func=ast.Name(id=f), args=[_, ast.Constant(value=name), *_]):
                name = name if f in asked else ""
            case _:
                continue
        if re.match(r"_[^_]", name) and name not in RECORD:
            yield f"line {node.lineno}: {name}"


@pytest.mark.parametrize("folder", ["lstm_utils", "experiments", "benchmarks"])
def test_only_public_keras_is_used(folder):
    for name, path, tree in modules(folder):
        assert "keras.src" not in path.read_text("utf-8"), name
        assert [*private(tree)] == [], name


def test_the_front_door_names_what_is_there():
    body = [n for n in PACKAGE["lstm_utils"][1].body if isinstance(n, ast.Assign)]
    assigned = {ast.unparse(node.targets): node.value for node in body}
    homes = ast.literal_eval(assigned["_HOMES"])
    assert len(homes) > 20
    for name, room in homes.items():
        body = PACKAGE[f"lstm_utils.{room}"][1].body
        assert name in {getattr(node, "name", "") for node in body}, room


def test_importing_loads_no_framework():
    """So that `setup` can still choose how they start."""
    rooms = [n for n in PACKAGE if n not in ("lstm_utils", "lstm_utils.layers")]
    code = "import sys, lstm_utils; print(*sys.modules)\n"
    code += f"import {', '.join(rooms)}; print(*sys.modules)"
    run = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True)
    first, all_rooms = ({*line.split()} for line in run.splitlines())
    assert not first & {"keras", "matplotlib", "pandas", "scipy", "tensorflow"}
    assert not all_rooms & {"keras", "tensorflow"}
