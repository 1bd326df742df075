"""Write the slides of the chapters to dist/slides, as a whole or not at all."""

import shutil
from dataclasses import replace
from html import escape
from pathlib import Path
from string import Template

from bs4 import Tag

from book_tools.chapters import ROOT, aside, find_chapter, list_chapters
from book_tools.site.book import Book, clear
from book_tools.site.facts import Facts, read_facts
from book_tools.slides.deck import Deck, Slide
from book_tools.slides.figures import parts_of
from book_tools.slides.text import parse

HERE = Path(__file__).parent
OWN = ("deck.css", "deck.js", "reveal")
TAKEN = ("katex", "fonts", "pygments.css")  # of the site
SECTION = '<section class="{0.kind}"><h2>{0.heading}</h2>{1}</section>'


def slides(chapter: str | None = None, root: Path = ROOT) -> int:
    """Write a deck for each chapter, or for the one named; say where they are."""
    chosen = [find_chapter(chapter, root)] if chapter else list_chapters(root)
    for path in chosen:
        if path not in list_chapters(root):
            raise SystemExit(f"{path.stem} is no chapter, so it has no slides.")
    book = Book(root)
    book.make()
    place = root / "dist" / "slides"
    with aside(root, "slides") as made:
        new = made / "slides"
        if chapter and place.is_dir():
            shutil.copytree(place, new)
        counts = [write_deck(book, path, new) for path in chosen]
        clear(place)
        new.rename(place)
    for path, count in zip(chosen, counts, strict=True):
        print(f"dist/slides/{path.stem}.html: {count} slides")
    return 0


def write_deck(book: Book, path: Path, folder: Path) -> int:
    """Write the deck of a chapter, and what it shows, to a folder; count its slides."""
    files = folder / "files"
    files.mkdir(parents=True, exist_ok=True)
    for source in [
        *(HERE / n for n in OWN),
        *(book.site / "_static" / n for n in TAKEN),
    ]:
        put(source, files / source.name)
    page = parse((book.site / "chapters" / f"{path.stem}.html").read_text("utf-8"))
    article = page.select_one("article.bd-article")
    for image in article.select("img"):
        source = book.site / "chapters" / image["src"]
        put(source, files / source.name)
    deck = [part for slide in Deck(article).slides for part in enlarged(slide, folder)]
    facts = read_facts(path)
    text = Template((HERE / "deck.html").read_text("utf-8")).substitute(
        title=escape(facts.title),
        book=escape(page.select_one('meta[property="og:site_name"]')["content"]),
        slides="\n".join([front(facts, article, page), *map(written, deck)]),
    )
    (folder / f"{path.stem}.html").write_text(text, "utf-8", newline="\n")
    return len(deck) + 1


def enlarged(slide: Slide, folder: Path) -> list[Slide]:
    """Return a slide, and behind one of a tall figure its parts, a slide for each."""
    if slide.kind != "figure":
        return [slide]
    (image,) = slide.body
    address = parse(image).img["src"]
    names = [part.name for part in parts_of(folder / address)]
    if len(names) == 1:
        return [slide]
    shown = [image.replace(address, f"files/{name}") for name in names]
    parts = [Slide(slide.heading, slide.kind, body=[part]) for part in shown]
    parts[-1].after = slide.after
    return [replace(slide, after=""), *parts]


def put(source: Path, target: Path) -> None:
    """Copy a file or a folder where it is not yet."""
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copyfile(source, target)


def front(facts: Facts, article: Tag, page: Tag) -> str:
    """Return the slide with number, name and question, and the words for them."""
    name = page.select_one('meta[property="og:site_name"]')["content"]
    address = page.select_one('link[rel="canonical"]')["href"]
    said = "".join(map(str, article.section.find_all("p", recursive=False)[1:]))
    return (
        f'<section class="front"><p class="number">{facts.number}</p>'
        f"<h1>{escape(facts.name)}</h1><p class=question>{escape(facts.question)}</p>"
        f"<p class=source>{escape(name)}, CC BY 4.0<br>{escape(address)}</p>"
        f"{notes([said])}</section>"
    )


def written(slide: Slide) -> str:
    """Return a slide as HTML."""
    lead = f'<p class="lead">{slide.lead}</p>' if slide.lead else ""
    after = f'<p class="after fragment">{slide.after}</p>' if slide.after else ""
    inner = f"{lead}{''.join(slide.body)}{after}{notes(slide.notes)}"
    return SECTION.format(slide, inner)


def notes(said: list[str]) -> str:
    """Return what the speaker can say, for the speaker's window."""
    return f'<aside class="notes">{"".join(said)}</aside>' if said else ""
