"""What must agree between the book's files."""

import ast
import re
import tomllib

import pytest
import yaml
from introductions import early_uses, is_shown, read_code, shown_names
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version
from structure import imported_packages

from book_tools.chapters import ROOT, code_cells, list_chapters, read_notebook
from book_tools.freshness import locked_versions
from book_tools.lock import RUN_EXTRAS, environment
from book_tools.normalise import parse_cell
from book_tools.package import Package

CHAPTERS = {path.stem[:2]: path for path in list_chapters()}
PAGES = sorted(ROOT.glob("*.md"))
PACKAGE = Package()
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ALONE = [ROOT / "lstm_utils" / "README.md", ROOT / "pyproject.toml"]
NAMING = [ROOT / "CITATION.cff", *ALONE, *PAGES, *WORKFLOWS]
LOCKS = ("book", "dev", "run")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
CITE = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")
TERM = re.compile(r"\{term\}`(?:[^`<]*<([^`>]+)>|([^`<]+))`")
# Doors whose names enter unseen, and the modules that will move behind them.
EXEMPT = {"notebook", "plots", "experiments"}
# Public names whose chapter is still to be written; empty at the end.
STILL_TO_COME = {"sliding_windows", "split_by_time"}


def prose():
    """Return all that the book says outside code, by file."""
    pages = [ROOT / f"{file}.md" for file in toc_files()]
    texts = {path.name: path.read_text("utf-8") for path in pages if path.is_file()}
    for path in CHAPTERS.values():
        cells = read_notebook(path).cells
        markdown = [cell.source for cell in cells if cell.cell_type == "markdown"]
        texts[path.name] = "\n\n".join(markdown)
    return texts


def chapter_code(number):
    cells = code_cells(read_notebook(CHAPTERS[number]))
    return [parse_cell(cell.source) for cell in cells]


# --- contents -----------------------------------------------------------------


def toc_files():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    chapters = [entry for part in toc["parts"] for entry in part["chapters"]]
    return [toc["root"], *(entry["file"] for entry in chapters)]


def test_the_contents_list_every_chapter_once():
    listed = [file for file in toc_files() if file.startswith("chapters/")]
    stored = sorted(p.with_suffix("") for p in (ROOT / "chapters").glob("*.ipynb"))
    assert listed == [path.relative_to(ROOT).as_posix() for path in stored]


def test_every_page_of_the_contents_exists():
    for file in toc_files():
        assert any((ROOT / f"{file}{end}").is_file() for end in (".md", ".ipynb")), file


def test_chapters_have_portable_names():
    names = [path.name for path in (ROOT / "chapters").glob("*.ipynb")]
    assert all(re.fullmatch(r"\d\d-[a-z0-9-]+\.ipynb", name) for name in names), names


# --- references ----------------------------------------------------------------


def test_citations_and_bibliography_agree():
    bibliography = (ROOT / "references.bib").read_text("utf-8")
    keys = set(re.findall(r"^@\w+\{([^,\s]+),", bibliography, re.MULTILINE))
    found = (group for text in prose().values() for group in CITE.findall(text))
    cited = {key.strip() for group in found for key in group.split(",")}
    assert cited - keys == set(), "cited, but not in references.bib"
    assert keys - cited == set(), "in references.bib, but never cited"


def test_every_term_used_is_in_the_glossary():
    glossary = (ROOT / "glossary.md").read_text("utf-8")
    body = re.search(r"^:::\{glossary\}\n((?:(?!:::).*\n)*)", glossary, re.MULTILINE)
    lines = body.group(1).splitlines()
    terms = {line.strip().lower() for line in lines if line[:1].strip()}
    used = {
        (target or text).strip().lower()
        for page in prose().values()
        for target, text in TERM.findall(page)
    }
    assert used
    assert used - terms == set()


# --- the package ---------------------------------------------------------------


def public_definitions():
    """Yield the full name and docstring of every name that a chapter must introduce."""
    for name in PACKAGE.files:
        if "._" in name or {*name.split(".")[1:2]} & EXEMPT:
            continue
        module = PACKAGE.module(name)
        found = {node.name: node for node in module.tree.body if hasattr(node, "name")}
        for public in module.literal("__all__", []):
            if public in found:  # others come from a room that has them itself
                yield f"{name}.{public}", ast.get_docstring(found[public]) or ""


DEFINITIONS = dict(public_definitions())


def introduced_in(name):
    found = re.search(r"^Introduced in: (\d\d)$", DEFINITIONS[name], re.MULTILINE)
    assert found, f"{name} says no `Introduced in: NN` in its docstring"
    return found.group(1)


@pytest.mark.parametrize("name", DEFINITIONS)
def test_the_reader_sees_a_name_in_the_chapter_that_it_names(name):
    chapter = introduced_in(name)
    if chapter in CHAPTERS:
        cells = code_cells(read_notebook(CHAPTERS[chapter]))
        assert is_shown(name, shown_names(cells, read_code(cells, PACKAGE))), (
            f"chapter {chapter} neither defines {name} nor prints its source"
        )
    else:
        waiting = name.rpartition(".")[-1] in STILL_TO_COME
        assert waiting, f"{name} waits for chapter {chapter}"


def test_the_list_of_names_still_to_come_is_current():
    waiting = {name for name in DEFINITIONS if introduced_in(name) not in CHAPTERS}
    assert {name.rpartition(".")[-1] for name in waiting} >= STILL_TO_COME


@pytest.mark.parametrize("number", CHAPTERS)
def test_a_chapter_uses_only_what_its_reader_has_seen(number):
    introduced = {name: introduced_in(name) for name in DEFINITIONS}
    cells = code_cells(read_notebook(CHAPTERS[number]))
    assert list(early_uses(number, cells, introduced, PACKAGE)) == []


@pytest.mark.parametrize("name", PACKAGE.files)
def test_the_package_depends_on_nothing_of_the_book(name):
    tree = PACKAGE.module(name).tree
    of_the_book = {"benchmarks", "book_tools", "chapters", "experiments"}
    assert not imported_packages(tree) & of_the_book
    if name.split(".")[1:2] != ["layers"]:
        top = ast.Module([node for node in tree.body if is_import(node)], [])
        assert not imported_packages(top) & {"keras", "tensorflow"}


def is_import(node):
    return isinstance(node, ast.Import | ast.ImportFrom)


@pytest.mark.parametrize("number", CHAPTERS)
def test_no_chapter_needs_the_tools(number):
    for tree in chapter_code(number):
        assert not imported_packages(tree) & {"book_tools", "tests"}


# --- addresses, versions, locks -------------------------------------------------


ADDRESS = re.compile(
    r"https://(?:github\.com/[\w.-]+/[\w.-]*\w|[\w-]+\.github\.io/(?:[\w.-]+/)?)"
)
OWN = {CONFIG["repository"]["url"], CONFIG["html"]["baseurl"]}


def addresses(file):
    """Return the repositories and the sites that a file names."""
    return {*ADDRESS.findall(file.read_text("utf-8"))}


@pytest.mark.parametrize("file", ["CITATION.cff", "README.md", "pyproject.toml"])
def test_the_repository_is_named(file):
    assert CONFIG["repository"]["url"] in addresses(ROOT / file)


@pytest.mark.parametrize("path", NAMING, ids=lambda path: path.name)
def test_no_other_repository_and_no_other_site_is_named(path):
    assert addresses(path) - OWN == set(), "change it, or change _config.yml"


def names_and_versions(lock):
    lines = locked_versions(ROOT / "requirements" / f"{lock}.txt")
    return {line.partition(" ")[0] for line in lines}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_hashes_and_no_address(lock):
    text = (ROOT / "requirements" / f"{lock}.txt").read_text("utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(locked_versions(ROOT / "requirements" / f"{lock}.txt"))
    assert all("--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize("lock", ["book", "run"])
def test_adding_dev_changes_no_version(lock):
    assert names_and_versions(lock) - names_and_versions("dev") == set()


def test_book_installs_no_tensorflow():
    assert not any(line.startswith("tensorflow") for line in names_and_versions("book"))


def test_dev_holds_what_installing_the_package_needs():
    names = {line.partition("==")[0] for line in names_and_versions("dev")}
    assert {"editables", "hatchling"} <= names


@pytest.mark.parametrize("lock", ["book", "dev"])
def test_the_lock_has_jupyter_book_1(lock):
    found = [v for v in names_and_versions(lock) if v.startswith("jupyter-book==")]
    assert len(found) == 1
    assert Version(found[0].partition("==")[2]) < Version("2")


@pytest.mark.parametrize(
    "path",
    [ROOT / "pyproject.toml", ROOT / "environment.yml", ROOT / ".ci/run", *WORKFLOWS],
    ids=lambda path: path.name,
)
def test_no_file_lets_jupyter_book_2_in(path):
    pattern = r"jupyter[-_]book(?![-\w.])\s*([<>=!~][^;\"'\n]*)?"
    for specifier in re.findall(pattern, path.read_text("utf-8")):
        assert Version("2.0") not in SpecifierSet(specifier), path


def test_environment_is_what_the_lock_gives():
    assert (ROOT / "environment.yml").read_text("utf-8") == environment(), (
        "`make lock` writes environment.yml"
    )


def test_environment_has_what_the_package_asks_for():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    pins = [pin for pin in listed["dependencies"][-1]["pip"] if pin != "-e ."]
    pinned = {
        canonicalize_name(Requirement(pin).name): Requirement(pin) for pin in pins
    }
    asked = list(PROJECT["dependencies"])
    asked += [line for e in RUN_EXTRAS for line in PROJECT["optional-dependencies"][e]]
    wanted = {canonicalize_name(Requirement(a).name): Requirement(a) for a in asked}
    assert pinned.keys() == wanted.keys()
    for name, requirement in wanted.items():
        (version,) = (spec.version for spec in pinned[name].specifier)
        assert version in requirement.specifier, f"{name} {version}"
        assert bool(pinned[name].marker) == bool(requirement.marker), name


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(path):
    uses = re.findall(r"uses:\s*(.+)", path.read_text("utf-8"))
    assert uses
    for action in uses:
        if action.startswith("./"):
            assert (ROOT / action).is_file(), action
        else:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", action), action


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_ask_for_few_rights_and_end(path):
    workflow = yaml.safe_load(path.read_text("utf-8"))
    assert workflow["permissions"] in ({}, {"contents": "read"})
    for job in workflow["jobs"].values():
        assert ("timeout-minutes" in job) != ("uses" in job)


def test_only_what_passed_is_deployed_one_at_a_time():
    path = ROOT / ".github" / "workflows" / "deploy.yml"
    workflow = yaml.safe_load(path.read_text("utf-8"))
    jobs, needed = workflow["jobs"], "deploy"
    while "needs" in jobs[needed]:
        needed = jobs[needed]["needs"]
    assert jobs[needed]["uses"] == "./.github/workflows/test.yml"
    assert workflow["concurrency"]["cancel-in-progress"] is False
