"""One SQLite file for all threads: each reads on a connection of its own, and all write on one, one after another.

In WAL mode a reader sees the database as the last commit left it, so it never waits for a writer, whatever that one is
doing. Every write is one short transaction.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tellapart.errors import ProjectError
from tellapart.store.sqlite.connection import connect, use_wal
from tellapart.store.sqlite.database_errors import explained
from tellapart.store.sqlite.schema import FORMAT, bring_up_to_date

BUSY_TIMEOUT_MS = 20_000  # for a writer of another process


class Database:
    """The database of one project. Safe to use from several threads and several processes at once."""

    def __init__(self, db_path: Path, copy: Path | None = None):
        """Open, or make, the database; or a copy of one that cannot be written, which then stands for it.

        Raises:
            ProjectError: it is damaged, of a newer format, locked for too long, or cannot be written.
        """
        self.db_path = db_path
        self._file = copy or db_path
        self.moves_lock = threading.Lock()  # of the thread that moves files, see `file_moves`
        self._write_lock = threading.RLock()
        self._writing_thread: int | None = None
        self._version = 0
        self._own = threading.local()  # .reader; it goes, and is closed, with its thread
        self._readers: weakref.WeakSet[_Reader] = weakref.WeakSet()
        self._readers_lock = threading.Lock()  # of the set and of _is_closed
        self._is_closed = False
        with explained(db_path):
            self._writer = connect(self._file, BUSY_TIMEOUT_MS / 1000)
            try:
                self._prepare()
            except BaseException:
                self._writer.close()
                raise

    def _prepare(self) -> None:
        use_wal(self._writer, BUSY_TIMEOUT_MS / 1000)
        self._writer.execute("PRAGMA synchronous=NORMAL")
        self._writer.execute("PRAGMA foreign_keys=ON")
        self._writer.execute("PRAGMA trusted_schema=OFF")  # the file may be a stranger's
        found = _format_of(self._writer)
        if found > FORMAT:
            raise _too_new(self.db_path, found)
        if found < FORMAT:
            with self.transaction() as db:
                bring_up_to_date(db, _format_of(db))  # asked again: another process may have been faster

    def only_read(self) -> None:
        """From now on whoever writes gets a ProjectError."""
        with self._write_lock:
            self._writer.execute("PRAGMA query_only=ON")

    def close(self) -> None:
        """Let go of the file, on every thread; a write or a read under way ends first."""
        with self._readers_lock:
            self._is_closed = True
            readers = list(self._readers)
        for reader in readers:
            reader.close()
        with self._write_lock:  # the last one to close, so that SQLite tidies up behind it
            self._writer.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One write: all of it or nothing. Blocks inside one another join the outer one. Another thread that writes
        waits, so nothing slow belongs inside; nobody who reads waits.

        Raises:
            ProjectError: the disk is full, read-only, the database is damaged, or a newer tellapart has changed its
                format since it was opened.
        """
        if self._writing_thread == threading.get_ident():
            with self._explained():
                yield self._writer
            return
        with self._write_lock, self._explained():
            self._writer.execute("BEGIN IMMEDIATE")
            self._writing_thread = threading.get_ident()
            try:
                self._look_for_others()
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise
            finally:
                self._writing_thread = None

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The answer to one SELECT: as the last commit left it, or inside a transaction of this thread as that did."""
        try:
            if self._writing_thread == threading.get_ident():
                return self._writer.execute(query, parameters).fetchall()
            return self._reader().rows(query, parameters)
        except sqlite3.Error:  # entered only now: this is asked thousands of times
            with self._explained():
                raise

    def version(self) -> int:
        """A number that changes when somebody else has written something: another process, or another open project."""
        if self._write_lock.acquire(blocking=False):
            try:
                with self._explained():
                    if self._writing_thread is None:
                        self._version = self._data_version()
            finally:
                self._write_lock.release()
        # else a thread of ours is writing: it noted the number when it began, and nobody else can write until it ends
        return self._version

    def _look_for_others(self) -> None:
        version = self._data_version()
        if version != self._version and (found := _format_of(self._writer)) > FORMAT:
            raise _too_new(self.db_path, found)
        self._version = version

    def _data_version(self) -> int:
        # SQLite counts what other connections wrote; all that we write goes through this one
        return int(self._writer.execute("PRAGMA data_version").fetchone()[0])

    def _reader(self) -> _Reader:
        reader: _Reader | None = getattr(self._own, "reader", None)
        if reader is None:
            with self._readers_lock:
                if self._is_closed:
                    raise sqlite3.ProgrammingError("Cannot operate on a closed database.")
                reader = self._own.reader = _Reader(self._file)
                self._readers.add(reader)
        return reader

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """See `explained`; what goes wrong since the tables are of a newer format says so, and not "damaged"."""
        try:
            with explained(self.db_path):
                yield
        except ProjectError as error:
            found = self._format_on_disk() if isinstance(error.__cause__, sqlite3.Error) else 0
            if found > FORMAT:
                raise _too_new(self.db_path, found) from error
            raise

    def _format_on_disk(self) -> int:
        """Its format now, asked anew; 0 where it cannot be asked."""
        if not self._file.is_file():  # asking would make it
            return 0
        with contextlib.suppress(sqlite3.Error), contextlib.closing(connect(self._file, 0)) as db:
            return _format_of(db)
        return 0


class _Reader:
    """The connection on which one thread reads. Closed by whoever closes the project, or with its thread."""

    def __init__(self, file: Path) -> None:
        self._lock = threading.Lock()  # the one who closes is another thread
        self._db = connect(file, BUSY_TIMEOUT_MS / 1000)
        try:
            self._db.execute("PRAGMA trusted_schema=OFF")
            self._db.execute("PRAGMA query_only=ON")
        except BaseException:
            self._db.close()
            raise

    def rows(self, query: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(query, parameters).fetchall()

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def __del__(self) -> None:
        if hasattr(self, "_db"):
            self._db.close()


def _format_of(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _too_new(db_path: Path, found: int) -> ProjectError:
    return ProjectError(
        f"{db_path} has format {found}, made by a newer tellapart; this one reads up to {FORMAT}. "
        "Nothing was changed. Update tellapart (pip install -U tellapart), and open the project again."
    )
