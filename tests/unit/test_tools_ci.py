"""The gate on a bare machine, where apt and make only say what they were asked."""

import os
import subprocess

import pytest

from book_tools.chapters import ROOT

pytestmark = pytest.mark.skipif(
    not os.access("/bin/bash", os.X_OK), reason="the script needs bash"
)
ASKED = 'echo "$(basename "$0") $* CI=${CI:-}" >> "$LOG"'


@pytest.fixture
def machine(tmp_path):
    """Return a function that runs the gate with these programs alone on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("basename", "dirname"):
        (folder / tool).symlink_to(f"/usr/bin/{tool}")

    def run(programs):
        for name, body in programs.items():
            (folder / name).write_text(f"#!/bin/sh\n{body}\n")
            (folder / name).chmod(0o755)
        log = tmp_path / "log"
        command = ["/bin/bash", str(ROOT / ".ci" / "run")]
        env = {"PATH": str(folder), "LOG": str(log)}
        done = subprocess.run(
            command, env=env, capture_output=True, text=True, check=False
        )
        return done, log.read_text().splitlines() if log.exists() else []

    return run


BARE = {"id": "echo 0", "python3": "exit 1", "apt-get": ASKED, "make": ASKED}
INSTALL = "apt-get install -y -qq --no-install-recommends"


def test_a_bare_machine_gets_venv_and_chromium(machine):
    done, asked = machine(BARE)
    assert done.returncode == 0
    installed = f"{INSTALL} python3-venv chromium CI="
    assert asked == ["apt-get update -qq CI=", installed, "make test CI=true"]


@pytest.mark.parametrize("browser", ["chromium", "chromium-browser", "google-chrome"])
def test_what_is_there_is_not_installed(machine, browser):
    _, asked = machine(BARE | {"python3": "exit 0", browser: "exit 0"})
    assert asked == ["make test CI=true"]


def test_the_python_that_the_book_prefers_is_looked_at(machine):
    programs = {"python3": "exit 0", "python3.11": "exit 1", "chromium": "exit 0"}
    _, asked = machine(BARE | programs)
    assert f"{INSTALL} python3-venv CI=" in asked


def test_who_is_not_root_asks_sudo(machine):
    _, asked = machine(BARE | {"id": "echo 1000", "sudo": f'{ASKED}\n"$@"'})
    assert asked[0] == "sudo apt-get update -qq CI="
    assert asked[-1] == "make test CI=true"


def test_a_failing_apt_is_said_in_one_line(machine):
    done, asked = machine(BARE | {"apt-get": "exit 100"})
    assert done.returncode == 1
    assert done.stderr.startswith("apt could not install python3-venv chromium.")
    assert done.stderr.count("\n") == 1
    assert asked == []
