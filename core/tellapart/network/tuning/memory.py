"""Memory that is kept while a network learns: large tensors come and go in each step, and the system clears each page
that it hands out anew. Without that a step takes a quarter less. And how torch says that there is none left."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Iterator

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4  # of glibc's mallopt
_KEEP = {_MMAP_MAX: 0, _TRIM_THRESHOLD: 512 * 2**20, _TOP_PAD: 64 * 2**20}
_AS_USUAL = {_MMAP_MAX: 65536, _TRIM_THRESHOLD: 128 * 2**10, _TOP_PAD: 128 * 2**10}


def is_memory(error: BaseException) -> bool:
    """Whether it says that memory ran out; torch has no class of its own for that on a CPU."""
    return isinstance(error, MemoryError) or "memory" in str(error).lower()


@contextlib.contextmanager
def kept_memory() -> Iterator[None]:
    """A block in which freed memory stays with the process, on Linux with glibc; elsewhere nothing changes."""
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    if library is None or not hasattr(library, "mallopt"):
        yield
        return
    for option, value in _KEEP.items():
        library.mallopt(option, value)
    try:
        yield
    finally:
        for option, value in _AS_USUAL.items():
            library.mallopt(option, value)
        library.malloc_trim(0)
