"""Naming and deleting a run: a line of the journal like any decision, undone and redone with the others.

A deleted run lies in the trash, its folder below `trash/.runs/` and its bundle below `trash/.bundles/`: no label's
folder begins with a point.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any, Final, Literal

from tellapart.store.files.file_moves import queue_move
from tellapart.store.manifest import Manifest

_NOTES = "runs"  # setting of a project: run_id -> {"name", "state"}, of those that have a name or are deleted
NAME: Final = "name run"
DELETE: Final = "delete run"
RESTORE: Final = "restore run"
OF_RUNS = (NAME, DELETE, RESTORE)
_PLACES = ("runs", "bundles")


@dataclass(frozen=True)
class RunNote:
    """What a person decided about a run. name: "" for none."""

    name: str = ""
    is_deleted: bool = False


@dataclass(frozen=True)
class RunChange:
    """What becomes of a run. name: the new one, "" to have none; for `NAME` alone."""

    kind: Literal["name run", "delete run", "restore run"]
    run_id: str
    name: str = ""


def run_notes(manifest: Manifest) -> dict[str, RunNote]:
    """What was decided about runs, by run_id; a run that is not named here has no name and is not deleted."""
    kept = manifest.setting(_NOTES, {})
    return {run_id: RunNote(one["name"], one["state"] == "deleted") for run_id, one in kept.items()}


def place_in_trash(place: Literal["runs", "bundles"], run_id: str) -> str:
    """Where the folder of a deleted run, or its bundle, lies below the project."""
    return f"trash/.{place}/{run_id}"


def carry_out(
    manifest: Manifest, db: sqlite3.Connection, change: RunChange
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The journal's before and after of the change, which is noted; folders move once the transaction is through.
    Call inside a transaction."""
    before = _state(manifest, change.run_id)
    after = dict(before)
    if change.kind == NAME:
        after["name"] = change.name
    else:
        after["state"] = "deleted" if change.kind == DELETE else "kept"
    put(manifest, db, after)
    return before, after


def put(manifest: Manifest, db: sqlite3.Connection, wanted: dict[str, Any]) -> None:
    """Make it so: the name, and the place of the folders; what is gone from the disk stays gone. Call inside a
    transaction."""
    run_id, before = wanted["run"], _state(manifest, wanted["run"])
    if before["state"] != wanted["state"]:
        for place in _PLACES:
            at, trash = f"{place}/{run_id}", place_in_trash(place, run_id)  # type: ignore[arg-type]
            queue_move(db, *((at, trash) if wanted["state"] == "deleted" else (trash, at)))
    kept = manifest.setting(_NOTES, {})
    kept.pop(run_id, None)
    if wanted["name"] or wanted["state"] == "deleted":
        kept[run_id] = {"name": wanted["name"], "state": wanted["state"]}
    manifest.set_setting(_NOTES, kept)


def change_words(kind: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    """A line of the journal about a run, for a person: "delete run first", "name run 20261121-101500-ab12 → first"."""
    old, new = before["name"] or before["run"], after["name"] or after["run"]
    return f"{kind} {old} → {new}" if old != new else f"{kind} {old}"


def _state(manifest: Manifest, run_id: str) -> dict[str, Any]:
    note = run_notes(manifest).get(run_id, RunNote())
    return {"run": run_id, "name": note.name, "state": "deleted" if note.is_deleted else "kept"}
