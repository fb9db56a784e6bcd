"""Files that are whole or not there: written beside, flushed, then renamed."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_REPLACE_TRIES = 20


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
    besides = {path: path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part") for path in files}
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
    """Rename over the target; on Windows a reader may hold it for a moment, so try for two seconds."""
    for attempt in range(_REPLACE_TRIES):
        try:
            source.replace(target)
            return
        except PermissionError:
            if attempt == _REPLACE_TRIES - 1:
                raise
            time.sleep(0.1)
