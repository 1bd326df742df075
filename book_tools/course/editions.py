"""Write the book for students, or for those who teach, into a folder and a zip.

An edition is a book of its own: notebooks, package, settings, and the site that is
built of them. It is made beside its place, and put there when all of it is whole.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import yaml
from nbformat import NotebookNode

from book_tools.chapters import (
    ROOT,
    aside,
    find_chapter,
    list_notebooks,
    read_notebook,
    serialise,
)
from book_tools.course.chosen import (
    Elsewhere,
    cut_contents,
    cut_regions,
    find_elsewhere,
    lead_notebook_out,
    lead_page_out,
)
from book_tools.course.notes import add_note, lead_to_repository, teaching_pages
from book_tools.normalise import colab_source
from book_tools.offline import book_name, copy_site
from book_tools.site.addresses import VARIABLES, Addresses, branch_of
from book_tools.site.book import Book, clear
from book_tools.site.imprint import read_citation

FOLDERS = ("_static", "book_tools", "experiments", "lstm_utils", "requirements")
FILES = (
    *("CITATION.cff", "LICENSE", "LICENSE-TEXT", "Makefile", "environment.yml"),
    *(
        "conftest.py",
        "pyproject.toml",
        "references.bib",
        ".gitattributes",
        ".gitignore",
    ),
)
PASSING = shutil.ignore_patterns("__pycache__", ".*", "*.tmp")
SNIPPETS = Path(__file__).with_name("pages")
# They lead to the notebooks of the repository, which have the solutions.
BUTTONS = ("use_repository_button", "use_edit_page_button")
OTHER_NOTEBOOKS = ("branch", "notebooks")  # where the environment says they lie
LAUNCHERS = ("binderhub_url", "colab_url")


def student(chapters: list[str], branch: str | None = None, root: Path = ROOT) -> int:
    """Write the edition without solutions, of all chapters or of some.

    Where it will lie on a `branch` of the repository, buttons open its notebooks there.
    """
    from book_tools.course.students import for_students

    where = None if branch is None else branch_of(branch)
    return make_edition("student", chapters, root, for_students, where)


def instructor(chapters: list[str], root: Path = ROOT) -> int:
    """Write the edition with solutions, notes and times, of all chapters or of some."""
    texts = [path.read_text("utf-8") for path in teaching_pages(root)]

    def with_notes(notebook: NotebookNode) -> NotebookNode:
        number = notebook.cells[0].source.removeprefix("# ")[:2]
        if number.isdigit():
            add_note(notebook, number, texts)
        return notebook

    return make_edition("instructor", chapters, root, with_notes)


def choose(names: list[str], root: Path) -> list[Path]:
    """Return the chapters that are named, in the book's order; without a name, all."""
    named = {find_chapter(name, root) for name in names}
    every = list_notebooks(root)
    return [path for path in every if path in named] if named else every


def make_edition(
    kind: str,
    names: list[str],
    root: Path,
    change: Callable[[NotebookNode], NotebookNode],
    branch: str | None = None,
) -> int:
    """Make an edition aside, build its site, pack it, and put both into dist/."""
    chosen, dist = choose(names, root), root / "dist"
    name = f"{book_name(Book(root))}-{kind}-{read_citation(root)['version']}"
    with aside(root, kind) as place:
        book = Book(place / kind)
        edition = Edition(kind, root, book.root, chosen, branch)
        edition.write(change)
        with unset(*(OTHER_NOTEBOOKS if kind == "student" else ())):
            book.make()
        shutil.rmtree(book.work)
        packed = place / "zip" / name
        shutil.copytree(book.root, packed, ignore=shutil.ignore_patterns("_build"))
        copy_site(book, packed / "site")
        made = shutil.make_archive(f"{place}/{name}", "zip", packed.parent, name)
        clear(dist / kind)
        book.root.rename(dist / kind)
        archive = Path(made).replace(dist / f"{name}.zip")
    what = ", ".join(path.stem for path in chosen)
    print(f"dist/{kind}/: {what}; its site is _build/html/index.html in there")
    print(f"dist/{archive.name}: {archive.stat().st_size / 1e6:.1f} MB, all of it")
    return 0


@contextmanager
def unset(*names: str) -> Iterator[None]:
    """Build without some of the addresses that the environment gives for the book."""
    before = dict(os.environ)
    for name in names:
        os.environ.pop(VARIABLES[name], None)
    try:
        yield
    finally:
        os.environ.update(before)


class Edition:
    """The files of an edition, written into an empty folder."""

    def __init__(
        self,
        kind: str,
        root: Path,
        folder: Path,
        chosen: list[Path],
        branch: str | None = None,
    ) -> None:
        self.root, self.folder, self.chosen = root, folder, chosen
        self.config = yaml.safe_load((root / "_config.yml").read_text("utf-8"))
        self.stated = Addresses.from_file(root)
        try:
            self.actual = replace(self.stated.overridden(), commit="", notebooks="")
        except ValueError as error:
            raise SystemExit(f"{error}") from None
        self.branch = branch
        self.elsewhere: Elsewhere = find_elsewhere(
            chosen, list_notebooks(root), self.actual.base
        )
        self.student = kind == "student"
        self.gone = {"open"} if self.student else set()
        self.gone |= {"whole"} if self.elsewhere.titles else set()
        self.readme = SNIPPETS / f"{kind}.md"

    def write(self, change: Callable[[NotebookNode], NotebookNode]) -> None:
        """Write all of it; `change` makes of a chapter what the edition shows."""
        self.folder.mkdir(parents=True)
        for name in FOLDERS:
            shutil.copytree(self.root / name, self.folder / name, ignore=PASSING)
        for name in filter(lambda name: (self.root / name).is_file(), FILES):
            shutil.copy(self.root / name, self.folder)
        shutil.copy(self.readme, self.folder / "README.md")
        self._put("_config.yml", self._settings())
        contents = self._write_contents()
        (self.folder / "chapters").mkdir()
        for path in self.chosen:
            try:
                notebook = change(read_notebook(path))
            except ValueError as error:
                raise SystemExit(f"{path.stem}: {error}") from None
            lead_notebook_out(notebook, self.elsewhere)
            for cell in notebook.cells:
                if cell.cell_type == "markdown":
                    cell.source = self.stated.rewrite(cell.source, self.actual)
                elif cell.id == "colab":
                    cell.source = colab_source(self.folder)
            self._put(f"chapters/{path.name}", serialise(notebook))
        for name in contents:
            if (page := self.root / f"{name}.md").is_file():
                self._put(page.name, self._page(page.read_text("utf-8")))

    def _put(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, "utf-8", newline="\n")

    def _write_contents(self) -> list[str]:
        """Write the table of contents; return the names of its pages."""
        left_out = {f"chapters/{stem}" for stem in self.elsewhere.titles}
        text = (self.root / "_toc.yml").read_text("utf-8")
        contents = cut_contents(text, lambda name: name not in left_out)
        teaching = [] if self.student else teaching_pages(self.root)
        if teaching:
            pages = [{"file": path.stem} for path in teaching]
            part = {"caption": "For teachers", "chapters": pages}
            contents["parts"].insert(0, part)
        dumped = yaml.safe_dump(contents, sort_keys=False, allow_unicode=True)
        self._put("_toc.yml", dumped)
        pages = [
            page["file"] for part in contents["parts"] for page in part["chapters"]
        ]
        return [contents["root"], *pages]

    def _page(self, text: str) -> str:
        first = next((path.stem for path in self.chosen), "")
        text = cut_regions(text, self.gone, read_snippet)
        text = lead_page_out(text, self.elsewhere, first)
        blob = f"{self.actual.repository}/blob/{self.actual.branch}/"
        text = lead_to_repository(text, self.folder, blob)
        return self.stated.rewrite(text, self.actual)

    def _settings(self) -> str:
        """Return the settings; for students without buttons to the open notebooks."""
        there, html = self.config["repository"], self.config["html"]
        there["url"], html["baseurl"] = self.actual.repository, self.actual.base
        there["branch"] = self.branch or self.actual.branch
        if self.student and self.branch is None:
            for name in LAUNCHERS:
                self.config["launch_buttons"].pop(name, None)
            html.update(dict.fromkeys(BUTTONS, False))
        return yaml.safe_dump(self.config, sort_keys=False, allow_unicode=True)


def read_snippet(name: str) -> str:
    """Return what stands in an edition in the place of a part of a page."""
    return (SNIPPETS / f"{name}.md").read_text("utf-8")
