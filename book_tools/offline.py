"""The book to keep: the site in a zip, and all its pages in one PDF."""

import hashlib
import os
import re
import shutil
import tempfile
from datetime import date
from pathlib import Path

import yaml

from book_tools.chapters import ROOT, alone
from book_tools.paper import Binder
from book_tools.site.book import Book
from book_tools.site.imprint import read_citation

CHROMIUM = (
    *("chromium", "chromium-browser", "google-chrome"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)
# What only a server makes use of.
SERVED = ("404.html", "robots.txt", "sitemap.xml")
PRELOADED_FONT = re.compile(r'<link as="font"[^>]*>')
HOME = "http://book.invalid/"  # never asked for: the pages are handed to Chromium
FOOTER = (
    '<p style="font: 8pt sans-serif; text-align: center; width: 100%">'
    '<span class="pageNumber"></span></p>'
)
FORM = {
    "display_header_footer": True,
    "footer_template": FOOTER,
    "header_template": "<p></p>",
    "outline": True,
    "prefer_css_page_size": True,
    "print_background": True,
    "tagged": True,
}


def offline(root: Path = ROOT, version: str | None = None) -> int:
    """Write both files to dist/, each as a whole; print where they are."""
    book = Book(root)
    program = find_chromium()
    if program is None:
        raise SystemExit(
            "The PDF is printed by Chromium, and none is here: install Chromium or "
            "Google Chrome, then run make offline again. dist/ is as it was."
        )
    book.make()
    version = version or read_citation(root)["version"]
    name = f"{book_name(book)}-{version}"
    files = [root / "dist" / f"{name}.{kind}" for kind in ("zip", "pdf")]
    stamp = root / "_build" / "offline.sha256"
    with alone(root, "offline"):
        mark = fingerprint(book, version)
        if all(path.is_file() for path in files) and read(stamp) == mark:
            print("Nothing has changed since the last time.")
        else:
            stamp.unlink(missing_ok=True)
            make_both(book, files, version, program)
            stamp.write_text(mark, encoding="utf-8")
    for path in files:
        print(f"{path.relative_to(root)}: {path.stat().st_size / 1e6:.1f} MB")
    return 0


def find_chromium() -> str | None:
    """Return where Chromium or Google Chrome is, or None."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


def book_name(book: Book) -> str:
    """Return the title of the book as a name of files."""
    title = yaml.safe_load(read(book.root / "_config.yml"))["title"]
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def fingerprint(book: Book, version: str) -> str:
    """Return a hash of all that the two files are made of."""
    digest = hashlib.sha256(f"{version}\n{read(book.stamp)}".encode())
    for path in (Path(__file__), *sorted(Path(__file__).parent.glob("paper.*"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def read(path: Path) -> str:
    """Return the text of a file, or nothing where there is none."""
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def make_both(book: Book, files: list[Path], version: str, program: str) -> None:
    """Make both files aside, and only then put them in their places."""
    files[0].parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=book.site.parent) as place:
        made = [Path(place, path.name) for path in files]
        pack(book, made[0])
        day = date.today()
        said = f"Version {version}, {day.day} {day:%B %Y}"
        print_book(Binder(book.site, book.pages()).bind(said), book, made[1], program)
        for new, path in zip(made, files, strict=True):
            os.replace(new, path)


def pack(book: Book, path: Path) -> None:
    """Put the site into a zip, as a folder that works without a server."""
    place = path.parent / "zip"
    copy_site(book, place / path.stem)
    shutil.make_archive(str(path.with_suffix("")), "zip", place, path.stem)


def copy_site(book: Book, folder: Path) -> None:
    """Copy the site to a folder, without what only a server makes use of."""
    shutil.copytree(book.site, folder, ignore=shutil.ignore_patterns(*SERVED))
    for page in folder.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        # Browsers refuse to preload a font for a page that comes from a file.
        page.write_text(PRELOADED_FONT.sub("", text), encoding="utf-8", newline="\n")


def print_book(document: str, book: Book, path: Path, program: str) -> None:
    """Let Chromium print a document that shows files of the site."""
    from playwright.sync_api import Error, sync_playwright

    lost = []

    def hand_over(route):
        name = route.request.url.removeprefix(HOME).partition("?")[0]
        if not name:
            route.fulfill(body=document, content_type="text/html; charset=utf-8")
        elif (book.site / name).is_file():
            route.fulfill(path=book.site / name)
        else:
            lost.append(name)
            route.abort()

    try:
        with sync_playwright() as playwright:
            how = {"executable_path": program, "args": ["--no-sandbox"]}
            browser = playwright.chromium.launch(**how)
            page = browser.new_page()
            page.set_default_timeout(300_000)  # all pages at once are a long document
            page.route("**/*", hand_over)
            page.goto(HOME, wait_until="networkidle")
            page.evaluate("document.fonts.ready")
            page.pdf(path=path, **FORM)
            browser.close()
    except Error as error:
        raise SystemExit(
            f"Chromium printed no PDF: {str(error).splitlines()[0]}"
        ) from None
    if lost:
        raise SystemExit(f"The PDF would lack files of the site: {', '.join(lost)}")
