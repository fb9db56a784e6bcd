"""What takes long to make and is only looked at: made once for all workers of a run of the tests."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tellapart.file_lock import try_lock


def made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder of that name, which `make` fills for the first that asks; the others wait. Nobody changes it."""
    shelf = shared_folder(tmp_path_factory)
    folder, whole = shelf / name, shelf / f"{name} is whole"
    with (shelf / f"{name}.lock").open("ab") as lock:
        while not try_lock(lock):
            time.sleep(0.1)
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of one who failed half-way
            make(folder)
            whole.touch()
    return folder


def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of all workers of this run."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "shared"
    folder.mkdir(exist_ok=True)
    return folder
