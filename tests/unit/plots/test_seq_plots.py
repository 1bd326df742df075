"""Figures of sequences that become others: what is drawn, and what is refused."""

import matplotlib
import pytest

matplotlib.use("Agg")

from matplotlib.patches import FancyBboxPatch

from lstm_utils.plots import draw_encoder_decoder


@pytest.fixture(autouse=True)
def closed_figures():
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def arrows(ax):
    """Return the start and end of each arrow."""
    return [
        (note.xyann, note.xy) for note in ax.texts if getattr(note, "arrow_patch", None)
    ]


def test_a_box_for_each_step_and_the_token_before_below_the_decoder():
    ax = draw_encoder_decoder(["7", "+", "5"], ["1", "2", "end"])
    boxes = [patch for patch in ax.patches if isinstance(patch, FancyBboxPatch)]
    assert len(boxes) == 6
    heights = {
        text.get_text(): text.get_position()[1]
        for text in ax.texts
        if text.get_text() in ("start", "end", "7", "2")
    }
    assert heights["start"] == heights["7"] < 0 < heights["end"]
    assert texts(ax).count("1") == texts(ax).count("2") == 2
    assert texts(ax).count("end") == 1
    assert "$h, c$" in texts(ax)


def test_states_go_from_box_to_box_through_encoder_and_decoder():
    ax = draw_encoder_decoder(["7", "+", "5"], ["1", "2", "end"])
    across = [(start, end) for start, end in arrows(ax) if start[1] == end[1]]
    assert len(across) == 5
    widths = [
        note.arrow_patch.get_linewidth()
        for note in ax.texts
        if getattr(note, "arrow_patch", None) and note.xyann[1] == note.xy[1]
    ]
    assert widths.index(max(widths)) == 2
    assert widths.count(max(widths)) == 1


def test_what_is_repeated_enters_every_decoder_step_instead_of_tokens():
    ax = draw_encoder_decoder(["7", "+", "5"], ["1", "2", "end"], repeat=True)
    assert "start" not in texts(ax)
    assert "$h$" in texts(ax)
    across = [(start, end) for start, end in arrows(ax) if start[1] == end[1]]
    assert len(across) == 4
    (line,) = ax.lines
    entering = sorted(end[0] for start, end in arrows(ax) if end[1] == 0)[-3:]
    assert max(line.get_xdata()) == entering[-1]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        ({"source": "12+7"}, TypeError, "source must be a list"),
        ({"source": []}, ValueError, "source holds 0 tokens"),
        ({"written": ["1"] * 7}, ValueError, "written holds 7 tokens"),
        ({"repeat": 1}, TypeError, "repeat must be True or False"),
        ({"ax": 3}, TypeError, "ax must be one Axes"),
    ],
)
def test_what_cannot_be_drawn_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        draw_encoder_decoder(**call)
