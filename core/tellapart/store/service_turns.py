"""When a service on the web may be asked next: one turn after another, for all processes that search for a project."""

from __future__ import annotations

import time

from tellapart.store.manifest import Manifest

_LONGEST_S = 24 * 3600.0  # a turn further away counts for nothing: it may be one that never comes


def take_turn(manifest: Manifest, host: str, gap_s: float, patience_s: float) -> float:
    """Seconds to wait before a service may be asked; the turn is taken, whichever process asks next comes later.

    No turn is taken where the wait would be longer than patience_s.
    """
    with manifest.transaction() as db:
        row = db.execute("SELECT next_at FROM turns WHERE host = ?", [host]).fetchone()
        now = time.time()
        at = max(now, row[0]) if row and row[0] <= now + _LONGEST_S else now
        wait_s = at - now
        if wait_s <= patience_s:
            db.execute("INSERT OR REPLACE INTO turns VALUES (?, ?)", [host, at + gap_s])
    return max(0.0, wait_s)


def put_off_turn(manifest: Manifest, host: str, wait_s: float) -> None:
    """Nobody asks a service before that many seconds have passed, or a day."""
    with manifest.transaction() as db:
        db.execute(
            "INSERT INTO turns VALUES (?, ?) ON CONFLICT (host) DO UPDATE SET next_at = max(next_at, excluded.next_at)",
            [host, time.time() + min(wait_s, _LONGEST_S)],
        )
