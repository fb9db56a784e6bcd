"""Work of one kind side by side on threads, heard and stopped by the thread that asked for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event
from typing import TypeVar

import torch

Result = TypeVar("Result")
Tell = Callable[[Callable[[], None]], None]


class StoppedError(Exception):
    """The others need this work no more."""


@dataclass(frozen=True)
class _Ended:
    error: BaseException | None


def side_by_side(jobs: Sequence[Callable[[Tell], Result]], n_at_once: int, n_threads: int) -> list[Result]:
    """What the jobs give, in their order.

    Each is given `tell`, whose argument is called on the caller's thread soon after. When that or a job raises, the
    other jobs get a StoppedError from their next `tell`, those that have not begun never do, and the first error is
    raised when all have ended.

    Args:
        n_at_once: so many at a time; one at a time on the caller's thread, whose memory alone keeps large pieces for
            the next step (glibc). n_threads: of torch, in each.
    """
    if n_at_once == 1:
        return _one_by_one(jobs, n_threads)
    news: SimpleQueue[Callable[[], None] | _Ended] = SimpleQueue()
    is_over = Event()

    def tell(what: Callable[[], None]) -> None:
        if is_over.is_set():
            raise StoppedError
        news.put(what)

    def run(job: Callable[[Tell], Result]) -> Result:
        error: BaseException | None = None
        try:
            _take_threads(n_threads)
            if is_over.is_set():
                raise StoppedError
            return job(tell)
        except BaseException as raised:
            error = raised
            is_over.set()
            raise
        finally:
            news.put(_Ended(error))

    before = torch.get_num_threads()
    with ThreadPoolExecutor(n_at_once, thread_name_prefix="side") as pool:
        futures: list[Future[Result]] = []
        try:
            for job in jobs:
                futures.append(pool.submit(run, job))
            n_left = len(jobs)
            while n_left:
                heard = news.get()
                if not isinstance(heard, _Ended):
                    heard()
                elif heard.error is None or isinstance(heard.error, StoppedError):
                    n_left -= 1
                else:
                    raise heard.error
        except BaseException:
            is_over.set()
            for future in futures:
                future.cancel()
            raise
        finally:
            torch.set_num_threads(before)  # other threads to come take as many as were set last
    return [future.result() for future in futures]


def _one_by_one(jobs: Sequence[Callable[[Tell], Result]], n_threads: int) -> list[Result]:
    before = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        return [job(lambda what: what()) for job in jobs]
    finally:
        torch.set_num_threads(before)


def _take_threads(n_threads: int) -> None:
    """Of torch, in this thread, for good: one that has not asked takes what was set last anywhere at its first sum."""
    torch.get_num_threads()
    torch.set_num_threads(n_threads)
