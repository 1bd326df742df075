"""The built site, a server for it, and a browser to look at it."""

import os
import threading

import pytest

from book_tools.offline import find_chromium
from book_tools.site.book import Book
from book_tools.site.commands import open_server


@pytest.fixture(scope="session")
def site():
    """Return the folder of the book's site, built where its inputs changed."""
    book = Book()
    book.make()
    return book.site


@pytest.fixture(scope="session")
def address(site):
    """Return the address at which the site is served for the tests."""
    with open_server(site, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser():
    """Return a headless Chromium; skip without one, but fail where CI is set."""
    program = find_chromium()
    if program is None:
        reason = (
            "no page was looked at in a browser, for there is no Chromium here; install"
            " Chromium (on Debian and Ubuntu `apt install chromium`) or Google Chrome"
        )
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        how = {"executable_path": program, "args": ["--no-sandbox"]}
        chromium = playwright.chromium.launch(**how)
        yield chromium
        chromium.close()
