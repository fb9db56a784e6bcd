"""A copy that stands for a database that cannot be written. That one could not even be read: SQLite wants to note who
reads beside it."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

PREFIX = "tellapart-reading-"  # of the folders that hold one


def needs_stand_in(db_path: Path) -> bool:
    """Whether there is a database, and it or its folder cannot be written."""
    return db_path.is_file() and not (os.access(db_path.parent, os.W_OK) and os.access(db_path, os.W_OK))


def stand_in(db_path: Path, folder: Path) -> Path:
    """A copy in a folder, with what was written last.

    Raises:
        OSError: the database is gone or cannot be read, or the disk does not take the copy.
    """
    copy = folder / db_path.name
    shutil.copyfile(db_path, copy)
    with contextlib.suppress(FileNotFoundError):  # what was written last may still lie in it
        shutil.copyfile(f"{db_path}-wal", f"{copy}-wal")
    return copy


@contextlib.contextmanager
def readable(db_path: Path) -> Iterator[Path]:
    """The database, or its stand-in for the block.

    Raises:
        OSError: see `stand_in`.
    """
    if not needs_stand_in(db_path):
        yield db_path
        return
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as folder:
        yield stand_in(db_path, Path(folder))
