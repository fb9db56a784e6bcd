"""Lines of the journal, as `journal` writes them. Call everything inside a transaction."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from tellapart.store.manifest import now


def next_batch(db: sqlite3.Connection) -> int:
    """The number of a batch to come."""
    return int(db.execute("SELECT coalesce(max(number), 0) + 1 FROM journal").fetchone()[0])


def append_line(
    db: sqlite3.Connection,
    batch: int,
    kind: str,
    image_id: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    """Write one line; see `journal.Entry`."""
    db.execute(
        "INSERT INTO journal (at, batch, kind, image_id, before, after) VALUES (?, ?, ?, ?, ?, ?)",
        [now(), batch, kind, image_id, json.dumps(before), json.dumps(after)],
    )


def end_redo(db: sqlite3.Connection) -> None:
    """What was undone so far can no longer be redone: something new is decided."""
    db.execute("UPDATE journal SET is_over = 1 WHERE is_undone = 1 AND is_over = 0")
