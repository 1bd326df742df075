"""The foot of each page: version, authors, and an entry to cite the page by.

All of it stands in `CITATION.cff`; a book without that file goes without.
"""

import re
from pathlib import Path

import yaml
from sphinx.errors import ConfigError

FORKED = "What this book is a fork of"
NEEDED = ("title", "authors", "version")
ENTRY = """\
@misc{{{key},
  author = {{{{{authors}}}}},
  title = {{{title}}},
  note = {{In: {book}, version {version}}},{year}
  howpublished = {{\\url{{{url}}}}}
}}"""


def read_citation(root):
    """Return what `CITATION.cff` of a book says, or nothing where there is none."""
    path = Path(root, "CITATION.cff")
    if not path.is_file():
        return {}
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
        missing = [name for name in NEEDED if not said.get(name)]
    except (yaml.YAMLError, AttributeError) as error:
        raise ConfigError(f"CITATION.cff cannot be read: {error}") from None
    if missing:
        raise ConfigError(f"CITATION.cff does not say: {', '.join(missing)}")
    return said


def names_of(citation):
    """Return the authors as BibTeX wants them: each person or group, with `and`."""
    people = citation["authors"]
    names = (
        person.get("name")
        or f"{person.get('family-names', '')}, {person.get('given-names', '')}"
        for person in people
    )
    return "} and {".join(names)


def cite(citation, pagename, title, url):
    """Return the BibTeX entry of a page."""
    date = str(citation.get("date-released", ""))
    return ENTRY.format(
        key=re.sub(r"\W+", "-", pagename.rpartition("/")[2]),
        authors=names_of(citation),
        title=title,
        book=citation["title"],
        version=citation["version"],
        year=f"\n  year = {{{date[:4]}}}," if date else "",
        url=url,
    )


def credits_of(citation, stated, actual):
    """Return the title and the address of each book that this is a fork of.

    `make adopt` writes them down; a fork that keeps the files as they are, and only
    builds its site elsewhere, is one of the book that they name.
    """
    kept = [book for book in citation.get("references", ()) if is_credit(book)]
    if stated.repository != actual.repository:
        kept.insert(0, {"title": citation["title"], "url": stated.base})
    return [(book["title"], book["url"]) for book in kept]


def is_credit(reference):
    """Tell whether a reference in `CITATION.cff` is what this book is a fork of."""
    return reference.get("scope") == FORKED


def add(app, pagename, templatename, context, doctree):
    """Give a page's foot what it shows."""
    citation = read_citation(app.srcdir)
    if not citation:
        return
    stated, actual = app.book_addresses
    date = citation.get("date-released")
    context["imprint"] = {
        "version": citation["version"],
        "date": f"{date.day} {date:%B %Y}" if date else "",
        "authors": context["pathto"](app.config.root_doc).rstrip("#") + "#authors",
        "changes": f"{actual.repository}/blob/{actual.branch}/CHANGELOG.md",
        "credits": credits_of(citation, stated, actual),
    }
    if doctree is not None:
        title = re.sub(r"<[^>]+>", "", context["title"])
        url = f"{actual.base}{pagename}.html"
        context["imprint"]["entry"] = cite(citation, pagename, title, url)
