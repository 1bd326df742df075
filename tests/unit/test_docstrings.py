"""Every public function says what goes in, what comes out, and shows it."""

import importlib
import inspect
from pathlib import Path

import pytest

import lstm_utils

MODULES = sorted(
    path.stem
    for path in Path(lstm_utils.__file__).parent.glob("*.py")
    if not path.stem.startswith("_")
)
FUNCTIONS = [
    pytest.param(function, id=f"{module}.{name}")
    for module in MODULES
    for name in importlib.import_module(f"lstm_utils.{module}").__all__
    if inspect.isfunction(
        function := getattr(importlib.import_module(f"lstm_utils.{module}"), name)
    )
]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_public_function_is_documented_with_an_example(function):
    text = inspect.getdoc(function)
    signature = inspect.signature(function)
    assert "Examples\n--------\n>>> " in text
    assert ("Parameters\n----------\n" in text) == bool(signature.parameters)
    for name in signature.parameters:
        assert f"\n{name}" in text or f", {name}" in text
