"""Links to elsewhere: those that are gone, and those that would not be asked."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from book_tools import links
from tests.site import small_book

STATUS = {"/there": 200, "/shy": 403, "/busy": 503}
PAGE = """\
# A book

[One]({0}/there), [two]({0}/gone), [three]({0}/shy), and {0}/gone again.

```{{bibliography}}
```

(authors)=
## Authors

Ada.
"""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(STATUS.get(self.path, 404))
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *args):
        pass


@pytest.fixture
def elsewhere():
    """Return the address of a server that has one page, hides one, and lost one."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.slow
def test_a_dead_link_is_named_and_a_shy_one_is_no_failure(tmp_path, elsewhere, capsys):
    small_book.write_book(tmp_path)
    intro = tmp_path / "intro.md"
    intro.write_text(PAGE.format(elsewhere))
    assert links.links(tmp_path) == 1
    unknown, gone = capsys.readouterr().out.split("Gone:")
    assert unknown.splitlines() == [
        "Could not be asked:",
        f"  intro.md: {elsewhere}/shy (403 Client Error: Forbidden)",
    ]
    assert gone.splitlines() == [
        "",
        f"  intro.md: {elsewhere}/gone (404 Client Error: Not Found)",
    ]
    assert not list((tmp_path / "_build").glob("links-*"))
    intro.write_text(PAGE.format(elsewhere).replace("gone", "there"))
    assert links.links(tmp_path) == 0
    assert capsys.readouterr().out.endswith("No link is known to be dead.\n")


def found(status, info):
    return {
        "filename": "a.md",
        "lineno": 1,
        "status": status,
        "uri": "https://a.example/x",
        "info": info,
    }


@pytest.mark.parametrize(
    ("status", "info", "dead"),
    [
        ("broken", "404 Client Error: Not Found for url: https://a.example/x", True),
        ("broken", "410 Client Error: Gone for url: https://a.example/x", True),
        ("broken", "Failed to resolve 'a.example'", True),
        ("broken", "403 Client Error: Forbidden for url: https://a.example/x", False),
        ("broken", "503 Server Error: Busy for url: https://a.example/x", False),
        ("timeout", "", False),
        ("redirected", "https://a.example/y", False),
    ],
)
def test_only_what_is_known_to_be_gone_fails(monkeypatch, capsys, status, info, dead):
    monkeypatch.setattr(links, "asked", lambda root: [found(status, info)])
    assert links.links() == dead
    assert ("Gone:" in capsys.readouterr().out) == dead


def test_a_book_that_cannot_be_read_is_said_in_one_line(tmp_path, capfd):
    with pytest.raises(SystemExit, match=r"^The pages could not be read .* make book"):
        links.links(tmp_path)
