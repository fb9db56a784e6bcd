"""Files follow rows: a move is committed as a row first and carried out after, if need be by the next one who
opens the project."""

from __future__ import annotations

import sqlite3
from hashlib import sha256
from pathlib import Path, PurePosixPath

from tellapart.errors import OutsideError, ProjectError
from tellapart.labels import clean_label, file_name, folder_name, name_key
from tellapart.safe_paths import parts_inside, path_inside
from tellapart.store.manifest import Manifest


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


def queue_move(db: sqlite3.Connection, source: str, target: str) -> None:
    """Note that a file is to move; `finish_moves` does it once the transaction is through.

    Raises:
        ProjectError: one of the two leads out of the project, as only a stranger's row can.
    """
    if source != target:
        check_inside(source)
        check_inside(target)
        db.execute("INSERT INTO pending_moves (source, target) VALUES (?, ?)", [source, target])


def check_inside(path: str) -> None:
    """Nothing; the path stays in the project.

    Raises:
        ProjectError: it leads out, as only a stranger's row can.
    """
    try:
        parts_inside(path)
    except OutsideError as error:
        raise _refused(error) from error


def preferred_path(db: sqlite3.Connection, path: str, image_id: str) -> str:
    """The path itself if no other picture took it meanwhile, else one near it."""
    if is_free(db, path, image_id):
        return path
    place = PurePosixPath(path)
    return free_path(db, str(place.parent), place.name, place.suffix, image_id)


def _refused(error: OutsideError) -> ProjectError:
    return ProjectError(
        f"A file waiting to be moved was left in place: {error}. Put the real file or folder there. If "
        "somebody else made this project, do not use it."
    )


def finish_moves(manifest: Manifest, root: Path) -> None:
    """Carry out what is noted, oldest first. What another program holds (Windows) is left for the next time.

    Files move under the database's write lock, so that no two processes carry out the same list.

    Raises:
        ProjectError: the disk does not take it, or a path leads out of the project or through a link; what is left is
            done by whoever opens the project next.
    """
    while manifest.rows("SELECT 1 FROM pending_moves LIMIT 1"):
        with manifest.transaction() as db:
            if not _finish_some(db, root):
                return


def _finish_some(db: sqlite3.Connection, root: Path) -> bool:
    """Move until the list ends (False), or a target is taken and another one has to be committed first (True)."""
    held: set[str] = set()
    for number, source, target in db.execute(
        "SELECT number, source, target FROM pending_moves ORDER BY number"
    ).fetchall():
        try:
            source_file, target_file = path_inside(root, source), path_inside(root, target)
        except OutsideError as error:
            raise _refused(error) from error
        if source in held:
            held.add(target)
            continue
        if source_file.exists():
            if target_file.exists():
                _turn_aside(db, number, source_file, target)
                return True
            target_file.parent.mkdir(parents=True, exist_ok=True)
            try:
                source_file.replace(target_file)
            except PermissionError:
                held.add(target)
                continue
        elif not target_file.exists():  # else moved already, just before a kill
            db.execute("UPDATE pictures SET state = 'missing' WHERE path = ? AND state = 'kept'", [target])
        db.execute("DELETE FROM pending_moves WHERE number = ?", [number])
    return False


def _turn_aside(db: sqlite3.Connection, number: int, source_file: Path, target: str) -> None:
    """Another target, because someone put a file of this name there by hand. Never overwrites it."""
    place = PurePosixPath(target)
    digest = sha256(source_file.read_bytes()).hexdigest()
    other = str(place.with_name(f"{place.stem}-{digest[:16]}{place.suffix}"))
    db.execute("UPDATE pending_moves SET target = ? WHERE number = ?", [other, number])
    later = db.execute(
        "SELECT min(number) FROM pending_moves WHERE source = ? AND number > ?", [target, number]
    ).fetchone()[0]
    if later is None:
        db.execute(
            "UPDATE pictures SET path = ?, path_key = ? WHERE path = ?", [other, name_key(other), target]
        )
    else:
        db.execute("UPDATE pending_moves SET source = ? WHERE number = ?", [other, later])


def is_free(db: sqlite3.Connection, path: str, image_id: str) -> bool:
    """Whether no other picture has the path, nor one that a disk ignoring case would take for it."""
    row = db.execute("SELECT image_id FROM pictures WHERE path_key = ?", [name_key(path)]).fetchone()
    return row is None or row[0] == image_id
