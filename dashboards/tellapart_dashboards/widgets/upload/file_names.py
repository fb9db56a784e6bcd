"""Names of uploaded files, fit for any disk."""

from __future__ import annotations

import re
from pathlib import Path

_UNSAFE = re.compile(
    r'[\x00-\x1f\x7f<>:"|?*]'
)  # what Windows refuses in names; "/" and "\" never get this far
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?$", re.IGNORECASE)


def safe_parts(relative_path: str) -> tuple[str, ...]:
    """The path's names, each fit to be a name in a folder; not empty, not "..", at most 200 bytes each."""
    parts = [part for part in re.split(r"[/\\]", relative_path) if part not in ("", ".", "..")]
    return tuple(_safe_name(part) for part in parts) or ("unnamed",)


def _safe_name(name: str) -> str:
    whole = name.encode(errors="replace").decode()  # half a surrogate pair cannot be written to a disk
    name = _UNSAFE.sub("_", whole).rstrip(" .") or "_"
    if _RESERVED.match(name):
        name = "_" + name
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > 8:
        stem, dot, suffix = name, "", ""
    room = 200 - len((dot + suffix).encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + suffix


def free_name(path: Path, taken: set[str]) -> Path:
    """The path, or the same with (2), (3) … when an earlier file of the batch has it; case does not count."""
    n, candidate = 1, path
    while str(candidate).casefold() in taken:
        n += 1
        candidate = path.with_name(f"{path.stem} ({n}){path.suffix}")
    taken.add(str(candidate).casefold())
    return candidate
