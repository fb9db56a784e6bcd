"""Things that are made ahead: while one is used, a thread makes the next ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Made = TypeVar("Made")
_END: Any = object()


def ahead(makes: Iterator[Made], n: int) -> Iterator[Made]:
    """The same, in their order; up to n that nobody has asked for yet are made on a thread meanwhile.

    What making one raises is raised where it is asked for. Whoever stops asking stops the thread, after what it is at.
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix="ahead")
    try:
        waiting = deque(pool.submit(next, makes, _END) for _ in range(n))
        while (made := waiting.popleft().result()) is not _END:
            waiting.append(pool.submit(next, makes, _END))
            yield made
    finally:
        pool.shutdown(cancel_futures=True)
