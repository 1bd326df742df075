"""Diagrams of a cell and of what Keras returns."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from lstm_utils.plots import draw_cell, draw_return_options


def test_a_figure_goes_where_it_is_told():
    _, ax = plt.subplots()
    assert draw_cell(ax=ax) is ax


def test_the_cell_names_its_four_boxes_and_five_signals():
    texts = {text.get_text() for text in draw_cell().texts}
    assert {"forget", "input", "candidate", "output"} <= texts
    assert {"$c_{t-1}$", "$c_t$", "$h_{t-1}$", "$h_t$", "$x_t$"} <= texts
    assert {"$f_t$", "$i_t$", "$g_t$", "$o_t$"} <= texts


@pytest.mark.parametrize("sequences", [False, True])
@pytest.mark.parametrize("state", [False, True])
def test_the_return_options_fill_what_keras_returns(sequences, state):
    ax = draw_return_options()[int(sequences), int(state)]
    tiles = [p for p in ax.patches if isinstance(p, mpl.patches.Rectangle)]
    filled = [tile.get_facecolor() != (1, 1, 1, 1) for tile in tiles]
    assert filled == [sequences, sequences, True, state, state]
    texts = {text.get_text() for text in ax.texts}
    assert f"return_sequences={sequences}\nreturn_state={state}" in texts
