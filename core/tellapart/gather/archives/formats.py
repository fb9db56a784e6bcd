"""Archives of strangers: zip and tar, read entry by entry with limits; nothing is ever written to a path they name."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from tellapart.gather.archives.entries import MAX_ENTRIES, ArchiveEntry
from tellapart.gather.archives.tar import tar_entries
from tellapart.gather.archives.zip import zip_entries
from tellapart.pictures.images import MAX_BYTES

_TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz")

Kind = Literal["zip", "tar"]


def kind_of(path: Path) -> Kind | None:
    """Whether a file is a zip or a tar, by its name or else by its first bytes; None when it is neither."""
    name = path.name.lower()
    if name.endswith(".zip"):
        return "zip"
    if name.endswith(_TAR_SUFFIXES):
        return "tar"
    try:
        with path.open("rb") as file:
            head = file.read(262)
        return "zip" if zipfile.is_zipfile(path) else "tar" if head[257:262] == b"ustar" else None
    except OSError:
        return None


def entries(
    path: Path, max_bytes: int = MAX_BYTES, remark: Callable[[str], None] = lambda sentence: None
) -> list[ArchiveEntry]:
    """The files of an archive; folders are left out. Those of a tar are best read in this order, by any threads.

    Args:
        max_bytes: of one entry; a larger one is refused when it is read.
        remark: told what a person should know about it, in a sentence.
    Raises:
        ArchiveError: it is damaged, holds too many entries, unpacks to more than `MAX_UNPACKED`, or its entries lie
            over one another.
    """
    if kind_of(path) == "zip":
        return list(zip_entries(path, max_bytes, remark))
    return list(tar_entries(path, max_bytes))


__all__ = ["MAX_ENTRIES", "ArchiveEntry", "Kind", "entries", "kind_of"]
