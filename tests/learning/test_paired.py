"""Two classifiers on the same pictures: the exact test, the interval, and when a change is worse beyond chance."""

from math import comb

import numpy as np
import pytest
from scipy.stats import binomtest
from tellapart.learning.statistics.paired import Paired, is_clearly_worse, paired


def test_the_counts_are_picture_by_picture():
    first = np.array([0, 0, 1, 1, 1, 0], bool)
    second = np.array([0, 1, 0, 1, 0, 0], bool)
    found = paired(first, second)
    assert found == Paired(both_right=2, only_first=1, only_second=2, both_wrong=1) and found.n == 6
    assert found.difference == pytest.approx(second.mean() - first.mean())


@pytest.mark.parametrize(
    ("only_first", "only_second"), [(0, 0), (1, 0), (5, 14), (14, 5), (7, 7), (300, 380)]
)
def test_p_is_that_of_the_exact_binomial_test(only_first, only_second):
    pairs = Paired(100, only_first, only_second, 10)
    n = only_first + only_second
    expected = binomtest(only_first, n).pvalue if n else 1.0
    assert pairs.p_value == pytest.approx(expected, rel=1e-9)


def test_the_interval_is_newcombes():
    """His method 10 step by step gives these, for an even and for an odd number of pictures."""
    pairs = Paired(both_right=16, only_first=12, only_second=2, both_wrong=20)
    assert pairs.difference == pytest.approx(0.2)
    assert pairs.interval == pytest.approx((0.056156, 0.329207), abs=1e-5)
    assert Paired(20, 6, 2, 15).interval == pytest.approx((-0.038934, 0.218425), abs=1e-5)


def test_the_interval_holds_the_true_difference_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    shares, held = (0.8, 0.04, 0.09, 0.07), 0
    for _ in range(400):
        pairs = Paired(*rng.multinomial(120, shares).tolist())
        low, high = pairs.interval
        held += low <= shares[1] - shares[2] <= high
    assert 0.92 <= held / 400 <= 0.995


def test_without_pictures_nothing_is_known():
    nothing = paired(np.array([], bool), np.array([], bool))
    assert (nothing.n, nothing.p_value, nothing.interval, nothing.difference) == (0, 1.0, (-1.0, 1.0), 0.0)


def test_two_that_agree_on_everything_differ_by_little():
    low, high = Paired(90, 0, 0, 10).interval
    assert -0.1 < low < 0 < high < 0.1


@pytest.mark.parametrize(
    ("only_before", "only_after", "is_worse"),
    [(0, 0, False), (0, 4, False), (0, 5, True), (3, 8, False), (2, 12, True)],
)
def test_worse_beyond_chance_by_mcnemars_exact_test(only_before, only_after, is_worse):
    n = only_before + only_after
    assert (sum(comb(n, k) for k in range(only_after, n + 1)) < 0.05 * 2**n) == is_worse
    assert is_clearly_worse(Paired(50, only_after, only_before, 3)) == is_worse
