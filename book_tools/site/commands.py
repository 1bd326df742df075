"""Build the site from the stored outputs, serve it, and rebuild it while writing."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.server
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from functools import partial
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "_build"
SITE = BUILD / "html"
WORK = BUILD / "work"
STAMP = BUILD / "site.sha256"
PAGES = ("*.md", "*.bib", "_config.yml", "_toc.yml")
FOLDERS = ("chapters", "_static", "lstm_utils", "book_tools/site")
JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"
VARIABLES = ("BOOK_REPOSITORY_URL", "BOOK_BRANCH", "BOOK_BASE_URL")


def inputs(root=ROOT):
    """Return the files that the site is made of, sorted."""
    found = {path for pattern in PAGES for path in root.glob(pattern)}
    for folder in FOLDERS:
        found.update(
            path
            for path in (root / folder).rglob("*")
            if path.is_file()
            and not {"__pycache__", ".ipynb_checkpoints"} & {*path.parts}
        )
    found.add(root / "requirements" / "book.txt")
    return sorted(path for path in found if path.is_file())


def fingerprint(root=ROOT):
    """Return a hash of everything that the site depends on."""
    digest = hashlib.sha256()
    for path in inputs(root):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    for name in VARIABLES:
        digest.update(f"{name}={os.environ.get(name, '')}".encode() + b"\0")
    return digest.hexdigest()


def is_current(mark):
    """Say whether the published site was made from inputs with this hash."""
    return (
        STAMP.is_file()
        and STAMP.read_text(encoding="utf-8") == mark
        and (SITE / "index.html").is_file()
    )


def run_jupyter_book():
    """Run jupyter-book in the work folder; return its exit status and its output.

    The output goes to a file, not a pipe: a helper process that outlives
    jupyter-book would keep a pipe open, and this one waiting.
    """
    command = [sys.executable, "-c", JUPYTER_BOOK, "build", str(ROOT)]
    command += ["--path-output", str(WORK), "-W", "-n", "--keep-going", "-q"]
    environment = dict(os.environ, PYTHONPATH=str(ROOT), PYTHONUTF8="1", NO_COLOR="1")
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
        output.seek(0)
        return done.returncode, output.read()


def explain(output):
    """Return what a reader needs of the output of a failed build.

    Colours, banners and tracebacks go; paths begin at the book's folder; places in
    notebooks, which come as 10000 x cell + line, are said in words.
    """
    output = re.sub(r"\x1b\[[0-9;]*m", "", output).replace(f"{ROOT}{os.sep}", "")
    if re.search(r"^(Extension|Theme|Configuration) error", output, re.MULTILINE):
        output = output.partition("\nTraceback ")[0]
    output = re.sub(
        r"\.ipynb:(\d+)(\d{4}):",
        lambda place: f".ipynb, cell {place[1]}, line {int(place[2])}:",
        output,
    )
    banner = re.compile(
        r"Running Jupyter-Book|(Source Folder|Config Path|Output Path): |=+$"
        r"|Building your book, returns|There was an error in building"
    )
    lines = [line for line in output.splitlines() if line and not banner.match(line)]
    return "\n".join(lines)


def publish(mark):
    """Put the finished pages in place of the old ones."""
    new, old = BUILD / "html.new", BUILD / "html.old"
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(WORK / "_build" / "html", new)
    shutil.copyfile(new / f"{root_page()}.html", new / "index.html")
    STAMP.unlink(missing_ok=True)
    if SITE.exists():
        SITE.rename(old)
    new.rename(SITE)
    shutil.rmtree(old, ignore_errors=True)
    STAMP.write_text(mark, encoding="utf-8")


def root_page():
    """Return the name of the landing page; jupyter-book only redirects to it."""
    return yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["root"]


def make_site(*, fresh=True):
    """Build and publish the site where its inputs changed; return whether it did.

    Raises
    ------
    SystemExit
        Where jupyter-book fails or warns. The site that was there stays.
    """
    if not (ROOT / "_toc.yml").is_file():
        raise SystemExit("_toc.yml is missing: run the command in the book's folder")
    mark = fingerprint()
    if is_current(mark):
        return False
    if fresh:
        shutil.rmtree(WORK, ignore_errors=True)
    status, output = run_jupyter_book()
    if status:
        shutil.rmtree(WORK, ignore_errors=True)
        print(explain(output), file=sys.stderr)
        raise SystemExit("The book was not built: correct what is said above.")
    publish(mark)
    return True


def parser(name, purpose, *, port=False):
    """Return the argument parser of a command."""
    result = argparse.ArgumentParser(prog=f"python -m book_tools {name}")
    result.description = purpose
    if port:
        result.add_argument("port", nargs="?", type=int, default=8000)
    return result


def build(argv):
    """Build the site; print where it is."""
    parser("build", "Build the site from the stored outputs.").parse_args(argv)
    start = time.monotonic()
    if make_site():
        print(f"Built in {time.monotonic() - start:.0f} s.")
    else:
        print("Nothing has changed since the last build.")
    print("The site is _build/html/index.html; to read it in a browser: make serve")
    return 0


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve files without a line of log for each."""

    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".woff2": "font/woff2"
    }

    def log_message(self, *args):
        """Say nothing."""


def open_server(port):
    """Return a server of the site on the loopback address."""
    handler = partial(Handler, directory=str(SITE))
    try:
        return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except (OSError, OverflowError) as error:
        raise SystemExit(
            f"Port {port} cannot be used ({error}): choose another,"
            f" for example make serve PORT={port + 1}"
        ) from None


def serve(argv):
    """Serve the built site until interrupted."""
    arguments = parser("serve", "Serve the built site.", port=True).parse_args(argv)
    if not (SITE / "index.html").is_file():
        raise SystemExit("There is no site yet: run make book first.")
    with open_server(arguments.port) as server:
        print(f"Serving on http://127.0.0.1:{server.server_port}/ (Ctrl+C stops)")
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
    return 0


def live(argv):
    """Serve the site and rebuild it as files change, until interrupted."""
    arguments = parser("live", "Rebuild as files change.", port=True).parse_args(argv)
    with open_server(arguments.port) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"Serving on http://127.0.0.1:{server.server_port}/ (Ctrl+C stops)")
        with contextlib.suppress(KeyboardInterrupt):
            watch()
        server.shutdown()
    return 0


def watch(pause=1.0):
    """Rebuild for ever, once for each change."""
    tried = None
    while True:
        mark = fingerprint()
        if mark != tried:
            tried = mark
            try:
                if make_site(fresh=False):
                    print(time.strftime("%H:%M:%S rebuilt"), flush=True)
            except SystemExit as error:
                print(error, file=sys.stderr, flush=True)
        time.sleep(pause)
