"""Training by a fixed number of updates, so that budgets can be compared."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, count, islice

import numpy as np

from lstm_utils._validate import (
    as_numbers,
    check_int,
    check_model,
    check_number,
    shown,
    wrong,
)
from lstm_utils.checks import check_targets

__all__ = ["add_pieces", "train"]


def train(
    model,
    x,
    y,
    *,
    updates: int,
    learning_rate: float,
    seed: int,
    batch_size: int = 64,
    loss="mse",
) -> None:
    """Train a model by exactly so many updates, the rate falling to zero.

    Adam with each array of the gradient clipped to norm 1, that of an embedding as a
    whole (see `add_pieces`); the learning rate falls from `learning_rate` to 0 along a
    half cosine. Batches come from the data in a fresh
    random order for each pass, the same for every model under one seed. They are cut
    out one by one, so that many updates take no more memory than few.

    Introduced in: 06

    Parameters
    ----------
    model : keras.Model
        It is compiled here.
    x, y : array_like, shape (n, ...), or a list, tuple or dict of arrays
        Inputs and targets, by position: the index of a table of pandas is ignored. A
        list of plain numbers is one array.
    updates : int
        Number of batches, counted over all passes through the data.
    learning_rate : float
        The rate of the first update.
    seed : int
        Seed of the order of the data.
    batch_size : int
        Samples a batch.
    loss : str, keras.losses.Loss or function, or a list, tuple or dict of them
        As for ``model.compile``.

    Raises
    ------
    TypeError, ValueError
        If a number is out of range, the data are not finite numbers, the targets do
        not fit the model, or Keras knows no such loss.

    References
    ----------
    Kingma and Ba (2015), Adam; Loshchilov and Hutter (2017), SGDR.

    Examples
    --------
    >>> import keras, numpy as np
    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> x = np.linspace(-1, 1, 100)[:, None]
    >>> train(model, x, 3 * x, updates=300, learning_rate=0.1, seed=0)
    >>> float(abs(model.get_weights()[0] - 3).max()) < 0.1
    True
    """
    import keras

    updates = check_int("updates", updates, 1, "It counts batches, not passes.")
    batch_size = check_int("batch_size", batch_size, 1, "It counts samples.")
    seed = check_int("seed", seed, 0, "It fixes the order of the data.")
    optimizer = falling_adam(learning_rate, updates)
    data, n = _arrays(x, y)
    check_model("model", model).compile(optimizer, loss=_known(loss))
    check_targets(model, data[1])
    order = order_of(n, updates, batch_size, np.random.default_rng(seed))
    batches = (keras.tree.map_structure(lambda a, k=k: a[k], data) for k in order)
    model.fit(batches, steps_per_epoch=updates, shuffle=False, verbose=0)


def falling_adam(lr: float, updates: int):
    """Return the optimiser of `train`, for a model that is trained in another way."""
    import keras

    hint = "It is the rate of the first update."
    lr = check_number("learning_rate", lr, 0, hint, strict=True)
    falling = keras.optimizers.schedules.CosineDecay(lr, updates)
    return add_pieces(keras.optimizers.Adam(falling, clipnorm=1.0))


def add_pieces(optimizer):
    """Let an optimiser see the gradient of an embedding as one array.

    On TensorFlow the gradient of an ``Embedding`` comes in pieces, one for each token
    that was looked up. Adam squares each piece and then adds, and `clipnorm` measures
    the pieces, so that rows of frequent tokens take longer steps than on JAX or
    PyTorch. Here the pieces are added up first; where there are none, nothing changes.

    Introduced in: 10

    Parameters
    ----------
    optimizer : keras.optimizers.Optimizer
        It is changed.

    Returns
    -------
    keras.optimizers.Optimizer
        The same one.

    Raises
    ------
    TypeError
        If it is no optimiser of Keras.

    Examples
    --------
    >>> import keras
    >>> optimizer = add_pieces(keras.optimizers.Adam(0.01, clipnorm=1.0))
    >>> type(optimizer).__name__
    'Adam'
    """
    import keras

    if not isinstance(optimizer, keras.optimizers.Optimizer):
        hint = "Such as keras.optimizers.Adam(0.01)."
        what = f"be an optimiser of Keras, not its name, but {shown(optimizer)}"
        raise TypeError(f"optimizer must {what} came. {hint}")
    apply = optimizer.apply

    def apply_whole(grads, trainable_variables=None):
        # To add 0 makes one array of what has indices, and leaves the rest alone.
        whole = [keras.ops.add(g, 0) if hasattr(g, "indices") else g for g in grads]
        return apply(whole, trainable_variables)

    optimizer.apply = apply_whole
    return optimizer


def order_of(n: int, updates: int, batch_size: int, rng) -> Iterator[np.ndarray]:
    """Yield which of n samples each batch holds: all once a pass, in a fresh order."""
    samples = chain.from_iterable(rng.permutation(n) for _ in count())
    return (np.fromiter(islice(samples, batch_size), int) for _ in range(updates))


def _arrays(x, y) -> tuple[tuple, int]:
    """Return trees whose leaves are arrays of numbers, and how many rows each has."""
    import keras

    arrays = []
    trees = {"x": x, "y": y}
    trees |= {k: as_numbers(k, trees[k]) for k in trees if _is_plain(trees[k])}
    for name, tree in trees.items():
        for keys, leaf in keras.tree.flatten_with_path(tree) or [((), [])]:
            label = name + "".join(f"[{key!r}]" for key in keys)
            array = as_numbers(label, leaf)
            if array.ndim == 0:
                raise ValueError(
                    f"{label} is a single number, expected a row for each sample."
                )
            arrays.append(array)
            if len(array) != (n := len(arrays[0])):
                raise ValueError(
                    f"x has {n} samples and {label} has {len(array)}: one for each."
                )
    same = keras.tree.pack_sequence_as((*trees.values(),), arrays)
    return keras.tree.lists_to_tuples(same), n  # TensorFlow takes no batches in lists


def _known(loss):
    """Return `loss`, or raise if Keras does not know it, or one of several."""
    import keras

    for one in keras.tree.flatten(loss) or [loss]:
        try:
            known = keras.losses.get(one) is not None
        except ValueError:
            known = False
        if not known:
            hint = "Such as 'mse', or 'sparse_categorical_crossentropy' for ids."
            raise wrong(ValueError, "loss", "name losses of Keras", shown(one), hint)
    return loss


def _is_plain(tree) -> bool:
    """Tell whether a list holds numbers only, and no arrays."""
    import keras

    leaves = keras.tree.flatten(tree) if isinstance(tree, list | tuple) else [tree]
    return bool(leaves) and all(isinstance(leaf, float | int) for leaf in leaves)
