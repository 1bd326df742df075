"""What every step of the tuning works with: the page, and a way to miss something."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

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


def drop(soup, selector):
    """Remove the elements that match a selector, of which there must be one."""
    for element in require(soup.select(selector), selector):
        element.decompose()
