"""How many threads linear algebra takes: a number of the whole process, whichever of its threads sets it."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import Any

from threadpoolctl import ThreadpoolController

_FEW_ROWS = 20_000  # below, several BLAS threads cost more than they bring, and far more on a busy machine


def blas_threads(n_rows: int) -> AbstractContextManager[object]:
    """A block in which linear algebra on n_rows pictures takes as many threads as pay."""
    return _ONE_THREAD if n_rows < _FEW_ROWS else nullcontext()


class _OneThread:
    """Blocks in which it takes one thread; they may overlap. The first to begin notes how many there were before, and
    the last to end puts that back: each by itself would put back what another one had set."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._n_inside = 0
        self._limiter: Any = None

    def __enter__(self) -> None:
        with self._lock:
            if not self._n_inside:
                self._limiter = _thread_pools().limit(limits=1, user_api="blas")
            self._n_inside += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._n_inside -= 1
            if not self._n_inside:
                self._limiter.restore_original_limits()


_ONE_THREAD = _OneThread()


@lru_cache(maxsize=1)
def _thread_pools() -> ThreadpoolController:
    """Looked for once: it takes a millisecond, and a head is fitted again in thirty."""
    return ThreadpoolController()
