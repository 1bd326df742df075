"""One part of a sweep, as a process of its own: ``python -m experiments._part``.

Its workers import this module before anything else, as Python does not import a
``__main__.py`` there. So they end with it even where it is killed before their first
run.
"""

from __future__ import annotations

import os

from experiments.__main__ import start
from lstm_utils.experiments.grid import end_with

if __name__ == "__mp_main__":
    end_with(int(os.environ["SWEEP_PROCESS"]))
if __name__ == "__main__":
    start()
