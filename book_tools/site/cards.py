"""What the landing page shows of the chapters: cards, one figure, a way to Colab.

All is drawn from the notebooks, so that a name, a question, a time or a result stands
in one place only.
"""

import io
import os
from pathlib import Path

from docutils import nodes
from PIL import Image
from sphinx.util.docutils import SphinxDirective

from book_tools.chapters import find_chapter, list_chapters, read_notebook
from book_tools.site.facts import find_figure, read_facts

CARD_WIDTH = 560  # pixels: twice what a card is wide on a laptop
GRID = ":::::{grid} 1 2 2 3\n:gutter: 3\n:class-container: chapter-cards\n"
CARD = """
::::{{grid-item-card}} {facts.title}
:link: /{page}
:link-type: doc
:img-top: {image}
:img-alt: {facts.figure[2]}

{facts.question}

:::{{card-footer}}
{facts.minutes} minutes
:::
::::
"""
LATER = """
::::{{grid-item-card}} {title}
:class-card: chapter-later

{question}

:::{{card-footer}}
still to come
:::
::::
"""


class Drawing(SphinxDirective):
    """What the two directives share: figures of chapters as files of the site."""

    has_content = True

    def write(self, name: str, ending: str, content: bytes) -> str:
        """Write a figure into the build's folder; return its address for a page."""
        folder = Path(self.env.app.doctreedir).parent / "figures"
        folder.mkdir(exist_ok=True)
        file = folder / f"{name}{ending}"
        if not file.is_file() or file.read_bytes() != content:
            file.write_bytes(content)
        return "/" + Path(os.path.relpath(file, self.env.srcdir)).as_posix()


class ChapterCards(Drawing):
    """A card for each chapter; the content names those still to come, a line each.

    A line is ``09 Name: question?``.
    """

    def run(self):
        """Return the grid of cards, in the order of the chapters' numbers."""
        cards = {}
        for path in list_chapters(Path(self.env.srcdir)):
            self.env.note_dependency(str(path))
            try:
                facts = read_facts(path)
            except ValueError as error:
                raise self.error(str(error)) from None
            ending, content, _ = facts.figure
            if ending == ".png":
                content = self.env.app.kept.value(shrink, content)
            image = self.write(f"card-{facts.number}", ending, content)
            cards[facts.number] = CARD.format(
                facts=facts, page=f"chapters/{path.stem}", image=image
            )
        for line in filter(None, self.content):
            title, colon, question = line.partition(": ")
            if not colon or not title[:2].isdigit():
                raise self.error(f"{line!r}: expected '09 Name: question?'")
            if title[:2] in cards:
                raise self.error(f"{line!r}: it is here already; drop the line")
            cards[title[:2]] = LATER.format(title=title, question=question)
        text = GRID + "".join(card for _, card in sorted(cards.items())) + "\n:::::\n"
        return self.parse_text_to_nodes(text)


class ChapterFigure(Drawing):
    """The figure of a chapter's cell, in full size; the content is the caption."""

    required_arguments = 2

    def run(self):
        """Return the figure."""
        chapter, cell = self.arguments
        try:
            path = find_chapter(chapter, Path(self.env.srcdir))
        except SystemExit as error:
            raise self.error(str(error)) from None
        self.env.note_dependency(str(path))
        if (found := find_figure(read_notebook(path), cell)) is None:
            raise self.error(f"{path.name} has no figure with an alt text in {cell!r}")
        ending, content, alt = found
        address = self.write(f"{path.stem[:2]}-{cell}", ending, content)
        figure = nodes.figure("", nodes.image(uri=address, alt=alt))
        caption = self.parse_text_to_nodes("\n".join(self.content))
        figure += nodes.caption("", "", *caption[0].children)
        self.set_source_info(figure)
        return [figure]


class ColabButton(SphinxDirective):
    """A button that opens a chapter on Colab, as the one at the chapter's top does."""

    required_arguments = 1
    has_content = True

    def run(self):
        """Return the button."""
        _, actual = self.env.app.book_addresses
        address = actual.colab_url(self.arguments[0])
        text = f":::{{button-link}} {address}\n:color: primary\n:outline:\n\n"
        return self.parse_text_to_nodes(text + "\n".join(self.content) + "\n:::\n")


def shrink(content: bytes) -> bytes:
    """Return a PNG as wide as a card; of a tall figure, its upper part."""
    stream = io.BytesIO()
    with Image.open(io.BytesIO(content)) as image:
        shown = image.crop((0, 0, image.width, min(image.height, image.width * 5 // 8)))
        height = round(shown.height * CARD_WIDTH / shown.width)
        size = (CARD_WIDTH, height)
        shown = shown.convert("RGB").resize(size, Image.Resampling.LANCZOS)
        shown.quantize(64, dither=Image.Dither.NONE).save(stream, "png", optimize=True)
    return stream.getvalue()


def setup(app):
    """Register the directives."""
    app.add_directive("chapter-cards", ChapterCards)
    app.add_directive("chapter-figure", ChapterFigure)
    app.add_directive("colab-button", ColabButton)
