"""The folder of an app: made beside, proved there, then renamed; there whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from typing import Any

import tellapart
from tellapart import atomic_files
from tellapart.errors import DeployError
from tellapart.safe_paths import is_plain
from tellapart.store.manifest import now
from tellapart.store.sqlite.database_errors import disk_reason

RECORD = "tellapart-app.json"
FORMAT = 1
_MAX_RECORD_BYTES = 100_000
# What people leave beside an app: corrections and answers of visitors, the owner's keys, history and environment. A new
# app takes it over, and nobody else gets it.
LEFT_BY_PEOPLE = ("corrections", "answers.jsonl", "answers.jsonl.1", ".env", ".git", ".venv")
_LEFT_BY_PROGRAMS = ("__pycache__", ".ipynb_checkpoints")


@contextmanager
def new_app_folder(out: Path | str, target: str, force: bool = False) -> Iterator[Path]:
    """A folder beside `out` to write an app into; when the block ends well it becomes `out`, else it is gone.

    Args:
        target: which kind of app, for its record.
        force: replace what is at `out`, which must be an app made by tellapart: nothing else is ever removed, and
            what people left in it (`LEFT_BY_PEOPLE`) is in the new one.
    Raises:
        DeployError: `out` is taken, or the disk does not take the app.
    """
    folder = Path(out).expanduser().absolute()
    check_free(folder, force)
    part = atomic_files.part_beside(folder)
    try:
        part.mkdir(parents=True)
        yield part
        atomic_files.write_json(part / RECORD, record_of(target))
        _put_in_place(part, folder, force)
    except OSError as error:
        raise DeployError(disk_reason(folder.parent, error)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def check_free(folder: Path, force: bool) -> None:
    """Nothing.

    Raises:
        DeployError: something is at `folder` that may not be replaced.
    """
    if not folder.exists() and not folder.is_symlink():
        return
    if folder.is_symlink() or not folder.is_dir():
        raise DeployError(f"{folder} is a file. Choose the name of a new folder.")
    if not any(folder.iterdir()):
        return
    if not force:
        raise DeployError(f"{folder} exists and is not empty. Choose another name, or replace it (--force).")
    if read_record(folder) is None:
        raise DeployError(
            f"{folder} holds files, but no app that tellapart made, so it is not replaced, --force or not. Choose "
            "another name."
        )


def files_of(app: Path) -> list[Path]:
    """The files that an app is handed out with, in order: of a folder without links and without what others left in it;
    of a page it itself. Nothing where there is no app."""
    if app.is_symlink():
        return []
    if not app.is_dir():
        return [app] if app.is_file() else []
    found = []
    for folder, names, files in os.walk(app):  # does not follow links
        left = {*_LEFT_BY_PROGRAMS, *(LEFT_BY_PEOPLE if Path(folder) == app else ())}
        names[:] = sorted(set(names) - left)
        some = [Path(folder) / name for name in sorted(set(files) - left)]
        found += [path for path in some if is_plain(path.lstat())]
    return found


def is_left_in_app(name: str) -> bool:
    """Whether a path in an app's folder, with "/", is of what others left there."""
    parts = name.split("/")
    return parts[0] in LEFT_BY_PEOPLE or any(part in _LEFT_BY_PROGRAMS for part in parts)


def record_of(target: str) -> dict[str, Any]:
    """What the record of a new app says: its format, kind, date and version."""
    return {"format": FORMAT, "target": target, "made": now(), "tellapart": tellapart.__version__}


def read_record(folder: Path) -> dict[str, Any] | None:
    """The record of an app's folder; None where there is none that can be read."""
    try:
        with (folder / RECORD).open("rb") as file:
            found = json.loads(file.read(_MAX_RECORD_BYTES).decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("target"), str) else None


def _put_in_place(part: Path, folder: Path, force: bool) -> None:
    """Rename; an app that is replaced steps aside first and comes back if the new one cannot take its place."""
    check_free(folder, force)  # once more: somebody may have been quicker
    aside = None
    if folder.exists():
        aside = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.old")
        atomic_files.replace(folder, aside)
    try:
        atomic_files.replace(part, folder)
    except OSError:
        if aside is not None:
            atomic_files.replace(aside, folder)
        raise
    killed = folder.parent.glob(f".{escape(folder.name)}.{'[0-9a-f]' * 8}.old")
    for old in [aside, *(one for one in killed if one != aside and read_record(one) is not None)]:
        if old is not None:
            _take_over(old, folder)


def _take_over(old: Path, new: Path) -> None:
    """What people left in the old app goes into the new one; the old one goes once nothing of that is left in it."""
    for name in LEFT_BY_PEOPLE:
        if os.path.lexists(old / name) and not os.path.lexists(new / name):
            try:
                atomic_files.replace(old / name, new / name)
            except OSError as error:
                raise DeployError(
                    f"The new app is in {new}, but {name} of the old one could not be moved there "
                    f"({error.strerror}). It lies in {old}: move it yourself."
                ) from error
    if not any(os.path.lexists(old / name) for name in LEFT_BY_PEOPLE):
        shutil.rmtree(old, ignore_errors=True)
