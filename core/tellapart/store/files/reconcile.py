"""Files changed by hand are noticed when a project is opened: the disk is believed, and nothing is lost.

A new file in a label's folder becomes a picture; a file that moved to another folder gets that folder's label; a file
that is gone is 'missing' until it comes back; one that was changed in its place stays the picture it was, see `edits`.
Folders whose modification time is the one last seen are not read.
"""

from __future__ import annotations

import os
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

from tellapart.errors import ImageError, IntakeError, OutsideError, RefusalCode
from tellapart.label_names import clean_label, is_sayable, name_key, sayable
from tellapart.pictures.images import MAX_BYTES, inspect
from tellapart.pictures.kinds.unread import reason_too_large, with_name
from tellapart.pictures.notes import PictureNote
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.safe_paths import is_plain_entry, parts_inside, path_inside
from tellapart.store.add_pictures import Arrival, add_new_pictures
from tellapart.store.files.disk_changes import DiskChanges
from tellapart.store.files.edited_files import RACY_NS, follow_edits, settled_ns
from tellapart.store.manifest import Manifest, Origin, Refusal, now

_BATCH = 200
_UNSAYABLE = "its name is not valid Unicode; rename it"
_LINK = "a link or a special file, which is never followed; put the real one here"
_UNREADABLE = "this folder cannot be read; its pictures stay as they are until it can"
SYSTEM_FILES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


def reconcile(manifest: Manifest, root: Path, images_dir: Path, progress: Progress = silent) -> DiskChanges:
    """Bring the rows in line with the files below images/.

    Raises:
        ProjectError: the database cannot be written.
        Cancelled: from `progress`; what was done so far stays.
    """
    changes = DiskChanges()
    started_ns = time.time_ns()
    folders = _folders(images_dir, changes)
    known = {
        folder: (label, seen)
        for label, folder, seen in manifest.rows("SELECT label, folder, seen_ns FROM labels")
    }
    looked_at = {name for name, mtime in folders.items() if name not in known or known[name][1] != mtime}
    looked_at |= known.keys() - folders.keys()
    strangers, absent, unreadable = _compare(manifest, root, images_dir, looked_at, changes)
    looked_at -= unreadable
    were_missing = _missing_ids(manifest)
    lost = _mark_missing(manifest, root, absent, changes)
    edits = follow_edits(manifest, root, strangers, progress)
    labels = {folder: label for folder, (label, _) in known.items()}
    changes.refusals += edits.refusals
    found = edits.found | _adopt(manifest, root, [*strangers, *edits.strangers], labels, changes, progress)
    changes.n_edited = len(edits.edited)
    changes.n_back, changes.n_moved = len(found & were_missing), len(found - were_missing)
    changes.n_missing = len((lost | edits.lost) - found)
    seen = {name: mtime if mtime < started_ns - RACY_NS else 0 for name, mtime in folders.items()}
    news = [(seen.get(name, 0), name) for name in looked_at if name in known]
    news = [(mtime, name) for mtime, name in news if known[name][1] != mtime]
    if news:
        with manifest.transaction() as db:
            db.executemany("UPDATE labels SET seen_ns = ? WHERE folder = ?", news)
    return changes


def _folders(images_dir: Path, changes: DiskChanges) -> dict[str, int]:
    """The folders of labels and when each was changed last."""
    folders = {}
    for entry in os.scandir(images_dir):
        strange = _strangeness(entry)
        if strange:
            name = f"images/{sayable(entry.name)}"
            changes.refusals.append(Refusal(now(), name, None, str(strange), None, strange.code))
        elif entry.is_dir(follow_symlinks=False):
            folders[entry.name] = entry.stat().st_mtime_ns
    return folders


def _strangeness(entry: os.DirEntry[str]) -> ImageError | None:
    """Why this is neither a file nor a folder to look into; None where it is."""
    if not is_plain_entry(entry):
        return ImageError(_LINK)
    if not is_sayable(entry.name):
        return ImageError(_UNSAYABLE, RefusalCode.BAD_NAME)
    try:
        parts_inside(entry.name)
    except OutsideError as error:
        said = f"its name does not work on other computers ({error}); rename it"
        return ImageError(said, RefusalCode.BAD_NAME)
    return None


def _inside(folder: Path, relative: str) -> Path | None:
    """Where a row's file or folder lies; None where only a link leads there."""
    try:
        return path_inside(folder, relative)
    except OutsideError:
        return None


def _compare(
    manifest: Manifest, root: Path, images_dir: Path, folders: set[str], changes: DiskChanges
) -> tuple[list[Path], list[str], set[str]]:
    """Files without a row, and ids of rows without a file, in these folders; and the folders that cannot be read."""
    strangers: list[Path] = []
    absent: list[str] = []
    unreadable: set[str] = set()
    on_the_move = {root / source for (source,) in manifest.rows("SELECT source FROM pending_moves")}
    for folder in sorted(folders):
        prefix = f"images/{folder}/"
        rows = manifest.rows(
            "SELECT path_key, path, image_id, state FROM pictures WHERE path_key >= ? AND path_key < ?",
            [name_key(prefix), name_key(prefix) + "\U0010ffff"],
        )
        expected = {key: (path, image_id, state) for key, path, image_id, state in rows}
        try:
            names = _files_in(images_dir, folder, changes)
        except PermissionError:
            unreadable.add(folder)
            refusal = Refusal(now(), f"images/{folder}", None, _UNREADABLE, None, RefusalCode.UNREADABLE)
            changes.refusals.append(refusal)
            continue
        for name in names:
            file, key = images_dir / folder / name, name_key(prefix + name)
            path, _, state = expected.get(key, ("", "", ""))
            # names that differ in case only are one file on some disks and two on others
            is_known = path == prefix + name or (path != "" and _is_same_file(root / path, file))
            if is_known:
                del expected[key]
            if (not is_known or state == "missing") and file not in on_the_move:
                strangers.append(file)
        absent += [image_id for _, image_id, state in expected.values() if state == "kept"]
    return strangers, absent, unreadable


def _files_in(images_dir: Path, folder: str, changes: DiskChanges) -> list[str]:
    """Names of the files in a label's folder that could be pictures; links and the like are refusals."""
    directory = _inside(images_dir, folder)
    names = []
    for entry in os.scandir(directory) if directory and directory.is_dir() else ():
        if entry.name.startswith(".") or entry.name.lower() in SYSTEM_FILES:
            continue
        strange = _strangeness(entry)
        has_odd_name = strange and strange.code is RefusalCode.BAD_NAME and not is_sayable(entry.name)
        if strange and not has_odd_name:  # for that one `_look` knows what to say
            name = sayable(f"images/{folder}/{entry.name}")
            changes.refusals.append(Refusal(now(), name, folder, str(strange), None, strange.code))
        elif entry.is_file(follow_symlinks=False):
            names.append(entry.name)
    return names


def _is_same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _mark_missing(manifest: Manifest, root: Path, absent: list[str], changes: DiskChanges) -> set[str]:
    """Which pictures are missing now. Asked again under the write lock: another process may just have brought the
    file."""
    missing: set[str] = set()
    if not absent:
        return missing
    with manifest.transaction() as db:
        arriving = {target for (target,) in db.execute("SELECT target FROM pending_moves")}
        for image_id in absent:
            path, state = db.execute(
                "SELECT path, state FROM pictures WHERE image_id = ?", [image_id]
            ).fetchone()
            file = _inside(root, path)
            if state != "kept" or path in arriving or (file is not None and file.is_file()):
                continue
            if _take_from_trash(db, root, image_id, path):
                changes.n_in_trash += 1
                continue
            db.execute("UPDATE pictures SET state = 'missing' WHERE image_id = ?", [image_id])
            missing.add(image_id)
    return missing


def _take_from_trash(db: sqlite3.Connection, root: Path, image_id: str, path: str) -> bool:
    """Whether the picture's file lies in the trash, as after a power cut that took the latest rows; then it counts as
    removed."""
    removed = path.replace("images/", "trash/", 1)
    taken = db.execute("SELECT 1 FROM pictures WHERE path_key = ?", [name_key(removed)]).fetchone()
    file = _inside(root, removed)
    if taken or file is None or not file.is_file() or _hash_of(file) != image_id:
        return False
    db.execute(
        "UPDATE pictures SET state = 'removed', path = ?, path_key = ? WHERE image_id = ?",
        [removed, name_key(removed), image_id],
    )
    return True


def _hash_of(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()


def _adopt(
    manifest: Manifest,
    root: Path,
    files: list[Path],
    labels: dict[str, str],
    changes: DiskChanges,
    progress: Progress,
) -> set[str]:
    """The pictures that were missing and came with these files; the others are noted in `changes`."""
    returned: set[str] = set()
    known_reasons = (
        {refusal.name: refusal.reason for refusal in manifest.refusals()} if files or changes.refusals else {}
    )
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        for start in range(0, len(files), _BATCH):
            progress(start, len(files), Doing(Step.READING, "Reading pictures that were added by hand"))
            batch = files[start : start + _BATCH]
            arrivals = []
            for looked in pool.map(lambda path: _look(path, root, labels), batch):
                if isinstance(looked, Refusal):
                    changes.refusals.append(looked)
                elif looked is not None:
                    arrivals.append(looked)
            missing = _missing_ids(manifest)
            outcome = add_new_pictures(manifest, root, arrivals)
            returned |= missing.intersection(outcome.added)
            changes.n_new += len(set(outcome.added) - missing)
            changes.refusals += outcome.refusals
            changes.picture_notes += [
                PictureNote(one.original_name, text)
                for one in arrivals
                if one.image_id in outcome.added and one.image_id not in missing
                for text in one.facts.notes
            ]
    new = [
        refusal
        for refusal in changes.refusals
        if known_reasons.get(refusal.name) != refusal.reason and refusal.same_as is None
    ]
    manifest.add_refusals(new)
    return returned


def _missing_ids(manifest: Manifest) -> set[str]:
    return {
        image_id for (image_id,) in manifest.rows("SELECT image_id FROM pictures WHERE state = 'missing'")
    }


def _look(path: Path, root: Path, labels: dict[str, str]) -> Arrival | Refusal | None:
    """The file as an arrival, or why not; None when it is gone meanwhile."""
    name, folder = sayable(path.relative_to(root).as_posix()), path.parent.name
    try:
        if not is_sayable(path.name):
            raise ImageError(_UNSAYABLE, RefusalCode.BAD_NAME)
        label = labels.get(folder) or clean_label(folder)
        looked_at_ns, status = time.time_ns(), path.stat()
        if status.st_size > MAX_BYTES:
            raise ImageError(reason_too_large("it is", MAX_BYTES, path.name))
        data = path.read_bytes()
        facts = inspect(data)
    except (ImageError, IntakeError) as error:
        code = error.code if isinstance(error, ImageError) else RefusalCode.BAD_NAME
        return Refusal(now(), name, labels.get(folder, folder), with_name(error, path.name), None, code)
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
        return Refusal(now(), name, labels.get(folder, folder), reason, None, RefusalCode.UNREADABLE)
    return Arrival(
        sha256(data).hexdigest(),
        label,
        facts,
        len(data),
        name,
        path.name,
        Origin("folder"),
        is_in_place=True,
        file_ns=settled_ns(status.st_mtime_ns, looked_at_ns),
    )
