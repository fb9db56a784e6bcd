"""Freed memory: glibc, the C library of most Linux systems, keeps it for the process. Elsewhere nothing changes."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Mapping

TRIM_THRESHOLD, TOP_PAD, MMAP_MAX, ARENA_MAX = -1, -2, -4, -8  # options of glibc's mallopt


def set_options(options: Mapping[int, int]) -> None:
    """Set options of mallopt."""
    if (library := _library()) is not None:
        for option, value in options.items():
            library.mallopt(option, value)


def share_one_heap() -> None:
    """Have all threads take memory from one heap; for a process before it has threads.

    Otherwise glibc gives each a heap of its own, and leaves what is free at its end with the process, whoever asks for
    it back: after some pictures 10 to 40 MB of a page.
    """
    set_options({ARENA_MAX: 1})


def give_back_memory() -> None:
    """Give freed memory back to the system: 30 MB after the built-in backbone was opened."""
    if (library := _library()) is not None:
        library.malloc_trim(0)


def _library() -> ctypes.CDLL | None:
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None
