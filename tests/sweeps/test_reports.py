"""What is reported to others is still so."""

import re
import subprocess
import sys

import pytest

from book_tools.chapters import ROOT

REPORTS = sorted((ROOT / "experiments" / "reports").glob("*.md"))


@pytest.mark.slow
@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_a_reported_script_prints_what_the_report_says(path):
    text = path.read_text("utf-8")
    (script,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (said,) = re.findall(r"It prints `(.*?)`", text)
    environment = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    printed = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert printed.stdout.strip() == said, "mended? Then chapters 10 and 13 change"
