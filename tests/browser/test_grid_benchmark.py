"""The grid's benchmark runs on a small made project and ends with the JSON object it promises."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

GRID = Path(__file__).resolve().parents[2] / "benchmarks" / "grid.py"


@pytest.mark.slow
def test_the_first_pictures_and_decisions_are_timed() -> None:
    chromium = os.environ.get("TELLAPART_CHROMIUM")
    command = [sys.executable, str(GRID), "--sizes", "60", "--decisions", "4"]
    command += ["--chromium", chromium] if chromium else []
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=280, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    result = json.loads(done.stdout.splitlines()[-1])
    names = {"heading_s", "first_s", "all_s", "seen_ms", "written_ms", "ranked_ms", "kept_ms", "removed_ms"}
    assert [set(one) for one in result["60"].values()] == [names, names]
    assert result["60"]["findings"]["seen_ms"] > 0
