"""SQLite connections in WAL mode, also when several processes open a new database in the same moment."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from tellapart.store.sqlite.result_codes import BUSY, LOCKED, result_code

_PAUSE_S = 0.02


def connect(file: Path, timeout_s: float) -> sqlite3.Connection:
    """A connection that any thread may use, one at a time, and that waits for other writers; no transaction is begun
    unasked."""
    return sqlite3.connect(file, timeout=timeout_s, check_same_thread=False, isolation_level=None)


def use_wal(db: sqlite3.Connection, timeout_s: float) -> None:
    """Put the database into WAL mode.

    SQLite does not wait for others while it changes the mode, whatever its busy timeout, so we do.
    Source: https://www.sqlite.org/wal.html, "Activating And Configuring WAL Mode".

    Raises:
        sqlite3.OperationalError: others hold it for longer than timeout_s, or it cannot be written.
    """
    give_up_at = time.monotonic() + timeout_s
    while True:
        try:
            db.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if result_code(error) not in (BUSY, LOCKED) or time.monotonic() > give_up_at:
                raise
        time.sleep(_PAUSE_S)
