"""Diagrams: drawings that are always the same, and drawings of what is given.

The first kind are the files ``*.svg`` of this folder. Chapters show them with
`show_diagram`; the README and the landing page show the same files.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from lstm_utils._validate import check_choice
from lstm_utils.plots.diagrams.drawings import draw_beam, draw_tensor

__all__ = ["draw_beam", "draw_tensor", "show_diagram"]


class Diagram:
    """A drawing in SVG, which a notebook shows; elsewhere its description is shown.

    Parameters
    ----------
    svg : str
        The drawing, with a title and a description.
    """

    def __init__(self, svg: str) -> None:
        self._svg = svg

    def _repr_svg_(self) -> str:
        return self._svg

    def __repr__(self) -> str:
        """Return what JupyterLab shows in place of an SVG that it does not trust."""
        title, about = list(ElementTree.fromstring(self._svg))[:2]
        return f"Drawing (run the cell to see it): {title.text}. {about.text}"


def show_diagram(name: str) -> Diagram:
    """Return one of the book's drawings, for a notebook to show.

    Parameters
    ----------
    name : str
        The name of a file ``*.svg`` of this folder, without its ending.

    Returns
    -------
    Diagram

    Raises
    ------
    ValueError
        If there is no drawing of this name.

    Examples
    --------
    >>> show_diagram("one-lstm")
    Drawing (run the cell to see it): One LSTM, unrolled. One LSTM over four steps...
    """
    drawings = {path.stem: path for path in Path(__file__).parent.glob("*.svg")}
    check_choice("name", name, tuple(sorted(drawings)))
    return Diagram(drawings[name].read_text("utf-8"))
