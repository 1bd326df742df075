import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Annotation

from lstm_utils.plots import draw_stack, draw_tensor

DAY = np.zeros((1, 2, 2))


@pytest.fixture(autouse=True)
def _off_screen():
    mpl.use("Agg")
    yield
    plt.close("all")


def words(ax) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_text()]


def place(ax, word: str) -> tuple[float, float]:
    [text] = [text for text in ax.texts if text.get_text() == word]
    return text.get_position()


class TestDrawTensor:
    def test_shows_every_number_and_names_every_axis(self):
        ax = draw_tensor(np.arange(100, 124).reshape(2, 4, 3))
        shown = words(ax)
        assert [word for word in shown if word in map(str, range(100, 124))] == [
            str(number) for number in range(100, 124)
        ]
        assert {"time", "features", "sample 0", "sample 1"} <= set(shown)

    def test_time_runs_right_features_down_samples_right(self):
        ax = draw_tensor(np.arange(100, 124).reshape(2, 4, 3))
        here = np.array(place(ax, "100"))
        feature, step, sample = (
            np.array(place(ax, name)) - here for name in ("101", "103", "112")
        )
        assert feature[0] == 0 > feature[1]
        assert step[0] > 0 == step[1]
        assert sample[0] > 4 * step[0]
        assert sample[1] == 0

    def test_shades_what_the_index_takes(self):
        x = np.arange(100, 124).reshape(2, 4, 3)
        ax = draw_tensor(x, picked=np.s_[1, :, 0])
        bold = [text for text in ax.texts if text.get_weight() == "bold"]
        numbers = {int(t.get_text()) for t in bold if t.get_text().isdigit()}
        assert numbers == set(x[1, :, 0].tolist())

    def test_uses_the_names_given(self):
        ax = draw_tensor(
            np.zeros((1, 2, 2)),
            samples=["Monday"],
            steps=["noon", "night"],
            features=["°C", "mm"],
        )
        assert {"Monday", "noon", "night", "°C", "mm"} <= set(words(ax))

    def test_an_axis_is_named_beside_its_arrow_and_off_other_names(self):
        names = {"steps": ["6:00", "12:00"], "features": ["°C", "km/h", "mm"]}
        ax = draw_tensor(np.zeros((1, 2, 3)), **names)
        ax.figure.canvas.draw()
        boxes = {t.get_text(): t.get_window_extent() for t in ax.texts if t.get_text()}
        axis = boxes.pop("features")
        assert axis.x1 < min(box.x0 for box in boxes.values())
        arrows = [text for text in ax.texts if isinstance(text, Annotation)]
        [downwards] = [arrow for arrow in arrows if arrow.xy[0] == arrow.xyann[0]]
        place = ax.transData.transform(downwards.xy)[0]
        assert axis.x1 < place < boxes["km/h"].x0
        assert abs(axis.y0 + axis.y1 - boxes["km/h"].y0 - boxes["km/h"].y1) < 10

    def test_text_can_be_read_at_the_width_of_a_phone(self):
        ax = draw_tensor(np.zeros((2, 4, 3)))
        assert min(text.get_size() for text in ax.texts if text.get_text()) >= 12

    def test_draws_where_it_is_told(self):
        _, ax = plt.subplots()
        assert draw_tensor(np.zeros((1, 2, 2)), ax=ax) is ax

    @pytest.mark.parametrize(
        ("x", "options", "message"),
        [
            ([0.1, 0.2, 0.3], {}, r"3 axes \(batch, time, features\).*shape \(3,\)"),
            (np.zeros((1, 0, 2)), {}, "x is empty"),
            (np.full((1, 2, 2), np.inf), {}, "x holds inf"),
            (DAY, {"steps": ["noon"]}, r"steps must hold .* 2 steps .* 1 came"),
            (DAY, {"steps": []}, "steps must hold .* 2 steps .* 0 came"),
            (DAY, {"samples": ["a", "b"]}, "samples must hold"),
            (DAY, {"features": ["a"]}, "features must hold"),
            (DAY, {"picked": 99}, r"shape is \(1, 2, 2\), but int came.* index 99 is"),
            (DAY, {"picked": np.s_[0, 0, 0, 0]}, "picked .* tuple came.*too many"),
            (DAY, {"picked": "time"}, "picked .* str came.*only integers"),
            (DAY, {"picked": np.ones((3, 3), bool)}, "picked .* ndarray came.*boolean"),
            (DAY, {"picked": [[0], [0, 1]]}, "picked .* list came"),
        ],
    )
    def test_says_what_does_not_fit(self, x, options, message):
        with pytest.raises(ValueError, match=message) as caught:
            draw_tensor(x, **options)
        assert "\n" not in str(caught.value)
        assert not plt.get_fignums()

    @pytest.mark.parametrize(
        ("x", "options", "message"),
        [
            (None, {}, "x must hold real numbers"),
            ([[["a"]]], {}, "x must hold real numbers"),
            (
                DAY,
                {"steps": 5},
                "steps must be a list or tuple, but int came.* 2 steps",
            ),
            (DAY, {"samples": "M"}, "samples must be a list or tuple, but str came"),
            (DAY, {"ax": [1, 2]}, "ax must be one Axes of Matplotlib, but list came"),
        ],
    )
    def test_says_what_is_of_another_kind(self, x, options, message):
        with pytest.raises(TypeError, match=message):
            draw_tensor(x, **options)


class TestDrawStack:
    def test_has_a_box_for_each_layer_and_step(self):
        shown = words(draw_stack(2, 5))
        assert shown.count("LSTM") == 10
        assert [w for w in shown if w.startswith("layer")] == ["layer 1", "layer 2"]
        assert [w for w in shown if w.startswith("$x")] == [
            f"$x_{step}$" for step in range(1, 6)
        ]

    def test_time_runs_right_and_depth_upwards(self):
        ax = draw_stack(3, 4)
        assert place(ax, "$x_1$")[0] < place(ax, "$x_4$")[0]
        assert place(ax, "$x_1$")[1] < place(ax, "layer 1")[1]
        assert place(ax, "layer 1")[1] < place(ax, "layer 3")[1]

    def test_both_states_go_across_every_gap_of_every_layer(self):
        assert words(draw_stack(3, 4)).count("$h,c$") == 3 * 3
        assert "$h,c$" not in words(draw_stack(3, 1))

    @pytest.mark.parametrize("return_sequences", [False, True])
    def test_the_output_goes_up_at_every_step_and_leaves_as_told(
        self, return_sequences
    ):
        ax = draw_stack(2, 3, return_sequences=return_sequences)
        ups = {word for word in words(ax) if word.startswith("$h_")}
        leaving = (1, 2, 3) if return_sequences else (3,)
        assert ups == {f"$h_{step}^{{(1)}}$" for step in (1, 2, 3)} | {
            f"$h_{step}^{{(2)}}$" for step in leaving
        }
        arrows = [text for text in ax.texts if isinstance(text, Annotation)]
        upward = [a for a in arrows if a.xy[0] == a.xyann[0] and a.xy[1] > a.xyann[1]]
        assert len(upward) == len(ups) + 3  # and one for each input

    def test_no_arrow_points_down_or_back(self):
        ax = draw_stack(3, 4, return_sequences=True)
        for arrow in ax.texts:
            if isinstance(arrow, Annotation):
                across, up = np.subtract(arrow.xy, arrow.xyann)
                assert (across > 0 == up) or (across == 0 < up)

    def test_draws_where_it_is_told(self):
        _, ax = plt.subplots()
        assert draw_stack(ax=ax) is ax

    @pytest.mark.parametrize(
        ("arguments", "options", "error", "message"),
        [
            ((0,), {}, ValueError, "n_layers must be at least 1, but 0 came"),
            ((7,), {}, ValueError, "n_layers must be at most 6.*could not be read"),
            ((2, 7), {}, ValueError, "steps must be at most 6, but 7 came"),
            ((2.0,), {}, TypeError, "n_layers must be a whole number"),
            ((), {"return_sequences": "no"}, TypeError, "must be True or False"),
            ((), {"ax": [1]}, TypeError, "ax must be one Axes"),
        ],
    )
    def test_says_what_does_not_fit(self, arguments, options, error, message):
        with pytest.raises(error, match=message):
            draw_stack(*arguments, **options)
        assert not plt.get_fignums()
