"""The folder of a person in which lies what can be made or downloaded again, for all their projects."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from pathlib import Path

from tellapart.errors import BackboneError

CACHE_VARIABLE = "TELLAPART_CACHE"
UNFINISHED = "converting-"  # begins the names of folders in which something is made
_STALE_S = 24 * 3600
NOWHERE = Path(os.devnull, "tellapart")  # that of a person without a home: nothing can lie there


def user_cache_dir() -> Path:
    """It may not be there yet, and may be thrown away at any time. Where nobody knows the person's home, as in some
    containers and services, it is one that takes nothing: what would be kept is then made in memory.

    Raises:
        BackboneError: TELLAPART_CACHE names the home of nobody.
    """
    import platformdirs

    named = os.environ.get(CACHE_VARIABLE)
    try:
        return Path(named or platformdirs.user_cache_dir("tellapart", appauthor=False)).expanduser()
    except RuntimeError as error:  # of both, for somebody who has no home
        if not named:
            return NOWHERE
        raise BackboneError(
            f"The environment variable {CACHE_VARIABLE} is {named!r}, but nobody on this computer has the name after "
            "~. Set it to the full path of a folder."
        ) from error


def why_not_kept(folder: Path, error: OSError) -> str:
    """What is said of a file that this folder of the cache did not take: "cannot be saved …"."""
    if folder.is_relative_to(NOWHERE):
        return "cannot be saved, since this user has no home folder"
    return f"cannot be saved in {folder} ({error.strerror or error})"


def is_kept(file: Path) -> bool:
    """Whether a file lies in the cache; in a folder that cannot be used none does."""
    with contextlib.suppress(OSError):
        return file.is_file()
    return False


def kept_files(folder: Path, pattern: str) -> list[Path]:
    """Files of the cache by name; in a folder that cannot be used there are none."""
    with contextlib.suppress(OSError):
        return sorted(folder.glob(pattern))
    return []


def drop_unfinished(*folders: Path) -> None:
    """Remove what programs that were killed left half done in these folders, a day ago or longer."""
    for left in (path for folder in folders for path in kept_files(folder, "*")):
        if left.suffix == ".part" or left.name.startswith(UNFINISHED):
            with contextlib.suppress(OSError):
                if time.time() - left.stat().st_mtime > _STALE_S:
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
