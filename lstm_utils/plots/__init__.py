"""Figures in the style of the book. Each takes data and returns axes."""

from lstm_utils.plots.attention_plots import draw_attention
from lstm_utils.plots.decoding_plots import draw_beam
from lstm_utils.plots.drawings import (
    draw_cell,
    draw_return_options,
    draw_stack,
    draw_tensor,
)
from lstm_utils.plots.grids import plot_alignment, plot_maps, plot_rates
from lstm_utils.plots.handover_plots import draw_handovers
from lstm_utils.plots.runs import plot_curves, plot_interval, plot_runs
from lstm_utils.plots.seq_plots import draw_encoder_decoder
from lstm_utils.plots.states import plot_answers, plot_gates
from lstm_utils.plots.style import COLOURS, LOOKS, use_book_style

__all__ = [
    "COLOURS",
    "LOOKS",
    "draw_attention",
    "draw_beam",
    "draw_cell",
    "draw_encoder_decoder",
    "draw_handovers",
    "draw_return_options",
    "draw_stack",
    "draw_tensor",
    "plot_alignment",
    "plot_answers",
    "plot_curves",
    "plot_gates",
    "plot_interval",
    "plot_maps",
    "plot_rates",
    "plot_runs",
    "use_book_style",
]
