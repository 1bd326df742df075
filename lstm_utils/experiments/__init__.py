"""Sweeps that can be trusted: resumed after a kill, recorded, checked again."""

from lstm_utils.experiments.grid import run_grid
from lstm_utils.experiments.intervals import Interval, interval
from lstm_utils.experiments.tables import check_table, read_table
from lstm_utils.experiments.weights import load_weights, save_weights
