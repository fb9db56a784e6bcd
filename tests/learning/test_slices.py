"""Where a classifier is weaker: found when it is so, and not found in chance."""

import numpy as np
import pytest
from scipy.stats import fisher_exact
from tellapart.learning.slices import brightness, error_by_slice, slices_json, worst_slice


def drawn(n, rates, seed):
    """Pictures of several cameras with error rates of their own, and of several owners who make no difference."""
    rng = np.random.default_rng(seed)
    cameras = rng.integers(0, len(rates), n)
    is_wrong = rng.random(n) < np.array(rates)[cameras]
    values = {
        "camera": [f"camera {one}" for one in cameras],
        "owner": [f"owner {one}" for one in rng.integers(0, 8, n)],
    }
    return is_wrong, values


def test_a_weak_slice_is_the_worst_and_its_numbers_are_counted():
    is_wrong, values = drawn(1000, (0.05, 0.05, 0.3), seed=1)
    slices = error_by_slice(is_wrong, values, range(1000))
    worst = worst_slice(slices)
    chosen = np.array(values["camera"]) == "camera 2"
    assert (worst.by, worst.value) == ("camera", "camera 2")
    assert (worst.n, worst.n_wrong) == (chosen.sum(), is_wrong[chosen].sum())
    assert worst.interval[0] < worst.error_rate < worst.interval[1]


def test_chance_is_called_no_weakness_in_more_than_one_of_twenty():
    n_named = sum(
        worst_slice(error_by_slice(*drawn(300, (0.1, 0.1, 0.1, 0.1), seed), range(300))) is not None
        for seed in range(200)
    )
    assert n_named <= 14  # 5 % of 200, and twice its spread of 3


def test_a_picture_with_a_hundred_copies_counts_once():
    is_wrong = np.array([True] * 100 + [False] * 40)
    values = {"source": ["web"] * 100 + ["camera"] * 40}
    assert worst_slice(error_by_slice(is_wrong, values, range(140))).value == "web"
    groups = ["one thing"] * 100 + list(range(40))
    assert [one.value for one in error_by_slice(is_wrong, values, groups)] == ["camera"]


def test_its_chances_are_those_of_the_exact_test():
    is_wrong, values = drawn(400, (0.1, 0.2), seed=3)
    for one in error_by_slice(is_wrong, values, range(400)):
        table = [[one.n_wrong, one.n - one.n_wrong], [is_wrong.sum() - one.n_wrong, 0]]
        table[1][1] = 400 - one.n - table[1][0]
        assert one.chance == pytest.approx(fisher_exact(table, alternative="greater")[1], rel=1e-6)


@pytest.mark.parametrize("n", [0, 1, 9])
def test_few_pictures_one_value_and_unknown_ones_say_nothing(n):
    assert error_by_slice(np.ones(n, bool), {"source": ["web"] * n}, range(n)) == []
    assert error_by_slice(np.ones(50, bool), {"source": ["web"] * 50, "camera": [""] * 50}, range(50)) == []
    assert worst_slice([]) is None


def test_a_slice_as_json_and_what_is_dark():
    is_wrong = np.arange(60) < 20
    values = {"brightness": ["dark"] * 30 + ["bright"] * 30}
    record = slices_json(error_by_slice(is_wrong, values, range(60)))
    assert record["worst"] == record["slices"][0] and record["worst"]["value"] == "dark"
    assert record["worst"]["n_wrong"] == 20 and len(record["slices"]) == 2
    assert slices_json([]) == {"slices": [], "worst": None}
    grey = np.array([20, 128, 240], np.uint8)[:, None, None, None] * np.ones((1, 4, 4, 3), np.uint8)
    assert brightness(grey) == ["dark", "medium", "bright"] and brightness(grey[:0]) == []
