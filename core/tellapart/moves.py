"""Files follow rows: a move is committed as a row first and carried out after, also by the next one who opens."""

from __future__ import annotations

import sqlite3
from hashlib import sha256
from pathlib import Path, PurePosixPath

from tellapart.labels import clean_label, file_name, folder_name, name_key
from tellapart.manifest import Manifest


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
    for taken in (set(), {name_key(file_name(original, suffix, image_id, set()))}):
        path = f"{folder}/{file_name(original, suffix, image_id, taken)}"
        if _is_free(db, path, image_id):
            return path
    return f"{folder}/{image_id}{suffix}"


def queue_move(db: sqlite3.Connection, source: str, target: str) -> None:
    """Note that a file is to move; `finish_moves` does it once the transaction is through."""
    if source != target:
        db.execute("INSERT INTO pending_moves (source, target) VALUES (?, ?)", [source, target])


def preferred_path(db: sqlite3.Connection, path: str, image_id: str) -> str:
    """The path itself if no other picture took it meanwhile, else one near it."""
    if _is_free(db, path, image_id):
        return path
    place = PurePosixPath(path)
    return free_path(db, str(place.parent), place.name, place.suffix, image_id)


def finish_moves(manifest: Manifest, root: Path) -> None:
    """Carry out what is noted, oldest first. A file that another program holds (Windows) is left for the next time."""
    done: list[tuple[int]] = []
    for number, source, target in manifest.rows(
        "SELECT number, source, target FROM pending_moves ORDER BY number"
    ):
        if _move(manifest, root, source, target):
            done.append((number,))
    if done:
        with manifest.transaction() as db:
            db.executemany("DELETE FROM pending_moves WHERE number = ?", done)


def _move(manifest: Manifest, root: Path, source: str, target: str) -> bool:
    source_file, target_file = root / source, root / target
    if not source_file.exists():
        return True  # moved already, by us before a crash or by another process
    if target_file.exists():
        target = _aside(manifest, root, source_file, target)
        target_file = root / target
    target_file.parent.mkdir(parents=True, exist_ok=True)
    try:
        source_file.replace(target_file)
    except FileNotFoundError:
        return True
    except PermissionError:
        return False
    return True


def _aside(manifest: Manifest, root: Path, source_file: Path, target: str) -> str:
    """Another target, because someone put a file of this name there by hand. Never overwrites it."""
    place = PurePosixPath(target)
    digest = sha256(source_file.read_bytes()).hexdigest()
    other = str(place.with_name(f"{place.stem}-{digest[:16]}{place.suffix}"))
    with manifest.transaction() as db:
        db.execute(
            "UPDATE pictures SET path = ?, path_key = ? WHERE path = ?", [other, name_key(other), target]
        )
    return other


def _is_free(db: sqlite3.Connection, path: str, image_id: str) -> bool:
    row = db.execute("SELECT image_id FROM pictures WHERE path_key = ?", [name_key(path)]).fetchone()
    return row is None or row[0] == image_id
