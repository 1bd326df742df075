"""Make `.venv` from a lock, once: `python3 book_tools/bootstrap.py book|dev`.

Runs on the machine's own Python, before anything is installed, so it needs the
standard library only and is written for older Pythons too: they get a message.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CANDIDATES = ("python3.11", "python3.12", "python3.13", "python3", "python")
OLDEST, NEWEST = (3, 11), (3, 13)
PLATFORMS = {
    ("linux", "x86_64"): "Linux on x86-64",
    ("linux", "aarch64"): "Linux on ARM",
    ("darwin", "arm64"): "macOS on Apple silicon",
    ("win32", "AMD64"): "Windows on x86-64",
}
DESCRIBE = (
    "import sys, platform as p; print(*sys.version_info[:2], sys.platform, p.machine())"
)


def main(use, root=ROOT):
    """Make sure that `.venv` holds what one use of the book needs."""
    folder = root / ".venv"
    lock = root / "requirements" / f"{use}.txt"
    if is_installed(use, root):
        return
    if not _usable(folder_python(folder)):
        _create(folder)
    stamp = _stamp(folder, use)
    if stamp.exists():
        stamp.unlink()
    print(f"Installing requirements/{lock.name} into .venv ...", flush=True)
    _pip(folder, lock.name, "--require-hashes", "-r", str(lock))
    if use == "dev":
        own = ("--no-deps", "--no-build-isolation", "-e", str(root))
        _pip(folder, "the package lstm_utils", *own)
    stamp.write_text(_digest(lock, root), "utf-8")


def is_installed(use, root=ROOT):
    """Tell whether `.venv` was completed here, from today's lock; dev holds book."""
    for name in {use, "dev"}:
        stamp = _stamp(root / ".venv", name)
        lock = root / "requirements" / f"{name}.txt"
        if stamp.is_file() and stamp.read_text("utf-8") == _digest(lock, root):
            return True
    return False


def _stamp(folder, use):
    return folder / f"installed-{use}.sha256"


def _digest(lock, root):
    """Return a hash of a lock and of the folder, for the package is installed by it."""
    return hashlib.sha256(lock.read_bytes() + str(root).encode()).hexdigest()


def folder_python(folder):
    """Return where a virtual environment keeps its Python."""
    place = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return folder.joinpath(*place)


def _describe(python):
    """Return (version, platform) of a Python, or None where it does not run."""
    command = [str(python), "-c", DESCRIBE]
    try:
        answer = subprocess.check_output(command, stderr=subprocess.DEVNULL)
        major, minor, system, machine = answer.decode().split()
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None
    return (int(major), int(minor)), (system, machine)


def _usable(python):
    """Tell whether a `.venv` was completed, its pip as well, by a Python that fits."""
    described = _describe(python)
    fits = described is not None and OLDEST <= described[0] <= NEWEST
    return fits and _quietly(str(python), "-m", "pip", "--version") == 0


def _quietly(*command):
    return subprocess.call(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def find_python(names=CANDIDATES):
    """Return the first Python that the locks fit, or end with what to install.

    Python 3.11 made the stored outputs.
    """
    chosen = os.environ.get("PYTHON")
    found = []
    for name in [chosen] if chosen else names:
        path = shutil.which(name)
        described = path and _describe(path)
        if not described:
            continue
        version, platform = described
        if OLDEST <= version <= NEWEST:
            _refuse_platform(platform)
            return path
        found.append(f"{name} is {version[0]}.{version[1]}")
    what = ", ".join(found) or f"{chosen or 'python3'} does not run"
    raise SystemExit(
        f"The book needs Python 3.11, 3.12 or 3.13, and {what}. Install one, or name "
        "it: make PYTHON=/path/to/python3.11 ..."
    )


def _refuse_platform(platform):
    if platform not in PLATFORMS:
        raise SystemExit(
            "The locks do not cover {} on {}, only {}. Read the book on its site, or "
            "open it on Colab.".format(*platform, ", ".join(PLATFORMS.values()))
        )


def _create(folder):
    python = find_python()
    print(f"Making .venv with {python} ...", flush=True)
    if _quietly(python, "-m", "venv", "--clear", str(folder)):
        shutil.rmtree(str(folder), ignore_errors=True)
        raise SystemExit(
            f"{python} could not make a virtual environment. Install its venv and "
            "ensurepip (on Debian and Ubuntu: apt install python3-venv), then run the "
            "command again."
        )


def _pip(folder, what, *arguments):
    command = [str(folder_python(folder)), "-m", "pip", "install", "--quiet"]
    command += ["--disable-pip-version-check", "--no-input", *arguments]
    if subprocess.call(command):
        raise SystemExit(
            f"pip could not install {what}; its own message is above. Check the "
            "network and the free disk space, then run the command again."
        )


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("book", "dev"):
        raise SystemExit("Usage: python3 book_tools/bootstrap.py book|dev")
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        raise SystemExit("Interrupted: the next command starts afresh.") from None
