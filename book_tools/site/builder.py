"""jupyter-book, as a process that ends with the one that asked for a site."""

import os
import signal
import sys
import threading
import time


def watch(parent):
    """Wait for the end of the parent, then end, in the midst of whatever it is."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    parent = int(sys.argv.pop(1))
    threading.Thread(target=watch, args=[parent], daemon=True).start()
    from jupyter_book.cli.main import main  # which takes its time

    main()
