"""Paths that a stranger may have written: every path read from a database or a JSON file passes `path_inside`."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from tellapart.errors import OutsideError

_MAX_BYTES = 1024  # of a whole path; what tellapart writes itself stays below 400
_MAX_NAME_BYTES = 255  # of one name; no common disk takes more
_DRIVE = re.compile(r"[A-Za-z]:")
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?", re.IGNORECASE)
_IS_WINDOWS = os.name == "nt"
_LINKS_OF_WINDOWS = (0xA000000C, 0xA0000003)  # reparse tags: a symbolic link, a mount point or junction


def parts_inside(relative: object) -> tuple[str, ...]:
    """The names of a relative path that stays in its folder on every system, outermost first. The disk is not asked.

    Both "/" and a backslash count as separators wherever this runs, so that a folder means the same elsewhere.

    Raises:
        OutsideError: it is no text, empty, absolute, of a Windows drive or share, holds "..", NUL or half characters,
            is too long, or (on Windows) names a device.
    """
    if not isinstance(relative, str) or not relative:
        raise OutsideError(f"{_quoted(relative)} is not a relative path")
    parts = tuple(part for part in re.split(r"[/\\]", relative) if part not in ("", "."))
    if not parts or relative[0] in "/\\" or _DRIVE.match(relative):
        raise OutsideError(f"{_quoted(relative)} is not a relative path")
    if any(part.strip(". ") == "" for part in parts):  # "..", and ".. " or "...", which Windows takes for it
        raise OutsideError(f"{_quoted(relative)} leads out of its folder")
    try:
        sizes = [len(part.encode() if _IS_WINDOWS else os.fsencode(part)) for part in parts]
    except UnicodeEncodeError:
        raise OutsideError(f"{_quoted(relative)} is not valid Unicode") from None
    if "\0" in relative:
        raise OutsideError(f"{_quoted(relative)} holds a NUL character")
    if max(sizes) > _MAX_NAME_BYTES or sum(sizes) + len(sizes) > _MAX_BYTES:
        raise OutsideError(f"{_quoted(relative)} is longer than a path may be")
    if _IS_WINDOWS and any(":" in part or _DEVICE.fullmatch(part) for part in parts):
        raise OutsideError(f"{_quoted(relative)} names a device of Windows")
    return parts


def path_inside(folder: Path, relative: object, seen: set[str] | None = None) -> Path:
    """Where a relative path lies below a folder, which itself is trusted. Nothing needs to be there yet.

    Args:
        seen: folders on the way that one short piece of work has looked at, so that it looks at each once; new ones
            are added.
    Raises:
        OutsideError: `parts_inside` refuses it, or on the way, or at its end, there is a link or anything else that is
            neither a file nor a folder.
    """
    names = parts_inside(relative)
    if not _IS_WINDOWS:  # there a backslash may be part of a name
        names = tuple(name for name in str(relative).split("/") if name not in ("", "."))
    place = str(folder)
    for number, name in enumerate(names, start=1):
        place = f"{place}{os.sep}{name}"  # text, since a Path for each step would take three times as long
        if seen and place in seen:
            continue
        try:
            status = os.lstat(place)
        except FileNotFoundError:
            break
        except NotADirectoryError:
            raise OutsideError(f"{_quoted(relative)} leads through a file") from None
        if not is_plain(status):
            raise OutsideError(
                f"{_quoted('/'.join(names[:number]))} is a link or a special file, which is never followed"
            )
        if seen is not None and number < len(names):
            seen.add(place)
    return folder.joinpath(*names)


def is_plain(status: os.stat_result) -> bool:
    """Whether what `lstat` found is a regular file or a real folder: no link, junction, pipe, socket or device."""
    if getattr(status, "st_reparse_tag", 0) in _LINKS_OF_WINDOWS:
        return False
    return stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)


def is_plain_entry(entry: os.DirEntry[str]) -> bool:
    """The same of what `os.scandir` found; free of a look at the disk but on Windows."""
    if _IS_WINDOWS:
        return is_plain(entry.stat(follow_symlinks=False))
    return entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)


def strange_files(folder: Path, depth: int) -> Iterator[str]:
    """Links and special files in a folder and, `depth` levels deep, in its folders: paths below it, with "/"."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return  # what cannot be read leads nowhere
    for entry in entries:
        if not is_plain_entry(entry):
            yield entry.name
        elif depth and entry.is_dir(follow_symlinks=False):
            yield from (f"{entry.name}/{found}" for found in strange_files(Path(entry.path), depth - 1))


def _quoted(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:60]}… ({len(text)} characters)"
