"""Where pictures lie before they are taken in: a folder, a zip, a tar or one file, read as a stream of `Found`.

Nothing is ever extracted to a path that an archive names: entries are read into memory, one at a time, with limits.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath

from tellapart.errors import ImageError, IntakeError
from tellapart.gather.archives.formats import MAX_ENTRIES, entries, kind_of
from tellapart.gather.datasets import ABOUT_NAME
from tellapart.gather.layout.found_file import Found
from tellapart.gather.layout.side_files import SYSTEM_FOLDERS, is_of_system
from tellapart.label_names import sayable
from tellapart.pictures.cost import whole_mb
from tellapart.pictures.images import MAX_BYTES, PICTURE_SUFFIXES
from tellapart.pictures.kinds.cloud import IN_CLOUD, is_in_cloud
from tellapart.pictures.kinds.unread import HEAD_BYTES, is_archive, reason_too_large, unread_kind
from tellapart.store.project import DB_NAME

_HIDDEN_PICTURES, _HIDDEN = "hidden pictures", "hidden"


@dataclass
class Place:
    """What lies in a place. files: those that may be pictures. side_files: how many of each kind were left out.

    remarks: what a person should know about it, in sentences.
    """

    files: list[Found] = field(default_factory=list)
    side_files: Counter[str] = field(default_factory=Counter)
    remarks: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Found]:
        return iter(self.files)


def look_into(place: Path) -> Place:
    """Every file in a folder or archive, or a single file; files of systems and programs are only counted.

    Sorted by name, but for a tar, which is read in its own order: the other would unpack it again and again.

    Raises:
        IntakeError: there is nothing, or it cannot be read at all.
    """
    held = Place()
    kind = None
    try:
        if (place / DB_NAME).is_file():
            place = place / "images"  # of a project, the pictures it keeps
        if place.is_dir():
            found = list(_in_folder(place, held))
        elif place.is_file():
            kind = kind_of(place)
            _refuse_unread(place, is_archive_by_name=kind is not None)
            found = (
                list(_in_archive(place, held))
                if kind
                else [Found(_shown(place.name), partial(_read_file, place))]
            )
        else:
            raise IntakeError(
                f"{place} does not exist. Check the path, or choose another folder, zip or tar file."
            )
    except PermissionError as error:
        raise IntakeError(
            f"No permission to read {place}. Change its permissions, or copy the pictures elsewhere."
        ) from error
    if not found:
        raise IntakeError(
            f"{place} holds no files. Choose a folder, a zip or a tar that has one folder of pictures per label."
        )
    held.files = found if kind == "tar" else sorted(found, key=lambda one: one.name)
    _remark_hidden(held)
    return held


def _remark_hidden(held: Place) -> None:
    """Folders whose names begin with a dot are hidden in most windows: they are taken in, and it is said."""
    hidden = Counter(
        next(name for name in one.parts[:-1] if name.startswith("."))
        for one in held.files
        if any(name.startswith(".") for name in one.parts[:-1])
    )
    for name, n in sorted(hidden.items()):
        held.remarks.append(
            f"The folder {name!r} ({n} file{'s' * (n != 1)}) starts with a dot, which hides it in most file "
            "managers. It was read anyway."
        )
    if n := held.side_files.get(_HIDDEN_PICTURES, 0):
        held.remarks.append(
            f"{n} hidden picture{'s' * (n != 1)}, with a name that starts with a dot, "
            f"{'were' if n != 1 else 'was'} left out. Rename any you want to add."
        )


def _shown(name: str) -> str:
    """A path as it is shown and kept: text, with accents in one piece as on every system but macOS."""
    return unicodedata.normalize("NFC", sayable(name))


def _side_kind(name: str) -> str | None:
    """What to count a file as that is no picture for anyone: a system's, or hidden; None for all others."""
    last = PurePosixPath(name).name
    if is_of_system(name):
        return "._ (macOS)" if last.startswith("._") else last
    if not last.startswith(".") or last.endswith(".icloud"):  # the latter stands for a picture in the cloud
        return None
    return _HIDDEN_PICTURES if PurePosixPath(name).suffix.lower() in PICTURE_SUFFIXES else _HIDDEN


def _in_folder(root: Path, held: Place) -> Iterator[Found]:
    count = 0
    for directory, folders, files in os.walk(root, onerror=_ignore_unreadable_root(root)):
        left = [name for name in folders if name.lower() in SYSTEM_FOLDERS]
        held.remarks += [
            f"The folder {_shown(name)!r} belongs to a program and was left out." for name in sorted(left)
        ]
        folders[:] = sorted(set(folders) - set(left))
        for path in [Path(directory, name) for name in folders]:
            name = _shown(path.relative_to(root).as_posix())
            if path.is_symlink():  # not followed, since it may lead anywhere and in circles
                folders.remove(path.name)
                yield Found(
                    f"{name}/…", partial(_refuse, "a link to a folder; add that folder itself"), False
                )
            elif not os.access(path, os.R_OK | os.X_OK):
                folders.remove(path.name)
                yield Found(f"{name}/…", partial(_refuse, "a folder without permission to read it"), False)
            elif (path / DB_NAME).is_file():
                folders.remove(path.name)
                yield Found(f"{name}/…", partial(_refuse, "another project; add that folder itself"), False)
        for name in files:
            if kind := _side_kind(name):
                held.side_files[kind] += name != ABOUT_NAME
                continue
            count += 1
            if count > MAX_ENTRIES:
                raise IntakeError(f"{root} holds more than {MAX_ENTRIES:,} files. Add one part at a time.")
            path = Path(directory, name)
            yield Found(_shown(path.relative_to(root).as_posix()), partial(_read_file, path))


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
            size = f"{whole_mb(status.st_size)} MB is"
            raise ImageError(reason_too_large(size, MAX_BYTES, path.name, head))
        return path.read_bytes()
    except OSError as error:
        if is_in_cloud(path, error):
            raise ImageError(IN_CLOUD) from error
        if isinstance(error, PermissionError):
            raise ImageError("no permission to read the file") from error
        raise ImageError(f"cannot be read ({error.strerror or error})") from error


def _refuse_unread(place: Path, is_archive_by_name: bool) -> None:
    """Refuse a file of a known kind that is no picture, zip or tar, with a way out."""
    with place.open("rb") as file:
        head = file.read(HEAD_BYTES)
        unread = unread_kind(head, file, place.name)
    is_own_zip = place.suffix.lower() == ".zip" and head.startswith(
        b"PK"
    )  # whatever is in it, somebody wants it
    if unread and not (is_archive_by_name and (is_archive(unread) or is_own_zip)):
        raise IntakeError(f"{place.name} is {unread.reason}.")


def _in_archive(place: Path, held: Place) -> Iterator[Found]:
    for entry in entries(place, remark=held.remarks.append):
        if entry.is_safe and (kind := _side_kind(entry.name)):
            held.side_files[kind] += 1
        else:
            yield Found(_shown(entry.name), entry.read, entry.is_safe)


def _refuse(reason: str) -> bytes:
    raise ImageError(reason)
