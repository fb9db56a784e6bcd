"""A lock on a file that one process at a time can have; it ends with the process, however that ends."""

from __future__ import annotations

import os
from typing import IO


def try_lock(file: IO[bytes]) -> bool:
    """Whether the open file is ours until it is closed; False while another process, or another open file, has it.

    True also on a disk that knows no locks.
    """
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(2**40)  # a byte that no file has: Windows would lock readers out of real ones
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
            file.seek(0)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True
