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
from structure import hostile, promises

from book_tools.chapters import (
    ROOT,
    code_cells,
    list_chapters,
    list_notebooks,
    read_notebook,
)
from book_tools.freshness import locked_versions
from book_tools.lock import RUN_EXTRAS, environment
from book_tools.package import Package
from book_tools.site.facts import read_facts
from book_tools.site.imprint import is_credit

CHAPTERS = list_chapters()
NOTEBOOKS = {path: read_notebook(path) for path in list_notebooks()}
CODE = {path.stem[:2]: code_cells(NOTEBOOKS[path]) for path in CHAPTERS}
PAGES = sorted(ROOT.glob("*.md"))
PACKAGE = Package()
PYPROJECT = "pyproject.toml"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
JOBS = {path.name: yaml.safe_load(path.read_text("utf-8")) for path in WORKFLOWS}
NAMING = ["CITATION.cff", PYPROJECT, "lstm_utils/README.md"]
NAMING = [*(ROOT / name for name in NAMING), *PAGES, *WORKFLOWS]
UNLOCKED = [ROOT / n for n in (PYPROJECT, "environment.yml", ".ci/run")]
PROJECT = tomllib.loads((ROOT / PYPROJECT).read_text("utf-8"))["project"]
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
FILES = [entry["file"] for part in TOC["parts"] for entry in part["chapters"]]
FILES = [TOC["root"], *FILES]
CITE = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")
TERM = re.compile(r"\{term\}`(?:[^`<]*<([^`>]+)>|([^`<]+))`")
ADDRESS = re.compile(
    r"https://(?:github\.com/[\w.-]+/[\w.-]*\w|[\w-]+\.github\.io/(?:[\w.-]+/)?)"
)
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
CREDITS = [*filter(is_credit, CITATION.get("references", ()))]  # of a fork
OWN = {CONFIG["repository"]["url"], CONFIG["html"]["baseurl"]}
OWN |= {book[key] for book in CREDITS for key in ("repository-code", "url")}
EXEMPT = {"notebook", "plots", "experiments"}  # doors whose names enter unseen
# Public names whose chapter is still to be written; empty at the end.
STILL_TO_COME: set[str] = set()


def said():
    """Return all that the book says outside code, page by page."""
    pages = [ROOT / f"{file}.md" for file in FILES]
    yield from (path.read_text("utf-8") for path in pages if path.is_file())
    cells = [cell for chapter in NOTEBOOKS.values() for cell in chapter.cells]
    yield from (cell.source for cell in cells if cell.cell_type == "markdown")


def named(path):
    return path.relative_to(ROOT).as_posix()


def test_the_contents_list_every_notebook_once_under_a_portable_name():
    listed = [file for file in FILES if file.startswith("chapters/")]
    assert listed == [named(path.with_suffix("")) for path in NOTEBOOKS] != []
    assert {*NOTEBOOKS} == {*(ROOT / "chapters").glob("*.ipynb")}
    assert all(re.fullmatch(r"chapters/[a-z0-9-]+", file) for file in listed)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_is_called_the_same_everywhere(path):
    facts = read_facts(path)
    listed = f"| {facts.number} | [{facts.name}](chapters/{path.name}) "
    assert f"{listed}| {facts.question} |" in (ROOT / "README.md").read_text("utf-8")
    timed = f"| {facts.title} | {facts.minutes} min |"
    assert timed in (ROOT / "TEACHING.md").read_text("utf-8")


def test_no_two_chapters_are_described_alike():
    said = [read_facts(path) for path in CHAPTERS]
    for kind in ("name", "question", "description"):
        assert len({getattr(facts, kind) for facts in said}) == len(said) > 10


def test_citations_and_bibliography_agree():
    bibliography = (ROOT / "references.bib").read_text("utf-8")
    keys = set(re.findall(r"^@\w+\{([^,\s]+),", bibliography, re.MULTILINE))
    found = (group for text in said() for group in CITE.findall(text))
    cited = {key.strip() for group in found for key in group.split(",")}
    assert cited - keys == set(), "cited, but not in references.bib"
    assert keys - cited == set(), "in references.bib, but never cited"


def test_every_term_used_is_in_the_glossary():
    glossary = (ROOT / "glossary.md").read_text("utf-8")
    body = re.search(r"^:::\{glossary\}\n((?:(?!:::).*\n)*)", glossary, re.MULTILINE)
    lines = body.group(1).splitlines()
    terms = {line.strip().lower() for line in lines if line[:1].strip()}
    found = [pair for page in said() for pair in TERM.findall(page)]
    used = {(target or text).strip().lower() for target, text in found}
    assert used
    assert used - terms == set()


# What the page of the reference takes from the package.
TAKEN = {"holds ```{eval-rst}", "holds ```{include} lstm_utils/README.md"}
# What stands before a page's title: words for search engines, and nothing else.
FRONT = re.compile(r"\A---\n(?:(?:subtitle|description): [^\n]*\n)+---\n")


@pytest.mark.parametrize("path", [*PAGES, ROOT / "lstm_utils/README.md"], ids=named)
def test_pages_hold_nothing_that_runs_or_lies_elsewhere(path):
    allowed = TAKEN if path.name == "lstm-utils.md" else set()
    text, depth = path.read_text("utf-8"), named(path).count("/")
    text = FRONT.sub("", text)
    assert {*hostile(text, depth)} - allowed == set()
    blocks = re.findall(r"(?ms)^```\{eval-rst\}\n(.*?)^```", text)
    directives = re.findall(r"^\s*\.\. ([\w:-]+)::", "".join(blocks), re.MULTILINE)
    assert all(re.fullmatch("automodule|py:[a-z]+", name) for name in directives)


def test_pages_promise_nothing_without_a_link():
    pages = [path for path in PAGES if path.stem in FILES]
    assert {f for path in pages for f in promises(path.read_text("utf-8"))} == set()


def introductions():
    """Yield the full name of all that a chapter must introduce, and the chapter."""
    for name in PACKAGE.files:
        if "._" in name or {*name.split(".")[1:2]} & EXEMPT:
            continue
        module = PACKAGE.module(name)
        found = {node.name: node for node in module.tree.body if hasattr(node, "name")}
        for public in module.literal("__all__", []):
            if public in found:  # others come from a room that has them itself
                said = ast.get_docstring(found[public]) or ""
                chapter = re.search(r"^Introduced in: (\d\d)$", said, re.MULTILINE)
                yield f"{name}.{public}", chapter[1] if chapter else ""


INTRODUCED = dict(introductions())


@pytest.mark.parametrize("name", INTRODUCED)
def test_the_reader_sees_a_name_in_the_chapter_that_it_names(name):
    chapter = INTRODUCED[name]
    assert chapter, f"{name} says no `Introduced in: NN` in its docstring"
    if chapter in CODE:
        shown = shown_names(CODE[chapter], read_code(CODE[chapter], PACKAGE))
        what = f"chapter {chapter} neither defines {name} nor prints its source"
        assert is_shown(name, shown), what
    else:
        waiting = name.rpartition(".")[-1] in STILL_TO_COME
        assert waiting, f"{name} waits for chapter {chapter}"


def test_the_list_of_names_still_to_come_is_current():
    waiting = {name for name, chapter in INTRODUCED.items() if chapter not in CODE}
    assert {name.rpartition(".")[-1] for name in waiting} >= STILL_TO_COME


@pytest.mark.parametrize("number", CODE)
def test_a_chapter_uses_only_what_its_reader_has_seen(number):
    assert list(early_uses(number, CODE[number], INTRODUCED, PACKAGE)) == []


@pytest.mark.parametrize("path", NAMING, ids=named)
def test_the_repository_is_named_and_no_other_and_no_other_site(path):
    found = {*ADDRESS.findall(path.read_text("utf-8"))}
    assert found - OWN == set(), "change it, or change _config.yml"
    own = CONFIG["repository"]["url"]
    assert own in found or named(path) not in {"CITATION.cff", "README.md", PYPROJECT}


def names_and_versions(lock):
    lines = locked_versions(ROOT / "requirements" / f"{lock}.txt")
    return {line.partition(" ")[0] for line in lines}


@pytest.mark.parametrize("lock", ["book", "dev", "run"])
def test_a_lock_has_hashes_and_no_address(lock):
    path = ROOT / "requirements" / f"{lock}.txt"
    text = path.read_text("utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(locked_versions(path))
    assert all("--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize("lock", ["book", "run"])
def test_adding_dev_changes_no_version(lock):
    assert names_and_versions(lock) - names_and_versions("dev") == set()


def test_locks_hold_what_their_use_needs_and_the_site_needs_no_tensorflow():
    book, dev = (
        dict(v.split("==") for v in names_and_versions(n)) for n in ("book", "dev")
    )
    assert not any(name.startswith("tensorflow") for name in book)
    assert {"editables", "hatchling"} <= dev.keys()
    for lock in (book, dev):
        assert Version(lock["jupyter-book"]) < Version("2")


@pytest.mark.parametrize("path", [*UNLOCKED, *WORKFLOWS], ids=named)
def test_no_file_lets_jupyter_book_2_in(path):
    pattern = r"jupyter[-_]book(?![-\w.])\s*([<>=!~][^;\"'\n]*)?"
    for specifier in re.findall(pattern, path.read_text("utf-8")):
        assert Version("2.0") not in SpecifierSet(specifier), path


def test_environment_is_what_the_lock_gives():
    written = (ROOT / "environment.yml").read_text("utf-8")
    assert written == environment(), "`make lock` writes environment.yml"


def test_environment_has_what_the_package_asks_for():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    pins = [pin for pin in listed["dependencies"][-1]["pip"] if pin != "-e ."]
    asked = list(PROJECT["dependencies"])
    asked += [line for e in RUN_EXTRAS for line in PROJECT["optional-dependencies"][e]]
    pinned, wanted = (
        {canonicalize_name(r.name): r for r in map(Requirement, lines)}
        for lines in (pins, asked)
    )
    assert pinned.keys() == wanted.keys()
    for name, requirement in wanted.items():
        (version,) = (spec.version for spec in pinned[name].specifier)
        assert version in requirement.specifier, f"{name} {version}"
        assert bool(pinned[name].marker) == bool(requirement.marker), name


@pytest.mark.parametrize("path", WORKFLOWS, ids=named)
def test_actions_are_pinned_by_commit(path):
    uses = re.findall(r"uses:\s*(.+)", path.read_text("utf-8"))
    assert uses
    for action in uses:
        if action.startswith("./"):
            assert (ROOT / action).is_file(), action
        else:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", action), action


@pytest.mark.parametrize("workflow", JOBS.values(), ids=JOBS)
def test_workflows_ask_for_few_rights_and_end(workflow):
    assert workflow["permissions"] in ({}, {"contents": "read"})
    for job in workflow["jobs"].values():
        assert ("timeout-minutes" in job) != ("uses" in job)


def test_only_what_passed_is_deployed_one_at_a_time():
    workflow = JOBS["deploy.yml"]
    jobs, needed = workflow["jobs"], "deploy"
    while "needs" in jobs[needed]:
        needed = jobs[needed]["needs"]
    assert jobs[needed]["uses"] == "./.github/workflows/test.yml"
    assert workflow["concurrency"]["cancel-in-progress"] is False
