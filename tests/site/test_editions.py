"""The editions as a whole: built, packed, and for students without any answer."""

import re
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from bs4 import BeautifulSoup

from book_tools.chapters import ROOT, list_chapters, python_path
from book_tools.course import editions
from book_tools.course.chosen import find_elsewhere
from book_tools.run import REFERENCE, environment
from tests.chapters.answers import bare, leaks, secrets

pytestmark = pytest.mark.slow
CHOSEN = ["01", "04", "05"]
BASE = yaml.safe_load((ROOT / "_config.yml").read_text())["html"]["baseurl"]
PICTURES = {".png", ".woff2", ".ico"}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Return a copy of the book, so that nobody's dist/ is touched."""
    root = tmp_path_factory.mktemp("book")
    for name in (*editions.FOLDERS, "chapters"):
        shutil.copytree(ROOT / name, root / name, ignore=editions.PASSING)
    for path in ROOT.glob("*.*"):
        if path.is_file():
            shutil.copy(path, root)
    (root / "_build").mkdir()
    return root


@pytest.fixture(scope="module")
def student(root):
    """Return the students' edition of three chapters."""
    assert editions.student(CHOSEN, root=root) == 0
    return root / "dist" / "student"


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the bare text of each file of a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in PICTURES:
            content = path.read_bytes()
            if path.name == "objects.inv":
                content = zlib.decompress(content.partition(b"zlib.\n")[2])
            page = path.suffix in {".html", ".svg"}
            yield path.name, bare(content.decode("utf-8", "replace"), page=page)


def test_no_file_of_a_students_edition_tells_an_answer(student):
    wanted = secrets()
    read = dict(texts(student))
    assert {"01-one-cell.ipynb", "01-one-cell.html", "search-index.js"} <= {*read}
    found = [f"{name}: {leak}" for name, t in read.items() for leak in leaks(t, wanted)]
    assert not found
    whole = bare((ROOT / "chapters" / "01-one-cell.ipynb").read_text())
    assert len(leaks(whole, wanted)) > 20  # it would have been seen


def test_the_zip_of_a_students_edition_is_the_edition(student, tmp_path):
    (archive,) = student.parent.glob("*-student-*.zip")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    wanted = secrets()
    assert not [leak for _, text in texts(folder) for leak in leaks(text, wanted)]
    for name in ("chapters/01-one-cell.ipynb", "lstm_utils/__init__.py", "_toc.yml"):
        assert (folder / name).read_bytes() == (student / name).read_bytes()
    assert (folder / "site" / "chapters" / "01-one-cell.html").is_file()
    assert not (folder / "_build").exists()


def links_of(page: Path) -> Iterator[str]:
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    yield from (tag["href"] for tag in soup.select("a[href]"))


def pages_of(edition: Path) -> list[Path]:
    return sorted((edition / "_build" / "html").rglob("*.html"))


def test_links_stay_inside_or_lead_to_the_public_book(student):
    kept = [path for path in list_chapters() if path.stem[:2] in CHOSEN]
    elsewhere = find_elsewhere(kept, list_chapters(), BASE)
    out = set()
    for page in pages_of(student):
        for link in links_of(page):
            place, _, anchor = link.partition("#")
            if link.startswith(f"{BASE}chapters/"):
                out.add((Path(place).stem, anchor))
            elif place and ":" not in place and page.name != "404.html":
                assert (page.parent / unquote(place)).exists(), (page.name, link)
    assert len(out) > 20
    known = {(page, label) for label, (page, _) in elsewhere.labels.items()}
    known |= {(page, "") for page in elsewhere.titles}
    assert {(p, a) for p, a in out if p in elsewhere.titles} <= known


def test_no_button_of_a_students_page_leads_to_the_solutions(student):
    links = {link for page in pages_of(student) for link in links_of(page)}
    opened = re.compile(r"colab\.research|mybinder|/(?:blob|edit|tree|raw)/.*chapters")
    assert not [link for link in links if opened.search(link)]


def test_a_students_page_shows_stubs_and_folded_checks(student):
    page = student / "_build" / "html" / "chapters" / "01-one-cell.html"
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    text = soup.article.get_text()
    assert text.count("raise NotImplementedError") == 4
    checks = soup.select("article .cell.tag_check")
    assert len(checks) == 4
    for check in checks:
        assert "Not answered yet" in check.get_text()
        assert check.select_one("details:not([open])")
        assert not check.select(".cell_output")
    assert not soup.select(".solution, details.solution")
    assert soup.select("article details.guard"), "the text keeps its ticks"


def test_the_site_of_an_edition_is_up_to_date_as_it_lies(student):
    from book_tools.site.book import Book

    assert Book(student).make() is False
    left = {path.name for path in (student / "_build").iterdir()}
    assert left == {"html", "site.sha256", "build.lock"}


@pytest.fixture(scope="module")
def instructor(root):
    """Return the instructors' edition of one chapter."""
    assert editions.instructor(["04"], root) == 0
    return root / "dist" / "instructor"


def test_an_instructors_page_has_solutions_notes_and_times(instructor):
    page = instructor / "_build" / "html" / "chapters" / "04-what-comes-out.html"
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    assert len(soup.select("details.solution")) == 6
    notes = soup.select_one("details.admonition")
    assert "For teachers" in notes.summary.get_text()
    assert "Reading" in notes.get_text()
    teaching = (instructor / "_build" / "html" / "TEACHING.html").read_text("utf-8")
    teaching = BeautifulSoup(teaching, "html.parser")
    assert teaching.select_one('a[href="#projects"]')
    assert teaching.find(id="projects")


def test_an_instructors_chapter_gives_its_stored_outputs(instructor):
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env"]
    command += ["-q", "chapters"]
    own = {"PYTHONPATH": python_path(instructor)}
    done = subprocess.run(
        command,
        cwd=instructor,
        env=environment(REFERENCE, instructor) | own,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
