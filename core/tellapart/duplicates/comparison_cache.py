"""What comparing all pictures with one another found, on disk: it takes a minute for a hundred thousand, and changes
only when pictures come or the backbone changes. Plain arrays; the folder may be thrown away at any time."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tellapart import atomic_files
from tellapart.store.files.arrays import read_arrays


def cached_arrays(
    folder: Path, kind: str, key: str, compute: Callable[[], dict[str, np.ndarray]]
) -> dict[str, np.ndarray]:
    """The arrays stored under this kind and key, else computed and stored in the place of the kind's former ones.

    Raises:
        OSError: the disk does not take them.
    """
    path = folder / f"{kind}-{key}.npz"
    with contextlib.suppress(OSError, ValueError):  # not there, or cut off
        return read_arrays(path)
    arrays = compute()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{kind}-*.npz"):
        with contextlib.suppress(OSError):  # another process reads it, on Windows
            old.unlink()
    atomic_files.drop_left_parts(folder)
    beside = atomic_files.part_beside(path)
    try:
        with beside.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        atomic_files.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return arrays
