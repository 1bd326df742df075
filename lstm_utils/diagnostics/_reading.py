"""Recurrent layers found in a model, checked, and run step by step."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from lstm_utils._validate import as_numbers, check_list


def check_model(model) -> None:
    """Raise unless `model` is a Keras model with known inputs."""
    import keras

    if not isinstance(model, keras.Model):
        raise TypeError(f"model must be a Keras model, but {model!r} came.")
    if not getattr(model, "inputs", None):
        raise ValueError(
            f"model {model.name!r} has no known inputs. Build it from keras.Input, as "
            "a functional or sequential model."
        )


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


def holds(layer, wanted: Callable) -> bool:
    """Tell whether a wanted layer is inside one that is not recurrent itself."""
    import keras

    if isinstance(layer, keras.layers.RNN):
        return False
    parts = [*getattr(layer, "layers", [])]
    for name in ("layer", "forward_layer", "backward_layer"):
        part = getattr(layer, name, None)
        parts += [part] if isinstance(part, keras.layers.Layer) else []
    return any(wanted(part) or holds(part, wanted) for part in parts)


def feed_of(layer):
    """Return the symbolic input of a recurrent layer that is read from zero states."""
    if layer.go_backwards:
        raise ValueError(
            f"layer {layer.name!r} runs backwards, so its step 0 is the last one. "
            "Reverse the input and build it with go_backwards=False."
        )
    if len(layer._inbound_nodes) != 1:
        raise ValueError(
            f"layer {layer.name!r} is called {len(layer._inbound_nodes)} times; which "
            "call to read is not clear. Build a model that calls it once."
        )
    feeds = layer.input if isinstance(layer.input, (list, tuple)) else [layer.input]
    if getattr(feeds[0], "_keras_mask", None) is not None:
        raise ValueError(
            f"layer {layer.name!r} skips masked steps, which no reading shows. Read "
            "it on sequences of one length, in a model without a mask."
        )
    if len(feeds) > 1:
        raise ValueError(
            f"layer {layer.name!r} gets an initial state, but is read from zero. "
            "Read it in a model that leaves the state out."
        )
    return feeds[0]


class StepByStep:
    """A model run in inference, with each recurrent layer unrolled over its steps.

    Each LSTM, GRU or SimpleRNN cell counts as one layer, from the lowest up. A layer's
    output is what it hands up at each step: h, or, where a residual leads around the
    layer, the sum.
    """

    def __init__(self, model):
        """Find the layers, or say why they cannot be read."""
        import keras

        check_model(model)
        self.layers = [layer for layer in model.layers if cells_of(layer)]
        hidden = [x.name for x in model.layers if holds(x, cells_of)]
        if hidden:
            raise ValueError(
                f"model has recurrent layers inside {hidden}, which are not read. "
                "Bidirectional, wrapped or nested layers have no single order from "
                "the lowest up: read each in a model of its own."
            )
        if not self.layers:
            kinds = [type(layer).__name__ for layer in model.layers]
            raise ValueError(
                f"model has no recurrent layer to read; its layers are {kinds}. Give "
                "a model with LSTM, GRU, SimpleRNN, or RNN over their cells."
            )
        known = (
            keras.layers.LSTMCell,
            keras.layers.GRUCell,
            keras.layers.SimpleRNNCell,
        )
        for layer in self.layers:
            feed_of(layer)
            odd = [
                type(cell).__name__
                for cell in cells_of(layer)
                if not isinstance(cell, known)
            ]
            if odd:
                raise ValueError(
                    f"layer {layer.name!r} runs {odd}, whose outputs and states are "
                    "not known. Only the cells of LSTM, GRU and SimpleRNN are read."
                )
        sequential = isinstance(model, keras.Sequential)
        self.model = model
        self.graph = (
            keras.Model(model.inputs, model.outputs[0]) if sequential else model
        )
        self.sums = _sums_around(self.graph, self.layers)

    def run(self, x: Sequence, nudges: Sequence | None = None):
        """Return the model's outputs, and a list of each layer's (batch, time, units).

        `nudges`, one tensor of that shape for each layer, are added to h: to what the
        layer hands up, and to what it hands to its own next step.
        """
        import keras

        waiting = iter(nudges) if nudges is not None else None
        pushed = {
            layer.name: [next(waiting) for _ in cells_of(layer)] if waiting else None
            for layer in self.layers
        }
        shown = {}

        def operation(op):
            if any(op is layer for layer in self.layers):

                def unrolled(sequence, **_):
                    outputs, states = _unroll(op, sequence, pushed[op.name])
                    shown[op.name] = outputs
                    top = outputs[-1] if op.return_sequences else outputs[-1][:, -1]
                    return [top, *states] if op.return_state else top

                return unrolled
            if id(op) in self.sums:

                def added(*operands):
                    total = op(*operands)
                    shown[self.sums[id(op)]][-1] = total
                    return total

                return added
            return op

        tensors = [
            keras.ops.convert_to_tensor(array, dtype=tensor.dtype)
            for array, tensor in zip(x, self.model.inputs, strict=True)
        ]
        outputs = self.graph._run_through_graph(tensors, operation_fn=operation)
        return outputs, [h for layer in self.layers for h in shown[layer.name]]


def _unroll(layer, sequence, nudges):
    import keras

    cells = cells_of(layer)
    batch = sequence.shape[0]
    states = [cell.get_initial_state(batch_size=batch) for cell in cells]
    states = [s if isinstance(s, (list, tuple)) else [s] for s in states]
    outputs = [[] for _ in cells]
    for t in range(sequence.shape[1]):
        value = sequence[:, t]
        for number, cell in enumerate(cells):
            value, new = cell(value, states[number], training=False)
            if nudges is not None:
                nudge = nudges[number][:, t]
                value = value + nudge
                # h is the only state, or the last but one, before c.
                k = max(len(new) - 2, 0)
                new = [*new[:k], new[k] + nudge, *new[k + 1 :]]
            states[number] = new
            outputs[number].append(value)
    flat = [state for each in states for state in each]
    return [keras.ops.stack(steps, axis=1) for steps in outputs], flat


def _sums_around(graph, layers) -> dict[int, str]:
    """Find each ``Add`` of a layer's output and of what the layer was made from."""
    import keras

    flat = keras.tree.flatten
    operations = [op for op in graph.operations if len(op._inbound_nodes) == 1]
    makers = {id(tensor): op for op in operations for tensor in flat(op.output)}

    def behind(tensor, seen):
        if id(tensor) not in seen:
            seen.add(id(tensor))
            maker = makers.get(id(tensor))
            if maker is not None and not isinstance(maker, keras.layers.InputLayer):
                for source in flat(maker.input):
                    behind(source, seen)
        return seen

    sums = {}
    for layer in layers:
        output, before = flat(layer.output)[0], behind(flat(layer.input)[0], set())
        for op in operations:
            if not isinstance(op, keras.layers.Add) or len(op.output.shape) != 3:
                continue
            terms = {id(tensor) for tensor in flat(op.input)}
            if id(output) in terms and terms - {id(output)} <= before:
                sums[id(op)] = layer.name
    return sums
