"""The folder in which a long training keeps what it has so far, so that a killed one goes on from there."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tellapart import atomic_files
from tellapart.errors import TrainError
from tellapart.file_lock import try_lock
from tellapart.planning.config import TrainConfig
from tellapart.store.files.run_files import json_object
from tellapart.store.files.sizes import size_on_disk
from tellapart.store.project import Project
from tellapart.store.sqlite.database_errors import disk_reason

_MOST_OTHERS = (
    3  # unfinished trainings beside the one that begins: with other settings, or before pictures came
)
_KEPT_S = 7 * 24 * 3600.0  # since their last step
_MOST_BYTES = 2 * 10**9  # of all of them; less where the disk is nearly full
_SETTINGS = "settings.json"


@dataclass(frozen=True)
class Unfinished:
    """What a training that has not ended keeps. is_running: a process works in it. is_outlived: it goes as soon as
    another training begins."""

    folder: Path
    n_bytes: int
    is_running: bool
    is_outlived: bool


def unfinished_trainings(project: Project) -> list[Unfinished]:
    """All of a project, the newest first; nothing is changed."""
    home = project.cache_dir / "tuning"
    if not home.is_dir():
        return []
    return [
        Unfinished(folder, size_on_disk(folder), _is_running(folder), is_outlived)
        for folder, is_outlived in _by_age(home)
    ]


def kept_settings(project: Project) -> list[TrainConfig | None]:
    """What the unfinished trainings went by that keep something; None where an older version did not note it,
    or it cannot be read."""
    home = project.cache_dir / "tuning"
    if not home.is_dir():
        return []
    try:
        folders = [folder for folder in home.iterdir() if folder.is_dir()]
    except OSError:  # somebody else's, who lets nobody look
        return [None]
    return [one for folder in folders for one in _noted(folder)]


@contextlib.contextmanager
def work_folder(project: Project, key: str, config: TrainConfig) -> Iterator[Path]:
    """The folder of this training alone, as an unfinished one left it; gone once it is done. Of others the newest stay,
    so that they can go on as well; older ones that nobody works in are dropped.

    Args:
        key: of all that decides what comes out of the training.
        config: its settings, noted there so that it can be told whose work it is. Others may come to the same key.
    Raises:
        TrainError: another process works in it, or the disk does not take it.
    """
    folder = project.cache_dir / "tuning" / key
    with contextlib.ExitStack() as held:  # also on the way out of an error: somebody may keep that for long
        try:
            lock = _locked(folder)
            if lock is not None:
                held.enter_context(lock)
                _drop_old(folder)
                noted = dict.fromkeys([*filter(None, _noted(folder)), config])
                atomic_files.write_json(folder / _SETTINGS, {"trainings": [one.to_json() for one in noted]})
        except OSError as error:
            raise TrainError(disk_reason(project.root, error)) from error
        if lock is None:
            raise TrainError(
                f"{project.name} is being trained thoroughly on the same pictures already. Wait until that is done, "
                "or stop it."
            )
        yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _locked(folder: Path) -> IO[bytes] | None:
    """The open lock of the folder; None where another process has it."""
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as opened, contextlib.suppress(FileNotFoundError):
            lock = opened.enter_context((folder / "lock").open("ab"))
            if not try_lock(lock):
                return None
            if os.path.samestat(os.fstat(lock.fileno()), (folder / "lock").stat()):
                opened.pop_all()
                return lock
        # another process dropped the folder since it was made


def _drop_old(own: Path) -> None:
    for other, is_outlived in _by_age(own.parent, own):
        if is_outlived:
            drop(other)


def _by_age(home: Path, own: Path | None = None) -> Iterator[tuple[Path, bool]]:
    """The folders but the own one, the newest first, and whether it is too old, or more than there is room for."""
    others = [(_last_step(other), other) for other in home.iterdir() if other != own and other.is_dir()]
    room, taken = min(_MOST_BYTES, shutil.disk_usage(home).free), 0
    for place, (at, other) in enumerate(sorted(others, reverse=True)):
        taken += size_on_disk(other)
        yield other, place >= _MOST_OTHERS or time.time() - at > _KEPT_S or taken > room


def _noted(folder: Path) -> list[TrainConfig | None]:
    """See `kept_settings`; nothing of a training that could not begin."""
    try:
        if {path.name for path in folder.iterdir()} <= {"lock"}:
            return []
        return [TrainConfig.from_json(one) for one in json_object(folder / _SETTINGS)["trainings"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, TrainError):
        return [None]


def _last_step(folder: Path) -> float:
    """When a file came into the folder last; long ago where it has just gone."""
    try:
        return folder.stat().st_mtime
    except OSError:
        return 0.0


def _is_running(folder: Path) -> bool:
    try:
        with (folder / "lock").open("r+b") as lock:  # makes none, from which the folder would look newer
            return not try_lock(lock)
    except OSError:
        return False


def drop(folder: Path) -> None:
    """Delete what an unfinished training keeps, unless somebody works in it."""
    with contextlib.suppress(OSError), (folder / "lock").open("ab") as lock:
        if not try_lock(lock):
            return
        shutil.rmtree(folder, ignore_errors=True)
    if os.name == "nt":  # where the lock, since it was open, is still there
        with contextlib.suppress(OSError):  # somebody has it open, to begin in the empty folder
            (folder / "lock").unlink()
            folder.rmdir()
