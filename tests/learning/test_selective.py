"""Answering only where a classifier is sure enough: counted by hand, and on drawn answers."""

import numpy as np
import pytest
from tellapart.learning.metrics import error_interval
from tellapart.learning.statistics.selective import Selection

# six pictures: the likeliest label and its probability, and what it is
SAID = [(0, 0.95, 0), (0, 0.9, 1), (1, 0.8, 1), (1, 0.7, 1), (2, 0.6, 0), (2, 0.5, 2)]


def selection(groups=None, is_none=None):
    probs = np.array([[(1 - p) / 2 + (k == said) * (1.5 * p - 0.5) for k in range(3)] for said, p, _ in SAID])
    assert probs.sum(axis=1) == pytest.approx(1) and probs.max(axis=1) == pytest.approx(
        [p for _, p, _ in SAID]
    )
    targets = np.array([target for _, _, target in SAID])
    return Selection(probs, targets, groups or list(range(6)), ["a", "b", "c"], is_none)


def test_what_is_answered_and_what_of_it_is_wrong_is_counted():
    everything, some = selection().at(0.0), selection().at(0.75)
    assert (everything.n_answered, everything.n_wrong, everything.coverage) == (6, 2, 1.0)
    assert (some.n, some.n_answered, some.n_wrong, some.coverage) == (6, 3, 1, 0.5)
    assert some.error_rate == pytest.approx(1 / 3) and some.interval == error_interval(1, 3)
    nothing = selection().at(0.99)
    assert nothing.n_answered == 0 and nothing.error_rate is None and nothing.interval == (0.0, 1.0)


def test_near_duplicates_make_the_interval_wider_and_change_no_count():
    alone, together = selection().at(0.0), selection([0, 0, 0, 1, 1, 1]).at(0.0)
    assert (alone.n_answered, alone.n_wrong) == (together.n_answered, together.n_wrong)
    assert together.interval == error_interval(
        2 / 6 * 2, 2
    )  # two groups of three tell as much as two pictures
    assert together.interval[1] - together.interval[0] > alone.interval[1] - alone.interval[0]


def test_each_label_by_itself():
    a, b, c = selection().by_label(0.65)
    assert (a.label, a.n, a.n_found, a.n_said, a.n_said_wrong) == ("a", 2, 1, 2, 1)
    assert (b.n, b.n_found, b.n_said, b.n_said_wrong) == (3, 2, 2, 0)
    assert (c.n, c.n_found, c.n_said, c.n_said_wrong) == (1, 0, 0, 0)


def test_what_is_none_of_these_is_never_answered_however_sure():
    is_none = np.array([True, False, False, False, False, True])
    found = selection(is_none=is_none).at(0.0)
    assert (found.n, found.n_answered, found.n_none, found.n_wrong) == (6, 4, 2, 2)
    assert found.interval == error_interval(2, 4)
    sure = selection(is_none=is_none).at(0.85)
    assert (sure.n_answered, sure.n_none, sure.n_wrong) == (1, 2, 1)
    a = selection(is_none=is_none).by_label(0.0)[0]
    assert (a.n, a.n_found, a.n_said) == (2, 0, 1), "the surest one was none of these"
    curve = selection(is_none=is_none).curve()
    assert [round(threshold, 3) for threshold, _ in curve] == [0.6, 0.7, 0.8, 0.9]


def test_answering_less_is_answering_better():
    rng = np.random.default_rng(1)
    sure = rng.uniform(0.5, 1, 400)
    probs = np.column_stack([sure, 1 - sure])
    targets = (rng.random(400) > sure).astype(int)
    curve = Selection(probs, targets, list(range(400)), ["a", "b"]).curve(n_points=50)
    assert len(curve) == 50 and curve[0][1].n_answered == 400 and curve[-1][1].n_answered == 1
    numbers = [one.n_answered for _, one in curve]
    assert numbers == sorted(numbers, reverse=True)
    assert curve[40][1].error_rate < curve[0][1].error_rate - 0.1


def test_nothing_held_out_answers_nothing():
    empty = Selection(np.empty((0, 2)), np.empty(0, int), [], ["a", "b"])
    assert empty.at(0.5).coverage == 0 and empty.curve() == []
    assert [one.n for one in empty.by_label(0.5)] == [0, 0]
