"""The cheat sheet: its equations, lines, shapes and counts, run as they are printed."""

import ast
import itertools
import re

import numpy as np
import pytest

from book_tools.chapters import ROOT

pytestmark = pytest.mark.slow

TEXT = (ROOT / "cheat-sheet.md").read_text("utf-8")
CODE = "".join(re.findall(r"(?ms)^```python\n(.*?)^```", TEXT))
SIZES = "N, T, d, u, k = 32, 60, 4, 7, 3"
OTHERS = "N, T, d, u, k = 11, 13, 2, 5, 6"
ROW = re.compile(r"\|[^|]+\| `(Dense\(.*?\))` \| `\"(\w+)\"` \| (\(N.*?\)) \|")
PRINTED = {
    r"\\odot": "*",
    r"\\sigma": "sigmoid",
    r"\\tanh": "np.tanh",
    r"_\{t-1\}": "_before",
    r"([xh]_\w+) ([WU]_\w)": r"\1 @ \2",
    r" &= ": " = ",
}


def statements(code):
    """Yield each statement of the code, its text and what stands after it."""
    lines = code.splitlines()
    for node in ast.parse(code).body:
        *_, last = lines[node.lineno - 1 : node.end_lineno]
        text = ast.unparse(node)
        yield node, text, last.encode()[node.end_col_offset :].decode().strip(" #")


def shape(value):
    """Return the shape of an array, those of several, or a number or truth as it is."""
    if isinstance(value, tuple | list):
        return tuple(map(shape, value))
    if isinstance(value, bool | int | float | np.number | np.bool_):
        return value
    return tuple(value.shape)


def promised(text, names):
    """Return what a remark says of the shapes; words may follow the last bracket."""
    claim = text.removeprefix("→ ")
    claim = claim[: claim.rindex(")") + 1] if claim[0] == "(" else claim.split(",")[0]
    return eval(claim, dict(names))


def value_of(node, names):
    """Return what a line that has run gave: its value, or what it bound."""
    if isinstance(node, ast.Assign):
        (target,) = node.targets
        return eval(ast.unparse(target), names)
    return eval(ast.unparse(node), names)


def run(code):
    """Run the sheet; return its names, and each line with what it says and gives."""
    names, compared = {}, []
    for node, text, remark in statements(code):
        if not isinstance(node, ast.Expr):
            exec(text, names)  # noqa: S102
        if remark.startswith("→"):
            value = shape(value_of(node, names))
            compared.append((text, promised(remark, names), value))
        elif isinstance(node, ast.Expr):
            exec(text, names)  # noqa: S102
    return names, compared


@pytest.fixture(scope="module", params=[SIZES, OTHERS])
def sheet(request):
    import keras

    keras.utils.set_random_seed(0)
    np.random.seed(0)  # noqa: NPY002, the sheet draws so
    assert SIZES in CODE
    return run(CODE.replace(SIZES, request.param))


def test_each_line_runs_and_gives_what_it_says(sheet):
    _, compared = sheet
    assert len(compared) == CODE.count("# →") >= 30
    wrong = [(line, said, got) for line, said, got in compared if said != got]
    assert not wrong


def test_what_is_said_of_a_shape_is_said_where_it_is_compared():
    for _, text, remark in statements(CODE):
        assert remark.startswith("→") or not re.search(r"\(|\d", remark), text


def equations():
    block = re.search(r"(?s)\\begin\{aligned\}\n(.*?)\\end", TEXT)[1]
    for line in block.strip().splitlines():
        line = line.partition(" &&")[0]
        for tex, code in PRINTED.items():
            line = re.sub(tex, code, line)
        yield line


def test_the_equations_are_what_keras_computes(sheet):
    names = dict(sheet[0])
    (W, U, b), u = (names[key] for key in ("WUb")), names["u"]
    blocks = {"W": W, "U": U, "b": b}
    for (letter, array), (place, gate) in itertools.product(
        blocks.items(), enumerate("ifgo")
    ):
        names[f"{letter}_{gate}"] = array[..., place * u : (place + 1) * u]
    names["sigmoid"] = lambda z: 1 / (1 + np.exp(-z))
    names["h_before"] = names["c_before"] = np.zeros((names["N"], u))
    for t in range(names["T"]):
        names["x_t"] = names["x"][:, t]
        for line in equations():
            exec(line, names)  # noqa: S102
        names["h_before"], names["c_before"] = names["h_t"], names["c_t"]
    assert np.allclose(names["h_t"], names["last"], atol=1e-5)
    assert names["x_t"].shape == (names["N"], names["d"])
    for letter in "ifgoch":
        assert names[f"{letter}_t"].shape == (names["N"], u)
    start = b.reshape(4, u)
    assert (start[1] == 1).all()
    assert not start[[0, 2, 3]].any()


def test_each_loss_takes_the_targets_of_its_row_and_no_others(sheet):
    names = sheet[0]
    rows = ROW.findall(TEXT)
    assert len(rows) == 5
    shapes = {eval(said, dict(names)) for *_, said in rows}
    for head, loss, said in rows:
        wanted = eval(said, dict(names))
        steps = "T" in said
        model = names["keras"].Sequential(
            [
                names["keras"].Input((names["T"], names["d"])),
                names["LSTM"](names["u"], return_sequences=steps),
                eval(head, dict(names)),
            ]
        )
        model.compile(loss=loss)
        names["check_targets"](model, np.zeros(wanted))
        model.evaluate(names["x"], np.zeros(wanted), verbose=0)
        k_answers = "(1," not in head and "sparse" not in loss
        for other in shapes - {wanted} if k_answers else ():
            with pytest.raises(ValueError, match="shape"):
                names["check_targets"](model, np.zeros(other))


def test_what_the_sentences_say(sheet):
    names = sheet[0]
    x, u, keras = names["x"], names["u"], names["keras"]
    y, h, c = names["LSTM"](u, return_state=True)(x)
    assert np.array_equal(y, h)
    assert not np.allclose(h, c, atol=1e-3)
    double = names["Bidirectional"](names["LSTM"](u))
    double.build(x.shape)
    assert double.count_params() == 2 * names["layer"].count_params()
    masked = keras.layers.Masking(0.0)(names["padded"][..., None])
    keeps = names["LSTM"](u, return_sequences=True)
    out = np.asarray(keeps(masked))
    assert np.array_equal(out[0, 1], out[0, 2])
    assert not np.array_equal(out[1, 1], out[1, 2])
    zeros = np.asarray(names["Bidirectional"](keeps)(masked))
    assert not zeros[0, 2].any()
    assert zeros[1, 2].all()
    assert np.allclose(np.sum(names["weights"], axis=-1), 1, atol=1e-5)
    ignoring = keras.losses.SparseCategoricalCrossentropy(ignore_class=0)
    p = np.array([[[0.9, 0.1], [0.2, 0.8]]])
    assert np.isclose(ignoring(np.array([[0, 1]]), p), -np.log(0.8), atol=1e-5)


def test_the_settings_exist_and_are_the_usual_ones(sheet):
    names = sheet[0]
    keras, LSTM = names["keras"], names["LSTM"]
    settings = re.findall(
        r"^\| `([^`]+)` \|", TEXT.partition("## Usual")[2], re.MULTILINE
    )
    assert len(settings) == 8
    default = LSTM(1).get_config()
    adam = {"clipnorm", "global_clipnorm"}
    for setting in settings:
        name, _, value = setting.partition("=")
        if name in default:
            value = ast.literal_eval(value)
            LSTM(1, **{name: value})
            assert name == "dropout" or default[name] == value
        elif name in adam:
            keras.optimizers.Adam(**{name: ast.literal_eval(value)})
        elif name == "residual":
            names["make_stack"](2, 3, n_features=1, residual=True)
        else:
            places = vars(keras.optimizers) | vars(keras.callbacks)
            eval(setting, places)
    assert names["start"] > 0.3
