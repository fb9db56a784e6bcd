"""Files follow rows: a move is committed as a row first and carried out after, if need be by the next one who
opens the project.

While files move nobody waits but those who want to move files too: no lock of the database is held. A move that was
carried out and not yet struck from the list, as after a kill, is seen for what it is: no file at its source, one at its
target. That holds as long as no path is named twice among the moves that are still to be struck.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO

from tellapart.errors import OutsideError, ProjectError
from tellapart.file_lock import try_lock
from tellapart.label_names import name_key
from tellapart.safe_paths import parts_inside, path_inside
from tellapart.store.sqlite.database import Database
from tellapart.store.sqlite.database_errors import explained

_MOST_UNSTRUCK = 200  # moves between two writes
_PATIENCE_S = 60.0  # with another program that moves
_PAUSE_S = 0.01


def queue_move(db: sqlite3.Connection, source: str, target: str) -> None:
    """Note that a file is to move; `finish_moves` does it once the transaction is through.

    Raises:
        ProjectError: one of the two leads out of the project, as only a stranger's row can.
    """
    if source != target:
        check_inside(source)
        check_inside(target)
        db.execute("INSERT INTO pending_moves (source, target) VALUES (?, ?)", [source, target])


def check_inside(path: str) -> None:
    """Raise unless the path stays in the project.

    Raises:
        ProjectError: it leads out, as only a stranger's row can.
    """
    try:
        parts_inside(path)
    except OutsideError as error:
        raise _refused(error) from error


def finish_moves(database: Database, root: Path) -> None:
    """Carry out what is noted, oldest first. What another program holds (Windows) is left for the next time.

    Call outside a transaction: one move at a time, in one process or many, and rows are written only between moves.

    Raises:
        ProjectError: the disk does not take it, a path leads out of the project or through a link, or another program
            moves for too long; what is left is done by whoever opens the project next.
    """
    if not database.rows("SELECT 1 FROM pending_moves LIMIT 1"):
        return
    with explained(database.db_path), database.moves_lock, _alone(root):
        while _finish_some(database, root):
            pass


def drop_empty_folders(database: Database, root: Path, labels: set[str]) -> None:
    """Remove the folders below images/ of those labels that have no picture left, for whoever reads class folders: an
    empty one would be a label to them. Folders in which somebody keeps a file stay.

    Raises:
        ProjectError: another program moves for too long.
    """
    if not _without_pictures(database, labels):
        return
    with (
        explained(database.db_path),
        database.moves_lock,
        _alone(root),
    ):  # now none can be on its way into one
        for folder in _without_pictures(database, labels):
            with contextlib.suppress(OSError, OutsideError):
                path_inside(root, f"images/{folder}").rmdir()


def _without_pictures(database: Database, labels: set[str]) -> list[str]:
    """The folders of those of these labels that have no picture."""
    kept = {label for (label,) in database.rows("SELECT DISTINCT label FROM pictures WHERE state = 'kept'")}
    if not (empty := labels - kept):
        return []
    return [folder for label, folder in database.rows("SELECT label, folder FROM labels") if label in empty]


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[None]:
    """No other process moves files of this project meanwhile."""
    path = root / "cache" / "moves.lock"
    give_up_at = time.monotonic() + _PATIENCE_S
    while True:
        with _opened(path) as file:
            if try_lock(file):
                yield
                return
        if time.monotonic() > give_up_at:
            raise ProjectError(
                f"Another program moves files of {root} and does not end. Close it, then open the project again: what "
                "you decided is noted."
            )
        time.sleep(_PAUSE_S)


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("ab", buffering=0)
    except FileNotFoundError:  # somebody threw the cache away
        path.parent.mkdir(
            exist_ok=True
        )  # not what is above it: a project that was moved leaves no stub behind
        return path.open("ab", buffering=0)


def _finish_some(database: Database, root: Path) -> bool:
    """Move until the list ends (False), or a row has to be committed before the next move (True)."""
    held: set[str] = set()
    unstruck: list[int] = []
    lost: list[str] = []
    named: set[str] = set()  # paths of the unstruck
    folders: set[str] = set()  # that are there, and no links
    try:
        for number, source, target in database.rows(
            "SELECT number, source, target FROM pending_moves ORDER BY number"
        ):
            if source in held:
                held.add(target)
                continue
            keys = name_key(source), name_key(target)
            if len(unstruck) >= _MOST_UNSTRUCK or not named.isdisjoint(keys):
                return True
            try:
                source_file, target_file = (path_inside(root, path, folders) for path in (source, target))
            except OutsideError as error:
                raise _refused(error) from error
            if source_file.exists():
                if target_file.exists():
                    _turn_aside(database, number, source_file, target)
                    return True
                if str(target_file.parent) not in folders:
                    target_file.parent.mkdir(parents=True, exist_ok=True)
                try:
                    source_file.replace(target_file)
                except PermissionError:
                    held.add(target)
                    continue
            elif not target_file.exists():  # else moved already, just before a kill
                lost.append(target)
            unstruck.append(number)
            named.update(keys)
        return False
    finally:
        _strike(database, unstruck, lost)


def _strike(database: Database, numbers: list[int], lost: list[str]) -> None:
    if not numbers:
        return
    with database.transaction() as db:
        db.executemany(
            "UPDATE pictures SET state = 'missing' WHERE path = ? AND state = 'kept'",
            [(path,) for path in lost],
        )
        db.executemany("DELETE FROM pending_moves WHERE number = ?", [(number,) for number in numbers])


def _turn_aside(database: Database, number: int, source_file: Path, target: str) -> None:
    """Another target, because someone put a file of this name there by hand. Never overwrites it."""
    place = PurePosixPath(target)
    content = (
        source_file.read_bytes() if source_file.is_file() else str(source_file).encode()
    )  # or a run's folder
    digest = sha256(content).hexdigest()
    other = str(place.with_name(f"{place.stem}-{digest[:16]}{place.suffix}"))
    with database.transaction() as db:
        db.execute("UPDATE pending_moves SET target = ? WHERE number = ?", [other, number])
        later = db.execute(
            "SELECT min(number) FROM pending_moves WHERE source = ? AND number > ?", [target, number]
        ).fetchone()[0]
        if later is None:
            db.execute(
                "UPDATE pictures SET path = ?, path_key = ? WHERE path = ?", [other, name_key(other), target]
            )
        else:
            db.execute("UPDATE pending_moves SET source = ? WHERE number = ?", [other, later])


def _refused(error: OutsideError) -> ProjectError:
    return ProjectError(
        f"A file waiting to be moved was left in place: {error}. Put the real file or folder there. If "
        "somebody else made this project, do not use it."
    )
