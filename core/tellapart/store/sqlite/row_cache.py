"""Rows on disk: one fixed-size record per picture in one file, memory-mapped, and a small SQLite index to find it by.

Rows are appended under the index's write lock, and become visible with its commit: two processes on one project, or a
kill at any moment, never leave a wrong row. The folder may be thrown away at any time: who has the two files open then
goes on with those, which are nobody else's.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from tellapart.store.sqlite.connection import connect, use_wal

_PATIENCE_S = 60.0  # with other processes that write
_Cache = TypeVar("_Cache", bound="RowCache")


class RowCache:
    """Records of one kind, by image_id. Use as a context manager."""

    def __init__(self, folder: Path, key: str, dtype: np.dtype):
        self._rows_path = folder / f"{key}.rows"
        self._index_path = folder / f"{key}.index.db"
        self._dtype = dtype
        self._next: tuple[int, int] | None = (
            None  # SQLite's data_version, and the row behind the last one then
        )
        self._files = contextlib.ExitStack()
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._open()
            self._check_rows_file()
        except sqlite3.OperationalError:
            self._files.close()
            raise  # busy, full or read-only; others may be writing to it, so it must stay
        except sqlite3.DatabaseError:
            self._start_anew()

    def __enter__(self: _Cache) -> _Cache:
        return self

    def __exit__(self, *error: object) -> None:
        self._files.close()

    def find(self, image_ids: Sequence[str]) -> np.ndarray:
        """Row number of each picture, -1 where it is not cached: (N,) int64."""
        try:
            rows = self._rows(image_ids)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:  # damaged in a place that opening did not touch
            self._start_anew()
            rows = {}
        return np.array([rows.get(bytes.fromhex(image_id), -1) for image_id in image_ids], np.int64)

    def _rows(self, image_ids: Sequence[str]) -> dict[bytes, int]:
        if len(image_ids) > 200:
            return dict(self._db.execute("SELECT image_id, row FROM rows"))
        marks = ",".join("?" * len(image_ids))
        query = f"SELECT image_id, row FROM rows WHERE image_id IN ({marks})"
        return dict(self._db.execute(query, list(map(bytes.fromhex, image_ids))))

    def records(self, rows: np.ndarray) -> np.ndarray:
        """The records of these rows, (N,) structured."""
        if not len(rows):
            return np.zeros(0, self._dtype)
        # up to the last one wanted: behind it, a writer that was killed may have left part of a row
        shape = (int(np.max(rows)) + 1,)
        return np.asarray(np.memmap(self._file, self._dtype, mode="r", shape=shape)[rows])

    def add(self, image_ids: Sequence[str], records: np.ndarray) -> None:
        """Add records. A picture that another process added meanwhile keeps its first one.

        Raises:
            OSError, sqlite3.Error: the disk does not take it; nothing was added.
        """
        self._db.execute("BEGIN IMMEDIATE")
        try:
            (version,) = self._db.execute("PRAGMA data_version").fetchone()
            first = self._first_free(version)
            self._write(first, memoryview(records.tobytes()))
            self._db.executemany(
                "INSERT OR IGNORE INTO rows VALUES (?, ?)",
                [(bytes.fromhex(image_id), first + i) for i, image_id in enumerate(image_ids)],
            )
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        self._next = version, first + len(records)

    def _write(self, first: int, rest: memoryview) -> None:
        self._file.seek(first * self._dtype.itemsize)
        while rest:
            rest = rest[self._file.write(rest) :]

    def _first_free(self, version: int) -> int:
        """Row behind the last one; known where no other process has written since, and else looked for among all."""
        if self._next and self._next[0] == version:
            return self._next[1]
        return int(self._db.execute("SELECT coalesce(max(row) + 1, 0) FROM rows").fetchone()[0])

    def _open(self) -> None:
        """Open the index and its rows. An index gets a rows file of its own together with its table; so the two belong
        together where the index is still in its place once the rows are open."""
        while True:
            self._index_path.touch()
            with contextlib.suppress(FileNotFoundError), contextlib.ExitStack() as opened:
                index = self._index_path.stat()
                self._db = opened.enter_context(contextlib.closing(connect(self._index_path, _PATIENCE_S)))
                self._prepare_index()
                # not buffered: what a full disk refused must not be written at some later time
                self._file = opened.enter_context(self._rows_path.open("r+b", buffering=0))
                if os.path.samestat(index, self._index_path.stat()):
                    self._files = opened.pop_all()
                    return

    def _prepare_index(self) -> None:
        # a new one holds nothing that a power cut could take, so nobody waits for the disk
        self._db.execute("PRAGMA synchronous=OFF")
        use_wal(self._db, _PATIENCE_S)
        if not self._has_table():
            self._db.execute("BEGIN IMMEDIATE")
            if not self._has_table():  # else another process made it a moment ago
                self._rows_path.unlink(missing_ok=True)
                columns = "image_id BLOB PRIMARY KEY, row INTEGER NOT NULL"
                self._db.execute(f"CREATE TABLE rows ({columns}) WITHOUT ROWID")
            self._db.execute("COMMIT")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._rows_path.touch()

    def _has_table(self) -> bool:
        return self._db.execute("SELECT 1 FROM sqlite_master").fetchone() is not None

    def _check_rows_file(self) -> None:
        n_rows = self._db.execute("SELECT coalesce(max(row) + 1, 0) FROM rows").fetchone()[0]
        if os.fstat(self._file.fileno()).st_size < n_rows * self._dtype.itemsize:
            raise sqlite3.DatabaseError("the rows file is shorter than its index")

    def _start_anew(self) -> None:
        self._files.close()
        for path in self._index_path.parent.glob(f"{self._index_path.name}*"):
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
        self._next = None
        self._open()
