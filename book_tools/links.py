"""Ask whether what the pages link to elsewhere is still there: it needs the network."""

import json
import re
import sys
import tempfile
from pathlib import Path

from book_tools.chapters import ROOT
from book_tools.site.book import Book

# Sites that refuse a program, or are busy: what a reader would find is not known.
SHY = re.compile(r"(?:401|403|405|406|418|429|5\d\d)\b")
KNOWN = {"working", "redirected", "unchecked", "local", "ignored"}


def links(root: Path = ROOT) -> int:
    """Ask every address on the pages; print those that are gone, and fail if any is.

    Those that did not let themselves be asked are printed too.
    """
    gone, unknown = [], []
    for found in sorted(asked(root), key=lambda f: (f["filename"], f["lineno"])):
        if found["status"] in KNOWN:
            continue
        why = found["info"].partition(" for url")[0][:100] or found["status"]
        line = f"{found['filename']}: {found['uri']} ({why})"
        refused = found["status"] != "broken" or SHY.match(found["info"])
        (unknown if refused else gone).append(line)
    for what, lines in (("Could not be asked", unknown), ("Gone", gone)):
        if lines:
            print("\n  ".join([f"{what}:", *dict.fromkeys(lines)]))
    if not gone:
        print("No link is known to be dead.")
    return 1 if gone else 0


def asked(root: Path) -> list[dict]:
    """Let Sphinx ask every address; return what it found of each."""
    place = root / "_build"
    place.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place, prefix="links-") as folder:
        _, said = Book(root).run_jupyter_book(folder, "--builder", "linkcheck")
        path = next(Path(folder).rglob("output.json"), None)
        if path is None:  # its status says only whether some link is broken
            print(said, file=sys.stderr)
            raise SystemExit(
                "The pages could not be read for their links: run make book, and "
                "correct what it says."
            )
        lines = path.read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]
