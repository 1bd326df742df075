"""Figures that are taller than wide, cut between their panels for slides."""

from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageOps

TALL = 0.9  # height over width from which a figure is cut
SHAPE = 0.6  # height over width of a part, about that of a slide's room
LIGHT = 250  # grey value from which a row of pixels counts as empty
GAP = 0.01  # of the figure's height that is empty between two panels


def parts_of(path: Path) -> list[Path]:
    """Write a tall figure's parts beside it; return them, or the figure where none.

    It is cut only where a band of rows is empty from side to side, so that no panel and
    no label is cut through; the parts are shown at one scale.
    """
    if path.suffix != ".png":
        return [path]
    with Image.open(path) as image:
        whole = image.convert("RGB")
    if whole.height < TALL * whole.width:
        return [path]
    edges = [0, *cuts(whole), whole.height]
    if len(edges) == 2:
        return [path]
    parts = []
    for number, (top, bottom) in enumerate(pairwise(edges), start=1):
        part = path.with_stem(f"{path.stem}-{number}")
        whole.crop((0, top, whole.width, bottom)).save(part, optimize=True)
        parts.append(part)
    return parts


def cuts(image: Image.Image) -> list[int]:
    """Return the rows at which a figure is cut, in the middle of empty bands."""
    places = empty_bands(image)
    wanted = round(image.height / (SHAPE * image.width))
    chosen: list[int] = []
    for number in range(1, wanted):
        aim = image.height * number / wanted
        near = min(places, key=lambda place: abs(place - aim), default=None)
        fits = near is not None and abs(near - aim) < image.height / wanted / 2
        if fits and near not in chosen:
            chosen.append(near)
    return sorted(chosen)


def empty_bands(image: Image.Image) -> list[int]:
    """Return the middle of each band of empty rows between two that are not."""
    grey = ImageOps.grayscale(image)
    width = image.width
    data = grey.tobytes()
    rows = (data[start : start + width] for start in range(0, len(data), width))
    empty = [min(row) >= LIGHT for row in rows]
    bands, start = [], None
    for row, is_empty in enumerate(empty):
        if is_empty and start is None:
            start = row
        elif not is_empty and start is not None:
            if start > 0 and row - start >= GAP * image.height:
                bands.append((start + row) // 2)
            start = None
    return bands
