"""Drawings that are always the same, and drawings of what is given."""

import itertools
import re
from pathlib import Path
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from matplotlib.text import Annotation

from lstm_utils.plots import diagrams, draw_beam, draw_tensor, show_diagram

ROOT = Path(__file__).parents[3]
FILES = {path.stem: path for path in Path(diagrams.__file__).parent.glob("*.svg")}
ALLOWED = "svg title desc defs marker g rect circle path text tspan"
BLUE, ORANGE = "#0072b2", "#d55e00"
NUMBERS = np.arange(100, 124).reshape(2, 4, 3)
LEVELS = [
    [("a", -0.1, True), ("b", -2.0, True), ("c", -3.0, False)],
    [("ab", -0.9, True), ("ba", -2.1, True), ("aa", -4.0, False)],
]


def drawing(name: str) -> ElementTree.Element:
    """Return a drawing as its elements, their tags without the name space."""
    root = ElementTree.fromstring(show_diagram(name)._repr_svg_())
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.removeprefix("{http://www.w3.org/2000/svg}")
    return root


def panels(name: str) -> list[ElementTree.Element]:
    return [group for group in drawing(name).iter("g") if "transform" in group.attrib]


def labels(part) -> list[str]:
    return ["".join(text.itertext()) for text in part.iter("text")]


def height(part, label: str) -> float:
    """Return how far down a label stands; all that say the same stand as far down."""
    texts = [t for t in part.iter("text") if "".join(t.itertext()) == label]
    [y] = {float(text.get("y")) for text in texts}
    return y


def lowest(part, label: str) -> float:
    """Return how far down the lowest of all labels that say this stands."""
    texts = [t for t in part.iter("text") if "".join(t.itertext()) == label]
    return max(float(text.get("y")) for text in texts)


def lines_of(part, colour=BLUE) -> list[tuple[tuple, tuple, float]]:
    """Return the start, the end and the width of each line of a colour."""
    found = []
    for group in part.iter("g"):
        for path in group.findall("path"):
            look = group.attrib | path.attrib
            if look.get("stroke") == colour:
                x, y, *to = map(float, re.findall(r"[\d.]+", look["d"]))
                kind = re.sub("[^HV]", "", look["d"])
                end = {"H": (to[0], y), "V": (x, to[0]), "": tuple(to)}[kind]
                found.append(((x, y), end, float(look["stroke-width"])))
    return found


@pytest.mark.parametrize("name", sorted(FILES))
class TestEveryDrawing:
    def test_describes_itself(self, name):
        root = drawing(name)
        title, about = root[:2]
        assert (title.tag, about.tag) == ("title", "desc")
        assert root.get("aria-labelledby") == f"{title.get('id')} {about.get('id')}"
        assert len(about.text) >= 40
        assert f"{title.text}. {about.text}" in repr(show_diagram(name))

    def test_needs_nothing_from_elsewhere_and_runs_nothing(self, name):
        parts = list(drawing(name).iter())
        assert {part.tag for part in parts} <= {*ALLOWED.split()}
        ids = {part.get("id") for part in parts}
        for attribute, value in (pair for part in parts for pair in part.items()):
            assert not attribute.startswith("on")
            assert "href" not in attribute
            assert "//" not in value
            assert {*re.findall(r"url\((.*?)\)", value)} <= {f"#{name}" for name in ids}

    def test_lies_on_white_and_can_be_read_at_the_width_of_a_phone(self, name):
        root = drawing(name)
        size = root.get("viewBox").split()[2:]
        ground = root.find("rect")
        look = [ground.get(key) for key in ("width", "height", "x", "fill")]
        assert look == [*size, None, "#fff"]
        assert root.get("width") == size[0]
        assert float(root.get("font-size")) * 375 / float(size[0]) >= 11


class TestShowDiagram:
    def test_drawings_on_one_page_share_no_id(self):
        parts = [part for name in FILES for part in drawing(name).iter()]
        ids = [part.get("id") for part in parts if part.get("id")]
        assert len({*ids}) == len(ids)

    def test_says_which_drawings_there_are(self):
        for name in ("cells", "../cell", "cell.svg"):
            with pytest.raises(ValueError, match=r"name must be .*'cell', .*'stack'"):
                show_diagram(name)

    def test_pages_show_the_files_as_they_are(self):
        files = {path.read_text("utf-8") for path in FILES.values()}
        chapters = [nbformat.read(path, 4) for path in ROOT.glob("chapters/*.ipynb")]
        cells = [cell for chapter in chapters for cell in chapter.cells]
        outputs = [out for cell in cells for out in cell.get("outputs", [])]
        shown = {out.get("data", {}).get("image/svg+xml") for out in outputs}
        assert shown - {None} <= files
        links = re.findall(r"[\w/.-]+\.svg", (ROOT / "README.md").read_text("utf-8"))
        assert len(links) >= 5
        assert {ROOT / link for link in links} <= {*FILES.values()}


class TestWhatDrawingsSay:
    def test_names_what_the_text_speaks_of(self):
        for name, said in {
            "cell": "forget input candidate output ft it gt ot ct−1 ct ht−1 ht xt",
            "attention-weights": "encoder decoder context Dense asks q1 k3",
            "stack": "x1 x4 LSTM h1(1) h4(2) h4(3)",
            "mask": "LSTM skip h1 h2 h3 h4 h5 0.61 0.62 0.03 0",
            "all-pairs": "p1 p2 y1 y2 p1,1 p2,3 outputs targets",
        }.items():
            assert {*said.split()} <= {*labels(drawing(name))}

    def test_three_units_meet_two_by_six_lines_and_four(self):
        drawn = drawing("three-to-two")
        found = (len(lines_of(drawn, ORANGE)), len(lines_of(drawn)))
        assert found == (3 * 2, 2 * 2)

    def test_a_mask_skips_two_steps_and_repeats_the_third(self):
        without, masked = map(labels, panels("mask"))
        assert [label for label in without if label[0] == "h"] == [
            f"h{t}" for t in range(1, 6)
        ]
        assert [masked.count(label) for label in ("h3", "skip", "LSTM")] == [3, 2, 3]

    def test_all_pairs_are_all_and_half_of_them_wrong(self):
        groups = [g.findall("path") for g in drawing("all-pairs").iter("g")]
        wrong, right, *_ = [len(paths) for paths in groups if paths]
        assert (wrong, right) == (6, 6 + 2)

    def test_a_cell_has_three_gates_two_tanh_three_products_and_a_sum(self):
        shown = labels(drawing("cell"))
        assert [shown.count(sign) for sign in ("σ", "tanh", "×", "+")] == [3, 2, 3, 1]

    def test_tiles_are_filled_where_keras_returns_them_and_the_shape_is_told(self):
        found = {}
        for panel in panels("return-options"):
            sequences, state, *rest = labels(panel)
            tiles = [box for box in panel.iter("rect") if box.get("width") == "30"]
            filled = ["stroke-dasharray" not in tile.attrib for tile in tiles]
            shape = " ".join(text for text in rest if "batch" in text)
            found[sequences, state] = (filled, shape)
        expected = {}
        for sequences, state in itertools.product((False, True), repeat=2):
            shape = f"(batch, {'time, ' * sequences}units)"
            shape += ", then twice (batch, units)" * state
            names = f"return_sequences={sequences}", f"return_state={state}"
            expected[names] = [sequences, sequences, True, state, state], shape
        assert found == expected

    def test_each_decoder_layer_gets_what_the_title_says(self):
        given, zeros, pairs = {}, {}, {}
        for panel in panels("four-hand-overs"):
            title, *rest = labels(panel)
            between = (height(panel, "layer 1") + height(panel, "layer 2")) / 2
            given[title] = sorted(
                tuple(2 if y < between else 1 for _, y in (start, end))
                for start, end, _ in lines_of(panel)
            )
            zeros[title] = rest.count("0")
            pairs[title] = sorted(text for text in rest if "T(" in text)
        ways = [(1, 1), (2, 2)], [(2, 2)], [(2, 1), (2, 2)], []
        assert given == dict(zip(["matched", "top", "same", "none"], ways, strict=True))
        assert zeros == {"matched": 0, "top": 1, "same": 0, "none": 2}
        for title, lines in given.items():
            assert pairs[title] == [f"hT({layer}), cT({layer})" for layer, _ in lines]

    def test_a_decoder_reads_the_token_before_and_gets_both_states(self):
        root = drawing("encoder-decoder")
        shown = labels(root)
        counts = [shown.count(k) for k in ("LSTM", "1", "9", "end", "start")]
        assert counts == [7, 3, 2, 1, 1]
        assert "h, c" in shown
        assert height(root, "start") == height(root, "7") > height(root, "LSTM")
        assert height(root, "LSTM") > height(root, "end")
        across = sorted(line for line in lines_of(root) if line[0][1] == line[1][1])
        widths = [width for _, _, width in across]
        assert [width == max(widths) for width in widths] == [0, 0, 0, 1, 0, 0]

    def test_what_is_repeated_enters_every_decoder_step_instead_of_tokens(self):
        root = drawing("repeat-vector")
        assert "start" not in labels(root)
        assert {"h", "the same h at every step"} <= {*labels(root)}
        lines = lines_of(root)
        assert sum(end[1] < start[1] for start, end, _ in lines) == 3
        assert sum(end[1] == start[1] for start, end, _ in lines) == 5

    def test_the_thickest_line_of_attention_leaves_the_key_of_the_token_written(self):
        root = drawing("attention-weights")
        (*_, a), (*_, b), (*_, c) = sorted(lines_of(root, ORANGE))
        assert a < b < c
        assert [k for k in labels(root) if "0." in k] == ["0.05", "0.15", "0.80"]

    @pytest.mark.parametrize(
        ("name", "handed"),
        [("encoder-decoder", 1), ("hand-over", 2), ("attention", 1)],
    )
    def test_states_go_on_in_blue_and_thickest_where_they_are_handed_over(
        self, name, handed
    ):
        found = lines_of(drawing(name))
        assert all(end[0] > start[0] and end[1] == start[1] for start, end, _ in found)
        thick = [line for line in found if line[2] == 2.8]
        assert len(thick) == handed < len(found)
        assert min(e[0] - s[0] for s, e, _ in thick) > max(
            e[0] - s[0] for s, e, width in found if width != 2.8
        )

    def test_time_runs_right_depth_upwards_both_states_across_and_only_h_up(self):
        part = drawing("stack")
        assert labels(part).count("LSTM") == 3 * 4
        assert labels(part).count("h, c") == len(lines_of(part)) == 3 * 3
        ups = [label for label in labels(part) if re.fullmatch(r"h\d\(\d\)", label)]
        below = [f"h{step}({layer})" for layer in (1, 2) for step in (1, 2, 3, 4)]
        assert sorted(ups) == sorted([*below, "h4(3)"])
        assert height(part, "x1") > height(part, "layer 1") > height(part, "layer 3")
        assert all(end[0] > start[0] for start, end, _ in lines_of(part))

    def test_the_four_nets_are_those_of_chapter_05_and_only_lstms_hand_on(self):
        found = {}
        for panel in panels("four-nets"):
            title, *boxes = labels(panel)
            layers = [box for box in boxes if box.split()[0] in ("LSTM", "Dense")]
            found[title] = sorted(layers, key=lambda box: -lowest(panel, box))
            units = [int(box.split()[1]) for box in layers if box.startswith("LSTM")]
            handed_on = [int(number) for number in boxes if number.isdigit()]
            assert handed_on == [2 * n for n in units] != []
        assert found == {
            "LSTM on top": ["LSTM 4", "LSTM 4", "Dense 1"],
            "Dense on top": ["LSTM 4", "Dense 9", "Dense 9", "Dense 1"],
            "Dense below": ["Dense 7", "Dense 6", "LSTM 4", "Dense 1"],
            "one wider LSTM": ["LSTM 7", "Dense 1"],
        }

    def test_side_by_side_no_lstm_stands_above_another_and_one_shared_is_one(self):
        found, fills = {}, {}
        for panel in panels("side-by-side"):
            title, *rest = labels(panel)
            lstms = [text for text in rest if text.startswith("LSTM")]
            assert len({lowest(panel, text) for text in lstms}) == 1
            found[title] = lstms, [text for text in rest if text not in lstms]
            fills[title] = [box.get("fill") for box in panel.iter("rect")]
        numbered, nodes = ["LSTM 1", "LSTM 2", "LSTM 3"], ["a", "b", "c"]
        assert {name: (lstms, sorted(x)) for name, (lstms, x) in found.items()} == {
            "side by side": (numbered[:2], ["x"]),
            "one for all": (["LSTM"], nodes),
            "one each": (numbered, nodes),
            "one shared": (["LSTM"] * 3, nodes),
        }
        different = {name: len({*colours}) for name, colours in fills.items()}
        assert different == dict(zip(found, [2, 1, 3, 1], strict=True))


class TestDrawTensor:
    def test_shows_every_number_time_to_the_right_features_down_samples_right(self):
        texts = draw_tensor(NUMBERS).texts
        numbers = [t.get_text() for t in texts if re.fullmatch(r"\d{3}", t.get_text())]
        assert numbers == [*map(str, range(100, 124))]
        places = {t.get_text(): t.get_position() for t in texts}
        assert {"time", "features", "sample 0", "sample 1"} <= {*places}
        places = np.array([places[name] for name in ("100", "101", "103", "112")])
        feature, step, sample = places[1:] - places[0]
        assert feature[0] == 0 > feature[1]
        assert step[0] > 0 == step[1]
        assert sample[0] > 4 * step[0]
        assert sample[1] == 0

    def test_shades_what_the_index_takes(self):
        ax = draw_tensor(NUMBERS, picked=np.s_[1, :, 0])
        bold = [text for text in ax.texts if text.get_weight() == "bold"]
        numbers = {int(t.get_text()) for t in bold if t.get_text().isdigit()}
        assert numbers == {*NUMBERS[1, :, 0]}

    def test_uses_the_names_given_and_names_an_axis_beside_its_arrow_off_them(self):
        steps, features = ["6:00", "12:00"], ["°C", "km/h", "mm"]
        names = {"samples": ["Monday"], "steps": steps, "features": features}
        ax = draw_tensor(np.zeros((1, 2, 3)), **names)
        ax.figure.canvas.draw()
        boxes = {t.get_text(): t.get_window_extent() for t in ax.texts if t.get_text()}
        assert {"Monday", *steps, *features} <= {*boxes}
        axis = boxes.pop("features")
        assert axis.x1 < min(box.x0 for box in boxes.values())
        arrows = [text for text in ax.texts if isinstance(text, Annotation)]
        [downwards] = [arrow for arrow in arrows if arrow.xy[0] == arrow.xyann[0]]
        place = ax.transData.transform(downwards.xy)[0]
        assert axis.x1 < place < boxes["km/h"].x0
        assert abs(axis.y0 + axis.y1 - boxes["km/h"].y0 - boxes["km/h"].y1) < 10

    def test_can_be_read_at_the_width_of_a_phone_where_it_is_told_to_be(self):
        _, ax = plt.subplots()
        assert draw_tensor(NUMBERS, ax=ax) is ax
        assert min(text.get_size() for text in ax.texts if text.get_text()) >= 12


class TestDrawBeam:
    def test_joins_each_beginning_to_the_one_it_came_from(self):
        ax = draw_beam(LEVELS, right="ba")
        starts = [tuple(line.get_data()[1]) for line in ax.lines]
        assert starts == [(0, 0), (-1, -1), (0, -2)]

    def test_marks_what_it_kept_and_what_is_right(self):
        ax = draw_beam(LEVELS, right="ba")
        found = {t.get_text().split()[0]: t for t in ax.texts}
        bold = [k for k, t in found.items() if t.get_weight() == "bold"]
        boxed = [k for k, t in found.items() if t.get_bbox_patch().get_edgecolor()[3]]
        assert (bold, boxed) == (["a", "b", "ab", "ba"], ["b", "ba"])
