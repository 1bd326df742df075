"""The diagram of attention names its parts."""

from lstm_utils.plots import draw_attention


def test_the_diagram_names_its_parts():
    texts = [text.get_text() for text in draw_attention().texts]
    assert {"encoder", "decoder", "context", "Dense", "$q_1$", "$k_3$"} <= {*texts}
