"""What the pages of the book are, for those who are not on them.

The words come from the facts of a chapter (`facts.py`), or else from the
`description` in a page's front matter or a notebook's metadata; all addresses come
from the base in force.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from docutils import nodes
from sphinx.util import logging

from book_tools.chapters import list_chapters, read_notebook
from book_tools.site import previews
from book_tools.site.facts import LONGEST, read_facts

logger = logging.getLogger(__name__)

LANGUAGE = "en-GB"
FREE = {"inLanguage": LANGUAGE, "isAccessibleForFree": True}
CARD = "_static/cards/{}.png"
facts_of = cache(read_facts)


@dataclass(frozen=True)
class About:
    """What the head of a page says of it."""

    site: str  # the book's title
    title: str
    description: str  # or nothing: its first paragraph
    address: str
    card: str  # the picture's address
    alt: str
    data: tuple[dict, ...] = ()  # in the words of schema.org
    window: str = ""  # the title of its window, where the theme's does not do

    def tags(self, description):
        """Return what the Open Graph protocol says of the page."""
        width, height = previews.SIZE
        said = {"site_name": self.site, "locale": LANGUAGE.replace("-", "_")}
        said |= {"type": "website" if self.window else "article", "url": self.address}
        said |= {"title": self.title, "description": description}
        said |= {"image": self.card, "image:alt": self.alt}
        said |= {"image:width": str(width), "image:height": str(height)}
        return {f"og:{name}": value for name, value in said.items()}


def chapters(app):
    """Return the facts of each chapter by the name of its page."""
    found = {}
    for path in list_chapters(Path(app.srcdir)):
        name = f"chapters/{path.stem}"
        try:
            found[name] = facts_of(path)
        except ValueError as error:
            logger.warning(str(error), location=name, once=True)
    return found


def drawn(facts):
    """Return a chapter's figure where it is one that a card can show, or None."""
    ending, content, _ = facts.figure
    return content if ending == ".png" else None


def address_of(app, name):
    """Return the address of a page; the landing page has that of the site."""
    base = app.config.html_baseurl
    return base if name == app.config.root_doc else f"{base}{name}.html"


def titles(app):
    """Return the book's title, and the subtitle that its landing page gives."""
    about = app.env.metadata[app.config.root_doc]
    return app.config.project, about.get("subtitle", "")


def written(app, name):
    """Return the description in a page's front matter or metadata, if it has one."""
    text = app.env.metadata[name].get("description", "")
    path = Path(app.env.doc2path(name))
    if not text and path.suffix == ".ipynb":
        text = read_notebook(path).metadata.get("book", {}).get("description", "")
    if text and not 60 <= len(text) <= LONGEST:
        what = "the page's description has %d characters, expected 60 to %d"
        logger.warning(what, len(text), LONGEST, location=name, once=True)
    return text


def taught(doctree):
    """Return what a chapter says that its reader will learn, point by point."""
    for section in doctree.findall(nodes.section):
        if "what-you-will-learn" in section["ids"]:
            points = section.findall(nodes.list_item)
            return [" ".join(each.astext().split()).rstrip(";.") for each in points]
    return []


def about_chapter(app, name, facts, doctree):
    """Return what the head of a chapter says."""
    base, address = app.config.html_baseurl, address_of(app, name)
    book = {"@type": "Book", "name": app.config.project, "url": base}
    chapter = {"@type": ["Chapter", "LearningResource"], "name": facts.name}
    chapter |= {"url": address, "position": int(facts.number), "isPartOf": book}
    chapter |= {"learningResourceType": "chapter", "teaches": taught(doctree), **FREE}
    chapter["timeRequired"] = f"PT{facts.minutes}M"
    way = enumerate([(book["name"], base), (facts.title, address)], 1)
    steps = [
        {"@type": "ListItem", "position": number, "name": text, "item": item}
        for number, (text, item) in way
    ]
    data = (chapter, {"@type": "BreadcrumbList", "itemListElement": steps})
    title = f"{facts.title}: {facts.question}"
    card = base + CARD.format(Path(name).name)
    alt = f"{title} {facts.figure[2]}" if drawn(facts) else title
    return About(book["name"], title, facts.description, address, card, alt, data)


def about_other(app, name):
    """Return what the head of a page that is no chapter says."""
    base, root, project = app.config.html_baseurl, app.config.root_doc, titles(app)[0]
    whole, card = ": ".join(filter(None, titles(app))), base + CARD.format(root)
    rest = (written(app, name), address_of(app, name), card, whole)
    if name != root:
        return About(project, app.env.titles[name].astext(), *rest)
    author = {"@type": "Organization", "name": app.config.author}
    book = {"@type": ["Book", "Course"], "name": whole, "url": base, **FREE}
    book |= {"author": author, "provider": author}
    book["hasPart"] = [
        {
            "@type": "Chapter",
            "position": int(facts.number),
            "name": facts.name,
            "url": address_of(app, page),
        }
        for page, facts in chapters(app).items()
    ]
    return About(project, whole, *rest, (book,), whole)


def about_page(app, name, doctree):
    """Return what the head of a page says."""
    facts = chapters(app).get(name)
    if facts is None:
        return about_other(app, name)
    return about_chapter(app, name, facts, doctree)
