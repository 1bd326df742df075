"""Models built by number of layers and width."""

from lstm_utils.models.encoder_decoder import (
    ATTENTIONS,
    HANDOVERS,
    make_encoder_decoder,
)
from lstm_utils.models.forecaster import FORECASTERS, make_forecaster
from lstm_utils.models.stack import make_stack, width_for_budget
from lstm_utils.models.transformer import make_transformer
