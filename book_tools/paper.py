"""The pages of the site as one document, to be printed.

All that stood on a page of its own gets a place in it: links between the pages become
links within the document, what is folded is opened, and the answers to the quizzes,
which a page shows when an option is chosen, stand at the end.
"""

import posixpath
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

STYLE = Path(__file__).with_name("paper.css")
COLOURED = "cks"  # comments, keywords, strings; every other mark costs 100 bytes
REFERS = ("aria-describedby", "aria-labelledby", "for", "id")
DOCUMENT = """\
<!DOCTYPE html>
<html lang="en" data-theme="light"><head><meta charset="utf-8">
<title></title></head>
<body><main class="bd-main"><div class="bd-content"><div class="bd-article-container">
<header class="bd-article paper-title"><p class="paper-name"></p></header>
<nav class="bd-article paper-contents"><h1>Contents</h1></nav>
</div></div></main></body></html>"""
ANSWERS = '<article class="bd-article"><h1>Answers to the quizzes</h1></article>'


@dataclass(frozen=True)
class Binder:
    """The site of a book and the names of the pages that are bound."""

    site: Path
    pages: list[str]

    def bind(self, said: str) -> str:
        """Return the document; what is said of the version stands on its title page."""
        whole = BeautifulSoup(DOCUMENT, "html.parser")
        answers = BeautifulSoup(ANSWERS, "html.parser").article
        sheets: dict[str, Tag] = {}
        room = whole.select_one(".bd-article-container")
        for name in self.pages:
            text = (self.site / f"{name}.html").read_text(encoding="utf-8")
            page = BeautifulSoup(text, "html.parser")
            self.lead(page, name)
            if name == self.pages[0]:
                front(whole, page, said)
            for sheet in page.select('link[rel~="stylesheet"]'):
                sheets.setdefault(sheet["href"].partition("?")[0], sheet)
            article = page.select_one("article.bd-article")
            if not article.find(id=name):
                article["id"] = name
            answers.extend(answered(article))
            room.append(unfold(article))
        if answers.h2:
            room.append(answers)
        whole.head.extend(sheets.values())
        style = whole.new_tag("style")
        style.string = STYLE.read_text(encoding="utf-8")
        whole.head.append(style)
        return str(whole)

    def lead(self, page: BeautifulSoup, name: str) -> None:
        """Let what a page refers to be found in the document, or on the site."""
        root = page.html["data-content_root"]
        home = urljoin(page.select_one('link[rel="canonical"]')["href"], root)
        for tag in page.select("img[src], link[rel~=stylesheet]"):
            kind = "src" if tag.name == "img" else "href"
            tag[kind] = within(name, tag[kind])
        for tag in page.select("a[href]"):
            tag["href"] = self.find(name, tag["href"], home)
        for kind in REFERS:
            for tag in page.select(f"article [{kind}]"):
                tag[kind] = placed(name, tag[kind])

    def find(self, name: str, address: str, home: str) -> str:
        """Return where an address of a page leads to, as seen from the document."""
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            return address
        path, anchor = urldefrag(address)
        there = within(name, path) if path else f"{name}.html"
        if (page := there.removesuffix(".html")) in self.pages:
            return f"#{placed(page, anchor)}"
        return urljoin(home, there) + (f"#{anchor}" if anchor else "")


def placed(name: str, anchor: str) -> str:
    """Return the id in the document of a place in a page, or of the page's start."""
    return name if anchor in ("", name) else f"{name}:{anchor}"


def within(name: str, address: str) -> str:
    """Return a page's relative address as seen from the top of the site."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), address))


def front(whole: BeautifulSoup, page: BeautifulSoup, said: str) -> None:
    """Fill the title page and the contents from the first page of the book."""
    title = whole.select_one(".paper-name")
    title.string = page.select_one("article h1").find(string=True)
    whole.title.string = str(title.string)
    line = whole.new_tag("p", string=said)
    title.insert_after(line)
    line.insert_after(*page.select(".bd-footer-content .footer-item > *"))
    listed = page.select_one("#pst-primary-sidebar nav.bd-links")
    for caption in listed.select("[role=heading]"):
        del caption["role"]  # no bookmark of the PDF
    whole.nav.append(listed)


def answered(article: Tag) -> Iterator[Tag]:
    """Yield a heading and the right options of a page's quizzes, for the end."""
    for number, option in enumerate(article.select(".quiz-option:has(.quiz-right)")):
        if not number:
            heading = copy(article.h1)
            heading.name = "h2"
            yield heading
        quiz = option.find_parent(class_="quiz")
        paragraph = BeautifulSoup("<p><em></em> </p>", "html.parser").p
        paragraph.em.extend(copy(quiz.select_one(".quiz-question")).contents)
        paragraph.extend(copy(option.label).contents)
        paragraph["class"] = "paper-answer"
        yield paragraph


def unfold(article: Tag) -> Tag:
    """Open solutions and lists of questions, let no figure wait, and name formulas.

    A formula has its TeX as its name: its MathML would be most of the file.
    """
    for box in article.select("details:not(.hide)"):
        box["open"] = ""
    for image in article.select("img"):
        image["loading"] = "eager"
    for mark in article.select(".highlight pre span[class]"):
        if mark["class"][0][0] not in COLOURED:
            mark.unwrap()
    article.smooth()
    for formula in article.select(".katex:has(> .katex-mathml)"):
        formula["aria-label"] = formula.select_one("annotation").text
        formula["role"] = "img"
        formula.select_one(".katex-mathml").decompose()
    return article
