"""Reliability bins."""

import numpy as np
from tellapart.learning.statistics.reliability import reliability


def test_the_bins_hold_every_picture_once():
    rng = np.random.default_rng(0)
    told = np.append(rng.random(500), [0.0, 1.0, 0.1])
    is_so = rng.random(503) < told
    bins = reliability(told, is_so, np.arange(503))
    assert sum(one.n for one in bins) == 503 and bins[0].low == 0 and bins[-1].high == 1
    for one in bins:
        assert one.low <= one.mean <= one.high and one.interval[0] <= one.share <= one.interval[1]
        assert abs(one.mean - one.share) < 0.25  # what is told is drawn to come true


def test_nothing_held_out_gives_nothing():
    assert reliability(np.empty(0), np.empty(0, bool), np.empty(0, int)) == []


def test_copies_count_once():
    """Thirty copies of one picture that is mistaken, and seventy others that are right."""
    told, is_so = np.repeat([0.91, 0.99], [30, 70]), np.repeat([False, True], [30, 70])
    (one,) = reliability(told, is_so, np.r_[np.zeros(30, int), np.arange(1, 71)])
    (alone,) = reliability(told[29:], is_so[29:], np.arange(71))
    assert (one.n, one.share, one.interval) == (71, alone.share, alone.interval) and one.share > 0.98
    assert abs(one.mean - alone.mean) < 1e-9


def test_copies_that_differ_share_their_place():
    (one,) = reliability(np.full(4, 0.55), np.array([True, True, False, False]), np.array([0, 0, 0, 1]))
    assert one.n == 2 and abs(one.share - 1 / 3) < 1e-9
