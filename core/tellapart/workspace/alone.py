"""One change of a folder at a time, whoever makes it: two pages, two studios, the command line."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from tellapart.errors import ProjectError
from tellapart.file_lock import try_lock
from tellapart.store.sqlite.database_errors import disk_reason

_PATIENCE_S = 20.0
_PAUSE_S = 0.02


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """For the block; the folder is made where it is missing.

    Raises:
        ProjectError: the folder cannot be written, or somebody else changes it for too long.
    """
    give_up_at = time.monotonic() + _PATIENCE_S
    while True:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file = (folder / ".lock").open("ab", buffering=0)
        except OSError as error:
            raise ProjectError(disk_reason(folder, error)) from error
        with file:
            if try_lock(file):
                yield
                return
        if time.monotonic() > give_up_at:
            raise ProjectError(f"Another page changes {folder} just now and does not end. Try again.")
        time.sleep(_PAUSE_S)
