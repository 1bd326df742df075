"""Build the site of a book: as a whole, or not at all."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sphinx_external_toc.parsing import parse_toc_yaml

from book_tools.chapters import alone, list_notebooks, python_path, read_notebook
from book_tools.site.addresses import VARIABLES

TOOLS = Path(__file__).resolve().parents[2]
BUILDER = "book_tools.site.builder"
PAGES = (
    "*.md",
    "*.bib",
    "_config.yml",
    "_toc.yml",
    "CITATION.cff",
    "requirements/book.txt",
)
FOLDERS = ("chapters", "_static", "lstm_utils", "book_tools/site")
PAGE = re.compile(r"(chapters/)?[^/]+\.(md|ipynb)")
PASSING = re.compile(r"(^|/)(\.|__pycache__/)|\.tmp$")
BANNER = re.compile(
    r"Running Jupyter-Book|(Source Folder|Config Path|Output Path): |=+$"
    r"|Building your book, returns|There was an error in building"
)
DISK = re.compile(
    r"\[Errno \d+\] (?:No space left|Disk quota|Read-only|Permission denied).*"
)
FATAL = re.compile(r"^(Extension|Theme|Configuration) error", re.MULTILINE)


def clear(folder):
    """Remove a folder, as a whole even where this is killed meanwhile."""
    if folder.is_dir():
        going = folder.with_name(f"{folder.name}.old")
        shutil.rmtree(going, ignore_errors=True)
        folder.rename(going)
        shutil.rmtree(going)


@dataclass(frozen=True)
class Book:
    """A book in a folder, and the site that is made of it."""

    root: Path = TOOLS

    @property
    def site(self):
        """The folder of the finished site."""
        return self.root / "_build" / "html"

    @property
    def work(self):
        """The folder that jupyter-book works in."""
        return self.root / "_build" / "work"

    @property
    def kept(self):
        """The work of the last good build, while another one is going on."""
        return self.root / "_build" / "work.kept"

    @property
    def made_of(self):
        """The file with the fingerprint of what good work was made of."""
        return self.work / "made-of.sha256"

    @property
    def stamp(self):
        """The file with the fingerprint of what the site was made of."""
        return self.root / "_build" / "site.sha256"

    def inputs(self):
        """Return the files that the site is made of, sorted."""
        found = {path for pattern in PAGES for path in self.root.glob(pattern)}
        for folder in FOLDERS:
            for place, _, names in os.walk(self.root / folder):
                found.update(Path(place, name) for name in names)
        return sorted(path for path in found if not PASSING.search(self.name(path)))

    def name(self, path):
        """Return the path of a file as seen from the book's folder."""
        return path.relative_to(self.root).as_posix()

    def fingerprint(self):
        """Return a line with a hash for each thing that the site depends on.

        A file that is replaced or removed meanwhile counts as one that is not there.
        """
        lines = []
        for path in self.inputs():
            with suppress(FileNotFoundError):
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                lines.append(f"{content}  {self.name(path)}")
        for name in VARIABLES.values():
            value = hashlib.sha256(os.environ.get(name, "").encode()).hexdigest()
            lines.append(f"{value}  ${name}")
        return "\n".join(lines)

    def make(self):
        """Build the site where its inputs changed; say whether they had.

        Where only pages changed, the work of the last build is used again. Where
        jupyter-book fails or warns, it ends there, and the old site stays.
        """
        if not (self.root / "_toc.yml").is_file():
            raise SystemExit(f"No _toc.yml in {self.root}: it lists the book's pages.")
        with alone(self.root, "build"):
            mark = self.fingerprint()
            if self.is_made_of(mark):
                return False
            for chapter in list_notebooks(self.root):
                read_notebook(chapter)  # ends in a line where it is none
            self.prepare(mark)
            strict = ("-W", "-n", "--keep-going")
            status, output = self.run_jupyter_book(self.work, *strict)
            if status:
                print(self.explain(output), file=sys.stderr)
                raise SystemExit("The book was not built: correct what is said above.")
            self.made_of.write_text(mark, encoding="utf-8")
            clear(self.kept)
            self.publish(mark)
            return True

    def prepare(self, mark):
        """Lay out the work of the last good build where only pages changed since.

        It is kept meanwhile: a build that fails, or is killed, spoils it.
        """
        if self.kept.is_dir():
            clear(self.work)
            self.kept.rename(self.work)
        if not self.only_pages_changed(mark):
            clear(self.work)
            return
        copy = self.kept.with_name("work.new")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.work, copy)
        copy.rename(self.kept)

    def only_pages_changed(self, mark):
        """Say whether only the text of pages differs from the last good build."""
        if not self.made_of.is_file():
            return False
        made_of = self.made_of.read_text(encoding="utf-8")
        before, now = ({*text.splitlines()} for text in (made_of, mark))
        old, new = (
            {line[66:] for line in a - b} for a, b in ((before, now), (now, before))
        )
        return old == new and all(map(PAGE.fullmatch, new))

    def is_made_of(self, mark):
        """Say whether the site that is there was made of inputs with this hash."""
        whole = self.stamp.is_file() and (self.site / "index.html").is_file()
        return whole and self.stamp.read_text(encoding="utf-8") == mark

    def run_jupyter_book(self, place, *options):
        """Let jupyter-book work in a folder; return its exit status and its output.

        The output goes to a file, not a pipe: a helper process that outlives
        jupyter-book would keep a pipe open, and this one waiting. Where this process
        is killed, jupyter-book ends as well.
        """
        command = [sys.executable, "-m", BUILDER, str(os.getpid()), "build"]
        command += [str(self.root), "--path-output", str(place), "-q", *options]
        own = {"PYTHONPATH": python_path(TOOLS), "PYTHONUTF8": "1"}
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            streams = {"stdout": output, "stderr": output, "stdin": subprocess.DEVNULL}
            environment = os.environ | own
            status = subprocess.call(command, cwd=self.root, env=environment, **streams)
            output.seek(0)
            return status, output.read()

    def explain(self, output):
        """Return what a reader needs of the output of a failed build.

        Of a disk that cannot be written to, one line is enough. Otherwise colours,
        banners and known tracebacks go; paths begin at the book's folder;
        places in notebooks, which come as 10000 times the cell plus the line, are
        said in words.
        """
        output = re.sub(r"\x1b\[[0-9;]*m", "", output)
        output = output.replace(f"{self.root}{os.sep}", "")
        if found := DISK.search(output):
            return found.group()
        if FATAL.search(output):
            output = output.partition("\nTraceback ")[0]
        output = re.sub(
            r"\.ipynb:(\d+)(\d{4}):",
            lambda place: f".ipynb, cell {place[1]}, line {int(place[2])}:",
            output,
        )
        lines = output.splitlines()
        return "\n".join(line for line in lines if line and not BANNER.match(line))

    def publish(self, mark):
        """Put the finished pages in place of the old ones."""
        new, old = self.site.with_name("html.new"), self.site.with_name("html.old")
        for leftover in (new, old):
            shutil.rmtree(leftover, ignore_errors=True)
        shutil.copytree(self.work / "_build" / "html", new)
        shutil.copyfile(new / f"{self.pages()[0]}.html", new / "index.html")
        self.stamp.unlink(missing_ok=True)
        if self.site.exists():
            self.site.rename(old)
        new.rename(self.site)
        shutil.rmtree(old, ignore_errors=True)
        self.stamp.write_text(mark, encoding="utf-8")

    def pages(self):
        """Return the names of all pages, the landing page first."""
        listed = parse_toc_yaml(self.root / "_toc.yml")
        return [name.removesuffix(".ipynb") for name in listed]
