"""Decisions about pictures, append-only. Each can be undone and redone without limit, also after a restart."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from tellapart.errors import ProjectError
from tellapart.labels import clean_label, name_key
from tellapart.manifest import Manifest, now
from tellapart.moves import ensure_label, finish_moves, free_path, preferred_path, queue_move


@dataclass(frozen=True)
class Remove:
    """Put a picture into the trash folder."""

    image_id: str


@dataclass(frozen=True)
class Restore:
    """Take a picture out of the trash, back to its label."""

    image_id: str


@dataclass(frozen=True)
class Relabel:
    """Give a picture another label."""

    image_id: str
    label: str


@dataclass(frozen=True)
class Mark:
    """Note what a person thought of a picture without moving it; None takes the note away."""

    image_id: str
    mark: Literal["keep", "not sure", "none of these"] | None


Decision = Remove | Restore | Relabel | Mark
_KINDS = {Remove: "remove", Restore: "restore", Relabel: "relabel", Mark: "mark"}


@dataclass(frozen=True)
class Entry:
    """One line of the journal. `before` and `after` hold label, state, mark and path; `after` also `is_new_label`
    where the decision made a label that was not there before."""

    number: int
    at: str
    batch: int
    kind: str
    image_id: str
    before: dict[str, Any]
    after: dict[str, Any]
    is_undone: bool


class Journal:
    """The decisions of one project."""

    def __init__(self, manifest: Manifest, root: Path):
        self._manifest = manifest
        self._root = root

    def decide(self, *decisions: Decision) -> int:
        """Write decisions down as one batch and carry them out; the number of pictures that changed.

        Raises:
            ProjectError: a picture is not in the project, or the disk does not take it.
        """
        changed = 0
        with self._manifest.transaction() as db:
            batch = self._next_batch(db)
            for decision in decisions:
                before = _state(db, decision.image_id)
                labels = _n_labels(db)
                after = _decided(db, decision, before)
                if after != before:
                    noted = {**after, "is_new_label": True} if _n_labels(db) > labels else after
                    _append(db, batch, _KINDS[type(decision)], decision.image_id, before, noted)
                    _put(db, decision.image_id, before, after)
                    changed += 1
        finish_moves(self._manifest, self._root)
        return changed

    def undo(self) -> list[Entry]:
        """Take back the latest batch that still stands; its entries, or [] when there is none."""
        return self._step("undo")

    def redo(self) -> list[Entry]:
        """Carry out again the batch that was undone last; [] when there is none, or something new was decided since."""
        return self._step("redo")

    def latest(self) -> int | None:
        """The batch that `undo` would take back; None when nothing stands."""
        batch: int | None = self._manifest.rows(_STANDING)[0][0]
        return batch

    def entries(self, limit: int = -1) -> list[Entry]:
        """The journal, newest first, undo and redo lines included."""
        rows = self._manifest.rows(f"SELECT {_ENTRY} FROM journal ORDER BY number DESC LIMIT ?", [limit])
        return [_entry(row) for row in rows]

    def entries_after(self, number: int) -> list[Entry]:
        """What was written after line `number`, oldest first, undo and redo lines included."""
        rows = self._manifest.rows(f"SELECT {_ENTRY} FROM journal WHERE number > ? ORDER BY number", [number])
        return [_entry(row) for row in rows]

    def standing(self) -> list[Entry]:
        """The decisions that hold, oldest first: undone ones, and the undo and redo lines themselves, are left out."""
        rows = self._manifest.rows(
            f"SELECT {_ENTRY} FROM journal WHERE kind NOT IN ('undo', 'redo') AND is_undone = 0 ORDER BY number"
        )
        return [_entry(row) for row in rows]

    def _step(self, kind: Literal["undo", "redo"]) -> list[Entry]:
        with self._manifest.transaction() as db:
            row = db.execute(_NEXT[kind]).fetchone()
            if row is None or row[0] is None:
                return []
            order = "DESC" if kind == "undo" else "ASC"
            rows = db.execute(
                f"SELECT {_ENTRY} FROM journal WHERE batch = ? AND kind NOT IN ('undo', 'redo') ORDER BY "
                f"number {order}",
                [row[0]],
            ).fetchall()
            entries = [_entry(found) for found in rows]
            batch = self._next_batch(db)
            for entry in entries:
                current = _state(db, entry.image_id)
                target = _target(db, entry.before if kind == "undo" else entry.after, current, entry.image_id)
                _append(db, batch, kind, entry.image_id, current, target)
                _put(db, entry.image_id, current, target)
            emptied = _drop_new_labels(db, entries) if kind == "undo" else []
            db.execute(
                "UPDATE journal SET is_undone = ? WHERE batch = ? AND kind NOT IN ('undo', 'redo')",
                [kind == "undo", row[0]],
            )
        finish_moves(self._manifest, self._root)
        for folder in emptied:
            for top in ("images", "trash"):
                with contextlib.suppress(OSError):  # somebody keeps a file of their own there
                    (self._root / top / folder).rmdir()
        return entries

    @staticmethod
    def _next_batch(db: sqlite3.Connection) -> int:
        return int(db.execute("SELECT coalesce(max(number), 0) + 1 FROM journal").fetchone()[0])


_ENTRY = "number, at, batch, kind, image_id, before, after, is_undone"
_STANDING = "SELECT max(batch) FROM journal WHERE kind NOT IN ('undo', 'redo') AND is_undone = 0"
_NEXT = {
    "undo": _STANDING,
    "redo": f"SELECT min(batch) FROM journal WHERE kind NOT IN ('undo', 'redo') AND is_undone = 1 "
    f"AND batch > coalesce(({_STANDING}), 0)",
}


def _entry(row: tuple[Any, ...]) -> Entry:
    number, at, batch, kind, image_id, before, after, is_undone = row
    return Entry(number, at, batch, kind, image_id, json.loads(before), json.loads(after), bool(is_undone))


def _state(db: sqlite3.Connection, image_id: str) -> dict[str, Any]:
    row = db.execute(
        "SELECT label, state, mark, path FROM pictures WHERE image_id = ?", [image_id]
    ).fetchone()
    if row is None:
        raise ProjectError(
            f"Picture {image_id[:12]}… is not in this project, so nothing was decided about it."
        )
    return dict(zip(("label", "state", "mark", "path"), row, strict=True))


def _decided(db: sqlite3.Connection, decision: Decision, before: dict[str, Any]) -> dict[str, Any]:
    after = dict(before)
    if isinstance(decision, Mark):
        after["mark"] = decision.mark
        return after
    if isinstance(decision, Relabel):
        after["label"] = clean_label(decision.label)
    elif before["state"] != "missing":
        after["state"] = "removed" if isinstance(decision, Remove) else "kept"
    folder = ensure_label(db, after["label"])
    if (after["label"], after["state"]) != (before["label"], before["state"]) and after["state"] != "missing":
        top = "trash" if after["state"] == "removed" else "images"
        name, suffix = Path(before["path"]).name, Path(before["path"]).suffix
        after["path"] = free_path(db, f"{top}/{folder}", name, suffix, decision.image_id)
    return after


def _target(
    db: sqlite3.Connection, wanted: dict[str, Any], current: dict[str, Any], image_id: str
) -> dict[str, Any]:
    """What undo or redo makes of a picture: what it was, as far as the disk and other pictures leave room."""
    target = {name: wanted[name] for name in ("label", "state", "mark", "path")}
    folder = ensure_label(db, target["label"])
    if current["state"] == "missing":  # no decision brings a file back that is gone
        target.update(state="missing", path=current["path"])
    else:
        place = PurePosixPath(target["path"])
        if place.parent.name != folder:  # the label was dropped and came back under another folder's name
            target["path"] = str(place.parent.with_name(folder) / place.name)
    target["path"] = preferred_path(db, target["path"], image_id)
    return target


def _n_labels(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT count(*) FROM labels").fetchone()[0])


def _drop_new_labels(db: sqlite3.Connection, undone: list[Entry]) -> list[str]:
    """Labels that the undone decisions made and no picture has now go, too; the folders they had."""
    folders = []
    for label in {entry.after["label"] for entry in undone if entry.after.get("is_new_label")}:
        if db.execute("SELECT 1 FROM pictures WHERE label = ? LIMIT 1", [label]).fetchone() is None:
            folders += [row[0] for row in db.execute("SELECT folder FROM labels WHERE label = ?", [label])]
            db.execute("DELETE FROM labels WHERE label = ?", [label])
    return folders


def _append(
    db: sqlite3.Connection,
    batch: int,
    kind: str,
    image_id: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    db.execute(
        "INSERT INTO journal (at, batch, kind, image_id, before, after) VALUES (?, ?, ?, ?, ?, ?)",
        [now(), batch, kind, image_id, json.dumps(before), json.dumps(after)],
    )


def _put(db: sqlite3.Connection, image_id: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    db.execute(
        "UPDATE pictures SET label = ?, state = ?, mark = ?, path = ?, path_key = ? WHERE image_id = ?",
        [after["label"], after["state"], after["mark"], after["path"], name_key(after["path"]), image_id],
    )
    queue_move(db, before["path"], after["path"])
