"""Which folder a label has, and which path a picture gets in it: one that no other has, on any disk."""

from __future__ import annotations

import sqlite3
from pathlib import PurePosixPath

from tellapart.label_names import clean_label, file_name, folder_name, name_key


def ensure_label(db: sqlite3.Connection, label: str) -> str:
    """The folder below images/ for a label, making its row where it is new. Call inside a transaction."""
    row = db.execute("SELECT folder FROM labels WHERE label = ?", [label]).fetchone()
    if row:
        return str(row[0])
    label = clean_label(label)
    taken = {key for (key,) in db.execute("SELECT folder_key FROM labels")}
    folder = folder_name(label, taken)
    db.execute(
        "INSERT OR IGNORE INTO labels (label, folder, folder_key) VALUES (?, ?, ?)",
        [label, folder, name_key(folder)],
    )
    return folder


def free_path(db: sqlite3.Connection, folder: str, original: str, suffix: str, image_id: str) -> str:
    """A path below the project, in `folder`, that no other picture has. Call inside a transaction."""
    taken: set[str] = set()
    for _ in range(2):
        name = file_name(original, suffix, image_id, taken)
        if is_free(db, f"{folder}/{name}", image_id):
            return f"{folder}/{name}"
        taken = {name_key(name)}
    return f"{folder}/{image_id}{suffix}"


def preferred_path(db: sqlite3.Connection, path: str, image_id: str) -> str:
    """The path itself if no other picture took it meanwhile, else one near it."""
    if is_free(db, path, image_id):
        return path
    place = PurePosixPath(path)
    return free_path(db, str(place.parent), place.name, place.suffix, image_id)


def is_free(db: sqlite3.Connection, path: str, image_id: str) -> bool:
    """Whether no other picture has the path, nor one that a disk ignoring case would take for it."""
    row = db.execute("SELECT image_id FROM pictures WHERE path_key = ?", [name_key(path)]).fetchone()
    return row is None or row[0] == image_id
