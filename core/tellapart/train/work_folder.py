"""The folder in which a long training keeps what it has so far, so that a killed one goes on from there."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from tellapart.errors import TrainError
from tellapart.file_lock import try_lock
from tellapart.store.project import Project
from tellapart.store.sqlite.database_errors import disk_reason


@contextlib.contextmanager
def work_folder(project: Project, key: str) -> Iterator[Path]:
    """The folder of this training alone, as an unfinished one left it; gone once it is done. Others' that nobody works
    in are dropped.

    Args:
        key: of all that decides what comes out of the training.
    Raises:
        TrainError: another process works in it, or the disk does not take it.
    """
    parent = project.cache_dir / "tuning"
    folder = parent / key
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for other in parent.iterdir():
            if other != folder and other.is_dir():
                _drop(other)
        lock = (folder / "lock").open("ab")
    except OSError as error:
        raise TrainError(disk_reason(project.root, error)) from error
    with lock:
        if not try_lock(lock):
            raise TrainError(
                f"{project.name} is being trained thoroughly on the same pictures already. Wait until that is done, or "
                "stop it."
            )
        yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _drop(folder: Path) -> None:
    with contextlib.suppress(OSError), (folder / "lock").open("ab") as lock:
        if try_lock(lock):
            shutil.rmtree(folder, ignore_errors=True)
