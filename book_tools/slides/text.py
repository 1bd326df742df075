"""Sentences and lines of code out of the HTML of a page."""

import re
from copy import copy
from html import escape

from bs4 import BeautifulSoup, NavigableString, PageElement, Tag

END = re.compile(r"""(?<=[.?!])(["”’)]*)\s+(?=["“‘(]?[A-Z0-9−]|$)""")
ENDED = re.compile(r"""[.?!]["”’)]*$""")
ABBREVIATED = re.compile(r"\b(?:Fig|e\.g|i\.e|cf|vs|al|No)\.$")
SPACE = re.compile(r"\s+")


def parse(html: str) -> BeautifulSoup:
    """Return a piece of HTML as a tree."""
    return BeautifulSoup(html, "html.parser")


def words(html: str) -> int:
    """Return how many words a piece of HTML shows, a formula being one."""
    tree = parse(html)
    for formula in tree.select(".katex"):
        formula.replace_with("x")
    return len(tree.get_text().split())


def sentences(paragraph: Tag) -> list[str]:
    """Return the sentences of a paragraph, each as HTML."""
    found = [""]
    for node in paragraph.contents:
        if not isinstance(node, NavigableString):
            if found[-1].endswith(" ") and ends(found[-1]):
                found.append("")
            found[-1] += str(node)
            continue
        text = SPACE.sub(" ", node)
        if text[:1] == " " and text[1:2].isupper() and ends(found[-1]):
            found.append("")
        for number, piece in enumerate(cut(text)):
            if number:
                found.append("")
            found[-1] += escape(piece, quote=False)
    return [sentence.strip() for sentence in found if sentence.strip()]


def cut(text: str) -> list[str]:
    """Cut running text after each sentence that ends in it."""
    pieces, start = [], 0
    for end in END.finditer(text):
        before = text[start : end.end()]
        if end.end() < len(text) and not ABBREVIATED.search(before.strip()):
            pieces.append(before)
            start = end.end()
    return [*pieces, text[start:]]


def ends(html: str) -> bool:
    """Tell whether what was read so far is a whole sentence."""
    text = parse(html).get_text().strip()
    return bool(ENDED.search(text)) and not ABBREVIATED.search(text)


def some(said: list[str], most: int) -> list[str]:
    """Return the first sentence, and more of them while they have few words."""
    kept, total = said[:1], sum(map(words, said[:1]))
    for sentence in said[1:]:
        total += words(sentence)
        if total > most:
            break
        kept.append(sentence)
    return kept


def code_lines(box: Tag) -> list[str]:
    """Return the lines of a highlighted listing, each with its marks."""
    html = box.pre.decode_contents().replace("<span></span>", "")
    return html.strip("\n").split("\n")


def code_parts(lines: list[str], most: int) -> list[list[str]]:
    """Cut a listing into parts that a slide can hold, at an empty line where it can."""
    if len(lines) <= most:
        return [lines]
    count = -(-len(lines) // most)
    middle = len(lines) / count
    tried = range(max(1, len(lines) - most * (count - 1)), most + 1)

    def badness(at: int) -> float:
        blank = not lines[at - 1].strip() or not lines[at].strip()
        inside = plain(lines[at]).startswith(" ")
        return abs(at - middle) + (0 if blank else 2) + (3 if inside else 0)

    at = min(tried, key=badness)
    rest = lines[at:]
    while rest and not rest[0].strip():
        rest = rest[1:]
    return [lines[:at], *code_parts(rest, most)]


def output_parts(result: Tag, most: int) -> list[str]:
    """Return an output as HTML, cut in two or more where it has very many lines."""
    box = result.select_one(".highlight")
    if box is None or len(code_lines(box)) <= most:
        return [str(result)]
    parts = []
    for part in code_parts(code_lines(box), most):
        piece = copy(result)
        piece.pre.clear()
        piece.pre.append(parse("\n".join(part)))
        parts.append(str(piece))
    return parts


def plain(line: str) -> str:
    """Return a line of a listing without its marks."""
    return parse(line).get_text()


def clean(element: Tag) -> Tag:
    """Drop what only a page makes use of: anchors, buttons, links inside the book."""
    for tag in element.select(".headerlink, .copybtn, span[id]:empty, summary"):
        tag.decompose()
    for link in element.select("a.internal, a.large, a[href^='#']"):
        link.unwrap()
    for tag in element.select("[id]"):
        del tag["id"]
    for image in element.select("img"):
        del image["loading"], image["decoding"]
        image["src"] = f"files/{image['src'].rpartition('/')[2]}"
    return element


def kind_of(node: PageElement) -> set[str]:
    """Return the classes of an element; none for text."""
    return {*node.get("class", [])} if isinstance(node, Tag) else set()
