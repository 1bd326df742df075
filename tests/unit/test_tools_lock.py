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
course = ["jupyterlab-myst>=2"]
book = ["jupyter-book<2"]
"""
RUN = """\
absl-py==1.0 \\
    --hash=sha256:00
jupyterlab-myst==2.7.0 \\
    --hash=sha256:00
keras==3.15.1 \\
    --hash=sha256:00
numpy==2.4.6 ; python_full_version >= '3.11' \\
    --hash=sha256:00
tensorflow==2.21.0 ; sys_platform == 'darwin' \\
    --hash=sha256:00
"""
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
    for use in ("book", "dev", "run"):
        (tmp_path / "requirements" / f"{use}.txt").write_text(RUN)
    return tmp_path


@pytest.fixture
def uv(project, monkeypatch):
    """Return a function that puts a pretended uv on PATH, which may fail."""
    monkeypatch.setenv("PATH", str(project / "bin"))

    def install(*, fail=False):
        script = project / "bin" / "uv"
        script.parent.mkdir()
        log = str(project / "log")
        script.write_text(UV.format(python=sys.executable, log=log, fail=fail))
        script.chmod(0o755)

    return install


def test_environment_pins_what_is_asked_for_and_no_more(project):
    listed = yaml.safe_load(environment(project))["dependencies"]
    assert listed == [
        "python=3.11",
        "pip",
        {
            "pip": [
                "jupyterlab-myst==2.7.0",
                "keras==3.15.1",
                "numpy==2.4.6 ; python_full_version >= '3.11'",
                "tensorflow==2.21.0 ; sys_platform == 'darwin'",
                "-e .",
            ]
        },
    ]


@pytest.mark.skipif(os.name == "nt", reason="the pretender is a script")
def test_dev_is_compiled_first_and_binds_the_others(project, uv):
    uv()
    assert lock(root=project) == 0
    dev, book, run = (project / "log").read_text().splitlines()
    assert "--extra data --extra course --extra book --extra test" in dev
    assert "--generate-hashes" in dev
    assert "--no-emit-index-url" in dev
    assert book.split()[-2] == run.split()[-2] == "-c"
    assert book.endswith("dev.txt")
    for use in ("book", "dev", "run"):
        text = (project / "requirements" / f"{use}.txt").read_text()
        assert text.endswith("new==1\n")
    assert (project / "environment.yml").is_file()


@pytest.mark.skipif(os.name == "nt", reason="the pretender is a script")
def test_upgrade_is_for_dev_alone(project, uv):
    uv()
    lock(upgrade=True, root=project)
    asked = ["--upgrade" in line for line in (project / "log").read_text().splitlines()]
    assert asked == [True, False, False]


@pytest.mark.skipif(os.name == "nt", reason="the pretender is a script")
def test_a_lock_that_fails_changes_none(project, uv):
    uv(fail=True)
    with pytest.raises(SystemExit, match=r"could not compile requirements/book\.txt"):
        lock(root=project)
    for use in ("book", "dev", "run"):
        assert (project / "requirements" / f"{use}.txt").read_text() == RUN
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
