"""The newest of the folders that hold a file of one name: models of a project, which come and go while pages look."""

from __future__ import annotations

import stat
from pathlib import Path

from tellapart.safe_paths import is_plain


def newest_with(parent: Path, name: str) -> Path | None:
    """Of the folders in `parent` the one whose file `name` was written last; None where none has it.

    Hidden ones, which are still being written or were when their process died, and links do not count; nor does what is
    deleted meanwhile.
    """
    found = []
    try:
        folders = list(parent.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return None
    for folder in folders:
        if folder.name.startswith("."):
            continue
        try:
            is_own, status = is_plain(folder.lstat()), (folder / name).stat()
        except OSError:
            continue
        if is_own and stat.S_ISREG(status.st_mode):
            found.append((status.st_mtime_ns, folder.name, folder))
    return max(found)[2] if found else None
