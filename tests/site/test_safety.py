"""What no page may hold or read, and what its policy lets a browser run."""

import base64
import hashlib
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from docutils import nodes

from book_tools.chapters import ROOT
from book_tools.site import safety, tuning


def html(text, **place):
    """Return raw HTML, in a container such as the output of a cell is."""
    raw = nodes.raw("", text, format="html")
    nodes.container("", raw, **place)
    return raw


def link(address):
    return nodes.reference("", "x", refuri=address)


REFUSED = [
    html("<svg onload=alert(1)>"),
    html("<input onfocus=alert(1) autofocus>"),
    html("<!-- a comment -->"),
    html("<div>", classes=["output", "text_html"]),
    link("javascript:alert(1)"),
    link("  Java\tScript:alert(1)"),
    link("data:text/html,<script>alert(1)</script>"),
    link("vbscript:x"),
    link("file:///etc/passwd"),
    nodes.image(uri="data:image/svg+xml,<svg>"),
    nodes.image(uri="https://example.org/pixel.png"),
    nodes.image(uri="attachment:../../a.png"),
    nodes.meta(**{"http-equiv": "refresh", "content": "0; url=//example.org"}),
]
ALLOWED = [
    html("<table></table>", mime_type="text/html"),
    html("<br />\n"),
    nodes.raw("", "\\\\\n", format="latex"),
    *map(link, ("https://example.org", "mailto:a@example.org", "../a.html#x", "#a:b")),
    nodes.image(uri="../_static/a.svg"),
    nodes.paragraph("", "javascript:"),
]


@pytest.mark.parametrize("node", REFUSED, ids=str)
def test_what_could_run_or_call_home_is_refused(node):
    assert safety.find_fault(node)


@pytest.mark.parametrize("node", ALLOWED, ids=str)
def test_what_a_page_needs_is_let_through(node):
    assert safety.find_fault(node) is None


@pytest.mark.parametrize(
    ("file", "inside"),
    [
        ("a.md", True),
        ("_static/a.svg", True),
        ("../secret.txt", False),
        (".git/config", False),
        ("chapters/.env", False),
        ("leads-out", False),
        ("/etc/passwd", False),
        (str(ROOT / "lstm_utils" / "README.md"), True),
        (str(ROOT / ".git" / "config"), False),
    ],
)
def test_a_page_reads_files_of_the_book_that_are_not_hidden(tmp_path, file, inside):
    (tmp_path / "leads-out").symlink_to("/etc/passwd")
    path = (tmp_path / file).resolve()
    assert safety.is_of_the_book(path, tmp_path) == inside


PAGE = """\
<head><meta charset="utf-8"><script>theme()</script>
<script type="application/ld+json">{"which no browser": "runs"}</script>
<script src="_static/a.js"></script></head>
<div class="article-header-buttons"><button onclick="toggle()"></button></div>
<article><script>smuggled()</script><button onclick="smuggled()"></button></article>
<button onclick="other()"></button>"""


@pytest.mark.parametrize("name", ["a", "search"])
def test_a_policy_names_the_scripts_of_the_theme_alone(name):
    allowed = {"theme()", "toggle()"}
    soup = BeautifulSoup(PAGE, "html.parser")
    safety.set_policy(soup, tuning.Page(name))
    first, second = soup.select("head > *")[:2]
    assert first["charset"] == "utf-8"
    assert second["http-equiv"] == "Content-Security-Policy"
    rules = dict(rule.split(" ", 1) for rule in second["content"].split("; "))
    digests = (hashlib.sha256(script.encode()).digest() for script in allowed)
    hashes = {f"'sha256-{base64.b64encode(each).decode()}'" for each in digests}
    assert {*rules["script-src"].split()} == {"'self'", "'unsafe-hashes'", *hashes}
    assert rules["default-src"] == "'self'"
    assert rules["object-src"] == rules["base-uri"] == "'none'"


def test_the_policy_is_set_when_all_scripts_are_as_they_stay():
    assert tuning.STEPS[-1] is safety.set_policy
    assert Path(tuning.__file__).parents[2] == safety.TOOLS
