"""Threads of linear algebra: where blocks that want one overlap, as on two threads of a program, none is lost."""

from tellapart.learning.numerics.blas_threads import blas_threads
from threadpoolctl import threadpool_info, threadpool_limits


def n_threads():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_the_last_of_overlapping_blocks_puts_back_what_was_before_the_first():
    with threadpool_limits(2, "blas"):
        before = n_threads()
        first, other = blas_threads(10), blas_threads(10)
        with blas_threads(10**6):
            assert n_threads() == before, "many rows are worth every thread"
        first.__enter__()
        other.__enter__()
        first.__exit__(None, None, None)
        assert n_threads() <= {1}
        other.__exit__(None, None, None)
        assert n_threads() == before
