"""Every public name says what goes in, what comes out, shows it, and can be found."""

import importlib
import inspect
import pickle
import subprocess
import sys

import pytest
import yaml

from book_tools.chapters import ROOT
from book_tools.package import Package

PAGE = ROOT / "lstm-utils.md"
PACKAGE = Package()
MODULES = [name for name in PACKAGE.files if "._" not in name]
NAMES = {
    PACKAGE.find(f"{module}.{name}")
    for module in MODULES
    for name in PACKAGE.module(module).literal("__all__", [])
}
FOUND = [getattr(importlib.import_module(k), name, None) for k, name in sorted(NAMES)]
FUNCTIONS = [found for found in FOUND if inspect.isfunction(found)]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda found: found.__name__)
def test_a_public_function_is_documented_with_an_example(function):
    text = inspect.getdoc(function)
    signature = inspect.signature(function)
    assert "Examples\n--------\n>>> " in text
    assert ("Parameters\n----------\n" in text) == bool(signature.parameters)
    for name in signature.parameters:
        assert f"\n{name}" in text or f", {name}" in text


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Return the names of the package that the page of the reference shows."""
    source, result = tmp_path_factory.mktemp("page"), tmp_path_factory.mktemp("made")
    (source / "index.md").write_text(PAGE.read_text("utf-8"), "utf-8")
    (source / "lstm_utils").symlink_to(ROOT / "lstm_utils")
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["sphinx"]
    mocked = ",".join(config["config"]["autodoc_mock_imports"])
    command = [sys.executable, "-m", "sphinx", "-C", "-q", "-b", "dummy"]
    command += ["-D", "extensions=myst_parser,sphinx.ext.autodoc,sphinx.ext.napoleon"]
    command += ["-D", f"autodoc_mock_imports={mocked}"]
    subprocess.run([*command, source, result], cwd=ROOT, check=True)
    kept = (result / ".doctrees" / "environment.pickle").read_bytes()
    shown = pickle.loads(kept).domaindata["py"]["objects"]
    return {PACKAGE.find(name) for name in shown}


def test_every_public_name_is_on_the_page_of_the_reference(rendered):
    assert len(NAMES) > 50
    assert NAMES - rendered == set()
