"""Every figure is drawn without a screen, in the book's style, and never shown."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from lstm_utils.plots import use_book_style


@pytest.fixture(autouse=True)
def no_windows(monkeypatch):
    """Fail where a function shows its figure, and leave no style behind."""
    mpl.use("agg")
    monkeypatch.setattr(plt, "show", lambda *_, **__: pytest.fail("called show()"))
    with mpl.rc_context():
        use_book_style()
        yield
    plt.close("all")


@pytest.fixture
def covered():
    """Return a function that tells whether texts of an axes cover each other."""

    def any_covered(ax) -> bool:
        ax.figure.canvas.draw()
        boxes = [text.get_window_extent() for text in ax.texts]
        return any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[k + 1 :])

    return any_covered
