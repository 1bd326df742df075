"""LSTM stacks in Keras: built, checked, trained, decoded, looked into, compared.

Importing the package loads neither Keras nor TensorFlow, so that `setup` can still
choose how they start; each name below is loaded when it is first asked for.
"""

from importlib import import_module

__version__ = "0.1.0"

# What people outside the book use, and the room of each. Chapters import from doors.
_HOMES = {
    "Vocabulary": "tasks.vocabulary",
    "alignment_score": "diagnostics.alignment",
    "attention_weights": "diagnostics.alignment",
    "beam_search": "decoding",
    "check_no_leak": "checks",
    "check_table": "experiments.tables",
    "check_targets": "checks",
    "dated_windows": "forecasting.dates",
    "exponential_smoothing": "forecasting.baselines",
    "gate_traces": "diagnostics.gates",
    "gradient_map": "diagnostics.flow",
    "greedy_decode": "decoding",
    "half_life": "diagnostics.memory",
    "interval": "experiments.intervals",
    "linear_autoregression": "forecasting.baselines",
    "lstm_params": "reference",
    "make_encoder_decoder": "models.encoder_decoder",
    "make_stack": "models.stack",
    "make_transformer": "models.transformer",
    "mase": "forecasting.scores",
    "numpy_lstm": "reference",
    "numpy_stack": "reference",
    "persistence": "forecasting.baselines",
    "perturbation_response": "diagnostics.memory",
    "read_table": "experiments.tables",
    "regular_dates": "forecasting.dates",
    "run_grid": "experiments.grid",
    "sample_decode": "decoding",
    "seasonal_naive": "forecasting.baselines",
    "setup": "notebook",
    "shift_right": "tasks.vocabulary",
    "signal_map": "diagnostics.flow",
    "sliding_windows": "windows",
    "split_by_time": "windows",
    "train": "training",
    "versions": "notebook",
    "walk_forward": "forecasting.scores",
    "width_for_budget": "models.stack",
}


def __getattr__(name):
    if home := _HOMES.get(name):
        return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *_HOMES})
