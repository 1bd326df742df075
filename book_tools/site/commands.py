"""Build the site from the stored outputs, serve it, and rebuild it while writing."""

from __future__ import annotations

import argparse
import contextlib
import sys
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from book_tools.site.book import TOOLS, Book


def parse(name, purpose, argv, *, port=False):
    """Return the arguments of a command."""
    parser = argparse.ArgumentParser(
        prog=f"python -m book_tools {name}", description=purpose
    )
    if port:
        parser.add_argument("port", nargs="?", default="8000")
    options = parser.parse_args(argv)
    if port:
        options.port = number(options.port, name)
    return options


def number(port, name):
    """Return the number of a port, or say in one line how a command is given one."""
    try:
        return int(port)
    except ValueError:
        raise SystemExit(
            f"The port is {port!r}, expected a number: make {name} PORT=8001"
        ) from None


def build(argv):
    """Build the site; print where it is."""
    parse("book", "Build the site from the stored outputs.", argv)
    start = time.monotonic()
    if Book().make():
        print(f"Built in {time.monotonic() - start:.0f} s.")
    else:
        print("Nothing has changed since the last build.")
    print("The site is _build/html/index.html; to read it in a browser: make serve")
    return 0


class Handler(SimpleHTTPRequestHandler):
    """Serve files without a line of log for each."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".woff2": "font/woff2"}

    def log_message(self, *args):
        """Say nothing."""


def open_server(folder, port):
    """Return a server of a folder on the loopback address."""
    handler = partial(Handler, directory=str(folder))
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), handler)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "it is not between 0 and 65535"
        raise SystemExit(
            f"Port {port} cannot be used ({reason}): choose another,"
            f" for example make serve PORT={8000 if port != 8000 else 8001}"
        ) from None


def announce(server):
    """Print where the server listens."""
    print(f"Serving http://127.0.0.1:{server.server_port}/ (Ctrl+C stops)", flush=True)


def serve(argv):
    """Serve the built site until interrupted."""
    options = parse("serve", "Serve the built site.", argv, port=True)
    site = Book().site
    if not (site / "index.html").is_file():
        raise SystemExit("There is no site yet: run make book first.")
    with open_server(site, options.port) as server:
        announce(server)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
    return 0


def live(argv, root=TOOLS):
    """Serve the site and rebuild it as files change, until interrupted."""
    options = parse("live", "Rebuild the site as files change.", argv, port=True)
    book = Book(root)
    with open_server(book.site, options.port) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        announce(server)
        with contextlib.suppress(KeyboardInterrupt):
            watch(book)
        server.shutdown()
    return 0


def watch(book, pause=1.0):
    """Rebuild a book for ever, once for each change."""
    tried = None
    while True:
        mark = book.fingerprint()
        if mark != tried:
            tried = mark
            rebuild(book)
        time.sleep(pause)


def rebuild(book):
    """Rebuild what changed; say so, or say what is wrong."""
    try:
        if book.make(fresh=False):
            print(time.strftime("%H:%M:%S rebuilt; reload the page"), flush=True)
    except SystemExit as error:
        print(error, file=sys.stderr, flush=True)
