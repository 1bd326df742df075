"""How a run starts: seeded, on its backend, and undisturbed by other threads."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from lstm_utils import setup


def seeded(function: Callable) -> Callable:
    """Seed everything before a function with arguments ``seed`` and ``backend``.

    All are given by name. It raises a RuntimeError where Keras does not run on the
    backend that is meant.
    """

    @wraps(function)
    def run(*, seed, backend, **setting):
        setup(seed)
        import keras

        if keras.backend.backend() != backend:
            raise RuntimeError(
                f"this run is for Keras on {backend}, but Keras is on "
                f"{keras.backend.backend()} here: set KERAS_BACKEND={backend}"
            )
        with _own_numbers(seed):
            return function(seed=seed, backend=backend, **setting)

    return run


@contextmanager
def _own_numbers(seed: int) -> Iterator[None]:
    """Let this thread draw whole numbers that no other thread takes from it.

    Keras draws its initial seeds by ``random.randint``, from numbers that the whole
    process shares. The other threads of a Dask worker draw from them as well, so this
    one gets the numbers that it would have drawn alone.
    """
    own, shared, me = random.Random(seed), random.randint, threading.get_ident()

    def randint(a, b):
        return (own.randint if threading.get_ident() == me else shared)(a, b)

    random.randint = randint
    try:
        yield
    finally:
        random.randint = shared
