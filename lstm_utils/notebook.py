"""The first cell of every chapter: seeds, arithmetic, style."""

from __future__ import annotations

import json
import logging
import os
import platform
import subprocess
import sys
import warnings
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from lstm_utils._validate import check_int

__all__ = ["setup", "versions"]

CHECKOUT = Path(__file__).resolve().parents[1]


def setup(seed: int = 0) -> None:
    """Make this notebook give the numbers that its page shows.

    Call it before anything imports Keras or TensorFlow. It asks TensorFlow for
    deterministic arithmetic on the CPU, keeps its log lines off the page, seeds
    Python, NumPy and Keras, and sets how arrays print and figures look. An
    environment variable that is set already is left as it is; with
    ``LSTM_BOOK_GPU=1`` a GPU is used where there is one.

    Parameters
    ----------
    seed : int
        Seed of all three random number generators, from 0 to 2**32 - 1.

    Raises
    ------
    TypeError, ValueError
        If `seed` is not a whole number from 0 to 2**32 - 1.
    ModuleNotFoundError
        If ``KERAS_BACKEND`` asks for a library that is not there.

    Warns
    -----
    UserWarning
        If TensorFlow was imported before, so that its arithmetic is fixed.

    Examples
    --------
    >>> from lstm_utils import setup
    >>> setup(seed=1)  # doctest: +SKIP
    """
    hint = "A notebook's first cell calls setup(seed=1) or the like."
    seed = check_int("seed", seed, 0, hint, maximum=2**32 - 1)
    wanted = {
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    }
    if os.environ.get("LSTM_BOOK_GPU") != "1":
        wanted["CUDA_VISIBLE_DEVICES"] = "-1"
    if "tensorflow" in sys.modules and any(name not in os.environ for name in wanted):
        warnings.warn(
            "TensorFlow was imported before setup(), so its arithmetic can no longer "
            "be chosen and the last digits may differ from the page. Restart the "
            "kernel and run this cell first.",
            stacklevel=2,
        )
    for name, value in wanted.items():
        os.environ.setdefault(name, value)

    try:
        import keras
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"Keras is to run on {os.environ['KERAS_BACKEND']}, but {error.name} is "
            "not installed. Install it, or set KERAS_BACKEND to a library that is."
        ) from None
    import numpy as np

    keras.utils.set_random_seed(seed)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        # Advice on retracing, which a notebook of many small models sets off.
        logging.getLogger("tensorflow").setLevel(logging.ERROR)
        tf.config.experimental.enable_op_determinism()
    np.set_printoptions(precision=4, suppress=True)
    with suppress(ModuleNotFoundError):  # a package without its plots has no style
        from lstm_utils.plots.style import use_book_style

        use_book_style()


def versions() -> dict[str, str]:
    """Return what decides which numbers come out.

    Paste it into a report that a number differs from the page.

    Returns
    -------
    dict of str to str
        Python, operating system, processor and the instructions that it knows, the
        backend of Keras, what was asked of its arithmetic, the commit of this package
        where it is known, and the version of each library in use.

    Examples
    --------
    >>> from lstm_utils import versions
    >>> sorted(versions())[:3]
    ['backend', 'commit', 'instructions']
    """
    found = {
        "python": platform.python_version(),
        "system": platform.system(),
        "processor": platform.machine(),
        "instructions": _instructions(),
        "backend": _backend(),
        "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "not set"),
        "threads": os.environ.get("TF_NUM_INTRAOP_THREADS", str(os.cpu_count())),
        "commit": _commit(),
    }
    names = ["lstm-utils", "numpy", "scipy", "keras", "tensorflow", "jupyter-book"]
    return found | {name: _version(name) for name in names}


def _instructions() -> str:
    """Return the vector instructions that NumPy found, AVX2 for one."""
    import numpy as np

    found = np.show_config(mode="dicts").get("SIMD Extensions", {})
    names = [*found.get("baseline", ()), *found.get("found", ())]
    return " ".join(names) or "not known"


def _backend() -> str:
    """Return what Keras runs on, or will; it is not loaded for that."""
    if "keras" in sys.modules:
        return sys.modules["keras"].backend.backend()
    return os.environ.get("KERAS_BACKEND", "not loaded")


def _commit(folder: Path = CHECKOUT) -> str:
    """Return the commit of this package: of a checkout, or as pip installed it."""
    if (folder / ".git").exists():
        git = ["git", "-C", str(folder), "describe", "--always", "--dirty"]
        git += ["--abbrev=12", "--exclude=*"]  # the commit, not the tag before it
        with suppress(OSError, subprocess.CalledProcessError):
            quiet = {"stderr": subprocess.DEVNULL, "text": True}
            return subprocess.check_output(git, **quiet).strip()
    with suppress(metadata.PackageNotFoundError):
        origin = metadata.distribution("lstm-utils").read_text("direct_url.json")
        commit = json.loads(origin or "{}").get("vcs_info", {}).get("commit_id")
        return (commit or "not known")[:12]
    return "not known"


def _version(name: str) -> str:
    for distribution in (name, f"{name}-cpu"):  # as TensorFlow has one
        with suppress(metadata.PackageNotFoundError):
            return metadata.version(distribution)
    return "not installed"
