"""What SQLite or the disk raises, as a ProjectError that says what is wrong and what to do next."""

from __future__ import annotations

import contextlib
import errno
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from tellapart.errors import ProjectError
from tellapart.store.sqlite import result_codes as codes
from tellapart.store.sqlite.result_codes import lacks_tables, result_code

_ROOM_BYTES = 2**20  # SQLite needs some of it for its files beside the database


@contextlib.contextmanager
def explained(db_path: Path) -> Iterator[None]:
    """What SQLite or the disk raises inside the block leaves it as a ProjectError that says what to do next."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise  # two writers met; the caller knows what that means
    except sqlite3.Error as error:
        raise ProjectError(_database_reason(db_path, error)) from error
    except OSError as error:
        raise ProjectError(disk_reason(db_path.parent, error)) from error


def disk_reason(folder: Path, error: OSError) -> str:
    """Why a file could not be written, in words."""
    if error.errno in (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return f"The disk that holds {folder} is full. Nothing was lost; free some space and try again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"{folder} cannot be written ({error.strerror}). Nothing was lost; check its permissions, "
            "or work on a copy in a folder of your own."
        )
    return f"{folder}: {error.strerror or error} ({error.filename}). Nothing was lost; check the folder and try again."


def _database_reason(db_path: Path, error: sqlite3.Error) -> str:
    code, folder = result_code(error), db_path.parent
    if code == codes.FULL or (code == codes.IOERR and _is_full(folder)):
        return disk_reason(folder, OSError(errno.ENOSPC, "disk full"))
    if code == codes.IOERR:
        return (
            f"The disk that holds {folder} failed to read or write {db_path.name} ({error}). Earlier work is "
            "saved. Check that the disk or network drive is connected, and try again. If it happens again, "
            "back up the project."
        )
    if code == codes.CANTOPEN and not folder.is_dir():
        return f"{folder} is no longer there. Put it back, or open the project at its new location."
    if code in (codes.READONLY, codes.PERM, codes.CANTOPEN):
        return disk_reason(folder, PermissionError(errno.EACCES, "read-only"))
    if code in (codes.BUSY, codes.LOCKED):
        return f"{db_path} is locked by another program. Close that program and try again."
    if isinstance(error, sqlite3.ProgrammingError):  # our SQL is right, so it was closed
        return f"The project {folder.name} was closed while it was in use. Open it again and repeat the last step."
    if code in (codes.INTERRUPT, codes.NOMEM):
        return f"{db_path} could not be read to the end ({error}). Nothing was lost; try again."
    if code in (codes.CORRUPT, codes.NOTADB) or lacks_tables(error):
        return (
            f"{db_path} is damaged ({error}). Your pictures in {folder / 'images'} are untouched. Rename the "
            f"file to {db_path.name}.damaged and open the project again: the database is rebuilt from the "
            "folders."
        )
    return (
        f"{db_path} reported an unexpected error ({error}). Nothing was lost. Open the project again and "
        "repeat the last step; if it happens again, update tellapart (pip install -U tellapart)."
    )


def _is_full(folder: Path) -> bool:
    """SQLite says only "disk I/O error" where its shared memory file finds no room."""
    try:
        return shutil.disk_usage(folder).free < _ROOM_BYTES
    except OSError:
        return False
