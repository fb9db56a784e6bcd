"""Pictures that were decoded once and made as small as training needs them, kept in one temporary file: later epochs
read them from there, in a tenth of the time. The file goes when the process ends, however it ends."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from contextlib import AbstractContextManager
from multiprocessing import get_context
from typing import IO, Any

import numpy as np

MOST_BYTES = 2**30


class KeptPictures:
    """Arrays (H, W, 3) uint8 by the place of their item, of n items. What does not fit, on the disk or in `most_bytes`,
    is not kept, and made again each time."""

    def __init__(self, n: int, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock: AbstractContextManager[Any] = threading.Lock()
        self._table = np.zeros(
            (n + 1, 3), np.int64
        )  # where each begins, height, width; first where the file ends
        self._file: IO[bytes] | None = None

    def __len__(self) -> int:
        return int((self._table[1:, 1] > 0).sum())

    def get(self, place: int) -> np.ndarray | None:
        """What was kept of that item."""
        with self._lock:
            at, height, width = self._table[place + 1].tolist()
            if self._file is None or not height:
                return None
            self._file.seek(at)
            data = self._file.read(height * width * 3)
        return np.frombuffer(data, np.uint8).reshape(height, width, 3)

    def put(self, place: int, pixels: np.ndarray) -> None:
        """Keep it, if there is room."""
        with self._lock, contextlib.suppress(OSError):
            end = int(self._table[0, 0])
            if self._table[place + 1, 1] or end + pixels.nbytes > self._most_bytes:
                return
            if self._file is None:
                self._file = _file()
            self._file.seek(end)
            if self._file.write(pixels.tobytes()) != pixels.nbytes:
                return  # the disk is full
            self._table[place + 1] = end, *pixels.shape[:2]
            self._table[0, 0] = end + pixels.nbytes


class SharedPictures(KeptPictures):
    """The same for processes that it is sent to as they start: all read what one has put."""

    def __init__(self, n: int, most_bytes: int = MOST_BYTES) -> None:
        """Raises OSError where there is no room for a file."""
        super().__init__(n, most_bytes)
        self._take(get_context("spawn").Array("q", 3 * (n + 1)), _file())

    def __getstate__(self) -> dict[str, Any]:
        """For a process that is being started: it is handed the open file, which has no name."""
        from multiprocessing.reduction import DupFd  # not on Windows

        return {"most_bytes": self._most_bytes, "shared": self._shared, "number": DupFd(self._number)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._most_bytes = state["most_bytes"]
        self._take(state["shared"], os.fdopen(state["number"].detach(), "r+b", buffering=0))

    def _take(self, shared: Any, file: IO[bytes]) -> None:
        self._shared, self._file, self._number, self._lock = shared, file, file.fileno(), shared.get_lock()
        self._table = np.frombuffer(shared.get_obj(), np.int64).reshape(-1, 3)


def kept_by_processes(n: int) -> SharedPictures | None:
    """What processes keep of n pictures together; None where an open file cannot be handed to them, as on Windows, or
    there is no room for one."""
    with contextlib.suppress(OSError):
        return SharedPictures(n) if os.name == "posix" else None
    return None


def _file() -> IO[bytes]:
    # a buffer would keep what a full disk did not take, and fail again when something is read
    return tempfile.TemporaryFile(prefix="tellapart-", buffering=0)
