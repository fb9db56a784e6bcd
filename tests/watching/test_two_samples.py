"""The tests that watching stands on: they tell what is there, and raise few false alarms."""

import math

import numpy as np
import pytest
from tellapart.watching import two_samples
from tellapart.watching.agreement import cohens_kappa
from tellapart.watching.two_samples import energy_test, holm


def test_the_statistic_is_what_the_definition_gives():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 3)), rng.normal(size=(30, 3)) + 0.5

    def mean(a, b):
        return np.mean([np.linalg.norm(p - q) for p in a for q in b])

    energy = 2 * mean(x, y) - mean(x, x) - mean(y, y)
    found = energy_test(x, y)
    assert found.statistic == pytest.approx(20 * 30 / 50 * energy) and (found.n, found.m) == (20, 30)
    assert found.share == pytest.approx(energy / (2 * mean(x, y)))


def test_what_is_alike_raises_few_alarms_and_what_is_not_is_told():
    rng = np.random.default_rng(1)
    alike = [
        energy_test(rng.normal(size=(60, 16)), rng.normal(size=(80, 16)), seed, 199).p for seed in range(100)
    ]
    assert 1 <= sum(p <= 0.1 for p in alike) <= 20 and sum(p <= 0.01 for p in alike) <= 5
    moved = [
        energy_test(rng.normal(size=(60, 16)) + 0.4, rng.normal(size=(80, 16)), seed, 199).p
        for seed in range(20)
    ]
    assert max(moved) <= 0.01
    wider = [
        energy_test(rng.normal(size=(60, 16)) * 1.5, rng.normal(size=(80, 16)), seed, 199).p
        for seed in range(10)
    ]
    assert max(wider) <= 0.01


def test_odd_sets():
    same = np.ones((30, 16))
    assert energy_test(same, same).p == 1.0 and energy_test(same, same).share == 0.0
    assert energy_test(same[:1], same[:1]).p == 1.0
    with pytest.raises(ValueError, match="both sides"):
        energy_test(same[:0], same)


def test_no_more_permutations_are_drawn_than_p_needs(monkeypatch):
    """Of what is alike, few tell; of what is not, all that were asked for are drawn."""
    drawn = []
    energies = two_samples._energies
    monkeypatch.setattr(
        two_samples, "_energies", lambda *them: (drawn.append(them[1].shape[1]), energies(*them))[1]
    )
    rng = np.random.default_rng(2)
    some, others = rng.normal(size=(60, 16)), rng.normal(size=(80, 16))
    assert 0.02 < energy_test(some, others, 0, 50_000).p <= 1 and sum(drawn) < 10_000
    drawn.clear()
    assert energy_test(some + 1, others, 0, 20_000).p == 1 / 20_001 and sum(drawn) == 20_001


def test_a_p_that_was_known_early_is_that_of_all_permutations():
    for seed in range(5):
        rng = np.random.default_rng(seed)
        some, others = rng.normal(size=(40, 4)) + 0.1, rng.normal(size=(40, 4))
        whole = energy_test(some, others, 0, 49)  # too few for an end before them
        early = energy_test(some, others, 0, 50_000)
        assert early.p == pytest.approx(whole.p, abs=0.25) and early.statistic == whole.statistic


def test_holm_makes_p_values_larger_in_order():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == [] and holm([0.7, 0.9]) == [1.0, 1.0]


def test_kappa_is_that_of_the_books():
    """Fleiss, Cohen & Everitt 1969, table 1: kappa 0.429, standard error 0.054, of 200."""
    shares = np.array([[0.53, 0.05, 0.02], [0.11, 0.14, 0.05], [0.01, 0.06, 0.03]])
    found = cohens_kappa(np.round(shares * 200))
    assert found.value == pytest.approx(0.429, abs=1e-3)
    assert (found.interval[1] - found.value) / 1.959964 == pytest.approx(0.054, abs=1e-3)


def test_kappa_at_its_ends():
    assert (
        cohens_kappa(np.diag([5, 5])).value == 1.0 and cohens_kappa(np.array([[0, 5], [5, 0]])).value == -1.0
    )
    assert math.isnan(cohens_kappa(np.array([[9]])).value) and math.isnan(
        cohens_kappa(np.zeros((2, 2), int)).value
    )
