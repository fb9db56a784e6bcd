"""Fingerprints of an older kind are made anew when a project is opened: they cannot be compared with those of today."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tellapart.errors import ImageError
from tellapart.pictures.boundary import one_picture
from tellapart.pictures.images import FINGERPRINT_BYTES, fingerprint, read_image
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.safe_paths import path_inside
from tellapart.store.manifest import Manifest

_SETTING = "fingerprint_bytes"
_BATCH = 200


def renew_fingerprints(manifest: Manifest, root: Path, progress: Progress = silent) -> int:
    """How many pictures got a fingerprint of today's kind; 0, after one small look, where all have one.

    What is done is kept when it is stopped. A file that is gone or damaged keeps its old one.

    Raises:
        ProjectError: the database cannot be written.
        Cancelled: from `progress`.
    """
    if manifest.setting(_SETTING) == FINGERPRINT_BYTES:
        return 0
    waiting: list[tuple[str, str]] = manifest.rows(  # type: ignore[assignment]  # two columns of text
        "SELECT image_id, path FROM pictures WHERE length(fingerprint) != ? ORDER BY number",
        [FINGERPRINT_BYTES],
    )
    n_done = 0
    for start in range(0, len(waiting), _BATCH):
        progress(start, len(waiting), Doing(Step.READING, "Checking pictures anew, once"))
        found = list(_made(root, waiting[start : start + _BATCH]))
        with manifest.transaction() as db:
            db.executemany("UPDATE pictures SET fingerprint = ? WHERE image_id = ?", found)
        n_done += len(found)
    manifest.set_setting(_SETTING, FINGERPRINT_BYTES)
    return n_done


def _made(root: Path, rows: list[tuple[str, str]]) -> Iterator[tuple[bytes, str]]:
    def make(row: tuple[str, str]) -> tuple[bytes, str] | None:
        try:
            path = path_inside(root, row[1])
            with one_picture():
                return fingerprint(read_image(path, min_side_px=64)), row[0]
        except (ImageError, OSError):
            return None

    with ThreadPoolExecutor(min(8, (os.cpu_count() or 2) + 1), "fingerprints") as pool:
        yield from filter(None, pool.map(make, rows))
