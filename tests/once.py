"""What takes long to make is made once for all workers of a run: by the first that needs it, while the others wait."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tellapart.file_lock import try_lock


def made_once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A copy for this worker of the folder that make(folder) filled, as it was then: nobody works in that one."""
    shared = folders.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # this worker's own folder lies in the one of the run
    place = shared / "made-once"
    place.mkdir(exist_ok=True)
    with (place / f"{name}.lock").open("a+b") as lock:
        while not try_lock(lock):
            time.sleep(0.05)
        if not (place / name).exists():
            part = place / f"{name}.part"
            shutil.rmtree(part, ignore_errors=True)  # of a worker that failed at it
            part.mkdir()
            make(part)
            part.rename(place / name)
    return Path(shutil.copytree(place / name, folders.mktemp("made") / name))
