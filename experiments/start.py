"""How a run starts: seeded, on its backend, and undisturbed by other threads."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import wraps
from inspect import signature

from lstm_utils import setup


def seeded(function: Callable) -> Callable:
    """Seed everything before a function with arguments ``seed`` and ``backend``.

    Keras draws its initial seeds from Python's shared random numbers. Other threads
    of a Dask worker draw from them as well, so Keras gets a generator of its own for
    the run, which gives the numbers that the shared one would have given.

    Raises
    ------
    RuntimeError
        If Keras does not run on the backend that the run is for.
    """

    @wraps(function)
    def run(*values, **named):
        given = signature(function).bind(*values, **named).arguments
        seed, backend = given["seed"], given["backend"]
        setup(seed)
        import keras
        from keras.src.random import seed_generator

        if keras.backend.backend() != backend:
            raise RuntimeError(
                f"this run is for Keras on {backend}, but Keras is on "
                f"{keras.backend.backend()} here: set KERAS_BACKEND={backend}"
            )
        shared = seed_generator.python_random
        seed_generator.python_random = random.Random(seed)
        try:
            return function(*values, **named)
        finally:
            seed_generator.python_random = shared

    return run
