"""Exact copies among the items: files with the same bytes, which must not lie on both sides of a split."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from tellapart.description.items import path_of

_PIECE = 2**20


def copy_groups(items: Sequence[Any]) -> list[int]:
    """(N,) the place of the first item with the same bytes; its own for items that are no files or cannot be read.

    Only files of one size are read.
    """
    of_size: dict[int, list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        path = path_of(item)
        try:
            if path is not None:
                of_size[path.stat().st_size].append(place)
        except OSError:
            continue  # told when it is opened
    groups = list(range(len(items)))
    for places in of_size.values():
        if len(places) < 2:
            continue
        first: dict[bytes, int] = {}
        for place in places:
            path = path_of(items[place])
            try:
                groups[place] = first.setdefault(digest_of(path) if path else b"", place)
            except OSError:
                continue
    return groups


def digest_of(path: Path) -> bytes:
    """The SHA-256 of a file's bytes.

    Raises:
        OSError: it cannot be read.
    """
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.digest()
