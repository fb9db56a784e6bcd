"""How many threads linear algebra takes: a number of the whole process, whichever of its threads sets it.

One, wherever pictures are learned from or compared: several wait for one another at the end of each product, turning
round and round meanwhile. On two cores they save a third of the time of fitting 100,000 pictures where nothing else
runs, nothing of comparing them, and take two to seven times as long as one beside two or three busy programs.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import threadpoolctl


@contextmanager
def one_thread() -> Iterator[None]:
    """A block in which linear algebra takes one thread, and so does what this thread does with OpenMP, where each
    thread has a number of its own. Blocks may overlap, on any threads."""
    with _LINEAR_ALGEBRA, _thread_pools(len(sys.modules)).limit(limits=1, user_api="openmp"):
        yield


class _OneThread:
    """Blocks in which it takes one thread; they may overlap. The first to begin notes how many there were before, and
    the last to end puts that back: each by itself would put back what another one had set."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._n_inside = 0
        self._pools: threadpoolctl.ThreadpoolController | None = None
        self._limiters: list[Any] = []

    def __enter__(self) -> None:
        with self._lock:
            pools = _thread_pools(len(sys.modules))
            if pools is not self._pools:  # nobody is inside, or another library came since
                self._pools = pools
                self._limiters.append(pools.limit(limits=1, user_api="blas"))
                _let_others_set()
            self._n_inside += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._n_inside -= 1
            if not self._n_inside:
                self._pools = None
                while self._limiters:
                    self._limiters.pop().restore_original_limits()
                _let_others_set()


_LINEAR_ALGEBRA = _OneThread()


def _let_others_set() -> None:
    """Nothing; other threads can set OpenBLAS's number, too: since threadpoolctl 3.8 the first that does so keeps that
    for itself, without a word to the others, until it says so or ends."""
    clear = getattr(threadpoolctl.OpenBLASController, "clear_controlling_thread", None)
    if clear is not None:
        clear()


@lru_cache(maxsize=1)
def _thread_pools(n_modules: int) -> threadpoolctl.ThreadpoolController:
    """Looked for once for as many modules as are imported, each of which may bring a library of its own: it takes a
    millisecond, and a head is fitted again in thirty."""
    return threadpoolctl.ThreadpoolController()
