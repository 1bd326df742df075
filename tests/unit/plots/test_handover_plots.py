"""The figure of the hand-overs: which arrow starts where, and what is refused."""

import matplotlib
import pytest

matplotlib.use("Agg")

from lstm_utils.plots import COLOURS, draw_handovers


def by_title(axes):
    """Return panels by their titles, wherever the style in use puts these."""
    return {ax.get_title() or ax.get_title(loc="left"): ax for ax in axes.ravel()}


@pytest.fixture(autouse=True)
def closed_figures():
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


def arrows(ax, colour):
    """Return the heights (start, end) of the arrows of one colour that go right."""
    found = []
    for text in ax.texts:
        patch = getattr(text, "arrow_patch", None)
        if patch is None or text.arrowprops["color"] != colour:
            continue
        (x, y), (to_x, to_y) = text.xyann, text.xy
        if to_x > x:
            found.append((round(y, 3), round(to_y, 3)))
    return sorted(found)


@pytest.mark.parametrize("n_layers", [2, 3, 4])
def test_each_decoder_layer_gets_what_its_title_says(n_layers):
    axes = {
        (ax.get_title() or ax.get_title(loc="left")): ax
        for ax in draw_handovers(n_layers).ravel()
    }
    blue = {name: arrows(ax, COLOURS["blue"]) for name, ax in axes.items()}
    heights = sorted(end for _, end in blue["matched"])
    top = heights[-1]
    assert len({*heights}) == n_layers
    assert blue["matched"] == [(height, height) for height in heights]
    assert blue["top"] == [(top, top)]
    assert blue["same"] == [(top, height) for height in heights]
    assert blue["none"] == []


def test_what_is_handed_nothing_starts_at_zero():
    axes = {
        (ax.get_title() or ax.get_title(loc="left")): ax
        for ax in draw_handovers(3).ravel()
    }
    zeros = {
        name: sum(text.get_text() == "0" for text in ax.texts)
        for name, ax in axes.items()
    }
    assert zeros == {"matched": 0, "top": 2, "same": 0, "none": 3}


def test_states_are_named_after_the_layer_that_sends_them():
    axes = {
        (ax.get_title() or ax.get_title(loc="left")): ax
        for ax in draw_handovers(2).ravel()
    }
    names = {
        name: [text.get_text() for text in ax.texts if "h^" in text.get_text()]
        for name, ax in axes.items()
    }
    assert names["top"] == ["$h^{(2)}_T, c^{(2)}_T$"]
    assert names["same"] == 2 * names["top"]  # each of its two arrows is named
    assert names["none"] == []
    assert names["matched"] == [f"$h^{{({k})}}_T, c^{{({k})}}_T$" for k in (1, 2)]


@pytest.mark.parametrize("n_layers", [1, 5])
def test_too_few_or_too_many_layers_are_refused(n_layers):
    with pytest.raises(ValueError, match=f"n_layers .* {n_layers} came"):
        draw_handovers(n_layers)


def test_a_number_of_layers_that_is_not_whole_is_refused():
    with pytest.raises(TypeError, match="n_layers must be a whole number"):
        draw_handovers(2.5)
