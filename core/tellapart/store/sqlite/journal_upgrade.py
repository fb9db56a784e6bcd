"""Journals of older formats, put in order once: what can be redone, and changes of labels that were kept beside it."""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right, insort
from collections.abc import Iterator
from typing import Any

_LABEL_CHANGES = "label_changes"  # a setting of format 2
_NOT_OURS = (KeyError, IndexError, TypeError, ValueError)  # what others wrote there
_Line = tuple["int | None", str, dict[str, Any], dict[str, Any]]  # batch, kind, before, after


def end_what_was_passed_over(db: sqlite3.Connection) -> None:
    """Mark undone batches as over after whose undoing something new was decided.

    Which batch an undo or redo was about is not in its lines: the journal is gone through as it came about, with the
    redo of that time, which took the oldest undone batch after the latest standing one.
    """
    lines = db.execute("SELECT batch, min(kind) FROM journal GROUP BY batch ORDER BY batch").fetchall()
    standing: list[int] = []
    undone: list[int] = []  # both in order
    over: set[int] = set()
    for batch, kind in lines:
        if kind == "undo" and standing:
            insort(undone, standing.pop())
        elif kind == "redo":
            place = bisect_right(undone, standing[-1] if standing else 0)
            if place < len(undone):
                standing.append(undone.pop(place))
                over.discard(standing[-1])
        elif kind not in ("undo", "redo"):
            over.update(undone)
            standing.append(batch)
    db.executemany(
        "UPDATE journal SET is_over = 1 WHERE batch = ? AND is_undone = 1",
        [(batch,) for batch in sorted(over)],
    )


def take_over_label_changes(db: sqlite3.Connection) -> None:
    """Turn changes of labels that could be undone into lines of the journal, see `label_changes`.

    One that moved no picture belonged to no batch: it goes with the next one that did, or is a batch of its own.
    """
    try:
        found = list(_lines(db, _setting(db, _LABEL_CHANGES), _setting(db, "wanted")))
    except _NOT_OURS:  # what was decided about pictures stands anyway
        found = []
    db.execute("DELETE FROM settings WHERE name = ?", [_LABEL_CHANGES])
    for batch, kind, before, after in found:
        (number,) = db.execute("SELECT coalesce(max(number), 0) + 1 FROM journal").fetchone()
        db.execute(
            "INSERT INTO journal (number, at, batch, kind, image_id, before, after) "
            "VALUES (?, strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now'), ?, ?, '', ?, ?)",
            [number, number if batch is None else batch, kind, json.dumps(before), json.dumps(after)],
        )


def _lines(db: sqlite3.Connection, changes: list[Any], wanted: list[Any]) -> Iterator[_Line]:
    waiting: list[_Line] = []
    for change, later in zip(changes, [*(one["before"] for one in changes[1:]), wanted], strict=True):
        batch = change["batch"]
        moved = None if batch is None else _moved(db, batch)
        if batch is not None and moved is None:
            continue  # its batch was undone on the Clean page
        waiting.append((None, *_line(db, change, later, moved)))
        if batch is not None:
            yield from ((batch, *line[1:]) for line in waiting)
            waiting = []
    yield from waiting


def _setting(db: sqlite3.Connection, name: str) -> list[Any]:
    row = db.execute("SELECT value FROM settings WHERE name = ?", [name]).fetchone()
    return list(json.loads(row[0])) if row else []


def _moved(db: sqlite3.Connection, batch: int) -> tuple[str, str] | None:
    """Kind and new label of a standing batch; None when there is none."""
    row = db.execute(
        "SELECT kind, after FROM journal WHERE batch = ? AND is_undone = 0 ORDER BY number LIMIT 1", [batch]
    ).fetchone()
    return (row[0], json.loads(row[1])["label"]) if row else None


def _line(
    db: sqlite3.Connection, change: dict[str, Any], later: list[dict[str, Any]], moved: tuple[str, str] | None
) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Kind, before and after. later: the wanted labels when the next change came."""
    names = [row["label"] for row in change["before"]]
    label, numbers = change["label"], change["gatherings"]
    place = names.index(label) if label in names else None
    new: str | None = None
    if moved:
        new = moved[1] if moved[0] == "relabel" else None
    elif numbers:
        new = db.execute("SELECT label FROM gatherings WHERE number = ?", [numbers[0]]).fetchone()[0]
    elif place is not None and place < len(later) and later[place]["label"] not in names:
        new = later[place]["label"]
    kind = "drop label" if new is None else "merge label" if new in names else "rename label"
    query = "" if place is None else change["before"][place]["query"]
    before = {"label": label, "query": query, "place": place}
    return kind, before, {"label": new, "gatherings": numbers}
