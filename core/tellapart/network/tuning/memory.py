"""Memory that is kept while a network learns: large tensors come and go in each step, and the system clears each page
that it hands out anew. Without that a step takes a quarter less. And how torch says that there is none left."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TypeVar

from tellapart.backbones.freed_memory import (
    MMAP_MAX,
    TOP_PAD,
    TRIM_THRESHOLD,
    give_back_memory,
    set_options,
)
from tellapart.errors import TrainError

Found = TypeVar("Found")

_KEEP = {MMAP_MAX: 0, TRIM_THRESHOLD: 512 * 2**20, TOP_PAD: 64 * 2**20}
_AS_USUAL = {MMAP_MAX: 65536, TRIM_THRESHOLD: 128 * 2**10, TOP_PAD: 128 * 2**10}

# as the processor's allocator, graphics cards and the libraries that compute on them say it. Others that speak of
# memory, such as "an illegal memory access", are no want of it: the same step would fail again.
_SHORT = (
    "out of memory",
    "allocate memory",
    "not enough memory",
    "create a memory object",
    "alloc_failed",
    "bad_alloc",
)


def is_memory(error: BaseException) -> bool:
    """Whether it says that memory ran out; torch has no class of its own for that on a CPU."""
    return isinstance(error, MemoryError) or any(words in str(error).lower() for words in _SHORT)


def in_parts(
    attempt: Callable[[int], Found], n_parts: int, n: int, free: Callable[[], object]
) -> tuple[Found, int]:
    """What `attempt` gives for n pictures that it takes in so many parts, or in twice as many again and again where
    memory is short; and how many those were.

    Args:
        free: gives back memory that is kept for later.
    Raises:
        RuntimeError, MemoryError: memory is not even enough for one picture at a time; or something else is wrong.
    """
    while True:
        try:
            return attempt(n_parts), n_parts
        except (MemoryError, RuntimeError) as error:
            if not is_memory(error) or n_parts >= n:
                raise
            n_parts *= 2
            free()


@contextlib.contextmanager
def want_of_memory_told(n_processes: int, batch_size: int) -> Iterator[None]:
    """A block that needs memory for one picture at least; a want of it is told in words.

    Args:
        n_processes: that take their share of each batch; they cannot cut it smaller alone.
    Raises:
        TrainError: memory ran out.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_memory(error):
            raise
        if n_processes > 1:
            raise TrainError(
                f"The memory is not enough for the share that each of {n_processes} processes takes of a batch of "
                f"{batch_size} pictures. Make batches smaller: .data(..., batch_size={max(1, batch_size // 2)})."
            ) from error
        batches = f"batches (.data(..., batch_size={batch_size // 2})) or " if batch_size > 1 else ""
        raise TrainError(
            f"The memory is not enough for even one picture at a time. Close other programs, make {batches}pictures "
            "smaller (item=Resize(128)), or choose a smaller network."
        ) from error


@contextlib.contextmanager
def kept_memory() -> Iterator[None]:
    """A block in which freed memory stays with the process, on Linux with glibc; elsewhere nothing changes."""
    set_options(_KEEP)
    try:
        yield
    finally:
        set_options(_AS_USUAL)
        give_back_memory()
