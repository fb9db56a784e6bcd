"""Which pictures of a project are copies of one another: one answer for training, cleaning and the data sheet.

What a second look saw of a pair is kept on disk: two pictures never change, since they are known by their bytes.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from tellapart import atomic_files
from tellapart.duplicates.candidates import NearPairs
from tellapart.duplicates.near_duplicates import near_duplicate_pairs
from tellapart.progress import Share, silent_share
from tellapart.store.files.arrays import read_arrays
from tellapart.store.manifest import Picture
from tellapart.store.project import Project

_CODE_VERSION = 1  # raise it when the second look changes
_SPREAD = np.uint64(
    0x9E3779B97F4A7C15
)  # odd, so that different pairs of ids have different keys but for chance


def copies_in(project: Project, pictures: Sequence[Picture], tell: Share = silent_share) -> NearPairs:
    """Which of these pictures of a project are one picture, as places in the sequence; see `near_duplicate_pairs`.

    Raises:
        Cancelled: from `tell`; what was seen so far is looked at again.
    """
    names = np.array([int(one.image_id[:16], 16) for one in pictures], np.uint64)
    path = project.cache_dir / "clean" / f"copies-{_CODE_VERSION}.npz"

    def remembered(
        first: np.ndarray, second: np.ndarray, look: Callable[[np.ndarray], np.ndarray]
    ) -> np.ndarray:
        one, other = np.minimum(names[first], names[second]), np.maximum(names[first], names[second])
        asked = one * _SPREAD + other
        known, answers = _stored(path)
        place = np.minimum(np.searchsorted(known, asked), max(0, len(known) - 1))
        is_known = known[place] == asked if len(known) else np.zeros(len(asked), bool)
        is_same = np.zeros(len(asked), bool)
        is_same[is_known] = answers[place[is_known]]
        new = np.flatnonzero(~is_known)
        if len(new):
            is_same[new] = look(new)
            _store(path, np.concatenate([known, asked[new]]), np.concatenate([answers, is_same[new]]))
        return is_same

    return near_duplicate_pairs(
        [one.fingerprint for one in pictures], project.files(pictures), tell, remembered
    )


def _stored(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Keys of pairs, sorted, and whether each is one picture."""
    with contextlib.suppress(OSError, ValueError, KeyError):  # not there, or cut off
        stored = read_arrays(path)
        pairs, is_same = stored["pairs"].astype(np.uint64), stored["is_same"].astype(bool)
        if len(pairs) == len(is_same):
            return pairs, is_same
    return np.zeros(0, np.uint64), np.zeros(0, bool)


def _store(path: Path, pairs: np.ndarray, is_same: np.ndarray) -> None:
    """Two that write at once lose one another's answers, which are found again."""
    pairs, first = np.unique(pairs, return_index=True)
    data = io.BytesIO()
    np.savez(data, allow_pickle=False, pairs=pairs, is_same=is_same[first])
    with contextlib.suppress(OSError):  # a project that cannot be written can still be looked at
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_files.write_bytes(path, data.getvalue())
