"""Reliability bins."""

import numpy as np
from tellapart.learning.statistics.reliability import reliability


def test_the_bins_hold_every_picture_once():
    rng = np.random.default_rng(0)
    told = np.append(rng.random(500), [0.0, 1.0, 0.1])
    is_so = rng.random(503) < told
    bins = reliability(told, is_so)
    assert sum(one.n for one in bins) == 503 and bins[0].low == 0 and bins[-1].high == 1
    for one in bins:
        assert one.low <= one.mean <= one.high and one.interval[0] <= one.share <= one.interval[1]
        assert abs(one.mean - one.share) < 0.25  # what is told is drawn to come true


def test_nothing_held_out_gives_nothing():
    assert reliability(np.empty(0), np.empty(0, bool)) == []
