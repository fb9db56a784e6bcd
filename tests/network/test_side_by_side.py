"""Work side by side: what is told is heard by the thread that asked, and the first error ends all of it."""

import threading
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
