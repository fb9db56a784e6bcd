"""Where pictures lie before they are taken in: a folder, a zip file or one file, read as a stream of `Found`.

Nothing is ever extracted to a path that an archive names: entries are read into memory, one at a time, with limits.
"""

from __future__ import annotations

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from tellapart.errors import ImageError, IntakeError
from tellapart.images import MAX_BYTES, PICTURE_SUFFIXES
from tellapart.labels import sayable
from tellapart.project import DB_NAME
from tellapart.reconcile import SYSTEM_FILES

MAX_ENTRIES = 1_000_000
_SMALL, _MAX_RATIO = (
    2**20,
    100,
)  # a thousand entries of 99 MB of zeros would keep the machine busy for an hour
_DRIVE = re.compile(r"[A-Za-z]:")
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
    """Every file in a folder, zip or single file, sorted by name; system files are left out.

    Raises:
        IntakeError: there is nothing, or it cannot be read at all.
    """
    try:
        if (place / DB_NAME).is_file():
            place = place / "images"  # of a project, the pictures it keeps
        if place.is_dir():
            found = list(_in_folder(place))
        elif place.is_file():
            is_zip = place.suffix.lower() == ".zip" or zipfile.is_zipfile(place)
            found = (
                list(_in_zip(place)) if is_zip else [Found(sayable(place.name), partial(_read_file, place))]
            )
        else:
            raise IntakeError(
                f"{place} does not exist. Check the path, or choose another folder or zip file."
            )
    except PermissionError as error:
        raise IntakeError(
            f"No permission to read {place}. Change its permissions, or copy the pictures somewhere else."
        ) from error
    if not found:
        raise IntakeError(
            f"{place} holds no files. Choose a folder or a zip that has one folder of pictures per label."
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
                yield Found(f"{name}/…", partial(_refuse, "a project of its own; take in that folder itself"), False)
        for name in files:
            if name.lower() in SYSTEM_FILES or name.startswith("."):
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
            raise ImageError(
                f"{status.st_size / 2**20:.0f} MB is more than the {MAX_BYTES // 2**20} MB a picture may have"
            )
        return path.read_bytes()
    except OSError as error:
        if isinstance(error, PermissionError):
            raise ImageError("no permission to read the file") from error
        raise ImageError(f"cannot be read ({error.strerror or error})") from error


def _in_zip(place: Path) -> Iterator[Found]:
    try:
        archive = zipfile.ZipFile(place)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise IntakeError(
            f"{place.name} is not a zip file that can be read ({error}). Make it again, or unpack it and "
            "take in the folder."
        ) from error
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise IntakeError(
            f"{place.name} holds {len(entries):,} entries; at most {MAX_ENTRIES:,} are taken in at once."
        )
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        parts = PurePosixPath(name).parts
        if entry.is_dir() or not parts:
            continue
        if (
            any(part.lower() in _SYSTEM_FOLDERS for part in parts)
            or parts[-1].lower() in SYSTEM_FILES
            or parts[-1].startswith(".")
        ):
            continue
        if ".." in parts or name.startswith("/") or _DRIVE.match(name):
            yield Found(name, partial(_refuse, "its path in the zip leads out of the folder"), False)
            continue
        yield Found(str(PurePosixPath(*parts)), partial(_read_entry, archive, entry))


def _refuse(reason: str) -> bytes:
    raise ImageError(reason)


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise ImageError("a link, not a file")
    if entry.flag_bits & 0x1:
        raise ImageError("protected by a password; unpack the zip first")
    if entry.file_size > _SMALL and entry.file_size > _MAX_RATIO * entry.compress_size:
        raise ImageError(
            f"unpacks to {entry.file_size // max(1, entry.compress_size)} times its size, as bombs do and "
            "pictures do not"
        )
    limit = f"unpacks to more than the {MAX_BYTES // 2**20} MB a picture may have"
    if entry.file_size > MAX_BYTES:
        raise ImageError(limit)
    try:
        with archive.open(entry) as file:
            data = file.read(MAX_BYTES + 1)  # never believe the size an archive states
    except (
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise ImageError(f"damaged in the zip ({error})") from error
    if len(data) > MAX_BYTES:
        raise ImageError(limit)
    return data
