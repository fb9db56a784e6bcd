"""Pictures look to a model as they look to people: our opener gives the pixels of Chromium's canvas."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

COLOUR = Path(__file__).resolve().parents[2] / "benchmarks" / "colour.py"


def test_every_way_to_tell_colours_ends_in_those_that_the_browser_shows() -> None:
    chromium = os.environ.get("TELLAPART_CHROMIUM")
    command = [sys.executable, str(COLOUR), *(["--chromium", chromium] if chromium else [])]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=280, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    result = json.loads(done.stdout.splitlines()[-1])
    assert len(result["by_picture"]) >= 30
    assert {name: far for name, far in result["by_picture"].items() if far > 2} == {}
