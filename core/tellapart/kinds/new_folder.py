"""Folders that are whole or not there: filled beside, then renamed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tellapart import atomic_files
from tellapart.errors import TellapartError
from tellapart.store.sqlite.database_errors import disk_reason


@contextmanager
def new_folder(target: Path, refusal: type[TellapartError]) -> Iterator[Path]:
    """A folder to be filled in the block, which becomes `target` at its end; an error leaves nothing of it.

    An empty folder that is there gives way; refusal: what is raised where the disk does not take it.
    """
    beside = atomic_files.part_beside(target)
    try:
        beside.mkdir(parents=True)
        yield beside
        if target.exists():
            target.rmdir()
        beside.rename(target)
    except OSError as error:
        raise refusal(disk_reason(target.parent, error)) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
