"""The ways to start the book elsewhere: their files agree, and what can run, runs."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from urllib.error import URLError

import pytest
import yaml
from packaging.requirements import Requirement

from book_tools.chapters import ROOT
from book_tools.normalise import colab_source
from book_tools.run import CHAPTER_GB

FOLDER = ROOT / ".devcontainer"
DOCKERFILE = (FOLDER / "Dockerfile").read_text("utf-8")
CONTAINER = json.loads((FOLDER / "devcontainer.json").read_text("utf-8"))
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
README = (ROOT / "README.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PYTHON = PROJECT["requires-python"].removeprefix(">=")


def stages():
    """Return the instructions of each stage of the Dockerfile, by its name."""
    found = {}
    for line in DOCKERFILE.replace("\\\n", " ").splitlines():
        word, _, rest = line.partition(" ")
        if word == "FROM":
            start, _, name = rest.partition(" AS ")
            found[name] = [("FROM", start)]
        elif word.isupper():
            found[name].append((word, " ".join(rest.split())))
    return found


STAGES = stages()
LAB = dict(STAGES["lab"])
COMMAND = json.loads(LAB["CMD"])


def test_every_place_has_the_python_that_made_the_outputs():
    image = f"python:{PYTHON}-bookworm"
    assert dict(STAGES["base"])["FROM"] == image
    assert f"python={PYTHON}" in CONDA["dependencies"]
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        text = path.read_text("utf-8")
        assert {*re.findall(r"container: (\S+)", text)} <= {image}
        assert {*re.findall(r'python-version: "(.+)"', text)} <= {PYTHON}
    assert f"python{PYTHON} book_tools/bootstrap.py dev" == LAB["RUN"]
    assert CONTAINER["postCreateCommand"] == LAB["RUN"]


def test_binder_finds_environment_yml_and_nothing_that_goes_before_it():
    for name in ("Dockerfile", "binder", ".binder", "start", "postBuild", "apt.txt"):
        assert not (ROOT / name).exists(), f"Binder would take {name}"
    assert {*CONDA} == {"name", "channels", "dependencies"}
    pins = CONDA["dependencies"][-1]["pip"]
    assert pins[-1] == "-e ."
    names = {re.match(r"[\w-]+", pin).group() for pin in pins[:-1]}
    assert {"jupyterlab", "ipykernel", "tensorflow-cpu"} <= names
    assert not names & {"jupyter-book", "pytest", "nbval"}, "no more than to run"


def test_the_dev_container_is_a_stage_whose_user_is_there():
    build = CONTAINER["build"]
    assert (FOLDER / build["dockerfile"]).is_file()
    assert (FOLDER / build["context"]).resolve() == ROOT
    base, stage = STAGES["base"], STAGES[build["target"]]
    assert stage[0] == ("FROM", "base")
    user = CONTAINER["remoteUser"]
    assert f"useradd --create-home --uid 1000 {user}" in dict(base)["RUN"]
    assert ("USER", user) in stage
    assert ("USER", user) in STAGES["lab"]
    assert "chromium" in dict(stage)["RUN"]
    settings = CONTAINER["customizations"]["vscode"]["settings"]
    assert settings["python.defaultInterpreterPath"].endswith(f"/{COMMAND[0]}")


def test_the_image_is_made_without_what_git_ignores():
    ignored = (FOLDER / "Dockerfile.dockerignore").read_text("utf-8").split("\n")
    listed = {line.removeprefix("**/").rstrip("/") for line in ignored}
    made = {line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split()}
    assert made - listed <= {"*.egg-info", "*.tmp"}
    assert ".git" in listed


def test_the_readme_types_what_is_there():
    docker = re.findall(r"^#   (docker .+)$", DOCKERFILE, re.MULTILINE)
    assert len(docker) == 2
    assert all(f"`{line}`" in README for line in docker)
    port = LAB["EXPOSE"]
    assert f"127.0.0.1:{port}:{port}" in docker[1]
    assert int(port) in CONTAINER["forwardPorts"]
    assert f"`conda activate {CONDA['name']}`" in README


def test_a_chapter_fits_where_it_is_said_to_run():
    said = f"at most {CHAPTER_GB} GB of memory"
    assert said in README
    assert f"a chapter needs up to {CHAPTER_GB} GB" in (ROOT / "intro.md").read_text()
    asked = CONTAINER["hostRequirements"]["memory"]
    assert CHAPTER_GB < 2, "Binder gives 2 GB at most"
    assert float(asked.removesuffix("gb")) >= 2 * CHAPTER_GB, "two chapters at a time"


def test_what_colab_installs_asks_for_no_other_version_and_no_backend():
    (wanted,) = re.findall(r'"(lstm-utils\[.+\]) @ ', colab_source())
    extras = Requirement(wanted).extras
    assert "plots" in extras
    lines = [*PROJECT["dependencies"]]
    lines += [line for e in extras for line in PROJECT["optional-dependencies"][e]]
    for requirement in map(Requirement, lines):
        assert not re.match("tensorflow|jax|torch", requirement.name)
        assert {spec.operator for spec in requirement.specifier} == {">="}


def answer(place):
    """Return what a server says, which prints its address before it listens."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(place, timeout=60) as said:
                return json.load(said)
        except URLError:
            time.sleep(0.1)
    raise AssertionError(f"nobody answers at {place}")


@pytest.mark.slow
def test_the_container_ends_in_a_jupyterlab_that_answers(tmp_path):
    """As the image starts it, but for a port that is free and a home that is ours."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, *COMMAND[1:], f"--port={port}"]
    home = {"HOME": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(tmp_path)}
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | home, start_new_session=True, **streams
    ) as server:
        try:
            address = rf"(http://127\.0\.0\.1:{port}/)lab\?(token=\w+)"
            found = (re.search(address, line) for line in server.stderr)
            start, token = next(filter(None, found)).groups()
            place = f"{start}api/contents/01-one-cell.ipynb?content=0&{token}"
            assert answer(place)["type"] == "notebook"
        finally:
            os.killpg(server.pid, 15)
    assert "--ip=0.0.0.0" in COMMAND, "or nothing comes through the port"
