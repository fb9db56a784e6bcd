"""Reliability bins and precision against coverage."""

import numpy as np
import pytest
from tellapart.learning.statistics.reliability import coverage, reliability


def test_the_bins_hold_every_picture_once():
    rng = np.random.default_rng(0)
    told = np.append(rng.random(500), [0.0, 1.0, 0.1])
    is_so = rng.random(503) < told
    bins = reliability(told, is_so)
    assert sum(one.n for one in bins) == 503 and bins[0].low == 0 and bins[-1].high == 1
    for one in bins:
        assert one.low <= one.mean <= one.high and one.interval[0] <= one.share <= one.interval[1]
        assert abs(one.mean - one.share) < 0.25  # what is told is drawn to come true


def test_answering_less_is_answering_better():
    rng = np.random.default_rng(1)
    sure = rng.uniform(0.4, 1, 400)
    probs = np.column_stack([sure, 1 - sure])
    targets = (rng.random(400) > sure).astype(int)
    points = coverage(probs, targets)
    assert [one.coverage for one in points] == sorted((one.coverage for one in points), reverse=True)
    assert points[0].coverage == 1 and points[0].n == 400
    assert points[0].precision == pytest.approx((probs.argmax(axis=1) == targets).mean())
    assert points[5].precision > points[0].precision + 0.1
    assert coverage(probs, targets, [1.01])[0].precision is None


def test_nothing_held_out_gives_nothing():
    assert reliability(np.empty(0), np.empty(0, bool)) == []
    assert coverage(np.empty((0, 2)), np.empty(0, int), [0.5])[0].n == 0
