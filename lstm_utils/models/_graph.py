"""The calls of which a Keras model is made, read through public Keras alone."""

from __future__ import annotations


def rewired(model):
    """Return a twin of a functional or sequential model, and its calls in order.

    A call knows the layer or operation called (`op`), what it was given (`args`,
    `kwargs`), and its symbolic `tensors` and `outputs`. Set its `run`, and the twin
    runs that in the place of `op`.
    Model and layers are left as they are, and learn nothing of the twin.
    """
    import keras

    class Call(keras.Operation):
        def __init__(self, op):
            super().__init__()
            self.op = self.run = op

        def call(self, *args, **kwargs):
            return self.run(*args, **kwargs)

        def compute_output_spec(self, *args, **kwargs):
            try:
                return self.op.compute_output_spec(*args, **kwargs)
            except ValueError:  # Keras 3.12's attention cannot tell, once it was called
                return super().compute_output_spec(*args, **kwargs)

    calls = []

    def note(op, *args, **kwargs):
        call = Call(op)
        outputs = call(*args, **kwargs)
        given = keras.tree.flatten((args, kwargs))
        call.tensors = [x for x in given if isinstance(x, keras.KerasTensor)]
        call.args, call.kwargs = args, kwargs
        call.outputs = keras.tree.flatten(outputs)
        calls.append(call)
        return outputs

    sequential = isinstance(model, keras.Sequential)
    output = model.outputs[0] if sequential else model.output
    twin = keras.models.clone_model(
        keras.Model(model.inputs, output),
        clone_function=lambda op: op,
        call_function=note,
    )
    return twin, calls


def inside(layer) -> list:
    """Return the layers that another one holds, at any depth."""
    import keras

    found = [layer]
    for each in found:  # it grows on the way
        held = [v for name, v in vars(each).items() if not name.startswith("_")]
        for part in (*getattr(each, "layers", ()), *held):
            if isinstance(part, keras.layers.Layer) and all(
                part is not known for known in found
            ):
                found.append(part)
    return found[1:]
