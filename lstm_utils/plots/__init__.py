"""Figures in the style of the book. Each takes data and returns axes."""

from lstm_utils.plots.attention_plots import plot_alignment, plot_by_length
from lstm_utils.plots.decoding_plots import plot_by_step, plot_temperatures
from lstm_utils.plots.depth_plots import plot_maps, plot_rates, plot_training
from lstm_utils.plots.diagrams import (
    draw_beam,
    draw_stack,
    draw_tensor,
    show_diagram,
)
from lstm_utils.plots.layer_plots import plot_by_layer, plot_probes, plot_response
from lstm_utils.plots.plots import (
    plot_answers,
    plot_gates,
    plot_interval,
    plot_jacobian,
    plot_losses,
    plot_predictions,
)
from lstm_utils.plots.seq_plots import plot_learning
from lstm_utils.plots.style import COLOURS, LOOKS, use_book_style
from lstm_utils.plots.sweep_plots import plot_by_budget, plot_by_depth

__all__ = [
    "COLOURS",
    "LOOKS",
    "draw_beam",
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
    "show_diagram",
    "use_book_style",
]
