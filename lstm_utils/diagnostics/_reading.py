"""Recurrent layers found in a model, checked, and run step by step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from lstm_utils._validate import as_numbers, check_list, check_model
from lstm_utils.models._graph import inside, rewired

RECURRENT = "Give a model with LSTM, GRU, SimpleRNN, or RNN over their cells."


def check_inputs(model, x) -> list[np.ndarray]:
    """Return one array for each input of `model`, or raise."""
    shapes = [tuple(tensor.shape) for tensor in model.inputs]
    if len(shapes) == 1:
        x = [x]
    elif len(check_list("x", x, "Give one array for each input.")) != len(shapes):
        raise ValueError(
            f"x has {len(x)} arrays, but the model has {len(shapes)} inputs: one array "
            "for each, in the order of model.inputs."
        )
    arrays = []
    for number, (value, expected) in enumerate(zip(x, shapes, strict=True)):
        name = "x" if len(shapes) == 1 else f"x[{number}]"
        array = as_numbers(name, value)
        if len(array.shape) != len(expected) or any(
            wanted not in (None, came)
            for wanted, came in zip(expected, array.shape, strict=True)
        ):
            raise ValueError(
                f"{name} has shape {array.shape}, but the model expects {expected}, "
                "where None is any length. One sequence of one feature is "
                "x.reshape(1, -1, 1)."
            )
        arrays.append(array)
    return arrays


def cells_of(layer) -> list:
    """Return the cells of a recurrent layer from the lowest up; of others none."""
    import keras

    if not isinstance(layer, keras.layers.RNN):
        return []
    cell = layer.cell
    stacked = isinstance(cell, keras.layers.StackedRNNCells)
    return list(cell.cells) if stacked else [cell]


class StepByStep:
    """A model run in inference, with each recurrent layer unrolled over its steps.

    Each LSTM, GRU or SimpleRNN cell counts as one layer, from the lowest up. A layer's
    output is what it hands up at each step: h, or, where a residual leads around the
    layer, the sum.
    """

    def __init__(
        self, model, cells: Callable = cells_of, kind="recurrent", hint=RECURRENT
    ):
        """Find the layers in which `cells` finds any, or say why none can be read."""
        if not getattr(check_model("model", model), "inputs", None):
            raise ValueError(
                f"model {model.name!r} has no known inputs. Build it from keras.Input, "
                "as a functional or sequential model."
            )
        self.layers = [layer for layer in model.layers if cells(layer)]
        hidden = [x.name for x in model.layers if any(map(cells, inside(x)))]
        if hidden:
            raise ValueError(
                f"model has {kind} layers inside {hidden}, which are not read. "
                "Bidirectional, wrapped or nested layers have no single order from "
                "the lowest up: read each in a model of its own."
            )
        if not self.layers:
            kinds = [type(layer).__name__ for layer in model.layers]
            raise ValueError(
                f"model has no {kind} layer to read; its layers are {kinds}. {hint}"
            )
        self.twin, calls = rewired(model)
        for layer in self.layers:
            call = _only_call(layer, [call for call in calls if call.op is layer])
            call.run = partial(self._unroll, layer)
        for call, layer in _sums_around(calls, self.layers):
            call.run = partial(self._add, call.op, layer)
        self.seen = {}

    def run(self, x: Sequence, nudges: Sequence | None = None):
        """Return the model's outputs, and a list of each layer's (batch, time, units).

        And, by the layer's name, what each cell read, gave and kept at each step.

        `nudges`, one tensor of that shape for each layer, are added to h: to what the
        layer hands up, and to what it hands to its own next step.
        """
        waiting = iter(nudges or ())
        self.nudges = {
            layer.name: [next(waiting, None) for _ in cells_of(layer)]
            for layer in self.layers
        }
        outputs, seen = self.twin([*x]), self.seen
        # A reader lies in a cycle, which would keep all these tensors for a while.
        self.nudges, self.seen = {}, {}
        tops = [cell[1] for layer in self.layers for cell in seen[layer.name]]
        return outputs, tops, seen

    def _unroll(self, layer, sequence, **_):
        """Run a layer, and keep of each cell its inputs, outputs and states."""
        import keras

        flat, cells = keras.tree.flatten, cells_of(layer)
        batch, time = sequence.shape[:2]
        states = [flat(cell.get_initial_state(batch_size=batch)) for cell in cells]
        steps = [[] for _ in cells]
        for t in range(time):
            value = sequence[:, t]
            for number, (cell, nudge) in enumerate(
                zip(cells, self.nudges[layer.name], strict=True)
            ):
                below = value
                value, new = cell(below, states[number], training=False)
                if nudge is not None:
                    value = value + nudge[:, t]
                    # h is the only state, or the last but one, before c.
                    k = max(len(new) - 2, 0)
                    new = [*new[:k], new[k] + nudge[:, t], *new[k + 1 :]]
                states[number] = new
                steps[number].append((below, value, *new))
        self.seen[layer.name] = [[*zip(*each, strict=True)] for each in steps]
        for cell in self.seen[layer.name]:
            cell[1] = keras.ops.stack(cell[1], axis=1)
        top = self.seen[layer.name][-1][1]
        top = top if layer.return_sequences else top[:, -1]
        return [top, *flat(states)] if layer.return_state else top

    def _add(self, add, layer, terms):
        """Add up, and keep the sum as what the layer hands up."""
        self.seen[layer.name][-1][1] = total = add(terms)
        return total


def _only_call(layer, calls):
    """Return the one call of a layer that is read from zero states, or raise."""
    import keras

    known = keras.layers.LSTMCell, keras.layers.GRUCell, keras.layers.SimpleRNNCell
    odd = [
        type(cell).__name__ for cell in cells_of(layer) if not isinstance(cell, known)
    ]
    if odd:
        problem = (
            f"runs {odd}, whose outputs and states are not known. Only the cells of "
            "LSTM, GRU and SimpleRNN are read."
        )
    elif layer.go_backwards:
        problem = (
            "runs backwards, so its step 0 is the last one. Reverse the input and "
            "build it with go_backwards=False."
        )
    elif len(calls) != 1:
        problem = (
            f"is called {len(calls)} times; which call to read is not clear. Build a "
            "model that calls it once."
        )
    elif calls[0].kwargs.get("mask") is not None:
        problem = (
            "skips masked steps, which no reading shows. Read it on sequences of one "
            "length, in a model without a mask."
        )
    elif len(calls[0].tensors) > 1:
        problem = (
            "gets an initial state, but is read from zero. Read it in a model that "
            "leaves the state out."
        )
    else:
        return calls[0]
    raise ValueError(f"layer {layer.name!r} {problem}")


def _sums_around(calls, layers):
    """Yield each ``Add`` of a layer's output and of what the layer was made from."""
    import keras

    behind, makers = {}, {}
    for call in calls:
        terms = set(map(id, call.tensors))
        before = terms.union(*(behind.get(term, ()) for term in terms))
        behind.update((id(output), before) for output in call.outputs)
        if call.op in layers:
            makers[id(call.outputs[0])] = call.op
        if isinstance(call.op, keras.layers.Add) and len(call.outputs[0].shape) == 3:
            for term in terms & makers.keys():
                if terms - {term} <= behind[term]:
                    yield call, makers[term]
