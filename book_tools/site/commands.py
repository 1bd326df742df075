"""Build the site from the stored outputs, serve it, and rebuild it while writing."""

import contextlib
import sys
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from book_tools.site.book import TOOLS, Book


def port_of(arguments, name):
    """Return the port that a command was given, or say in one line how it is given."""
    port = " ".join(arguments) or "8000"
    try:
        return int(port)
    except ValueError:
        raise SystemExit(
            f"The port is {port!r}, expected a number: make {name} PORT=8001"
        ) from None


def build():
    """Build the site; print where it is."""
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
    """Return a server of a folder on the loopback address, and print where it is."""
    handler = partial(Handler, directory=str(folder))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "it is not between 0 and 65535"
        raise SystemExit(
            f"Port {port} cannot be used ({reason}): choose another,"
            f" for example make serve PORT={8000 if port != 8000 else 8001}"
        ) from None
    print(f"Serving http://127.0.0.1:{server.server_port}/ (Ctrl+C stops)", flush=True)
    return server


def serve(arguments):
    """Serve the built site until interrupted."""
    port, site = port_of(arguments, "serve"), Book().site
    if not (site / "index.html").is_file():
        raise SystemExit("There is no site yet: run make book first.")
    with open_server(site, port) as server, contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
    return 0


def live(arguments, root=TOOLS):
    """Serve the site and rebuild it as files change, until interrupted."""
    port, book = port_of(arguments, "live"), Book(root)
    with open_server(book.site, port) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with contextlib.suppress(KeyboardInterrupt):
            watch(book)
        server.shutdown()
    return 0


def watch(book, pause=1.0):
    """Rebuild a book for ever, once for each change; say so, or say what is wrong."""
    tried = None
    while True:
        if (mark := book.fingerprint()) != tried:
            tried = mark
            try:
                if book.make():
                    now = time.strftime("%H:%M:%S")
                    print(f"{now} rebuilt; reload the page", flush=True)
            except SystemExit as error:
                print(error, file=sys.stderr, flush=True)
        time.sleep(pause)
