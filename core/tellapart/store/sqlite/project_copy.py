"""A second, independent project with all that a project holds, while others may work on the first."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from tellapart.errors import OutsideError, ProjectError
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.safe_paths import is_plain_entry, path_inside
from tellapart.store.project import DB_NAME, Project, is_project, open_project
from tellapart.store.sqlite.database_errors import disk_reason
from tellapart.store.sqlite.glance import copy_database

# On their way into the project, or a lock: of no use in a copy.
_LEFT_OUT = frozenset({"cache/incoming", "cache/uploads", "cache/moves.lock"})


def copy_project(root: Path, target: Path, progress: Progress = silent) -> None:
    """Make a copy in a new folder, and open it once. Links and special files are left out.

    The files are copied first and the database then, as one commit left it; what moved meanwhile is brought in line.

    Raises:
        ProjectError: the project cannot be read, or is moved or deleted meanwhile; or the disk does not take the copy.
        Cancelled: from `progress`.
    """
    has_database = (root / DB_NAME).is_file()  # asked first: gone later, it has moved on with the pictures
    try:
        files = list(_files_below(root))
        target.mkdir()
        for number, relative in enumerate(files):
            progress(number, len(files) + 1, Doing(Step.COPYING, f"Copying {root.name}"))
            _copy(root, target, relative)
        last = Doing(Step.COPYING, f"Copying {root.name}")
        _check_there(root, has_database)
        if has_database:
            copy_database(
                root / DB_NAME, target / DB_NAME, lambda: progress(len(files), len(files) + 1, last)
            )
            with contextlib.closing(Project(target)) as copy:
                _bring_in_line(root, target, copy, files)
        _check_there(root, has_database)
        open_project(target).close()
    except OSError as error:
        _check_there(root, has_database)
        raise ProjectError(disk_reason(target.parent, error)) from error


def _check_there(root: Path, has_database: bool) -> None:
    if not ((root / DB_NAME).is_file() if has_database else is_project(root)):
        raise ProjectError(f"{root} is no longer there: it was moved, renamed or deleted meanwhile.")


def _bring_in_line(root: Path, target: Path, copy: Project, copied: list[str]) -> None:
    """Files that moved while others were copied: where they are now, and no longer where they were."""
    manifest = copy.manifest
    wanted = {path for (path,) in manifest.rows("SELECT path FROM pictures WHERE state != 'missing'")}
    wanted |= {
        path for row in manifest.rows("SELECT source, target FROM pending_moves") for path in row
    }  # one of the two is there
    for path in wanted.difference(copied):
        _copy(root, target, path)
    for path in copied:
        is_of_pictures = path.startswith(("images/", "trash/"))
        if is_of_pictures and path not in wanted and not (root / path).exists():
            (target / path).unlink(missing_ok=True)


def _copy(root: Path, target: Path, relative: str) -> None:
    try:
        source, place = path_inside(root, relative), path_inside(target, relative)
    except OutsideError:
        return  # its name works on no other computer, so it is no picture of the project either
    place.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):  # it has just moved; see `_bring_in_line`
        shutil.copy2(source, place)
        if not os.access(place, os.W_OK):  # of a project that can only be read
            place.chmod(place.stat().st_mode | stat.S_IWUSR)


def _files_below(root: Path, below: str = "") -> Iterator[str]:
    """Plain files, as paths below the project with "/"."""
    try:
        entries = list(os.scandir(root / below))
    except FileNotFoundError:
        if not below:
            raise
        return  # the last picture has just left it
    for entry in entries:
        relative = f"{below}/{entry.name}" if below else entry.name
        if relative.startswith(DB_NAME) or relative in _LEFT_OUT or not is_plain_entry(entry):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files_below(root, relative)
        elif not entry.name.endswith(".part"):
            yield relative
