"""What goes on inside a trained network."""

from lstm_utils.diagnostics.alignment import (
    alignment_score,
    attention_weights,
    masked_softmax,
    reversal_alignment,
)
from lstm_utils.diagnostics.flow import gradient_map, signal_map
from lstm_utils.diagnostics.gates import GateTraces, gate_traces
from lstm_utils.diagnostics.memory import (
    area_over_peak,
    half_life,
    perturbation_response,
)

__all__ = [
    "GateTraces",
    "alignment_score",
    "area_over_peak",
    "attention_weights",
    "gate_traces",
    "gradient_map",
    "half_life",
    "masked_softmax",
    "perturbation_response",
    "reversal_alignment",
    "signal_map",
]
