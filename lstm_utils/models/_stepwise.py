"""Read a source once, and then take one step of the target at a time.

A model of embeddings, LSTMs, Dense layers and attention is computed in NumPy, from its
weights: what reads the source once, what reads the target a step at a time, each LSTM
going on from its last states. Of other models nothing is known but that a step depends
on none after it, so they read everything anew for each token.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, softmax

from lstm_utils.models._graph import rewired
from lstm_utils.models._two_inputs import (
    check_probabilities,
    check_source,
    check_step,
    check_two_inputs,
    predict,
)
from lstm_utils.reference import lstm_step

ROWS_AT_ONCE = 1000  # more need more memory, and are slower for it


class Unknown(Exception):
    """A model holds what is not known here."""


def begin(model, source, max_length: int, answers: int = 1):
    """Return what takes the steps of a model, after a look at model and source.

    Its method ``step(rows, tokens)`` gives the probabilities (len(rows), n_tokens) of
    what follows `tokens`, each written behind a row of the step before. The rows
    before the first step are the sources; of each come at most `answers`.
    """
    check_two_inputs(model)
    source = check_source(model, source)
    try:
        return Stepwise(model, source)
    except Unknown:
        return Anew(model, source, max_length, answers)


class Anew:
    """Takes the steps of any model, which reads all that is written at each of them."""

    def __init__(self, model, source, max_length, answers):
        """Begin with nothing written."""
        self.model, self.source = model, source
        self.read = np.zeros((len(source), max_length), dtype="int32")
        self.size, self.t = len(source) * answers, -1

    def step(self, rows, tokens) -> np.ndarray:
        """Return the probabilities of what follows `tokens`, written behind `rows`."""
        self.t += 1
        self.source, self.read = self.source[rows], self.read[rows]
        self.read[:, self.t] = tokens
        # One shape for all steps, so that nothing is traced anew.
        filled, parts = np.arange(self.size) % len(rows), []
        for part in np.array_split(filled, -(-self.size // ROWS_AT_ONCE)):
            given = predict(self.model, self.source[part], self.read[part])
            given = check_probabilities(given, len(part), self.read.shape[1])
            parts.append(given[:, self.t])
        return check_step(np.concatenate(parts)[: len(rows)])


class Stepwise:
    """Takes the steps of a model from its weights and the states of its LSTMs."""

    def __init__(self, model, source):
        """Compute what depends on the source alone; `Unknown` where that cannot be."""
        _check_precision(model)
        twin, calls = rewired(model)
        asked, self.read = map(id, twin.inputs)
        self.written = id(twin.outputs[0])
        self.weights = {id(call): _weights(call) for call in calls}
        self.values, self.masks, self.states = {asked: source}, {}, {}
        late, self.later = {self.read}, []  # what depends on the target
        for call in calls:
            if _follows(call, late):
                late.add(id(call.outputs[0]))
                self.later.append(call)
            else:
                self._run(call, self.values)
        needed = {id(x) for call in self.later for x in call.tensors} - late
        known = needed <= self.values.keys() and self.written in late
        if model.outputs[1:] or not known:
            raise Unknown
        self.values = {key: self.values[key] for key in needed}
        self.masks = {key: self.masks[key] for key in needed & self.masks.keys()}
        self.states = {}

    def step(self, rows, tokens) -> np.ndarray:
        """Return the probabilities of what follows `tokens`, written behind `rows`."""
        for kept in (self.values, self.masks):
            kept.update({key: value[rows] for key, value in kept.items()})
        for key, states in self.states.items():
            self.states[key] = [state[rows] for state in states]
        values = self.values | {self.read: np.asarray(tokens)[:, None]}
        for call in self.later:
            self._run(call, values)
        return check_step(values[self.written][:, 0])

    def _run(self, call, values):
        """Add to the values, known by their tensors' ids, what a call makes of them."""
        import keras

        def known(x):
            return values[id(x)] if isinstance(x, keras.KerasTensor) else x

        args, options = keras.tree.map_structure(known, (call.args, call.kwargs))
        masks = [self.masks.get(id(tensor)) for tensor in call.tensors]
        kind, mine = type(call.op).__name__, id(call)
        if mine in self.states:
            options["initial_state"] = self.states[mine]
        outputs = RULES[kind](call.op, self.weights[mine], args, options, masks)
        if kind == "LSTM":
            self.states[mine] = outputs[1:]
        for tensor, value in zip(call.outputs, outputs, strict=False):
            values[id(tensor)] = value
        if kind == "Embedding" and call.op.mask_zero:
            masks = [args[0] != 0]
        if masks[0] is not None and outputs[0].ndim == 3:
            self.masks[id(call.outputs[0])] = masks[0]


def _lstm(layer, weights, args, options, masks):
    (x,), mask = args, options.get("mask")
    mask = masks[0] if mask is None else mask
    h, c = options.get("initial_state") or np.zeros((2, len(x), layer.units), x.dtype)
    outputs = []
    for t in range(x.shape[1]):
        new = lstm_step(x[:, t], h, c, weights)
        h, c = new if mask is None else np.where(mask[:, t, None], new, (h, c))
        outputs.append(h)
    return [np.stack(outputs, axis=1) if layer.return_sequences else h, h, c]


def _attention(layer, weights, args, options, masks):
    query, value, *key = args[0]
    (key,) = key or [value]
    if type(layer).__name__ == "Attention":
        scores = query @ key.transpose(0, 2, 1)
    else:
        scores = np.tanh(query[:, :, None] + key[:, None]) @ weights[0]
    if masks[1] is not None:
        scores = np.where(masks[1][:, None], scores, -np.inf)
    look = softmax(scores, axis=-1)
    return [look @ value, look]


def _dense(layer, weights, args, options, masks):
    kernel, *bias = weights
    return [ACTIVATIONS[_setting(layer, "activation")](sum([args[0] @ kernel, *bias]))]


def _embedding(layer, weights, args, options, masks):
    return [weights[0][args[0]]]


def _joined(layer, weights, args, options, masks):
    if any(mask is not masks[0] for mask in masks):
        raise Unknown
    if type(layer).__name__ == "Add":
        return [sum(args[0])]
    return [np.concatenate(args[0], axis=-1)]


def _rescaling(layer, weights, args, options, masks):
    return [args[0] * layer.scale + layer.offset]


def _not_equal(op, weights, args, options, masks):
    return [np.not_equal(*args)]


# What is known here, by the names of Keras' classes.
RULES = {
    "Add": _joined,
    "AdditiveAttention": _attention,
    "Attention": _attention,
    "Concatenate": _joined,
    "Dense": _dense,
    "Embedding": _embedding,
    "LSTM": _lstm,
    "NotEqual": _not_equal,
    "Rescaling": _rescaling,
}
ACTIVATIONS = {
    "linear": np.asarray,
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": expit,
    "softmax": lambda x: softmax(x, axis=-1),
    "tanh": np.tanh,
}
# What must be true of a layer for its rule to hold, and how many weights it has then.
USUAL = {
    "AdditiveAttention": {"use_scale": True},
    "Attention": {"score_mode": "dot", "use_scale": False},
    "Concatenate": {"axis": -1},
    "LSTM": {
        "activation": "tanh",
        "recurrent_activation": "sigmoid",
        "use_bias": True,
        "go_backwards": False,
        "stateful": False,
    },
}
N_WEIGHTS = {"AdditiveAttention": 1, "Dense": 2, "Embedding": 1, "LSTM": 3}
OPTIONS = {"initial_state", "mask", "return_attention_scores"}


def _setting(layer, name):
    """Return how a layer is set; of Keras' own activations the name."""
    import keras

    value = getattr(layer, name)
    own = {keras.activations.get(each): each for each in ACTIVATIONS}
    return own.get(value, value) if callable(value) else value


def _check_precision(model):
    """Refuse a model that computes in another float than 32 or 64 bits throughout."""
    layers = [layer for layer in model.layers if layer.weights]
    kinds = {w.dtype for w in model.weights} | {x.compute_dtype for x in layers}
    if kinds not in ({"float32"}, {"float64"}):
        raise Unknown


def _weights(call) -> list[np.ndarray]:
    """Return the weights of what is called, or refuse it where no rule holds."""
    kind, op = type(call.op).__name__, call.op
    options = {k for k, v in call.kwargs.items() if v is not None and v is not False}
    weights = getattr(op, "get_weights", list)()
    without_bias = kind == "Dense" and not op.use_bias
    usual = USUAL.get(kind, {})
    if (
        kind not in RULES
        or not type(op).__module__.startswith("keras.")
        or len(call.args) != (2 if kind == "NotEqual" else 1)
        or not options <= OPTIONS
        or {name: _setting(op, name) for name in usual} != usual
        or (kind == "Dense" and _setting(op, "activation") not in ACTIVATIONS)
        or len(weights) != N_WEIGHTS.get(kind, 0) - without_bias
    ):
        raise Unknown
    return weights


def _follows(call, late) -> bool:
    """Tell whether a call depends on the target; refuse one that would look ahead."""
    first, *others = depends = [id(tensor) in late for tensor in call.tensors]
    kind, op = type(call.op).__name__, call.op
    if kind in ("Attention", "AdditiveAttention"):
        fits = first and not any(others)
    elif kind == "LSTM" and any(depends):  # and begins with states of the source
        masks = [tensor is call.kwargs.get("mask") for tensor in call.tensors[1:]]
        fits = first and op.return_sequences and others == masks
    else:
        fits = all(depends) or not any(depends)
    if not fits:
        raise Unknown
    return first
