"""Where pictures lie before they are taken in: a folder, a zip, a tar or one file, read as a stream of `Found`.

Nothing is ever extracted to a path that an archive names: entries are read into memory, one at a time, with limits.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from tellapart.archives import MAX_ENTRIES, entries, kind_of
from tellapart.errors import ImageError, IntakeError
from tellapart.images import MAX_BYTES, PICTURE_SUFFIXES
from tellapart.labels import sayable
from tellapart.pictures.cloud import IN_CLOUD, is_in_cloud
from tellapart.pictures.kinds import HEAD_BYTES, is_archive, reason_too_large, unread_kind
from tellapart.project import DB_NAME
from tellapart.reconcile import SYSTEM_FILES

_SYSTEM_FOLDERS = frozenset(
    {"__macosx", ".ipynb_checkpoints", ".git", "$recycle.bin", "system volume information"}
)
_SPLITS = {
    "train": "train", "training": "train", "valid": "valid", "val": "valid", "validation": "valid",
    "test": "test", "testing": "test",
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A file that may be a picture. `name` is its path below the place; `read` gives its bytes or raises ImageError.

    has_place: False where the name leads elsewhere, so that it says nothing about folders.
    """

    name: str
    read: Callable[[], bytes]
    has_place: bool = True

    @property
    def parts(self) -> tuple[str, ...]:
        """Folders and file name."""
        return PurePosixPath(self.name).parts


@dataclass(frozen=True)
class Layout:
    """How folders stand for labels and splits: parts before `depth` are wrapping, then perhaps a split, then labels."""

    depth: int
    has_splits: bool

    def label_of(self, parts: tuple[str, ...]) -> str | None:
        """The label a file's folder gives it; None when it lies beside the class folders."""
        at = self.depth + self.has_splits
        return parts[at] if len(parts) > at + 1 else None

    def split_of(self, parts: tuple[str, ...]) -> str | None:
        """train, valid or test, when the folders say so."""
        return (
            _SPLITS.get(parts[self.depth].lower())
            if self.has_splits and len(parts) > self.depth + 1
            else None
        )


def look_into(place: Path) -> list[Found]:
    """Every file in a folder or archive, or a single file; system files are left out.

    Sorted by name, but for a tar, which is read in its own order: the other would unpack it again and again.

    Raises:
        IntakeError: there is nothing, or it cannot be read at all.
    """
    try:
        if (place / DB_NAME).is_file():
            place = place / "images"  # of a project, the pictures it keeps
        if place.is_dir():
            found = list(_in_folder(place))
        elif place.is_file():
            kind = kind_of(place)
            _refuse_unread(place, is_archive_by_name=kind is not None)
            found = (
                list(_in_archive(place)) if kind else [Found(sayable(place.name), partial(_read_file, place))]
            )
            if kind == "tar" and found:
                return found
        else:
            raise IntakeError(
                f"{place} does not exist. Check the path, or choose another folder, zip or tar file."
            )
    except PermissionError as error:
        raise IntakeError(
            f"No permission to read {place}. Change its permissions, or copy the pictures somewhere else."
        ) from error
    if not found:
        raise IntakeError(
            f"{place} holds no files. Choose a folder, a zip or a tar that has one folder of pictures per label."
        )
    return sorted(found, key=lambda one: one.name)


def layout_of(found: list[Found]) -> Layout:
    """Read off the folders: a folder that holds all others wraps them; train/valid/test folders are splits.

    Files that are no pictures by their names, a README beside the folders, have no say where there are pictures.
    """
    placed = [one.parts for one in found if one.has_place]
    folders = {parts[:-1] for parts in placed if PurePosixPath(parts[-1]).suffix.lower() in PICTURE_SUFFIXES}
    folders = folders or {parts[:-1] for parts in placed}
    depth = 0
    while True:
        tops = {folder[depth] for folder in folders if len(folder) > depth}
        names = {top.lower() for top in tops}
        has_loose = any(len(folder) <= depth for folder in folders)
        has_deeper = any(len(folder) > depth + 1 for folder in folders)
        if tops and names <= _SPLITS.keys() and has_deeper:
            return Layout(depth, True)
        if (
            len(tops) != 1
            or has_loose
            or not has_deeper
            or any(len(folder) == depth + 1 for folder in folders)
        ):
            return Layout(depth, False)
        depth += 1


def _in_folder(root: Path) -> Iterator[Found]:
    count = 0
    for directory, folders, files in os.walk(root, onerror=_ignore_unreadable_root(root)):
        folders[:] = sorted(
            name for name in folders if name.lower() not in _SYSTEM_FOLDERS and not name.startswith(".")
        )
        for path in [Path(directory, name) for name in folders]:
            name = sayable(path.relative_to(root).as_posix())
            if path.is_symlink():  # not followed, since it may lead anywhere and in circles
                folders.remove(path.name)
                yield Found(
                    f"{name}/…", partial(_refuse, "a link to a folder; take in that folder itself"), False
                )
            elif not os.access(path, os.R_OK | os.X_OK):
                folders.remove(path.name)
                yield Found(f"{name}/…", partial(_refuse, "a folder without permission to read it"), False)
            elif (path / DB_NAME).is_file():
                folders.remove(path.name)
                yield Found(
                    f"{name}/…", partial(_refuse, "a project of its own; take in that folder itself"), False
                )
        for name in files:
            if name.lower() in SYSTEM_FILES or (name.startswith(".") and not name.endswith(".icloud")):
                continue
            count += 1
            if count > MAX_ENTRIES:
                raise IntakeError(
                    f"{root} holds more than {MAX_ENTRIES:,} files. Take in one part at a time."
                )
            path = Path(directory, name)
            yield Found(sayable(path.relative_to(root).as_posix()), partial(_read_file, path))


def _ignore_unreadable_root(root: Path) -> Callable[[OSError], None]:
    def on_error(error: OSError) -> None:
        if error.filename is not None and Path(error.filename) == root:
            raise error

    return on_error


def _read_file(path: Path) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ImageError("not an ordinary file")
        if status.st_size > MAX_BYTES:
            with path.open("rb") as file:
                head = file.read(HEAD_BYTES)
            size = f"{status.st_size / 2**20:.0f} MB is"
            raise ImageError(reason_too_large(size, MAX_BYTES, path.name, head))
        return path.read_bytes()
    except OSError as error:
        if is_in_cloud(path, error):
            raise ImageError(IN_CLOUD) from error
        if isinstance(error, PermissionError):
            raise ImageError("no permission to read the file") from error
        raise ImageError(f"cannot be read ({error.strerror or error})") from error


def _refuse_unread(place: Path, is_archive_by_name: bool) -> None:
    """Nothing for a picture, a zip or a tar; other known kinds are refused as a whole, each with a way out."""
    with place.open("rb") as file:
        head = file.read(HEAD_BYTES)
        unread = unread_kind(head, file, place.name)
    is_own_zip = place.suffix.lower() == ".zip" and head.startswith(
        b"PK"
    )  # whatever is in it, somebody wants it
    if unread and not (is_archive_by_name and (is_archive(unread) or is_own_zip)):
        raise IntakeError(f"{place.name} is {unread.reason}.")


def _in_archive(place: Path) -> Iterator[Found]:
    for entry in entries(place):
        parts = PurePosixPath(entry.name).parts
        is_system = (
            any(part.lower() in _SYSTEM_FOLDERS for part in parts) or parts[-1].lower() in SYSTEM_FILES
        )
        if not is_system and not parts[-1].startswith("."):
            yield Found(sayable(entry.name), entry.read, entry.is_safe)


def _refuse(reason: str) -> bytes:
    raise ImageError(reason)
