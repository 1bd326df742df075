"""The look of the book's figures."""

from __future__ import annotations

from lstm_utils._validate import load_extra

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

LOOKS = (
    ("blue", "-", "o"),
    ("orange", "--", "s"),
    ("green", "-.", "^"),
    ("pink", ":", "D"),
)
"""Colour, dashes and marker of up to four lines in one figure."""


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

    names = ["blue", "orange", "green", "pink", "black"]
    dashes = ["-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1))]
    mpl.rcParams.update(
        {
            "axes.prop_cycle": cycler(color=[COLOURS[name] for name in names])
            + cycler(linestyle=dashes),
            "axes.facecolor": "white",
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlelocation": "left",
            "axes.titlesize": "medium",
            "figure.constrained_layout.use": True,
            "figure.dpi": 144,
            "figure.facecolor": "white",
            "figure.figsize": (6.4, 3.2),
            "font.family": "DejaVu Sans",
            "font.size": 10,
            "legend.frameon": False,
            "lines.linewidth": 2,
            "savefig.facecolor": "white",
        }
    )
    _plain_png()


def _plain_png() -> None:
    """Inside a notebook, keep whole canvases and leave version notes out of PNGs."""
    try:
        from IPython import get_ipython
    except ImportError:
        return
    shell = get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        return
    from matplotlib_inline.config import InlineBackend

    InlineBackend.instance(parent=shell).print_figure_kwargs = {
        "bbox_inches": None,
        "metadata": {"Software": None},
    }
