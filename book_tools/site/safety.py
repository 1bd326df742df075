"""What a page may hold, and what it may run: nothing that a text smuggles in.

The text of a page is Markdown, so that raw HTML, links that run a script and files
from outside the book end the build. Whatever comes through all the same, such as a
script in the output of a cell, the browser does not run: the page's own content
security policy names the theme's scripts, each by the hash of its text.
"""

import base64
import hashlib
import re
from pathlib import Path

from docutils import nodes
from sphinx.util import logging

from book_tools.site.page import find

logger = logging.getLogger(__name__)

TOOLS = Path(__file__).resolve().parents[2]
PLAIN = {"<br />\n", "<s>", "</s>"}  # what Markdown itself writes so
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
UNSEEN = re.compile(r"[\x00-\x20]")  # browsers skip these in an address
LINKED = {"", "http", "https", "mailto"}
DATA = '[type="application/ld+json"]'  # no browser runs it
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-hashes' {}; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'"
)


def scheme_of(address):
    """Return the scheme of an address as a browser reads it, or nothing."""
    found = SCHEME.match(UNSEEN.sub("", address))
    return found[1].lower() if found else ""


def find_fault(node):
    """Return what is wrong with a node of a page, or None."""
    if isinstance(node, nodes.raw) and "html" in node["format"].split():
        output = node.parent.get("mime_type") == "text/html"
        if not output and node.astext() not in PLAIN:
            return f"raw HTML, write Markdown: {node.astext().strip()[:60]}"
    elif isinstance(node, nodes.meta):
        return "a meta element, which no page sets itself"
    elif isinstance(node, nodes.image) and scheme_of(node["uri"]):
        return f"an image that is no file of the book: {node['uri'][:60]}"
    elif scheme_of(node.get("refuri", "")) not in LINKED:
        return f"a link that is no address: {node['refuri'][:60]}"
    return None


def is_of_the_book(path, root):
    """Tell whether a file lies in a book's folder, and in no hidden part of it."""
    for folder in (root.resolve(), TOOLS):
        if path.is_relative_to(folder):
            parts = path.relative_to(folder).parts
            return not any(part.startswith(".") for part in parts)
    return False


def refuse(app, doctree):
    """Report what no page may hold, and each file that it may not read."""
    for node in doctree.findall(nodes.Element):
        if fault := find_fault(node):
            logger.warning("the page holds %s", fault, location=node)
    root, name = Path(app.srcdir), app.env.docname
    for file in sorted(map(str, app.env.dependencies.get(name, ()))):
        if not is_of_the_book((root / file).resolve(), root):
            what = "the page reads a file outside the book: %s"
            logger.warning(what, file, location=name)


def own_scripts(soup):
    """Return the inline scripts that the theme has put into a page.

    What stands in an article was written by an author.
    """
    inline = f"script:not([src], {DATA}):not(article *)"
    scripts = [tag.string for tag in find(soup, inline, "script")]
    handlers = find(soup, ".article-header-buttons [onclick]", "button")
    return scripts + [button["onclick"] for button in handlers]


def set_policy(soup, page):
    """Let the browser run what the theme has put into a page, and nothing else."""
    digests = {hashlib.sha256(s.encode()).digest() for s in own_scripts(soup)}
    hashes = (f"'sha256-{base64.b64encode(each).decode()}'" for each in digests)
    policy = POLICY.format(" ".join(sorted(hashes)))
    attributes = {"http-equiv": "Content-Security-Policy", "content": policy}
    soup.select_one("meta[charset]").insert_after(
        soup.new_tag("meta", attrs=attributes)
    )


def setup(app):
    """Look at every page once Sphinx has collected what it reads."""
    app.connect("doctree-read", refuse, priority=900)
