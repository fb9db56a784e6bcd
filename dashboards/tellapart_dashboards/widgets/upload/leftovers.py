"""What earlier pages left where uploads go: files that came whole, and batches that nobody comes back for."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable
from pathlib import Path

STALE_AFTER_S = 6 * 3600


def whole_files(folder: Path) -> list[Path]:
    """The files that have come whole into a folder itself; none where there is no folder."""
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if path.suffix != ".part" and path.is_file()]


def remove_stale(folder: Path, is_awaited: Callable[[Path], bool]) -> None:
    """Remove batches that a closed page left behind long ago, and that nobody is to say anything about."""
    if not folder.is_dir():
        return
    for batch_dir in folder.iterdir():
        with contextlib.suppress(OSError):
            newest = max(path.stat().st_mtime for path in (batch_dir, *batch_dir.rglob("*")))
            is_old = time.time() - newest > STALE_AFTER_S
            if is_old and batch_dir.is_dir() and not is_awaited(batch_dir):
                shutil.rmtree(batch_dir, ignore_errors=True)
