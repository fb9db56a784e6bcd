"""The state of a picture as the journal keeps it: label, state, mark and path. Call everything inside a transaction."""

from __future__ import annotations

import sqlite3
from pathlib import PurePosixPath
from typing import Any

from tellapart.errors import ProjectError
from tellapart.label_names import name_key
from tellapart.store.files.file_moves import check_inside, queue_move
from tellapart.store.files.picture_paths import ensure_label, preferred_path


def state_of(db: sqlite3.Connection, image_id: str) -> dict[str, Any]:
    """Label, state, mark and path of a picture now.

    Raises:
        ProjectError: there is no such picture.
    """
    row = db.execute(
        "SELECT label, state, mark, path FROM pictures WHERE image_id = ?", [image_id]
    ).fetchone()
    if row is None:
        raise ProjectError(
            f"Picture {image_id[:12]}… is not in this project, so nothing was decided about it."
        )
    return dict(zip(("label", "state", "mark", "path"), row, strict=True))


def state_to_return_to(
    db: sqlite3.Connection, wanted: dict[str, Any], current: dict[str, Any], image_id: str
) -> dict[str, Any]:
    """What undo or redo makes of a picture: what it was, as far as the disk and other pictures leave room."""
    target = {name: wanted[name] for name in ("label", "state", "mark", "path")}
    check_inside(target["path"])
    folder = ensure_label(db, target["label"])
    if current["state"] == "missing":  # no decision brings a file back that is gone
        target.update(state="missing", path=current["path"])
    else:
        place = PurePosixPath(target["path"])
        if target["state"] == "missing":  # its file came back since
            target["state"] = current["state"]
            place = PurePosixPath(current["path"]).parent.with_name(place.parent.name) / place.name
            target["path"] = str(place)
        if place.parent.name != folder:  # the label was dropped and came back under another folder's name
            target["path"] = str(place.parent.with_name(folder) / place.name)
    target["path"] = preferred_path(db, target["path"], image_id)
    return target


def n_labels(db: sqlite3.Connection) -> int:
    """How many labels the project has, with or without pictures."""
    return int(db.execute("SELECT count(*) FROM labels").fetchone()[0])


def drop_new_labels(db: sqlite3.Connection, labels: set[str]) -> list[str]:
    """Those of these labels that no picture has now go; the folders they had."""
    folders = []
    for label in labels:
        if db.execute("SELECT 1 FROM pictures WHERE label = ? LIMIT 1", [label]).fetchone() is None:
            folders += [row[0] for row in db.execute("SELECT folder FROM labels WHERE label = ?", [label])]
            db.execute("DELETE FROM labels WHERE label = ?", [label])
    return folders


def put_state(db: sqlite3.Connection, image_id: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Write down the state of a picture, and that its file is to move where its path is another one now."""
    db.execute(
        "UPDATE pictures SET label = ?, state = ?, mark = ?, path = ?, path_key = ? WHERE image_id = ?",
        [after["label"], after["state"], after["mark"], after["path"], name_key(after["path"]), image_id],
    )
    queue_move(db, before["path"], after["path"])
