"""New rows in the manifest: the one place where a picture becomes part of a project."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath

from tellapart.errors import RefusalCode
from tellapart.label_names import name_key
from tellapart.pictures.images import PictureFacts
from tellapart.safe_paths import path_inside
from tellapart.store.files.edited_files import UNSETTLED
from tellapart.store.files.file_moves import finish_moves, queue_move
from tellapart.store.files.picture_paths import ensure_label, free_path, is_free
from tellapart.store.limits import check_room
from tellapart.store.manifest import VISITOR, Manifest, Origin, Refusal, now


@dataclass(frozen=True)
class Arrival:
    """A checked picture that waits at `path` (below the project): in the incoming folder, or already in place.

    file_ns: of one in place, the time of its file when it was looked at, see `edits.settled_ns`.
    """

    image_id: str
    label: str
    facts: PictureFacts
    n_bytes: int
    path: str
    original_name: str
    origin: Origin
    given_split: str | None = None
    is_in_place: bool = False
    mark: str | None = None
    file_ns: int = UNSETTLED


@dataclass(frozen=True)
class AddedPictures:
    """What became of arrivals: `added` image ids, and a refusal for every exact copy of a picture that is here."""

    added: list[str]
    refusals: list[Refusal]


def add_new_pictures(
    manifest: Manifest,
    root: Path,
    arrivals: Sequence[Arrival],
    note: Callable[[AddedPictures], None] = lambda admission: None,
) -> AddedPictures:
    """Commit the rows of these pictures in one transaction, then move the files to their labels' folders.

    An exact copy of a kept or removed picture is not added again, whatever its label; the waiting file is dropped
    unless it lies in a label's folder, where it is left alone. A missing picture that arrives again is back; one that a
    visitor brings back has the label it had, and somebody is to decide about the visitor's word.
    A file in place moves too where its folder or its name would clash with another's on a disk that ignores case.

    note: writes down, in the same transaction, what else follows from it.
    Raises:
        ProjectError: the database or the disk does not take it; then nothing of this call was added.
        FullError: the project may not hold so much; nothing of this call was added.
    """
    added, refusals, leftovers = [], [], []
    with manifest.transaction() as db:
        for arrival in arrivals:
            if arrival.is_in_place and _is_settled(db, root, arrival):
                continue
            refusal = _refusal_of_copy(db, arrival)
            if refusal is None:
                _insert(db, root, arrival)
                added.append(arrival.image_id)
            else:
                refusals.append(refusal)
                leftovers += [] if arrival.is_in_place else [arrival.path]
        check_room(db, [one.n_bytes for one in arrivals if one.image_id in added and not one.is_in_place])
        manifest.add_refusals(refusals)
        admission = AddedPictures(added, refusals)
        note(admission)
    finish_moves(manifest, root)
    for path in leftovers:
        path_inside(root, path).unlink(missing_ok=True)
    return admission


def credit(manifest: Manifest, image_id: str, origin: Origin) -> None:
    """Let a picture that is here have come from somewhere else."""
    values = asdict(origin)
    columns = ", ".join(f"{name} = ?" for name in values)
    with manifest.transaction() as db:
        db.execute(f"UPDATE pictures SET {columns} WHERE image_id = ?", [*values.values(), image_id])


def _is_settled(db: sqlite3.Connection, root: Path, arrival: Arrival) -> bool:
    """Whether a file found in a label's folder is no news any more, asked under the write lock: since it was found,
    another process gave it a row, or moves it away."""
    if not path_inside(root, arrival.path).is_file():
        return True
    if db.execute("SELECT 1 FROM pending_moves WHERE source = ?", [arrival.path]).fetchone():
        return True
    row = db.execute("SELECT path, state FROM pictures WHERE image_id = ?", [arrival.image_id]).fetchone()
    return row is not None and tuple(row) == (arrival.path, "kept")


def _time_of(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:  # gone: the move will tell
        return UNSETTLED


def _refusal_of_copy(db: sqlite3.Connection, arrival: Arrival) -> Refusal | None:
    row = (
        db.execute(
            "SELECT label, path, state, '' FROM pictures WHERE image_id = ?", [arrival.image_id]
        ).fetchone()
        or db.execute(
            "SELECT label, path, state, ', edited since' FROM edits JOIN pictures USING (image_id) WHERE former_id = ?",
            [arrival.image_id],
        ).fetchone()
    )
    if row is None or row[2] == "missing":
        return None
    label, path, state, since = row
    if state == "removed":
        reason = f"already here, in the trash: you removed it from {label!r}"
    elif label == arrival.label:
        reason = f"already here as {path}{since}"
    else:
        reason = f"already here as {path}{since}, with the label {label!r}"
    return Refusal(now(), arrival.original_name, arrival.label, reason, arrival.image_id, RefusalCode.COPY)


def _insert(db: sqlite3.Connection, root: Path, arrival: Arrival) -> None:
    returned = ["label", "path", "path_key", "state", "file_ns"]  # of a missing one, the rest is as it was
    if arrival.origin.source == VISITOR:
        known = db.execute("SELECT label FROM pictures WHERE image_id = ?", [arrival.image_id]).fetchone()
        arrival = replace(arrival, label=known[0]) if known else arrival
        returned.append("mark")
    # we wrote a waiting file ourselves a moment ago, and nobody changes it before it has moved
    file_ns = arrival.file_ns if arrival.is_in_place else _time_of(root / arrival.path)
    folder = ensure_label(db, arrival.label)
    facts, origin = arrival.facts, arrival.origin
    path, home = arrival.path, f"images/{folder}"
    is_home = arrival.is_in_place and str(PurePosixPath(path).parent) == home
    if not is_home or not is_free(db, path, arrival.image_id):
        path = free_path(db, home, arrival.original_name, facts.suffix, arrival.image_id)
        queue_move(db, arrival.path, path)
    values = {
        "image_id": arrival.image_id, "label": arrival.label, "path": path, "path_key": name_key(path), "state": "kept",
        "mark": arrival.mark,
        "width": facts.width, "height": facts.height, "n_bytes": arrival.n_bytes, "format": facts.format,
        "fingerprint": facts.fingerprint, "given_split": arrival.given_split, "added_at": now(),
        "original_name": arrival.original_name, "source": origin.source, "source_url": origin.source_url,
        "page_url": origin.page_url, "query": origin.query, "author": origin.author, "licence": origin.licence,
        "licence_url": origin.licence_url, "title": origin.title, "subject": origin.subject,
        "file_ns": file_ns,
    }  # fmt: skip
    names = list(values)
    back = ", ".join(f"{name} = excluded.{name}" for name in returned)
    db.execute(
        f"INSERT INTO pictures ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) "
        f"ON CONFLICT (image_id) DO UPDATE SET {back}",
        list(values.values()),
    )
