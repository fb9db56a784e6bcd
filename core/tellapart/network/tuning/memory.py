"""Memory that is kept while a network learns: large tensors come and go in each step, and the system clears each page
that it hands out anew. Without that a step takes a quarter less. And how torch says that there is none left."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tellapart.backbones.freed_memory import (
    MMAP_MAX,
    TOP_PAD,
    TRIM_THRESHOLD,
    give_back_memory,
    set_options,
)

_KEEP = {MMAP_MAX: 0, TRIM_THRESHOLD: 512 * 2**20, TOP_PAD: 64 * 2**20}
_AS_USUAL = {MMAP_MAX: 65536, TRIM_THRESHOLD: 128 * 2**10, TOP_PAD: 128 * 2**10}


def is_memory(error: BaseException) -> bool:
    """Whether it says that memory ran out; torch has no class of its own for that on a CPU."""
    return isinstance(error, MemoryError) or "memory" in str(error).lower()


@contextlib.contextmanager
def kept_memory() -> Iterator[None]:
    """A block in which freed memory stays with the process, on Linux with glibc; elsewhere nothing changes."""
    set_options(_KEEP)
    try:
        yield
    finally:
        set_options(_AS_USUAL)
        give_back_memory()
