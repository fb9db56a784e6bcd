"""What archives of strangers may hold: an entry, the limits for all of them, and the names that are refused."""

from __future__ import annotations

import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tellapart.errors import ArchiveError, ImageError

MAX_ENTRIES = 1_000_000
MAX_UNPACKED = 16 * 2**30  # of all entries together; a far larger archive may have four times its own size
_DRIVE = re.compile(r"[A-Za-z]:")
DAMAGE = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, OSError, EOFError, ValueError,
    NotImplementedError, RuntimeError, OverflowError,
)  # fmt: skip


@dataclass(frozen=True)
class ArchiveEntry:
    """A file in an archive. `read` gives its bytes, at most `max_bytes`, or raises ImageError with the reason.

    name: its path below the archive, with "/". is_safe: False where the path leads out of the archive; it is refused.
    """

    name: str
    read: Callable[[], bytes]
    is_safe: bool = True


def limit_of(path: Path) -> int:
    """How many bytes an archive may unpack to, all in all."""
    return max(MAX_UNPACKED, 4 * path.stat().st_size)


def too_much(path: Path, limit: int) -> ArchiveError:
    """It unpacks to more."""
    return ArchiveError(
        f"{path.name} unpacks to more than {limit / 2**30:.0f} GB, like a zip bomb. If it is yours, unpack "
        "it and add the folder."
    )


def plain_name(name: str) -> str:
    """The entry's path with "/" and without "." steps; "" where nothing is left."""
    name = name.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/"):
        return name
    return str(PurePosixPath(*parts)) if (parts := PurePosixPath(name).parts) else ""


def leads_out(name: str) -> bool:
    """Whether a path leads out of the archive."""
    return ".." in PurePosixPath(name).parts or name.startswith("/") or bool(_DRIVE.match(name))


def check_count(path: Path, count: int) -> None:
    """Raise ArchiveError where it has too many entries."""
    if count > MAX_ENTRIES:
        raise ArchiveError(
            f"{path.name} holds more than {MAX_ENTRIES:,} entries; at most {MAX_ENTRIES:,} can be added at "
            "once."
        )


def too_large(max_bytes: int) -> str:
    """The reason to refuse one entry."""
    return f"unpacks to more than the {max_bytes // 2**20} MB a picture may have"


def refuse(reason: str) -> bytes:
    """Raise ImageError with the reason."""
    raise ImageError(reason)
