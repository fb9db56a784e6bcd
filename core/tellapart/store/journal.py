"""Decisions about pictures, append-only. Each can be undone and redone without limit, also after a restart."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tellapart.label_names import clean_label
from tellapart.store import run_changes
from tellapart.store.decided import Decided, DecidedView
from tellapart.store.files.file_moves import drop_empty_folders, finish_moves
from tellapart.store.files.picture_paths import ensure_label, free_path
from tellapart.store.journal_lines import append_line, end_redo, next_batch
from tellapart.store.label_changes import (
    DROP,
    MERGE,
    RENAME,
    LabelChange,
    carry_out,
    carry_out_again,
    take_back,
)
from tellapart.store.manifest import TO_DECIDE, VISITOR, Manifest, is_member
from tellapart.store.picture_states import drop_new_labels, n_labels, put_state, state_of, state_to_return_to


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
    """One line of the journal. `before` and `after` hold label, state, mark and path; `after` also `is_guided`,
    `is_new_label` where the decision made a label that was not there before, and `is_new` where it added the picture.
    One about a label as a whole, or about a run, has the image_id "" and no more than that: see `label_changes` and
    `run_changes`."""

    number: int
    at: str
    batch: int
    kind: str
    image_id: str
    before: dict[str, Any]
    after: dict[str, Any]
    is_undone: bool

    @property
    def is_guided(self) -> bool:
        """Whether the model had disagreed with the label that was decided about; True for decisions of older versions,
        which were made on a page that asks by the model's doubts."""
        return bool(self.after.get("is_guided", True))


@dataclass(frozen=True)
class UndoStep:
    """What `Journal.undo` takes back next: a batch, its first entry, the one about a label where there is one, and how
    many pictures it changed."""

    batch: int
    entry: Entry
    n_pictures: int


class Journal:
    """Everything about one project that can be undone: decisions about pictures, changes of labels as a whole, and what
    becomes of runs."""

    def __init__(self, manifest: Manifest, root: Path):
        self._manifest = manifest
        self._root = root
        self._decided = DecidedView(self, manifest)

    def decide(
        self, *decisions: Decision, change: LabelChange | None = None, guided: Collection[str] = (),
        tell_batch: Callable[[int], object] = lambda batch: None,
    ) -> int:  # fmt: skip
        """Write decisions down as one batch and carry them out; the number of pictures that changed.

        What was undone before can no longer be redone, unless nothing changed.

        change: of the label as a whole, in the same batch.
        guided: image_ids of pictures whose label the model disagreed with; it is noted with the decision.
        tell_batch: is told its number, unless nothing changed; a moment later another may be the latest.
        Raises:
            ProjectError: a picture is not in the project, or the disk does not take it.
        """
        changed, left = 0, set()
        with self._manifest.transaction() as db:
            batch = next_batch(db)
            if change is not None:
                append_line(db, batch, change.kind, "", *carry_out(self._manifest, change))
            for decision in decisions:
                before = state_of(db, decision.image_id)
                labels = n_labels(db)
                after = _decided(db, decision, before)
                if after != before:
                    noted = {**after, "is_guided": decision.image_id in guided}
                    if n_labels(db) > labels:
                        noted["is_new_label"] = True
                    append_line(db, batch, _KINDS[type(decision)], decision.image_id, before, noted)
                    put_state(db, decision.image_id, before, after)
                    left.add(before["label"])
                    changed += 1
            if changed or change is not None:
                end_redo(db)
                tell_batch(batch)
            has_moves = db.execute("SELECT 1 FROM pending_moves LIMIT 1").fetchone() is not None
        if has_moves:  # a mark moves nothing
            finish_moves(self._manifest, self._root)
            drop_empty_folders(self._manifest, self._root, left)
        return changed

    def note_added(self, image_ids: Sequence[str], mark: Literal["none of these"] | None = None) -> int:
        """The batch that writes down that a person put these pictures in by hand, inside the transaction that adds
        them. Undone, they go into the trash; redone, they are back. What was undone before can no longer be redone.

        mark: that they said of each.
        """
        with self._manifest.transaction() as db:
            batch = next_batch(db)
            for image_id in image_ids:
                found = state_of(db, image_id)
                before = {**found, "state": "removed", "path": found["path"].replace("images/", "trash/", 1)}
                # one that was missing may come back with a mark by which it would never be learned
                after = found if is_member("kept", found["mark"]) else {**found, "mark": "keep"}
                if mark is not None:
                    after = {**found, "mark": mark}
                put_state(db, image_id, found, after)
                append_line(db, batch, "restore", image_id, before, {**after, "is_new": True})
            end_redo(db)
            return batch

    def change_runs(self, changes: Sequence[run_changes.RunChange]) -> int:
        """Name, delete or bring back runs as one batch; how many of them changed.

        Raises:
            ProjectError: the disk does not take it.
        """
        changed = 0
        with self._manifest.transaction() as db:
            batch = next_batch(db)
            for change in changes:
                before, after = run_changes.carry_out(self._manifest, db, change)
                if after != before:
                    append_line(db, batch, change.kind, "", before, after)
                    changed += 1
            if changed:
                end_redo(db)
        finish_moves(self._manifest, self._root)
        return changed

    def undo(self, batch: int | None = None) -> list[Entry]:
        """Take back the latest batch that still stands; its entries, those about labels first, [] when there is none.

        batch: take back no other than this one, for instance the one that a page offered to.
        """
        return self._step("undo", batch)

    def redo(self) -> list[Entry]:
        """Carry out again the batch that was undone last; [] when there is none, or something new was decided since."""
        return self._step("redo")

    def latest(self) -> int | None:
        """The batch that `undo` would take back; None when nothing stands."""
        batch: int | None = self._manifest.rows(_NEXT["undo"])[0][0]
        return batch

    def next_undo(self) -> UndoStep | None:
        """What `undo` would take back, whoever decided it and where; None when nothing stands."""
        latest = self.latest()
        if latest is None:
            return None
        of_it = "FROM journal WHERE batch = ? AND is_undone = 0 AND kind NOT IN ('undo', 'redo')"
        rows = self._manifest.rows(
            f"SELECT {_ENTRY} {of_it} ORDER BY image_id != '', number LIMIT 1", [latest]
        )
        if not rows:  # undone since
            return None
        n_pictures = self._manifest.rows(
            f"SELECT count(DISTINCT image_id) {of_it} AND image_id != ''", [latest]
        )[0][0]
        return UndoStep(latest, _entry(rows[0]), int(n_pictures))

    def can_undo(self) -> bool:
        """Whether there is something that `undo` would take back."""
        return self.latest() is not None

    def can_redo(self) -> bool:
        """Whether there is something that `redo` would carry out again."""
        return self._manifest.rows(_NEXT["redo"])[0][0] is not None

    def label_changes(self, after: int = 0) -> list[int]:
        """The batches that changed a label as a whole and still stand, oldest first; those written after a line."""
        marks = ", ".join("?" * len(_OF_LABELS))
        rows = self._manifest.rows(
            f"SELECT DISTINCT batch FROM journal WHERE number > ? AND kind IN ({marks}) AND is_undone = 0 "
            "ORDER BY batch",
            [after, *_OF_LABELS],
        )
        return [batch for (batch,) in rows]

    def entries(self, limit: int = -1) -> list[Entry]:
        """The journal, newest first, undo and redo lines included."""
        rows = self._manifest.rows(f"SELECT {_ENTRY} FROM journal ORDER BY number DESC LIMIT ?", [limit])
        return [_entry(row) for row in rows]

    def entries_after(self, number: int) -> list[Entry]:
        """What was written about pictures after line `number`, oldest first, undo and redo lines included."""
        rows = self._manifest.rows(
            f"SELECT {_ENTRY} FROM journal WHERE number > ? AND image_id != '' ORDER BY number", [number]
        )
        return [_entry(row) for row in rows]

    def decided(self) -> Decided:
        """What is decided about pictures right now: whoever needs it asks here, and keeps no account of their own."""
        return self._decided.now()

    def standing(self) -> list[Entry]:
        """The decisions about pictures that hold, oldest first: undone ones, and the undo and redo lines themselves,
        are left out. Reads all of them; see `decided`."""
        rows = self._manifest.rows(
            f"SELECT {_ENTRY} FROM journal WHERE kind NOT IN ('undo', 'redo') AND is_undone = 0 AND image_id != '' "
            "ORDER BY number"
        )
        return [_entry(row) for row in rows]

    def _step(self, kind: Literal["undo", "redo"], only: int | None = None) -> list[Entry]:
        with self._manifest.transaction() as db:
            (chosen,) = db.execute(_NEXT[kind]).fetchone()
            if chosen is None or only not in (None, chosen):
                return []
            rows = db.execute(  # labels as a whole first
                f"SELECT {_ENTRY} FROM journal WHERE batch = ? AND kind NOT IN ('undo', 'redo') "
                "ORDER BY image_id != '', number",
                [chosen],
            ).fetchall()
            entries = [_entry(found) for found in (rows if kind == "redo" else reversed(rows))]
            batch = next_batch(db)
            for entry in entries:
                self._step_back_or_on(db, kind, batch, entry)
            made = {entry.after["label"] for entry in entries if entry.after.get("is_new_label")}
            emptied = drop_new_labels(db, made) if kind == "undo" else []
            db.execute(
                "UPDATE journal SET is_undone = ? WHERE batch = ? AND kind NOT IN ('undo', 'redo')",
                [kind == "undo", chosen],
            )
        finish_moves(self._manifest, self._root)
        for folder in emptied:
            for top in ("images", "trash"):
                with contextlib.suppress(OSError):  # somebody keeps a file of their own there
                    (self._root / top / folder).rmdir()
        return sorted(entries, key=lambda entry: entry.image_id != "")

    def _step_back_or_on(self, db: sqlite3.Connection, kind: str, batch: int, entry: Entry) -> None:
        wanted, current = (entry.before, entry.after) if kind == "undo" else (entry.after, entry.before)
        if entry.kind in _OF_LABELS:
            do = take_back if kind == "undo" else carry_out_again
            do(self._manifest, entry.kind, entry.before, entry.after)
            append_line(db, batch, kind, "", current, wanted)
            return
        if entry.kind in run_changes.OF_RUNS:
            run_changes.put(self._manifest, db, wanted)
            append_line(db, batch, kind, "", current, wanted)
            return
        current = state_of(db, entry.image_id)
        target = state_to_return_to(db, wanted, current, entry.image_id)
        append_line(db, batch, kind, entry.image_id, current, target)
        put_state(db, entry.image_id, current, target)


_ENTRY = "number, at, batch, kind, image_id, before, after, is_undone"
_STANDING = "SELECT max(batch) FROM journal WHERE kind NOT IN ('undo', 'redo') AND is_undone = 0"
_NEXT = {
    "undo": _STANDING,
    "redo": "SELECT min(batch) FROM journal WHERE is_undone = 1 AND is_over = 0",
}
_OF_LABELS = (RENAME, MERGE, DROP)


def _entry(row: tuple[Any, ...]) -> Entry:
    number, at, batch, kind, image_id, before, after, is_undone = row
    return Entry(number, at, batch, kind, image_id, json.loads(before), json.loads(after), bool(is_undone))


def _decided(db: sqlite3.Connection, decision: Decision, before: dict[str, Any]) -> dict[str, Any]:
    after = dict(before)
    if isinstance(decision, Mark):
        after["mark"] = decision.mark
        if decision.mark is None and _is_of_visitor(db, decision.image_id):
            after["mark"] = TO_DECIDE  # without a note of the owner, it is a visitor's word again
        return after
    if isinstance(decision, Relabel):
        after["label"] = clean_label(decision.label)
        after["mark"] = None if before["mark"] == TO_DECIDE else before["mark"]
    elif before["state"] != "missing":
        after["state"] = "removed" if isinstance(decision, Remove) else "kept"
    folder = ensure_label(db, after["label"])
    if (after["label"], after["state"]) != (before["label"], before["state"]) and after["state"] != "missing":
        top = "trash" if after["state"] == "removed" else "images"
        name, suffix = Path(before["path"]).name, Path(before["path"]).suffix
        after["path"] = free_path(db, f"{top}/{folder}", name, suffix, decision.image_id)
    return after


def _is_of_visitor(db: sqlite3.Connection, image_id: str) -> bool:
    query = "SELECT 1 FROM pictures WHERE image_id = ? AND source = ?"
    return db.execute(query, [image_id, VISITOR]).fetchone() is not None
