"""Embeddings on disk, a row for each picture and backbone; see `row_cache`."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tellapart.store.sqlite.row_cache import RowCache

TINY_SIDE = 16
_READ_AT_ONCE = (
    4096  # rows: all of them as they lie on disk would take as much memory again as what is made of them
)
_VERSIONED = re.compile(
    r"^(?:v(\d+)-)?[0-9a-f]{32}\.(?:rows|index\.db.*|made\.json)$"
)  # without a number: version 1


def drop_older(folder: Path, version: int) -> int:
    """Bytes freed: the rows in `folder` that no code of this version or a later one can read are removed.

    What cannot be removed, since another program has it open, stays for the next time.
    """
    freed = 0
    for path in folder.glob("*"):
        found = _VERSIONED.match(path.name)
        if found and int(found[1] or 1) < version:
            with contextlib.suppress(OSError):
                n_bytes = path.stat().st_size
                path.unlink()
                freed += n_bytes
    return freed


class EmbeddingCache(RowCache):
    """The rows of one backbone. Use as a context manager.

    A row holds the embedding as float16 and a 16 × 16 RGB miniature of the pixels the network saw.
    """

    def __init__(self, folder: Path, key: str, embedding_size: int):
        tiny = ("tiny", "u1", (TINY_SIDE, TINY_SIDE, 3))
        super().__init__(folder, key, np.dtype([("embedding", "<f2", (embedding_size,)), tiny]))

    def read(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Embeddings (N, D) float32 and miniatures (N, 16, 16, 3) uint8 of these rows."""
        embeddings = np.empty((len(rows), *self._dtype["embedding"].shape), np.float32)
        tiny = np.empty((len(rows), *self._dtype["tiny"].shape), np.uint8)
        for start in range(0, len(rows), _READ_AT_ONCE):
            some = slice(start, start + _READ_AT_ONCE)
            records = self.records(rows[some])
            embeddings[some], tiny[some] = records["embedding"], records["tiny"]
        return embeddings, tiny

    def append(self, image_ids: Sequence[str], embeddings: np.ndarray, tiny: np.ndarray) -> None:
        """Add rows; see `RowCache.add`.

        Raises:
            OSError, sqlite3.Error: the disk does not take it; nothing was added.
        """
        limit = float(np.finfo(np.float16).max)
        records = np.empty(len(image_ids), self._dtype)
        records["embedding"] = np.clip(embeddings, -limit, limit)
        records["tiny"] = tiny
        self.add(image_ids, records)
