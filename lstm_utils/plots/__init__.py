"""Figures in the style of the book. Each takes data and returns axes."""

from lstm_utils.plots.diagrams import draw_beam, draw_tensor, show_diagram
from lstm_utils.plots.grids import plot_alignment, plot_maps, plot_rates
from lstm_utils.plots.runs import plot_curves, plot_interval, plot_runs
from lstm_utils.plots.states import plot_answers, plot_forecast, plot_gates
from lstm_utils.plots.style import COLOURS, LOOKS, use_book_style
