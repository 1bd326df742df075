"""What goes on inside a trained network."""

from lstm_utils.diagnostics.alignment import (
    alignment_score,
    attention_weights,
    reversal_alignment,
)
from lstm_utils.diagnostics.flow import gradient_map, signal_map
from lstm_utils.diagnostics.gates import GateTraces, gate_traces
from lstm_utils.diagnostics.memory import (
    area_over_peak,
    half_life,
    perturbation_response,
)
