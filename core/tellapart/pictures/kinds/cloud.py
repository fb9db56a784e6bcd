"""Files that lie in a cloud folder and not on this computer: they can be seen, but their bytes are elsewhere."""

from __future__ import annotations

import contextlib
from pathlib import Path

IN_CLOUD = "it is only in the cloud (OneDrive, iCloud, Dropbox); make it available offline, then add it again"
_WINDOWS_CLOUD_ERRORS = range(358, 405)  # ERROR_CLOUD_FILE_…, from winerror.h
_RECALLED = 0x00400000 | 0x00040000 | 0x00001000  # recall on data access, recall on open, offline
_DATALESS = 0x40000000  # macOS, from sys/stat.h


def is_in_cloud(path: Path, error: OSError) -> bool:
    """Whether a file that could not be read only stands for one in the cloud."""
    if getattr(error, "winerror", None) in _WINDOWS_CLOUD_ERRORS:
        return True
    with contextlib.suppress(OSError):
        status = path.lstat()
        attributes = getattr(status, "st_file_attributes", 0)
        return bool(attributes & _RECALLED) or bool(getattr(status, "st_flags", 0) & _DATALESS)
    return False
