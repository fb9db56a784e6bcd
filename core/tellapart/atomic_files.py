"""Files that are whole or not there: written beside, flushed, then renamed; and what a kill left of that removed."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_REPLACE_TRIES = 20
_PART = re.compile(r"\.(.+)\.[0-9a-f]{8}\.part")
_LEFT_S = 24 * 3600.0  # nobody who works on a part is silent for so long


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file so that a reader, or a kill, sees the old one or the new one and nothing between.

    Raises:
        OSError: the disk does not take it; the old file is untouched.
    """
    write_together({path: data})


def write_together(files: Mapping[Path, bytes]) -> None:
    """Write files that belong together: all are on disk before the first takes its name.

    Raises:
        OSError: the disk does not take them; the old files are untouched.
    """
    besides = {path: _part_of(path) for path in files}
    try:
        for path, beside in besides.items():
            with beside.open("wb") as file:
                file.write(files[path])
                file.flush()
                os.fsync(file.fileno())
        for path, beside in besides.items():
            replace(beside, path)
    except BaseException:
        for beside in besides.values():
            beside.unlink(missing_ok=True)
        raise


def write_json(path: Path, value: Any) -> None:
    """Write plain JSON, readable by a person, whole or not at all. Half characters, as names of files may have, become
    escapes, which are the same to who reads them."""
    write_bytes(path, json.dumps(value, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace"))


def replace(source: Path, target: Path) -> None:
    """Rename over the target; on Windows a reader may hold it for a moment, so try for two seconds there.

    Elsewhere what is refused stays refused, as in a folder in which each may replace only their own files.
    """
    for attempt in range(_REPLACE_TRIES):
        try:
            source.replace(target)
            return
        except PermissionError:
            if os.name != "nt" or attempt == _REPLACE_TRIES - 1:
                raise
            time.sleep(0.1)


def part_beside(path: Path) -> Path:
    """Where something that takes a while to make lies until it is whole: a name beside it that nobody else has. What
    killed programs left of it goes."""
    drop_left_parts(path.parent, path.name)
    return _part_of(path)


def drop_left_parts(folder: Path, name: str | None = None) -> None:
    """Remove the parts that killed programs left in a folder: those in which nothing has changed for a day. A folder or
    part that cannot be used is passed over.

    Args:
        name: of what they are parts of; any unless given.
    """
    parts = []
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        named = ((Path(one.path), _PART.fullmatch(one.name)) for one in entries if not one.is_symlink())
        parts = [path for path, found in named if found and name in (None, found[1])]
    for part in parts:
        with contextlib.suppress(OSError):
            if time.time() - _last_change(part) > _LEFT_S:
                shutil.rmtree(part) if part.is_dir() else part.unlink()


def _part_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")


def _last_change(part: Path) -> float:
    inside = [Path(folder) / name for folder, names, files in os.walk(part) for name in (*names, *files)]
    return max(path.lstat().st_mtime for path in (part, *inside))
