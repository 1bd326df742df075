"""Each message on the page of errors is what Keras says, and each cure works."""

import re
from dataclasses import replace
from importlib import import_module

import nbformat
import numpy as np
import pytest

from book_tools.chapters import ROOT
from tests.chapters.error_page import SPAN, cure, holds, provoke, read_page, run
from tests.chapters.structure import LINK

PAGE = (ROOT / "errors.md").read_text("utf-8")
TOP, ENTRIES = read_page(PAGE)
BY_LABEL = {entry.label: entry for entry in ENTRIES}
HERE = [entry for entry in ENTRIES if entry.provoked]
each = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.label)


def chapters_labels():
    """Return the labels of all sections of all chapters."""
    found = set()
    for path in (ROOT / "chapters").glob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        text = "\n".join(c.source for c in cells if c.cell_type == "markdown")
        found |= set(re.findall(r"(?m)^\(([\w-]+)\)=$", text))
    return found


SECTIONS = chapters_labels()


def test_the_page_has_messages_and_silent_faults_enough():
    assert sum(not entry.silent for entry in ENTRIES) >= 25
    assert sum(entry.silent for entry in ENTRIES) >= 8
    assert len(HERE) >= len(ENTRIES) - 1, "more than one entry is not provoked"
    headings = PAGE.count("\n### ")
    assert headings == len(ENTRIES), "a heading has no label before it, or no group"


def test_labels_and_headings_are_unique():
    assert len(BY_LABEL) == len(ENTRIES)
    assert len({entry.heading for entry in ENTRIES}) == len(ENTRIES)
    assert all(entry.label.startswith("error-") for entry in ENTRIES)
    assert not {*BY_LABEL, "errors", "errors-silent"} & SECTIONS


def test_the_versions_are_those_of_the_lock():
    lock = (ROOT / "requirements" / "run.txt").read_text("utf-8")
    keras = re.search(r"(?m)^keras==(\S+)", lock)[1]
    tensorflow = re.search(r"(?m)^tensorflow==(\S+)", lock)[1]
    assert f"Keras {keras} with TensorFlow {tensorflow}" in PAGE


@each
def test_an_entry_has_all_its_parts(entry):
    kinds = ["python", "text", "python"] + ["text"] * entry.silent
    assert entry.kinds == kinds
    assert not entry.before or not entry.provoked
    assert not entry.between[0], "prose between the code and its message"
    cause = entry.between[1]
    assert 30 < len(cause) < 500
    assert "\n\n" not in cause
    assert entry.silent == (entry.group == "Nothing is said, and it is wrong")
    if not entry.silent:
        said = SPAN.search(entry.heading)[2]
        assert re.match(r"\w+(Error|Warning): ", entry.texts[1])
        assert not entry.provoked or SPAN.search(entry.heading), said


@each
def test_an_entry_leads_to_a_section_of_a_chapter(entry):
    assert entry.after.startswith("More in ")
    assert LINK.search(entry.after)
    assert set(re.findall(r"\{ref\}`([\w-]+)`", entry.after)) & SECTIONS


@each
def test_lines_fit_a_phone(entry):
    wide = [line for text in entry.texts for line in text.splitlines() if line[60:]]
    assert wide == []


@pytest.fixture
def names(monkeypatch, tmp_path):
    """Return what the page's first block defines, in an empty folder."""
    import keras
    import matplotlib as mpl
    import tensorflow as tf
    from keras.src.utils import model_visualization

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(model_visualization, "pydot", None)
    monkeypatch.delitem(  # with it, plot_model prints its message and goes on
        model_visualization.sys.modules, "IPython.core.magics.namespace", raising=False
    )
    for name in ("KERAS_BACKEND", "TF_CPP_MIN_LOG_LEVEL", "TF_ENABLE_ONEDNN_OPTS"):
        monkeypatch.setenv(name, "tensorflow" if name == "KERAS_BACKEND" else "0")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    # Nothing switches it off again for the tests that come after.
    monkeypatch.setattr(tf.config.experimental, "enable_op_determinism", lambda: None)
    keras.utils.clear_session()  # so that the first LSTM is called lstm
    keras.utils.set_random_seed(0)
    found = {"__name__": "errors"}
    run(TOP, found)
    with np.printoptions(precision=8, suppress=False), mpl.rc_context():
        yield found


@pytest.mark.slow
@pytest.mark.parametrize("entry", HERE, ids=lambda entry: entry.label)
def test_the_message_comes_and_the_cure_works(entry, names, monkeypatch):
    with monkeypatch.context() as shell:
        shell.delenv("CUDA_VISIBLE_DEVICES")  # or `setup` has nothing to warn of
        provoke(entry, names)
    cure(entry, names)


@pytest.mark.slow
def test_what_takes_a_gpu_is_said_by_keras_own_check_of_masks(names):
    entry = BY_LABEL["error-cudnn-mask"]
    assert [e.label for e in ENTRIES if not e.provoked] == [entry.label]
    run(entry.texts[0], names)  # no error here, and this is the mask
    check = import_module("keras.src.backend.tensorflow.rnn")._assert_valid_mask
    check(np.array([[True, True, False]]))
    with pytest.raises(names["tf"].errors.InvalidArgumentError) as raised:
        check(names["mask"])
    said = f"{type(raised.value).__name__}: {raised.value}"
    assert holds(said, entry.texts[1])
    assert holds(said, SPAN.search(entry.heading)[2])
    with pytest.raises(names["tf"].errors.InvalidArgumentError):
        check(np.zeros((1, 3), bool))
    cure(entry, names)


@pytest.mark.slow
def test_a_wrong_message_is_noticed(names):
    def planted(**changes):
        names["keras"].utils.clear_session()
        provoke(replace(right, **changes), dict(names))

    right = BY_LABEL["error-ndim-2"]
    planted()
    for was, now in {
        "found ndim=2": "found ndim=1",
        "ValueError:": "TypeError:",
        "(5, 2)\n": "(5, 2)…(5, 2)\n",
        "layers.LSTM(4)(x[0])": "layers.LSTM(4)(x)",
    }.items():
        assert was in right.body
        with pytest.raises(AssertionError, match="error-ndim-2"):
            planted(body=right.body.replace(was, now))
    with pytest.raises(AssertionError, match="the heading"):
        planted(heading="`expected ndim=4`")


@pytest.mark.slow
def test_a_wrong_cure_or_output_is_noticed(names):
    right = BY_LABEL["error-silent-broadcast"]
    provoke(right, names)
    cure(right, names)
    with pytest.raises(AssertionError, match=r"prints '\(8, 8\)"):
        provoke(replace(right, body=right.body.replace("(8, 8)", "(8,)")), names)
    with pytest.raises(AssertionError, match=r"prints '\(8,\)"):
        cure(replace(right, body=right.body.replace("(8,)", "(8, 1)")), names)
    with pytest.raises(NameError):
        cure(replace(right, body=right.body.replace("[:, 0])", "[:, none])")), names)
