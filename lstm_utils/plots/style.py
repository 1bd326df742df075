"""The look of the book's figures: colours, dashes, markers, and where names stand."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from lstm_utils._validate import check_axes, check_flag, load_extra, shown, wrong

__all__ = ["COLOURS", "LOOKS", "use_book_style"]

load_extra("matplotlib", "plots")

COLOURS = {
    "blue": "#0072B2",
    "orange": "#D55E00",
    "green": "#009E73",
    "pink": "#CC79A7",
    "sky": "#56B4E9",
    "amber": "#E69F00",
    "black": "#000000",
}
"""The colours of Okabe and Ito, which colour-blind readers can tell apart."""


FONT = "Source Serif 4"
"""The type of the book's pages; what it lacks is drawn in Matplotlib's own."""

FACES = {400: "regular", 700: "semibold"}  # by their weight

DASHES = ("-", "--", "-.", ":")


def _look(colour, dashes, marker="", **label) -> dict:
    return {"color": COLOURS[colour], "linestyle": dashes, "marker": marker} | label


LOOKS = tuple(map(_look, COLOURS, DASHES, "os^D"))
"""Colour, dashes and marker of up to four lines in one figure."""

TRACES = {
    "i": _look("sky", "-", label="input i"),
    "f": _look("amber", "--", label="forget f"),
    "o": _look("pink", "-.", label="output o"),
    "c": _look("blue", "-", label="cell state c"),
    "h": _look("orange", "--", label="output h"),
    "g": _look("black", ":", label="candidate g"),
}
"""What goes on inside a cell."""

BESIDE = {"color": "0.3", "linewidth": 1.2, "linestyle": "--", "zorder": 0}
"""A value to compare with."""


def looks(argument: str, names) -> dict:
    """Return a look for each name, or raise where they could not be told apart."""
    names = list(dict.fromkeys(names))
    if len(names) > len(LOOKS):
        most = f"hold at most {len(LOOKS)} lines, which can be told apart"
        raise wrong(ValueError, argument, most, len(names), "Draw two figures.")
    return dict(zip(names, LOOKS, strict=False))


def check_texts(**labels) -> None:
    """Raise if one of these is not a text."""
    for name, value in labels.items():
        if not isinstance(value, str):
            raise wrong(TypeError, name, "be a text", shown(value))


def panel_grid(titles, columns: int, size, *, sharey=False, **options):
    """Return a new figure's axes, one for each title, `columns` side by side."""
    import matplotlib.pyplot as plt

    options |= {"figsize": size, "layout": "constrained", "squeeze": False}
    options["sharey"] = check_flag("sharey", sharey)
    grid = plt.subplots(-(-len(titles) // columns), columns, **options)[1].ravel()
    for ax in grid[len(titles) :]:
        ax.remove()
    for ax, title in zip(grid, titles, strict=False):
        ax.set_title(title)
    return grid[: len(titles)]


def axes_for(ax, size, **labels):
    """Return `ax`, or the axes of a new figure of this size if it is None."""
    check_texts(**labels)
    check_axes(ax)
    return panel_grid([""], 1, size)[0] if ax is None else ax


def finish(ax, lines, names: str = "ends", log: str = "") -> None:
    """Set logarithmic scales with plain ticks, and write names at the ends of lines.

    No name, given with its line, stands on another, and each is darker than its line,
    so that light colours can be read.
    """
    from matplotlib.colors import to_rgb
    from matplotlib.ticker import LogLocator, MaxNLocator

    ax.set(**{f"{axis}scale": "log" for axis in log})
    ax.minorticks_off()
    if "y" in log:
        span = np.divide(*ax.get_ylim()[::-1])
        few = (1, 2, 5) if span < 20 else (1, 3) if span < 1000 else (1,)
        ticks = LogLocator(subs=few) if span > 5 else MaxNLocator(4, steps=[1, 2, 5])
        ax.yaxis.set(major_locator=ticks, major_formatter="{x:g}")
    lines = [(name, line, line.get_ydata()[-1]) for name, line in lines if name]
    if names != "ends" or not lines:
        return
    lines.sort(key=lambda one: one[2])
    beside = ax.get_yaxis_transform()
    heights = beside.transform([(1.0, y) for _, _, y in lines])[:, 1]
    # In points, of which a line of text takes 12.
    free = heights * 72 / ax.figure.dpi - 15.0 * np.arange(len(lines))
    up, down = np.maximum.accumulate(free), np.minimum.accumulate(free[::-1])[::-1]
    look = {"xycoords": beside, "textcoords": "offset points", "va": "center"}
    for (name, line, y), shift in zip(lines, (up + down) / 2 - free, strict=True):
        look["color"] = np.multiply(0.65, to_rgb(line.get_color()))
        ax.annotate(name, (1.0, y), (5, shift), annotation_clip=False, **look)


def use_book_style() -> None:
    """Set Matplotlib to the look of the book: opaque white, colours and dashes.

    Examples
    --------
    >>> import matplotlib
    >>> with matplotlib.rc_context():
    ...     use_book_style()
    ...     matplotlib.rcParams["figure.facecolor"]
    'white'
    """
    import matplotlib as mpl
    from cycler import cycler
    from matplotlib.font_manager import FontEntry, fontManager

    folder = Path(__file__).with_name("fonts")
    for weight, face in FACES.items():
        file = str(folder / f"source-serif-4-{face}.ttf")
        entry = FontEntry(fname=file, name=FONT, weight=weight, size="scalable")
        if entry not in fontManager.ttflist:
            fontManager.ttflist.append(entry)
    colours = cycler(color=[*list(COLOURS.values())[:4], COLOURS["black"]])
    cycle = colours + cycler(linestyle=[*DASHES, (0, (5, 1, 1, 1, 1, 1))])
    mpl.rc(("axes", "figure", "savefig"), facecolor="white")
    mpl.rc("axes", prop_cycle=cycle, titlelocation="left", titlesize="medium")
    mpl.rc("axes.spines", right=False, top=False)
    mpl.rc("figure", dpi=144, figsize=(6.4, 3.2))
    mpl.rc("figure.constrained_layout", use=True)
    mpl.rc("font", family=[FONT, "DejaVu Sans"], size=10)
    mpl.rc("legend", frameon=False)
    mpl.rc("lines", linewidth=2)
    _plain_png()


def _plain_png() -> None:
    """Inside a notebook, keep whole canvases and leave version notes out of PNGs."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if hasattr(shell, "kernel"):
        from matplotlib_inline.config import InlineBackend

        options = {"bbox_inches": None, "metadata": {"Software": None}}
        InlineBackend.instance(parent=shell).print_figure_kwargs = options
