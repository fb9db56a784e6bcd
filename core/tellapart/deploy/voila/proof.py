"""An app's folder proves itself before it is handed over: with the very program that lies in it, in another process."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from tellapart.errors import DeployError

_PATIENCE_S = 600.0  # a busy computer is slow, not wrong


def prove(folder: Path, wheel: bytes) -> dict[str, Any]:
    """What the folder's check.py says, which classifies the golden pictures of its bundle.

    Raises:
        DeployError: it does not work; the reason in words.
    """
    with tempfile.TemporaryDirectory(prefix="tellapart-proof-") as place:
        zipfile.ZipFile(io.BytesIO(wheel)).extractall(place)
        try:
            done = subprocess.run(
                [sys.executable, "-B", "check.py"],
                cwd=folder, env={**os.environ, "PYTHONPATH": place, "PYTHONIOENCODING": "utf-8"},
                stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE_S, check=False,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise _broken(f"its check did not end within {_PATIENCE_S:.0f} s") from error
    try:
        said = json.loads(done.stdout)
        if said["ok"] is True:
            return dict(said)
        reason = str(said["reason"])
    except (ValueError, KeyError, TypeError):
        last = done.stderr.decode("utf-8", errors="replace").strip().rpartition("\n")[2]
        reason = f"its check ended with {done.returncode}: {last[:300]}"
    raise _broken(reason)


def _broken(reason: str) -> DeployError:
    return DeployError(f"The app was made, but it does not work here, so it was not kept: {reason}")
