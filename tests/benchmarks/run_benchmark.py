"""A benchmark as somebody starts it."""

import json
import os
import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
FASTAI = Path(".venv-fastai", "Scripts/python.exe" if os.name == "nt" else "bin/python")


def run(name, *arguments, is_failing=False):
    """What a benchmark says: its last line as JSON, or its error when it is to fail."""
    command = [sys.executable, str(BENCHMARKS / f"{name}.py"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if is_failing:
        assert done.returncode != 0 and "Traceback" not in done.stderr, done.stderr[-3000:]
        return done.stderr
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])
