"""The pictures that a link to the book shows elsewhere, drawn from what a page says."""

import io
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)  # pixels: what most places show of a link
EDGE = 56
GAP = 40
BAND = 14  # across the top
FIGURE = (580, 518)  # the most that a figure takes
SMALLEST = 20  # of all sizes of letters
LINE = 1.2  # the height of a line, in sizes
INK, MUTED, MARK, PAPER = "#1f2328", "#4d5763", "#0b5a73", "#ffffff"
FONT = "source-serif-4-latin-{}-normal.woff2"


@cache
def read_font(path: Path) -> bytes:
    """Return a font as Pillow reads it, without the compression of the web."""
    font = TTFont(path)
    font.flavor = None
    stream = io.BytesIO()
    font.save(stream)
    return stream.getvalue()


def draw_mark(width: int, corner: float = 7) -> Image.Image:
    """Return the book's mark, three layers, as `_static/favicon.svg` has it."""
    unit = width * 4 / 32
    image = Image.new("RGB", (width * 4, width * 4), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, *image.size), corner * unit, fill=MARK)
    for top, strength in ((20, 1.0), (13.5, 0.8), (7, 0.6)):
        box = [round(each * unit) for each in (6, top, 26, top + 5)]
        ground = Image.new("RGB", (1, 1), MARK)
        colour = Image.blend(ground, Image.new("RGB", (1, 1), PAPER), strength)
        draw.rounded_rectangle(box, 1.5 * unit, fill=colour.getpixel((0, 0)))
    return image.resize((width, width), Image.Resampling.LANCZOS)


def wrap(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Break a text into lines that are no wider than `width`, where words allow."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def set_text(
    font: bytes, size: int, text: str, room: tuple[int, int]
) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """Return a text in lines, and its font, in the largest size that fits its room."""
    while True:
        face = ImageFont.truetype(io.BytesIO(font), size)
        lines = wrap(text, face, room[0])
        widest = max(map(face.getlength, lines), default=0)
        if size <= SMALLEST or (
            widest <= room[0] and len(lines) * size * LINE <= room[1]
        ):
            return face, lines
        size -= 2


def fit(figure: bytes) -> Image.Image:
    """Return a figure as large as its place on a card allows."""
    with Image.open(io.BytesIO(figure)) as drawn:
        pixels = drawn.convert("RGB")
    scale = min(room / side for room, side in zip(FIGURE, pixels.size, strict=True))
    width, height = (max(round(side * scale), 1) for side in pixels.size)
    return pixels.resize((width, height), Image.Resampling.LANCZOS)


def draw_card(
    fonts: Path, book: str, title: str, text: str, figure: bytes | None = None
) -> bytes:
    """Return a card as a PNG: mark, book, title and text beside a figure.

    Where there is no figure, the mark stands in its place.
    """
    image = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, SIZE[0], BAND), fill=MARK)
    picture = draw_mark(260) if figure is None else fit(figure)
    left = SIZE[0] - EDGE - picture.width
    image.paste(picture, (left, (SIZE[1] + BAND - picture.height) // 2))
    if book:
        image.paste(draw_mark(64), (EDGE, EDGE))
    width = left - GAP - EDGE
    normal, bold = (read_font(fonts / FONT.format(weight)) for weight in (400, 600))
    places = (
        (bold, 27, book, MUTED, EDGE + 84, EDGE + 14, (width - 84, 64)),
        (bold, 68, title, INK, EDGE, 180, (width, 180)),
        (normal, 42, text, MARK, EDGE, None, (width, 230)),
    )
    below = 0.0
    for font, size, words, colour, x, y, room in places:
        face, lines = set_text(font, size, words, room)
        below = y or below + 16
        for line in lines:
            draw.text((x, below), line, colour, face)
            below += face.size * LINE
    return as_png(image)


def draw_touch_icon() -> bytes:
    """Return the icon of the book on a telephone's first screen, uncut."""
    return as_png(draw_mark(180, corner=0))


def as_png(image: Image.Image) -> bytes:
    """Return an image as a PNG of few colours."""
    stream = io.BytesIO()
    few_colours = image.quantize(64, dither=Image.Dither.NONE)
    few_colours.save(stream, "png", optimize=True)
    return stream.getvalue()
