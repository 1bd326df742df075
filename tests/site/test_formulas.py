"""The server that draws formulas: there in time, and soon done."""

import os
import socket
import threading
import time

import pytest
from sphinxcontrib import katex

from book_tools.site import formulas

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such sockets")


def test_many_formulas_do_not_wait_for_the_network(tmp_path):
    formulas.prepare()
    process, connection = formulas.start_server(tmp_path, 60)
    server = katex.KaTeXServer(tmp_path / "gone", process, connection)
    (tmp_path / "gone").mkdir()
    try:
        drawn = server.render({"latex": "c_t"})  # the first loads what it needs
        began = time.monotonic()
        for _ in range(50):
            assert server.render({"latex": "c_t"}) == drawn
        assert time.monotonic() - began < 2  # a network's two waits make it four
    finally:
        server.terminate()
    assert "katex-html" in drawn["html"]


def test_a_server_that_is_not_ready_yet_is_waited_for(tmp_path):
    path = tmp_path / "slow"
    with socket.socket(socket.AF_UNIX) as server:

        def start():
            time.sleep(0.1)
            server.bind(str(path))  # from here on the file is there
            time.sleep(0.1)
            server.listen()

        thread = threading.Thread(target=start)
        thread.start()
        formulas.connect(path, 10).close()
        thread.join()


def test_a_server_that_never_comes_is_given_up_in_words(tmp_path):
    with pytest.raises(katex.KaTeXError, match=r"after 0\.2 seconds"):
        formulas.connect(tmp_path / "none", 0.2)
