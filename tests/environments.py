"""Fresh virtual environments, as somebody has one who has nothing but Python, and what pip does to them."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

HANGS_S = 1200


def new_environment(folder: Path, *wanted: str, cwd: Path | None = None) -> Path:
    """The Python of a new environment, in which pip has installed what is wanted, such as ("-r", "requirements.txt").

    pip itself stays outside, and nothing is compiled beforehand: of what a package holds little is ever imported.
    """
    venv.create(folder)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if wanted:
        pip(python, "install", "--quiet", "--no-compile", *wanted, cwd=cwd)
    return python


def pip(python: Path, *arguments: str, cwd: Path | None = None) -> str:
    """What pip prints about the environment of this Python, of which this checkout is no part."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", *arguments],
        cwd=cwd, env=outside, capture_output=True, text=True, check=False, timeout=HANGS_S,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout
