"""tellapart.db: one row per picture, SQLite in WAL mode. With journal.py the only SQL of a project.

Every write is one short transaction; readers never block. A row is committed before its file moves: the move waits in
`pending_moves`, and whoever opens the project next finishes it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tellapart.errors import ProjectError
from tellapart.wal import use_wal

FORMAT = 2
NONE_OF_THESE = "none of these"  # the mark of a picture that belongs to no label
BUSY_TIMEOUT_MS = 20_000

_FORMAT_1 = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE labels (
    label TEXT PRIMARY KEY,
    folder TEXT NOT NULL UNIQUE,      -- below images/
    folder_key TEXT NOT NULL UNIQUE,  -- casefolded, so that macOS and Windows can hold it too
    seen_ns INTEGER NOT NULL DEFAULT 0  -- the folder's modification time at the last look
) WITHOUT ROWID;
CREATE TABLE pictures (
    number INTEGER PRIMARY KEY,        -- order of arrival
    image_id TEXT NOT NULL UNIQUE,     -- sha256 of the bytes
    label TEXT NOT NULL REFERENCES labels (label) ON UPDATE CASCADE,
    path TEXT NOT NULL,                -- below the project, with /
    path_key TEXT NOT NULL UNIQUE,     -- casefolded
    state TEXT NOT NULL CHECK (state IN ('kept', 'removed', 'missing')),
    mark TEXT,                         -- 'keep', 'not sure', 'none of these'
    width INTEGER NOT NULL, height INTEGER NOT NULL, n_bytes INTEGER NOT NULL, format TEXT NOT NULL,
    fingerprint BLOB NOT NULL,         -- see images.fingerprint
    given_split TEXT CHECK (given_split IN ('train', 'valid', 'test')),
    added_at TEXT NOT NULL, original_name TEXT NOT NULL,
    source TEXT NOT NULL, source_url TEXT, page_url TEXT, query TEXT, author TEXT, licence TEXT, licence_url TEXT
);
CREATE INDEX pictures_by_label ON pictures (state, label);
CREATE TABLE refusals (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, name TEXT NOT NULL, label TEXT, reason TEXT NOT NULL,
    same_as TEXT                       -- image_id of the picture that is already here
);
CREATE TABLE pending_moves (number INTEGER PRIMARY KEY, source TEXT NOT NULL, target TEXT NOT NULL);
CREATE TABLE journal (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, batch INTEGER NOT NULL,
    kind TEXT NOT NULL,                -- what was decided, or 'undo', 'redo'
    image_id TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL,
    is_undone INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX journal_open ON journal (kind, is_undone, number);
"""
_FORMAT_2 = """
ALTER TABLE pictures ADD COLUMN title TEXT;
-- pictures that show one individual share their subject: they stay in one split
ALTER TABLE pictures ADD COLUMN subject TEXT;
CREATE INDEX pictures_by_url ON pictures (source_url);
CREATE TABLE gatherings (              -- what somebody looked for on the web, for one label
    number INTEGER PRIMARY KEY, started_at TEXT NOT NULL,
    label TEXT NOT NULL, query TEXT NOT NULL, source TEXT NOT NULL, licence TEXT NOT NULL, kind TEXT NOT NULL,
    is_finished INTEGER NOT NULL DEFAULT 0,
    UNIQUE (label, query, source, licence, kind)
);
CREATE TABLE candidates (              -- what was found, and what became of it
    number INTEGER PRIMARY KEY,        -- the order in which they are fetched
    gathering INTEGER NOT NULL REFERENCES gatherings (number) ON DELETE CASCADE,
    url TEXT NOT NULL, fetched_url TEXT, thumb_url TEXT, page_url TEXT, title TEXT, author TEXT,
    licence TEXT, licence_url TEXT, width INTEGER, height INTEGER,
    source TEXT NOT NULL, source_id TEXT, subject TEXT,
    fate TEXT NOT NULL DEFAULT 'waiting',  -- 'waiting', 'held', 'kept', 'discarded', or what kept it out
    reason TEXT, image_id TEXT,
    file TEXT,                         -- JSON: where a held picture lies and what is known of it
    UNIQUE (gathering, url)
);
CREATE INDEX candidates_by_fate ON candidates (gathering, fate, number);
CREATE INDEX candidates_held ON candidates (fate, image_id) WHERE fate = 'held';
CREATE TABLE turns (host TEXT PRIMARY KEY, next_at REAL NOT NULL) WITHOUT ROWID;
"""
_STEPS = (_FORMAT_1, _FORMAT_2)  # a project of an older format takes those that it lacks


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

    def __init__(self, db_path: Path):
        """Open, or make, the database.

        Raises:
            ProjectError: it is damaged, of a newer format, locked for too long, or cannot be written.
        """
        self.db_path = db_path
        self._lock = threading.RLock()
        self._depth = 0
        with explained(db_path):
            self._db = sqlite3.connect(
                db_path, timeout=BUSY_TIMEOUT_MS / 1000, check_same_thread=False, isolation_level=None
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
                for step in _STEPS[found:]:
                    for statement in step.split(";\n"):
                        db.execute(statement)
                db.execute(f"PRAGMA user_version={FORMAT}")

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
        """Label -> folder below images/, in alphabetical order."""
        return dict(self.rows("SELECT label, folder FROM labels ORDER BY label"))

    def label_counts(self) -> dict[str, int]:
        """Label -> number of kept pictures, alphabetical; labels without a picture count 0."""
        counts = dict.fromkeys(self.labels(), 0)
        counts.update(self.rows("SELECT label, count(*) FROM pictures WHERE state = 'kept' GROUP BY label"))
        return counts

    def n_pictures(self) -> int:
        """Number of kept pictures."""
        return self.rows("SELECT count(*) FROM pictures WHERE state = 'kept'")[0][0]

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
    except sqlite3.DatabaseError as error:
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


def _database_reason(db_path: Path, error: sqlite3.DatabaseError) -> str:
    text = str(error).lower()
    if "full" in text or "disk i/o" in text:
        return disk_reason(db_path.parent, OSError(errno.ENOSPC, "disk full"))
    if "readonly" in text or "unable to open" in text:
        return disk_reason(db_path.parent, PermissionError(errno.EACCES, "read-only"))
    if "locked" in text:
        return f"{db_path} is in use by another program that does not let go. Close it and try again."
    return (
        f"{db_path} is damaged ({error}). Your pictures in {db_path.parent / 'images'} are untouched. "
        "Rename the file "
        f"to {db_path.name}.damaged and open the project again: it is made anew from the folders."
    )
