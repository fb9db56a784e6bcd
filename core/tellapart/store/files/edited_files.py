"""Pictures that somebody changed in their place: noticed by size and time, then by hash.

A picture is named by its bytes, so a changed one gets a new name; its row, label, marks, decisions and origin stay, and
whatever is kept under the old name (embedding, thumbnail) is made anew. Where the old bytes lie somewhere else now, the
picture was not changed but moved, and the file in its place is another picture.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from tellapart.errors import ImageError, OutsideError, RefusalCode
from tellapart.label_names import name_key
from tellapart.pictures.images import MAX_BYTES, PictureFacts, inspect
from tellapart.progress import Doing, Progress, Step
from tellapart.safe_paths import path_inside
from tellapart.store.files.picture_paths import preferred_path
from tellapart.store.manifest import Manifest, Refusal, now

RACY_NS = 2_000_000_000  # what was written within the clock's grain of our look is looked at again next time
UNSETTLED = -1  # file_ns of a picture whose bytes have to be looked at again
_NEVER_OPENED = 0  # file_ns of a picture that is missing because the file in its place could not be opened
_BATCH = 200


@dataclass
class Edits:
    """What became of files whose bytes are not those of their rows.

    edited: the new image_ids. found: pictures whose bytes are in the place of another one, or back in their own. lost:
    image_ids whose bytes are in no known place now. strangers: files that are to be looked at like new ones.
    """

    edited: list[str] = field(default_factory=list)
    found: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    strangers: list[Path] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True)
class _Row:
    image_id: str
    path: str
    n_bytes: int
    state: str
    label: str
    file_ns: int | None


@dataclass(frozen=True)
class _Seen:
    """The file of a row as it was read. problem: why it is no picture, "" for one."""

    row: _Row
    image_id: str
    n_bytes: int
    file_ns: int
    facts: PictureFacts | None
    problem: str = ""


def settled_ns(file_ns: int, looked_at_ns: int) -> int:
    """The file's time, by which a later change can be told; UNSETTLED while one could still fall into the same tick."""
    return file_ns if file_ns < looked_at_ns - RACY_NS else UNSETTLED


def follow_edits(manifest: Manifest, root: Path, strangers: Iterable[Path], progress: Progress) -> Edits:
    """Bring rows in line with files that were changed in their place.

    Args:
        strangers: files of the labels' folders that have no row.
    Raises:
        ProjectError: the database cannot be written.
        Cancelled: from `progress`; then nothing changed.
    """
    edits = Edits()
    changed = _read(manifest, root, _suspects(manifest, root), progress)
    if not changed:
        return edits
    elsewhere = {seen.image_id for seen in changed} | _hashes(
        strangers, {seen.row.n_bytes for seen in changed}
    )
    with manifest.transaction() as db:
        changed = [seen for seen in changed if _is_so(db, root, seen)]
        _Change(db, changed, elsewhere, edits).carry_out(root)
    return edits


def _suspects(manifest: Manifest, root: Path) -> list[_Row]:
    """Rows whose file has another size or time than when its bytes were looked at."""
    rows = manifest.rows(  # with +, the table is read from end to end: an index leads to every row by itself
        "SELECT number, path, n_bytes, file_ns FROM pictures "
        f"WHERE +state = 'kept' OR (state = 'missing' AND file_ns = {_NEVER_OPENED})"
    )
    prefix, stat = f"{root}{os.sep}", os.stat
    odd = {}
    for number, path, n_bytes, file_ns in rows:
        try:
            status = stat(prefix + path)
        except OSError:  # gone: the folder's look tells
            continue
        if status.st_mtime_ns != file_ns or status.st_size != n_bytes:
            odd[number] = status
    return _not_settled(manifest, odd) if odd else []


def _not_settled(manifest: Manifest, odd: dict[int, os.stat_result]) -> list[_Row]:
    """Without those that an older version took in, which noted no time, if they are older than their rows."""
    on_the_move = {target for (target,) in manifest.rows("SELECT target FROM pending_moves")}
    suspects, settled = [], []
    for number, status in odd.items():
        found = manifest.rows(
            "SELECT added_at, image_id, path, n_bytes, state, label, file_ns FROM pictures WHERE number = ?",
            [number],
        )
        added_at, row = found[0][0], _Row(*found[0][1:])
        if row.file_ns is None and status.st_size == row.n_bytes and status.st_mtime_ns < _ns(added_at):
            settled.append((status.st_mtime_ns, row.image_id))
        elif row.path not in on_the_move:
            suspects.append(row)
    _note_times(manifest, settled)
    return suspects


def _ns(at: str) -> int:
    return int(datetime.fromisoformat(at).timestamp() * 1e9)


def _note_times(manifest: Manifest, times: list[tuple[int, str]]) -> None:
    if times:
        with manifest.transaction() as db:
            db.executemany("UPDATE pictures SET file_ns = ? WHERE image_id = ?", times)


def _read(manifest: Manifest, root: Path, suspects: list[_Row], progress: Progress) -> list[_Seen]:
    """Those whose bytes are others, read on threads; of the rest the time is noted."""
    changed = []
    with ThreadPoolExecutor(min(8, (os.cpu_count() or 2) + 1), "edits") as pool:
        for start in range(0, len(suspects), _BATCH):
            said = Doing(Step.READING, "Checking pictures whose files have a new date")
            progress(start, len(suspects), said)
            looked_at_ns = time.time_ns()
            found = [
                one for one in pool.map(_looker(root), suspects[start : start + _BATCH]) if one is not None
            ]
            same = [one for one in found if one.image_id == one.row.image_id]
            changed += [one for one in found if one.image_id != one.row.image_id]
            times = [(settled_ns(one.file_ns, looked_at_ns), one.row) for one in same]
            _note_times(
                manifest,
                [(ns, row.image_id) for ns, row in times if ns != row.file_ns and row.state == "kept"],
            )
            changed += [one for one in same if one.row.state != "kept"]  # its own bytes are back
    return changed


def _looker(root: Path) -> Callable[[_Row], _Seen | None]:
    def look(row: _Row) -> _Seen | None:
        try:
            file = path_inside(root, row.path)
            file_ns = file.stat().st_mtime_ns
            data = file.read_bytes()
        except (OSError, OutsideError):  # held by another program, a link, or gone: the next look will tell
            return None
        image_id = sha256(data).hexdigest()
        if image_id == row.image_id and row.state == "kept":
            return _Seen(row, image_id, len(data), file_ns, None)
        try:
            if len(data) > MAX_BYTES:
                raise ImageError(f"more than the {MAX_BYTES // 2**20} MB a picture may have")
            return _Seen(row, image_id, len(data), file_ns, inspect(data))
        except ImageError as error:
            return _Seen(row, image_id, len(data), file_ns, None, str(error))

    return look


def _hashes(files: Iterable[Path], sizes: set[int]) -> set[str]:
    """Of those files that have one of these sizes."""
    found = set()
    for file in files:
        try:
            if file.stat().st_size in sizes:
                found.add(sha256(file.read_bytes()).hexdigest())
        except OSError:
            continue
    return found


def _is_so(db: sqlite3.Connection, root: Path, seen: _Seen) -> bool:
    """Whether row and file are still as they were read, asked under the write lock."""
    row = db.execute("SELECT path, state FROM pictures WHERE image_id = ?", [seen.row.image_id]).fetchone()
    try:
        status = path_inside(root, seen.row.path).stat()
    except (OSError, OutsideError):
        return False
    return row == (seen.row.path, seen.row.state) and (status.st_size, status.st_mtime_ns) == (
        seen.n_bytes,
        seen.file_ns,
    )


@dataclass
class _Change:
    """One transaction that takes the files for what they are. elsewhere: image_ids whose bytes were found in some file
    that is not in its row's place."""

    db: sqlite3.Connection
    changed: list[_Seen]
    elsewhere: set[str]
    edits: Edits

    def carry_out(self, root: Path) -> None:
        displaced = {seen.row.image_id for seen in self.changed}
        arrived = {}  # image_id -> where its bytes are now
        names: dict[str, str] = {}  # former -> new
        for seen in self.changed:
            known = self._state_of(seen.image_id)
            if seen.problem:
                self._lose(seen, "its file was changed and cannot be opened: " + seen.problem)
            elif (known == "missing" or seen.image_id in displaced) and seen.image_id not in arrived:
                arrived[seen.image_id] = seen
                if seen.image_id != seen.row.image_id:
                    self.edits.lost.add(seen.row.image_id)
            elif (
                known is None
                and seen.image_id not in names.values()
                and seen.row.image_id not in self.elsewhere
            ):
                names[seen.row.image_id] = seen.image_id
                self._rename(seen)
            else:  # a copy of a picture that is here, or a new one in the place of one that was moved
                self.edits.lost.add(seen.row.image_id)
                self.edits.strangers.append(root / seen.row.path)
        self.edits.lost -= arrived.keys()
        self._settle(arrived)
        _rename_everywhere(self.db, names)

    def _state_of(self, image_id: str) -> str | None:
        row = self.db.execute("SELECT state FROM pictures WHERE image_id = ?", [image_id]).fetchone()
        return row[0] if row else None

    def _rename(self, seen: _Seen) -> None:
        facts, row = seen.facts, seen.row
        assert facts is not None
        self.db.execute(
            "UPDATE pictures SET image_id = ?, width = ?, height = ?, n_bytes = ?, format = ?, fingerprint = ?, "
            "file_ns = ?, state = 'kept' WHERE image_id = ?",
            [seen.image_id, facts.width, facts.height, seen.n_bytes, facts.format, facts.fingerprint,
             settled_ns(seen.file_ns, time.time_ns()), row.image_id],
        )  # fmt: skip
        self.edits.edited.append(seen.image_id)

    def _lose(self, seen: _Seen, reason: str) -> None:
        if seen.row.state == "missing":  # told when it was noticed first
            return
        self.edits.lost.add(seen.row.image_id)
        code = RefusalCode.UNREADABLE
        self.edits.refusals.append(Refusal(now(), seen.row.path, seen.row.label, reason, None, code))
        self.db.execute(
            "UPDATE pictures SET file_ns = ? WHERE image_id = ?", [_NEVER_OPENED, seen.row.image_id]
        )

    def _settle(self, arrived: dict[str, _Seen]) -> None:
        """Pictures that changed places get each other's, those without one are missing."""
        self.edits.found |= arrived.keys()
        for image_id in (*arrived, *self.edits.lost):  # no two rows may have one path, not even for a moment
            self.db.execute(
                "UPDATE pictures SET path_key = ? WHERE image_id = ?", [f"\0{image_id}", image_id]
            )
        for image_id, seen in arrived.items():
            self.db.execute(
                "UPDATE pictures SET state = 'kept', label = ?, path = ?, path_key = ?, file_ns = ? WHERE image_id = ?",
                [seen.row.label, seen.row.path, name_key(seen.row.path),
                 settled_ns(seen.file_ns, time.time_ns()), image_id],
            )  # fmt: skip
        for image_id in self.edits.lost:
            (path,) = self.db.execute("SELECT path FROM pictures WHERE image_id = ?", [image_id]).fetchone()
            path = preferred_path(self.db, path, image_id)
            self.db.execute(
                "UPDATE pictures SET state = 'missing', path = ?, path_key = ? WHERE image_id = ?",
                [path, name_key(path), image_id],
            )


def _rename_everywhere(db: sqlite3.Connection, names: dict[str, str]) -> None:
    """Decisions, searches and refusals speak of the picture by its new name; the former one is remembered."""
    for table, column in (("journal", "image_id"), ("candidates", "image_id"), ("refusals", "same_as")):
        rows = db.execute(f"SELECT number, {column} FROM {table} WHERE {column} IS NOT NULL")
        news = [(names[name], number) for number, name in rows if name in names]
        db.executemany(f"UPDATE {table} SET {column} = ? WHERE number = ?", news)
    db.executemany("DELETE FROM edits WHERE former_id = ?", [(new,) for new in names.values()])
    db.executemany(
        "UPDATE edits SET image_id = ? WHERE image_id = ?", [(new, old) for old, new in names.items()]
    )
    db.executemany("INSERT INTO edits VALUES (?, ?, ?)", [(old, new, now()) for old, new in names.items()])
