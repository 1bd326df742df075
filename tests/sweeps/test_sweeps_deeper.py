"""Sweeps on depth: they train as the package does, block by block."""

import numpy as np
import pytest

from experiments import _digits, _stacks, rate_by_depth

# Another test of the same process may have imported TensorFlow before.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:TensorFlow was imported before setup"),
]


@pytest.fixture(autouse=True)
def few_updates(monkeypatch):
    monkeypatch.setattr(_digits, "UPDATES", 20)


def test_blocks_give_the_weights_that_one_training_gives():
    import keras

    from lstm_utils.training import train

    made = []

    def build():
        made.append(_digits.stack(1, "plain", "tensorflow"))
        return made[-1]

    start = {"build": build, "seed": 3, "backend": "tensorflow"}
    found = _digits.train_and_score(**start, lr=0.03)
    keras.utils.set_random_seed(3)
    other = build()
    x, y = _stacks.digits()["train"]
    rule = {"updates": 20, "learning_rate": 0.03, "seed": 3, "batch_size": 32}
    train(other, x, y, loss=_stacks.loss_for(y), **rule)
    for ours, theirs in zip(made[0].get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert found["last_loss"] <= found["worst_loss"] < 3
    assert 0 <= found["test_score"] <= 1


def test_a_constant_rate_stays_and_the_clipping_is_the_one_asked_for(monkeypatch):
    made = []
    monkeypatch.setattr(
        rate_by_depth, "stack", lambda *key: made.append(_digits.stack(*key)) or made[0]
    )
    setting = {"depth": 1, "optimiser": "sgd", "clipping": "norm 0.1", "lr": 3.0}
    rate_by_depth.run(**setting, seed=0, backend="tensorflow")
    optimiser = made[0].optimizer
    assert type(optimiser).__name__ == "SGD"
    assert optimiser.clipnorm == 0.1
    assert int(optimiser.iterations) == 20
    assert float(optimiser.learning_rate) == 3
