"""Sweeps on depth: they train as the package does, block by block."""

import numpy as np
import pytest

from experiments import _digits, _stacks, adam_epsilon, rate_by_depth

# Another test of the same process may have imported TensorFlow before.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:TensorFlow was imported before setup"),
]


@pytest.fixture
def made(monkeypatch):
    """Return a list that gets each stack; all are trained by 20 updates only."""
    stacks, build = [], _digits.stack
    monkeypatch.setattr(_digits, "UPDATES", 20)
    monkeypatch.setattr(adam_epsilon, "UPDATES", 20)
    for module in (_digits, adam_epsilon, rate_by_depth):
        monkeypatch.setattr(
            module, "stack", lambda *key: stacks.append(build(*key)) or stacks[-1]
        )
    return stacks


def test_blocks_give_the_weights_that_one_training_gives(made):
    import keras

    from lstm_utils.training import train

    def build():
        return _digits.stack(1, "plain", "tensorflow")

    start = {"build": build, "seed": 3, "backend": "tensorflow"}
    found = _digits.train_and_score(**start, lr=0.03)
    keras.utils.set_random_seed(3)
    x, y = _stacks.digits()["train"]
    rule = {"updates": 20, "learning_rate": 0.03, "seed": 3, "batch_size": 32}
    train(build(), x, y, loss=_stacks.loss_for(y), **rule)
    ours, theirs = (model.get_weights() for model in made)
    assert all(map(np.array_equal, ours, theirs))
    assert found["last_loss"] <= found["worst_loss"] < 3
    assert 0 <= found["test_score"] <= 1


@pytest.mark.parametrize(
    ("clipping", "norms"),
    [("norm 0.1", (0.1, None)), ("global norm 1", (None, 1.0)), ("none", (None, None))],
)
def test_a_constant_rate_stays_and_the_clipping_is_the_one_asked_for(
    made, clipping, norms
):
    setting = {"depth": 1, "optimiser": "sgd", "clipping": clipping, "lr": 3.0}
    rate_by_depth.run(**setting, seed=0, backend="tensorflow")
    optimiser = made[0].optimizer
    assert type(optimiser).__name__ == "SGD"
    assert (optimiser.clipnorm, optimiser.global_clipnorm) == norms
    assert int(optimiser.iterations) == 20
    assert float(optimiser.learning_rate) == 3


def test_a_large_epsilon_keeps_adam_from_moving(made):
    setting = {"depth": 1, "kind": "plain", "lr": 0.03, "seed": 0}
    losses = [
        adam_epsilon.run(epsilon=epsilon, backend="tensorflow", **setting)["last_loss"]
        for epsilon in (1e-7, 1e9)
    ]
    assert losses[0] < 0.9 * losses[1]
    assert losses[1] == pytest.approx(np.log(10), rel=0.1)
    assert [model.optimizer.epsilon for model in made] == [1e-7, 1e9]
