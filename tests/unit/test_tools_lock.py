"""The locks and environment.yml are compiled together, or not at all."""

import os
import sys

import pytest
import yaml

from book_tools.chapters import ROOT
from book_tools.freshness import locked_versions
from book_tools.lock import USES, environment, lock

PYPROJECT = """\
[project]
name = "small"
version = "1"
dependencies = ["numpy>=1.26", "Keras>=3.5"]

[project.optional-dependencies]
tensorflow = ["tensorflow>=2.18; sys_platform == 'darwin'"]
plots = []
sweeps = []
data = []
lab = ["jupyterlab-myst>=2"]
course = ["nbgrader>=0.9"]
book = ["jupyter-book<2"]
"""
PINS = [
    "jupyterlab-myst==2.7.0",
    "keras==3.15.1",
    "numpy==2.4.6 ; python_full_version >= '3.11'",
    "tensorflow==2.21.0 ; sys_platform == 'darwin'",
]
RUN = "".join(f"{pin} \\\n    --hash=sha256:00\n" for pin in ["absl-py==1.0", *PINS])
UV = """\
#!{python}
import sys
where = sys.argv[sys.argv.index("-o") + 1]
with open({log!r}, "a") as log:
    print(*sys.argv[1:], file=log)
if "--extra book" in " ".join(sys.argv) and "-c" in sys.argv and {fail}:
    sys.exit(1)
text = open(where).read()
open(where, "w").write(text + "new==1\\n")
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "requirements").mkdir()
    for use in USES:
        (tmp_path / "requirements" / f"{use}.txt").write_text(RUN)
    return tmp_path


@pytest.fixture
def compiled(project, monkeypatch):
    """Return a function that locks with a pretended uv and gives what uv was asked."""
    if os.name == "nt":
        pytest.skip("the pretender is a script")
    monkeypatch.setenv("PATH", str(project / "bin"))
    script, log = project / "bin" / "uv", project / "log"
    script.parent.mkdir()

    def run(*, fail=False, upgrade=False):
        text = UV.format(python=sys.executable, log=str(log), fail=fail)
        script.write_text(text)
        script.chmod(0o755)
        assert lock(upgrade=upgrade, root=project) == 0
        return log.read_text().splitlines()

    return run


def locks(project):
    return [(project / "requirements" / f"{use}.txt").read_text() for use in USES]


def test_environment_pins_what_is_asked_for_and_no_more(project):
    listed = yaml.safe_load(environment(project))["dependencies"]
    assert listed == ["python=3.11", "pip", {"pip": [*PINS, "-e ."]}]


def test_dev_is_compiled_first_and_binds_the_others(project, compiled):
    dev, book, run = compiled()
    assert "--extra data --extra lab --extra book --extra course --extra test" in dev
    assert "--generate-hashes" in dev
    assert "--no-emit-index-url" in dev
    assert "--extra book" not in run
    assert "--extra course" not in run  # whoever learns needs no grading
    assert book.split()[-2] == run.split()[-2] == "-c"
    assert book.endswith("dev.txt")
    assert all(text.endswith("new==1\n") for text in locks(project))
    assert (project / "environment.yml").is_file()


def test_upgrade_is_for_dev_alone(compiled):
    asked = ["--upgrade" in line for line in compiled(upgrade=True)]
    assert asked == [True, False, False]


def test_a_lock_that_fails_changes_none(project, compiled):
    with pytest.raises(SystemExit, match=r"could not compile requirements/book\.txt"):
        compiled(fail=True)
    assert locks(project) == [RUN] * 3
    assert not (project / "environment.yml").exists()


def test_a_missing_uv_gets_one_line(project, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit, match="uv is not installed"):
        lock(root=project)


@pytest.mark.parametrize("use", USES)
def test_no_lock_holds_a_yardstick(use):
    lines = locked_versions(ROOT / "requirements" / f"{use}.txt")
    names = {line.partition("==")[0] for line in lines}
    assert "numpy" in names or use == "book"
    assert not names & {"jax", "jaxlib", "torch"}
