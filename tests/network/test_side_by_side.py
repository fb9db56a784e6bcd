"""Work side by side: what is told is heard by the thread that asked, and the first error ends all of it."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
import torch
from tellapart.network.tuning.side_by_side import StoppedError, side_by_side


def test_results_keep_their_order_and_news_are_heard_by_the_caller():
    both, heard = threading.Barrier(2), []

    def job(name, tell):
        both.wait(60)  # at the same time, or never
        tell(lambda: heard.append((name, threading.current_thread())))
        return name, torch.get_num_threads()

    before = torch.get_num_threads()
    assert side_by_side([partial(job, "a"), partial(job, "b")], 2, 1) == [("a", 1), ("b", 1)]
    assert sorted(name for name, _ in heard) == ["a", "b"]
    assert {thread for _, thread in heard} == {threading.current_thread()}
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("where", ["job", "hearing"])
def test_an_error_stops_the_others_at_their_next_word(where):
    stopped, begun = [], threading.Event()

    def failing(tell):
        begun.wait(60)
        if where == "job":
            raise KeyError("a job")
        tell(fail)

    def fail():
        raise KeyError("hearing")

    def endless(tell):
        try:
            while True:
                tell(begun.set)
        except StoppedError:
            stopped.append(True)
            raise

    with pytest.raises(KeyError, match=where.split()[0]):
        side_by_side([failing, endless], 2, 1)
    assert stopped == [True]


def test_what_has_not_begun_when_one_fails_is_left_out():
    begun = []

    def job(name, tell):
        begun.append(name)
        raise ValueError(name)

    with pytest.raises(ValueError, match="first"):
        side_by_side([partial(job, "first"), *[partial(job, f"later {n}") for n in range(50)]], 1, 1)
    assert begun == ["first"]


def test_one_at_a_time_is_done_by_the_caller_itself():
    """On another thread what a step of all layers takes from memory, 450 MB, comes new from the system each time."""

    def job(tell):
        heard = []
        tell(lambda: heard.append(threading.current_thread()))
        return [threading.current_thread(), *heard, torch.get_num_threads()]

    before = torch.get_num_threads()
    assert side_by_side([job, job], 1, before + 1) == 2 * [2 * [threading.current_thread()] + [before + 1]]
    assert torch.get_num_threads() == before


def test_a_job_keeps_its_threads_when_others_set_theirs():
    def job(tell):
        is_set = threading.Event()

        def set_elsewhere():
            other = threading.Thread(target=torch.set_num_threads, args=(3,))
            other.start()
            other.join()
            is_set.set()

        tell(set_elsewhere)
        assert is_set.wait(60)
        return torch.get_num_threads()

    before = torch.get_num_threads()
    assert side_by_side([job, job], 2, 1) == [1, 1]
    assert torch.get_num_threads() == before


def test_where_no_thread_can_be_had_those_that_have_begun_are_stopped(monkeypatch):
    begun, stopped, usual = threading.Event(), [], ThreadPoolExecutor.submit

    def submit(self, run, job):
        if begun.is_set():
            raise RuntimeError("can't start new thread")
        future = usual(self, run, job)
        assert begun.wait(60)
        return future

    def endless(tell):
        begun.set()
        try:
            for _ in range(2000):
                tell(lambda: None)
                time.sleep(0.01)
        except StoppedError:
            stopped.append(True)
            raise

    monkeypatch.setattr(ThreadPoolExecutor, "submit", submit)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        side_by_side([endless, endless], 2, 1)
    assert stopped == [True]
