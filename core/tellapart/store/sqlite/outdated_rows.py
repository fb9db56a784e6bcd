"""Rows that an older decoder or code made: of no use once newer ones are, since no key will name them again.

Beside the rows of each key lies a note of what they are of, and which version made them.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Sequence
from pathlib import Path

import PIL

from tellapart import atomic_files

_NOTE = ".made.json"


def decoder_version() -> list[int]:
    """Of Pillow, as numbers that can be compared."""
    return [int(part) for part in re.findall(r"\d+", PIL.__version__)]


def drop_outdated(folder: Path, key: str, of: str, version: Sequence[int]) -> int:
    """Bytes freed: rows in `folder` of the same things that an older version made are removed, those of `key` noted.

    What cannot be removed, since another program has it open, stays for the next time; so does all that a newer version
    made, for a computer on which both are in use.

    Args:
        of: what the rows are of, whichever version made them.
        version: of decoder and code, the number that counts most first.
    """
    note = folder / (key + _NOTE)
    if note.is_file():
        return 0
    freed = 0
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        for other in folder.glob("*" + _NOTE):
            if _is_outdated(other, of, list(version)):
                for path in folder.glob(other.name.removesuffix(_NOTE) + ".*"):
                    n_bytes = path.stat().st_size
                    path.unlink()
                    freed += n_bytes
        atomic_files.write_json(note, {"of": of, "version": list(version)})
    return freed


def _is_outdated(note: Path, of: str, version: list[int]) -> bool:
    try:
        made = json.loads(note.read_text("utf-8"))
        return bool(made["of"] == of and list(map(int, made["version"])) < version)
    except (OSError, ValueError, TypeError, KeyError, OverflowError):
        return False
