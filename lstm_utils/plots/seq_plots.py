"""Figures of sequences that become other sequences."""

from __future__ import annotations

from collections.abc import Sequence

from lstm_utils._validate import check_flag, check_list
from lstm_utils.plots.drawings import GATE_COLOURS, _arrow, _blank, _box
from lstm_utils.plots.style import COLOURS

__all__ = ["draw_encoder_decoder"]

ENCODER, DECODER = GATE_COLOURS["i"], GATE_COLOURS["f"]


def draw_encoder_decoder(
    source: Sequence[str] = ("1", "2", "+", "7"),
    written: Sequence[str] = ("1", "9", "end"),
    *,
    repeat: bool = False,
    ax=None,
):
    """Draw an encoder-decoder of one layer each, unrolled over its steps.

    The encoder reads the source from left to right. Its last states go to the decoder,
    which reads at each step the token before the one that it writes; or, with
    `repeat`, its last output is the decoder's input at every step.

    Parameters
    ----------
    source : sequence of str
        What the encoder reads, a token a step.
    written : sequence of str
        What the decoder writes.
    repeat : bool
        Whether the encoder's output is repeated instead of its states handed over.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If `source` or `written` is no list of 1 to 6 tokens, or `repeat` no bool.

    Examples
    --------
    >>> ax = draw_encoder_decoder(["7", "+", "5"], ["1", "2", "end"])
    >>> [text.get_text() for text in ax.texts].count("start")
    1
    """
    source, written = _tokens("source", source), _tokens("written", written)
    repeat = check_flag("repeat", repeat)
    pitch, box, gap = 1.75, 1.15, 1.15
    first = pitch * len(source) + gap
    right = first + pitch * len(written)
    height = 6.4 * 5.1 / (right + 0.3)
    ax = _blank(ax, figsize=(6.4, height), xlim=(-0.3, right), ylim=(-2.1, 3.0))
    blue, orange = COLOURS["blue"], COLOURS["orange"]
    text = {"ha": "center", "va": "center", "fontsize": 11}
    starts = [pitch * k for k in range(len(source))]
    starts += [first + pitch * k for k in range(len(written))]
    for number, left in enumerate(starts):
        reading = number < len(source)
        ax.add_patch(_box(left, 0, box, 1.0, ENCODER if reading else DECODER))
        ax.text(left + box / 2, 0.48, "LSTM", **text | {"fontsize": 10})
        handed = number == len(source) - 1
        if number + 1 < len(starts) and not (handed and repeat):
            end = (starts[number + 1], 0.5)
            _arrow(ax, (left + box, 0.5), end, blue, width=2.8 if handed else 1.5)
    states = "$h$" if repeat else "$h, c$"
    end_of_reading = starts[len(source) - 1] + box
    ax.text((end_of_reading + first) / 2, 0.98, states, **text | {"fontsize": 12})
    for left, token in zip(starts, source, strict=False):
        _arrow(ax, (left + box / 2, -0.75), (left + box / 2, 0), "black")
        ax.text(left + box / 2, -1.1, token, **text)
    read = ["start", *written[:-1]]
    for left, token, given in zip(starts[len(source) :], written, read, strict=True):
        middle = left + box / 2
        _arrow(ax, (middle, 1.0), (middle, 1.7), orange)
        ax.text(middle, 2.05, token, **text)
        _arrow(ax, (middle, -0.75), (middle, 0), blue if repeat else "black")
        if not repeat:
            ax.text(middle, -1.1, given, **text)
    if repeat:
        last = starts[-1] + box / 2
        along = ([end_of_reading, first - 0.5, first - 0.5, last], [0.5, 0.5, -0.75])
        ax.plot(along[0], [*along[1], -0.75], color=blue, ls="-", lw=2.4)
    low = -1.75
    ax.text((end_of_reading) / 2, low, "the encoder reads", **text)
    below = "the same $h$ at every step" if repeat else "the decoder reads"
    middle = (first + starts[-1] + box) / 2
    ax.text(middle, low, below, **text)
    ax.text(middle, 2.7, "the decoder writes", **text)
    return ax


def _tokens(name, tokens) -> list[str]:
    hint = "It holds a token for each step."
    tokens = list(check_list(name, tokens, hint))
    if not 1 <= len(tokens) <= 6:
        raise ValueError(
            f"{name} holds {len(tokens)} tokens, expected 1 to 6. A larger drawing "
            "could not be read."
        )
    return [str(token) for token in tokens]
