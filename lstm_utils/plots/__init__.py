"""Figures in the style of the book. Each takes data and returns axes."""

from lstm_utils.plots.attention_plots import (
    draw_attention,
    plot_alignment,
    plot_by_length,
)
from lstm_utils.plots.decoding_plots import draw_beam, plot_by_step, plot_temperatures
from lstm_utils.plots.depth_plots import plot_maps, plot_rates, plot_training
from lstm_utils.plots.drawings import (
    draw_cell,
    draw_return_options,
    draw_stack,
    draw_tensor,
)
from lstm_utils.plots.handover_plots import draw_handovers
from lstm_utils.plots.layer_plots import plot_by_layer, plot_probes, plot_response
from lstm_utils.plots.plots import (
    plot_answers,
    plot_gates,
    plot_interval,
    plot_jacobian,
    plot_losses,
    plot_predictions,
)
from lstm_utils.plots.seq_plots import draw_encoder_decoder, plot_learning
from lstm_utils.plots.style import COLOURS, LOOKS, use_book_style
from lstm_utils.plots.sweep_plots import plot_by_budget, plot_by_depth

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
    "plot_by_budget",
    "plot_by_depth",
    "plot_by_layer",
    "plot_by_length",
    "plot_by_step",
    "plot_gates",
    "plot_interval",
    "plot_jacobian",
    "plot_learning",
    "plot_losses",
    "plot_maps",
    "plot_predictions",
    "plot_probes",
    "plot_rates",
    "plot_response",
    "plot_temperatures",
    "plot_training",
    "use_book_style",
]
