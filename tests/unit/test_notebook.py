"""`setup` makes a fresh kernel quiet, deterministic and plain."""

import json
import os
import subprocess
import sys
from importlib import metadata
from types import SimpleNamespace

import pytest

from lstm_utils import notebook, setup, versions

REPORT = """
import json, os, sys, warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    {before}
    from lstm_utils import setup
    early = "keras" in sys.modules
    setup(seed={seed})
import keras, numpy as np, matplotlib, tensorflow as tf
try:
    tf.random.Generator.from_non_deterministic_state()
    deterministic = False
except RuntimeError:  # which TensorFlow refuses where all else is deterministic
    deterministic = True
print(json.dumps({{
    "early": early,
    "draw": [float(np.random.rand()), float(keras.random.uniform(()))],
    "weights": float(keras.layers.Dense(1)(np.ones((1, 9))).numpy().sum()),
    "onednn": os.environ["TF_ENABLE_ONEDNN_OPTS"],
    "gpu": os.environ.get("CUDA_VISIBLE_DEVICES"),
    "deterministic": deterministic,
    "third": str(np.array([1 / 3, 1e-9])),
    "white": matplotlib.rcParams["figure.facecolor"],
    "warnings": [str(w.message) for w in caught if w.category is UserWarning],
}}))
"""


def report(seed=1, before="", **environment):
    """Run `setup` in a fresh process; give what it left, and its stderr."""
    names = (
        *("TF_ENABLE_ONEDNN_OPTS", "TF_CPP_MIN_LOG_LEVEL"),
        *("CUDA_VISIBLE_DEVICES", "KERAS_BACKEND"),
    )
    clean = {key: value for key, value in os.environ.items() if key not in names}
    command = [sys.executable, "-c", REPORT.format(seed=seed, before=before)]
    options = {"capture_output": True, "text": True, "env": clean | environment}
    run = subprocess.run(command, check=True, **options)
    return json.loads(run.stdout), run.stderr


@pytest.mark.slow
def test_same_seed_same_numbers_and_not_a_word_on_stderr():
    (first, stderr), (again, _), (other, _) = map(report, (1, 1, 2))
    assert first == again
    assert first["draw"] != other["draw"]
    assert first["weights"] != other["weights"]
    assert (stderr, first["early"]) == ("", False)
    assert (first["deterministic"], first["third"]) == (True, "[0.3333 0.    ]")
    assert (first["onednn"], first["gpu"], first["white"]) == ("0", "-1", "white")


@pytest.mark.slow
def test_what_the_environment_says_is_left_alone_and_an_early_tensorflow_warned_of():
    set_before = {"TF_ENABLE_ONEDNN_OPTS": "1", "LSTM_BOOK_GPU": "1"}
    left, _ = report(before="import tensorflow", **set_before)
    assert (left["onednn"], left["gpu"]) == ("1", None)
    assert any("Restart the kernel" in text for text in left["warnings"])


def test_a_seed_must_be_one_of_numpy():
    with pytest.raises(ValueError, match="seed must be at most 4294967295"):
        setup(seed=2**32)


@pytest.mark.slow
def test_a_backend_that_is_not_there_is_named():
    with pytest.raises(subprocess.CalledProcessError) as caught:
        report(KERAS_BACKEND="jax", before="sys.modules['jax'] = None")
    assert "Keras is to run on jax, but jax is not installed" in caught.value.stderr


def test_versions_names_what_decides_the_numbers(monkeypatch):
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "1")
    found = versions()
    assert {"python", "numpy", "keras", "tensorflow", "processor"} <= set(found)
    assert all(isinstance(value, str) and value for value in found.values())
    assert found["keras"].startswith("3.")
    assert found["onednn"] == "1"


def test_versions_names_the_backend_in_use_and_loads_none(monkeypatch):
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert versions()["backend"] == "jax"
    monkeypatch.delenv("KERAS_BACKEND")
    assert versions()["backend"] == "not loaded"
    assert "keras" not in sys.modules
    loaded = SimpleNamespace(backend=SimpleNamespace(backend=lambda: "tensorflow"))
    monkeypatch.setitem(sys.modules, "keras", loaded)
    assert versions()["backend"] == "tensorflow"


def test_versions_names_the_commit_of_a_checkout_and_whether_it_was_changed(tmp_path):
    def git(*arguments):
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        command = ["git", *who, "-C", str(tmp_path), *arguments]
        return subprocess.check_output(command, text=True).strip()

    git("init", "--quiet")
    (tmp_path / "a").write_text("1")
    git("add", ".")
    git("commit", "--quiet", "--message", "x")
    git("tag", "-a", "v1", "--message", "x")
    commit = git("rev-parse", "HEAD")[:12]
    assert notebook._commit(tmp_path) == commit
    (tmp_path / "a").write_text("2")
    assert notebook._commit(tmp_path) == f"{commit}-dirty"


@pytest.mark.parametrize(
    ("origin", "commit"),
    [
        (json.dumps({"vcs_info": {"vcs": "git", "commit_id": "a" * 40}}), "a"),
        ('{"url": "file:///x", "dir_info": {}}', None),
        (None, None),
    ],
)
def test_versions_names_the_commit_that_pip_installed(
    monkeypatch, tmp_path, origin, commit
):
    installed = SimpleNamespace(read_text=lambda name: origin)
    monkeypatch.setattr(metadata, "distribution", lambda name: installed)
    expected = commit * 12 if commit else "not known"
    assert notebook._commit(tmp_path) == expected
