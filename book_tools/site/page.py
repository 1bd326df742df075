"""What every step of the tuning works with: the page, and a way to miss something."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import soupsieve
from sphinx.util import logging

from book_tools.site.about import About

logger = logging.getLogger(__name__)


class Missing(Exception):
    """A step did not find what it came to change."""


@dataclass(frozen=True)
class Page:
    """What a step may need to know about the page it works on."""

    name: str
    find_image: Callable[[str], Path | None] = lambda source: None
    about: About | None = None

    def warn(self, message, *arguments):
        """Report a fault in the book's text."""
        logger.warning(message, *arguments, location=self.name)


def require(found, what):
    """Return what was found; raise `Missing` where that is nothing."""
    if not found:
        raise Missing(what)
    return found


def find(soup, selector, *names):
    """Return what matches a selector among the elements with some names.

    To match each element of a page takes many times as long.
    """
    return soupsieve.filter(selector, [tag for name in names for tag in soup(name)])


def loaded(soup, selector):
    """Return the page's own scripts and style sheets that match a selector.

    They are looked for once: no step adds to them.
    """
    if "own_assets" not in vars(soup):
        soup.own_assets = [*soup("link"), *soup("script")]
    there = [tag for tag in soup.own_assets if not tag.decomposed]
    return soupsieve.filter(selector, there)


def drop(soup, selector):
    """Remove the scripts and style sheets that match a selector; there must be one."""
    for element in require(loaded(soup, selector), selector):
        element.decompose()
