"""Threads of linear algebra: where blocks that want one overlap, as on two threads of a program, none is lost."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import ModuleType

import threadpoolctl
from tellapart.learning.numerics.blas_threads import one_thread
from threadpoolctl import threadpool_info, threadpool_limits


def n_threads():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@contextmanager
def two_threads() -> Iterator[set[int]]:
    """A block that begins with two, set by a thread that has ended since: one that lives may keep that to itself."""
    with ThreadPoolExecutor(1) as pool:
        limiter = pool.submit(threadpool_limits, 2, "blas").result()
    yield n_threads()  # none where linear algebra has no such number
    with ThreadPoolExecutor(1) as pool:
        pool.submit(limiter.restore_original_limits).result()


def test_the_last_of_overlapping_blocks_puts_back_what_was_before_the_first():
    with two_threads() as before, ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as another:
        for pools in ((one, another), (another, one), (one, one)):
            first, other = one_thread(), one_thread()
            pools[0].submit(first.__enter__).result()
            pools[1].submit(other.__enter__).result()
            pools[0].submit(first.__exit__, None, None, None).result()
            assert n_threads() <= {1}
            pools[1].submit(other.__exit__, None, None, None).result()
            assert n_threads() == before


def test_a_library_that_comes_while_a_block_lasts_is_found_by_the_next(monkeypatch):
    """scikit-learn brings linear algebra of its own."""
    n_looks: list[int] = []

    class Counted(threadpoolctl.ThreadpoolController):
        def __init__(self) -> None:
            super().__init__()
            n_looks.append(1)

    monkeypatch.setattr(threadpoolctl, "ThreadpoolController", Counted)
    with one_thread():
        n_looks.clear()
        with one_thread():
            assert n_looks == []
        monkeypatch.setitem(sys.modules, "a_library_of_tests", ModuleType("a_library_of_tests"))
        with one_thread(), one_thread():
            assert len(n_looks) == 1
