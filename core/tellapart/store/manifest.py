"""tellapart.db: one row per picture, SQLite in WAL mode. With journal.py the only SQL of a project.

Every write is one short transaction; readers never block. A row is committed before its file moves: the move waits in
`pending_moves`, and whoever opens the project next finishes it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import shutil
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tellapart.errors import ProjectError
from tellapart.labels import label_order
from tellapart.store.schema import FORMAT, bring_up_to_date
from tellapart.store.wal import use_wal

NONE_OF_THESE = "none of these"  # the mark of a picture that belongs to no label
BUSY_TIMEOUT_MS = 20_000
_ROOM_BYTES = 2**20  # SQLite needs some of it for its files beside the database
_DAMAGED = ("malformed", "not a database", "no such table", "no such column", "corrupt")


@dataclass(frozen=True)
class Origin:
    """Where a picture came from; unknown parts are None."""

    source: str
    source_url: str | None = None
    page_url: str | None = None
    query: str | None = None
    author: str | None = None
    licence: str | None = None
    licence_url: str | None = None
    title: str | None = None
    subject: str | None = None


@dataclass(frozen=True)
class Picture:
    """One row of the manifest. `path` is below the project folder, with "/"; `state` is kept, removed or missing.

    subject: shared by pictures that are known to show the same individual, for instance one observation.
    """

    image_id: str
    label: str
    path: str
    state: str
    mark: str | None
    width: int
    height: int
    n_bytes: int
    format: str
    fingerprint: bytes
    given_split: str | None
    added_at: str
    original_name: str
    source: str
    source_url: str | None
    page_url: str | None
    query: str | None
    author: str | None
    licence: str | None
    licence_url: str | None
    title: str | None
    subject: str | None

    @property
    def is_member(self) -> bool:
        """Whether it stands for its label: kept, and not marked 'none of these'."""
        return self.state == "kept" and self.mark != NONE_OF_THESE


@dataclass(frozen=True)
class Refusal:
    """A file that was not taken in. `same_as` names the picture that is already here, for an exact copy."""

    at: str
    name: str
    label: str | None
    reason: str
    same_as: str | None


_COLUMNS = ", ".join(field.name for field in fields(Picture))


class Manifest:
    """The rows of one project. Safe to use from several threads and several processes at once."""

    def __init__(self, db_path: Path, copy: Path | None = None):
        """Open, or make, the database; or a copy of one that cannot be written, which then stands for it.

        Raises:
            ProjectError: it is damaged, of a newer format, locked for too long, or cannot be written.
        """
        self.db_path = db_path
        self._lock = threading.RLock()
        self._depth = 0
        with explained(db_path):
            self._db = sqlite3.connect(
                copy or db_path, timeout=BUSY_TIMEOUT_MS / 1000, check_same_thread=False, isolation_level=None
            )
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise

    def _prepare(self) -> None:
        self._db.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        use_wal(self._db, BUSY_TIMEOUT_MS / 1000)
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("PRAGMA foreign_keys=ON")
        self._db.execute("PRAGMA trusted_schema=OFF")  # the file may be a stranger's
        found = self._db.execute("PRAGMA user_version").fetchone()[0]
        if found > FORMAT:
            raise ProjectError(
                f"{self.db_path} has format {found}, made by a newer tellapart; this one reads up to {FORMAT}. "
                "Update tellapart (pip install -U tellapart)."
            )
        if found < FORMAT:
            with self.transaction() as db:
                # asked again: another process may have been faster
                found = db.execute("PRAGMA user_version").fetchone()[0]
                bring_up_to_date(db, found)

    def only_read(self) -> None:
        """Nothing; from now on whoever writes gets a ProjectError."""
        with self._lock:
            self._db.execute("PRAGMA query_only=ON")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One write: all of it or nothing. Blocks inside one another join the outer one.

        Raises:
            ProjectError: the disk is full, read-only, or the database is damaged.
        """
        with self._lock, explained(self.db_path):
            if self._depth:
                yield self._db
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The answer to one SELECT."""
        with self._lock, explained(self.db_path):
            return self._db.execute(query, parameters).fetchall()

    def labels(self) -> dict[str, str]:
        """Label -> folder below images/, in the order of labels."""
        return dict(
            sorted(self.rows("SELECT label, folder FROM labels"), key=lambda row: label_order(row[0]))
        )

    def label_counts(self) -> dict[str, int]:
        """Label -> number of kept pictures, in the order of labels; labels without a picture count 0."""
        counts = dict.fromkeys(self.labels(), 0)
        counts.update(self.rows("SELECT label, count(*) FROM pictures WHERE state = 'kept' GROUP BY label"))
        return counts

    def n_pictures(self, after: int = 0) -> int:
        """Number of kept pictures, of those that came after the picture of that number."""
        if not after:
            return int(self.rows("SELECT count(*) FROM pictures WHERE state = 'kept'")[0][0])
        return int(
            self.rows("SELECT count(*) FROM pictures WHERE number > ? AND state = 'kept'", [after])[0][0]
        )

    def last_number(self) -> int:
        """The number of the picture that came last, 0 while there is none; see `n_pictures`."""
        return int(self.rows("SELECT coalesce(max(number), 0) FROM pictures")[0][0])

    def pictures(self, label: str | None = None, state: str = "kept", limit: int = -1) -> list[Picture]:
        """Pictures in order of arrival: all, or those of one label; at most `limit` unless it is negative."""
        where, parameters = "state = ?", [state]
        if label is not None:
            where, parameters = "state = ? AND label = ?", [state, label]
        rows = self.rows(
            f"SELECT {_COLUMNS} FROM pictures WHERE {where} ORDER BY number LIMIT ?", [*parameters, limit]
        )
        return [Picture(*row) for row in rows]

    def picture(self, image_id: str) -> Picture:
        """The row of one picture.

        Raises:
            ProjectError: no such picture.
        """
        rows = self.rows(f"SELECT {_COLUMNS} FROM pictures WHERE image_id = ?", [image_id])
        if not rows:
            raise ProjectError(f"Picture {image_id[:12]}… is not in {self.db_path.parent}.")
        return Picture(*rows[0])

    def standings(self, image_ids: Sequence[str] | None = None) -> list[tuple[str, str, str, str | None]]:
        """(image_id, label, state, mark) of these pictures, or of all, whatever their state."""
        columns = "SELECT image_id, label, state, mark FROM pictures"
        if image_ids is None:
            return self.rows(columns)
        found: list[tuple[Any, ...]] = []
        for start in range(0, len(image_ids), 500):
            some = image_ids[start : start + 500]
            found += self.rows(f"{columns} WHERE image_id IN ({','.join('?' * len(some))})", some)
        return found

    def former_names(self) -> dict[str, str]:
        """Former image_id -> the one it has now, of pictures that were changed in their place."""
        return dict(self.rows("SELECT former_id, image_id FROM edits"))

    def version(self) -> int:
        """A number that changes when another connection, of any process, has written something."""
        return int(self.rows("PRAGMA data_version")[0][0])

    def refusals(self) -> list[Refusal]:
        """Files that were not taken in, oldest first, each with its reason."""
        rows = self.rows("SELECT at, name, label, reason, same_as FROM refusals ORDER BY number")
        return [Refusal(*row) for row in rows]

    def add_refusals(self, refusals: Iterable[Refusal]) -> None:
        """Remember files that were not taken in."""
        refusals = list(refusals)
        if not refusals:
            return  # without a write, so that opening a project never waits for one who writes
        with self.transaction() as db:
            db.executemany(
                "INSERT INTO refusals (at, name, label, reason, same_as) VALUES (?, ?, ?, ?, ?)",
                [(r.at, r.name, r.label, r.reason, r.same_as) for r in refusals],
            )

    def setting(self, name: str, default: Any = None) -> Any:
        """A value kept with the project, as plain JSON."""
        rows = self.rows("SELECT value FROM settings WHERE name = ?", [name])
        return json.loads(rows[0][0]) if rows else default

    def set_setting(self, name: str, value: Any) -> None:
        """Keep a plain JSON value with the project."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", [name, json.dumps(value)])


def now() -> str:
    """This moment, UTC, as ISO 8601 text with seconds."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


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
    text, folder = str(error).lower(), db_path.parent
    if "is full" in text or ("disk i/o" in text and _is_full(folder)):
        return disk_reason(folder, OSError(errno.ENOSPC, "disk full"))
    if "disk i/o" in text:
        return (
            f"The disk that holds {folder} failed to read or write {db_path.name} ({error}). Earlier work is "
            "saved. Check that the disk or network drive is connected, and try again. If it happens again, "
            "back up the project."
        )
    if "unable to open" in text and not folder.is_dir():
        return f"{folder} is no longer there. Put it back, or open the project at its new location."
    if "readonly" in text or "unable to open" in text:
        return disk_reason(folder, PermissionError(errno.EACCES, "read-only"))
    if "locked" in text or "busy" in text:
        return f"{db_path} is locked by another program. Close that program and try again."
    if "closed database" in text:
        return f"The project {folder.name} was closed while it was in use. Open it again and repeat the last step."
    if "interrupted" in text or "out of memory" in text:
        return f"{db_path} could not be read to the end ({error}). Nothing was lost; try again."
    if any(word in text for word in _DAMAGED):
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
