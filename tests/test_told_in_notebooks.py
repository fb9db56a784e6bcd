"""What a notebook shows of an error that is written for people."""

import importlib.util
import os
import subprocess
import sys

import pytest

CELL = """
from tellapart.description import image_files
bears = image_files(
    "baers",
)
"""


@pytest.mark.skipif(importlib.util.find_spec("IPython") is None, reason="IPython is not installed")
def test_a_sentence_and_the_line_of_the_cell_instead_of_a_traceback(tmp_path):
    told = subprocess.run(
        [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", "-c", CELL.strip()],
        capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "IPYTHONDIR": str(tmp_path / "ipython")},
    )  # fmt: skip
    *_, sentence, line = (told.stdout + told.stderr).strip().splitlines()
    assert "DescriptionError" in sentence and "The folder baers does not exist. Give the folder" in sentence
    assert line == "Line 2 of the cell: bears = image_files("
    assert "Traceback" not in told.stdout + told.stderr
