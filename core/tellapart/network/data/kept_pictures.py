"""Pictures that were decoded once and made as small as training needs them, kept in one temporary file: later epochs
read them from there, in a tenth of the time. The file goes when the process ends, however it ends."""

from __future__ import annotations

import contextlib
import tempfile
import threading
from typing import IO

import numpy as np

MOST_BYTES = 2**30


class KeptPictures:
    """Arrays (H, W, 3) uint8 by the place of their item. What does not fit, on the disk or in `most_bytes`, is not
    kept, and made again each time."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._lock = threading.Lock()
        self._shapes: dict[int, tuple[int, tuple[int, ...]]] = {}
        self._n_bytes, self._most_bytes = 0, most_bytes
        self._file: IO[bytes] | None = None

    def __len__(self) -> int:
        return len(self._shapes)

    def get(self, place: int) -> np.ndarray | None:
        """What was kept of that item."""
        with self._lock:
            if self._file is None or place not in self._shapes:
                return None
            at, shape = self._shapes[place]
            self._file.seek(at)
            data = self._file.read(int(np.prod(shape)))
        return np.frombuffer(data, np.uint8).reshape(shape)

    def put(self, place: int, pixels: np.ndarray) -> None:
        """Keep it, if there is room."""
        with self._lock, contextlib.suppress(OSError):
            if place in self._shapes or self._n_bytes + pixels.nbytes > self._most_bytes:
                return
            if self._file is None:
                # a buffer would keep what a full disk did not take, and fail again when something is read
                self._file = tempfile.TemporaryFile(prefix="tellapart-", buffering=0)  # noqa: SIM115
            self._file.seek(self._n_bytes)
            if self._file.write(pixels.tobytes()) != pixels.nbytes:
                return  # the disk is full
            self._shapes[place] = (self._n_bytes, pixels.shape)
            self._n_bytes += pixels.nbytes
