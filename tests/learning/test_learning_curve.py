"""Learning curves: the law is found again, copies stay together, and forecasts hold as often as they say."""

from __future__ import annotations

import numpy as np
import pytest
from tellapart.errors import Cancelled, SplitError
from tellapart.learning.folds import assign_folds
from tellapart.learning.head import fit_head, fit_head_at
from tellapart.learning.learning_curve import learning_curve
from tellapart.learning.learning_curve.curve import Forecast, LearningCurve
from tellapart.learning.learning_curve.power_law import fit_power_laws
from tellapart.learning.learning_curve.subsets import subset_answers

SIZES = np.array([40.0, 64, 96, 144, 214, 320])


def clouds(
    seed: int, n_per_class: int, n_classes: int = 3, apart: float = 0.25
) -> tuple[np.ndarray, np.ndarray]:
    """Gaussian clouds in 32 dimensions, and their classes."""
    rng = np.random.default_rng(seed)
    middles = rng.normal(0, apart, (n_classes, 32))
    targets = np.repeat(np.arange(n_classes), n_per_class)
    return (middles[targets] + rng.normal(size=(len(targets), 32))).astype(np.float32), targets


def singles(targets: np.ndarray) -> list[str]:
    return [f"{row}" for row in range(len(targets))]


@pytest.mark.parametrize("a, b, c", [(0.2, 0.3, 0.0), (0.1, 0.5, 0.05), (0.05, 1.0, 0.1)])
def test_a_law_is_found_again(a, b, c):
    errors = a * (SIZES / SIZES[-1]) ** -b + c
    laws = fit_power_laws(SIZES, errors[None], np.full(len(SIZES), 0.005))
    assert laws.at(320)[0] == pytest.approx(errors[-1], abs=0.006)
    assert laws.at(640)[0] == pytest.approx(a * 2**-b + c, abs=0.015)


def test_one_point_that_lies_apart_does_not_bend_the_curve():
    errors = 0.2 * (SIZES / SIZES[-1]) ** -0.5 + 0.02
    bent = errors.copy()
    bent[4] += 0.08
    straight, other = (
        fit_power_laws(SIZES, one[None], np.full(6, 0.01)).at(640)[0] for one in (errors, bent)
    )
    assert abs(other - straight) < 0.02


def test_errors_never_rise_and_never_fall_below_none():
    rng = np.random.default_rng(0)
    errors = np.clip(rng.uniform(0, 0.5, (300, 6)), 0, 1)
    laws = fit_power_laws(SIZES, errors, np.full(6, 0.02))
    assert (laws.at(640) <= laws.at(320) + 1e-12).all() and laws.at(1e9).min() >= 0
    assert fit_power_laws(SIZES, np.zeros((1, 6)), np.full(6, 0.01)).at(640)[0] == 0


def test_copies_are_held_out_and_drawn_together():
    """Pictures without any sign of their class, but each there four times: by the copies alone all could be known."""
    rng = np.random.default_rng(3)
    array = np.repeat(rng.normal(size=(40, 32)), 4, axis=0).astype(np.float32)
    targets = np.repeat(np.arange(40) % 2, 4)
    groups = [f"{row // 4}" for row in range(160)]
    together = subset_answers(array, targets, 2, groups, n_draws=1)
    alone = subset_answers(array, targets, 2, singles(targets), n_draws=1)
    assert together.wrong[0, -1].mean() > 0.3 > alone.wrong[0, -1].mean()
    assert (np.diff(together.sizes) > 0).all() and together.sizes[-1] == pytest.approx(128)


def test_a_head_of_a_known_strength_is_the_one_that_a_search_finds():
    array, targets = clouds(4, 40)
    searched = fit_head(array, targets, 3, assign_folds(targets, singles(targets))).head
    known = fit_head_at(array, targets, 3, searched.l2)
    assert (
        np.abs(known.logits(array) - searched.logits(array)).max()
        < 0.1 * np.abs(searched.logits(array)).max()
    )
    with pytest.raises(ValueError, match="have no picture"):
        fit_head_at(array, targets, 4, 0.1)


def test_the_same_seed_gives_the_same_curve_and_errors_fall():
    array, targets = clouds(1, 60)
    first, again = (learning_curve(array, targets, "abc", singles(targets)) for _ in range(2))
    assert first == again
    assert first.errors[0] > first.errors[-1] and first.whole.error < first.whole.now
    assert set(first.by_label) == set("abc")
    assert sum(one.n for one in first.by_label.values()) == first.whole.n == 180
    assert first.to_json()["sentence"] == first.sentence()


def test_forecasts_hold():
    """Fitted on half of the pictures, checked against the error on all, measured alike."""
    inside = []
    for seed in range(8):
        array, targets = clouds(
            seed, 60 + 12 * (seed % 3), n_classes=2 + seed % 3, apart=0.16 + 0.02 * (seed % 5)
        )
        half = np.arange(len(targets)) % 2 == 0
        labels = [f"{k}" for k in range(int(targets.max()) + 1)]
        curve = learning_curve(array[half], targets[half], labels, singles(targets[half]), n_draws=1)
        whole = subset_answers(array, targets, len(labels), singles(targets), n_draws=1, fractions=(1.0,))
        inside.append(curve.whole.low <= whole.wrong[0, -1].mean() <= curve.whole.high)
    assert np.mean(inside) >= 0.7


def test_few_pictures_and_a_label_in_one_group_are_no_trouble():
    array, targets = clouds(2, 5)
    groups = singles(targets)
    groups[10:15] = ["one subject"] * 5  # all of the third label: nobody who judges it has seen it
    curve = learning_curve(array, targets, "abc", groups, n_draws=2)
    assert set(curve.by_label) == {"a", "b"} and 0 <= curve.whole.low <= curve.whole.high <= 1
    assert curve.whole.n == 10


def test_pictures_that_are_all_copies_are_refused_in_a_sentence():
    array, targets = clouds(2, 5)
    groups = [f"{target}" for target in targets]
    with pytest.raises(SplitError, match="needs at least 2 labels with 2 different pictures each"):
        learning_curve(array, targets, "abc", groups)


def test_it_can_be_stopped_and_wrong_settings_are_refused():
    array, targets = clouds(2, 10)

    def stop(share: float) -> None:
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        learning_curve(array, targets, "abc", singles(targets), tell=stop)
    with pytest.raises(ValueError, match="times=1 is out of range"):
        learning_curve(array, targets, "abc", singles(targets), times=1)


def test_sentences():
    falls, stays = Forecast(0.13, 0.09, 0.06, 0.12, 300), Forecast(0.004, 0.004, 0.0, 0.02, 100)
    curve = LearningCurve((40, 80), (0.2, 0.13), (0.02, 0.01), 2.0, falls, {"cat": stays})
    assert curve.sentence() == (
        "With twice as many pictures about 9 of 100 would be wrong (6 to 12), now 13."
    )
    assert curve.label_sentence("cat") == (
        "cat: More pictures would bring little: with twice as many pictures of each label about 0.4 of 100 would be "
        "wrong (0 to 2), now 0.4."
    )


def test_a_curve_comes_back_from_json_and_nothing_else_does() -> None:
    whole = Forecast(0.13, 0.09, 0.06, 0.12, 80)
    curve = LearningCurve(
        (20.0, 80.0), (0.2, 0.13), (0.02, 0.01), 2.0, whole, {"oak": Forecast(0.2, 0.15, 0.1, 0.2, 40)}
    )
    record = curve.to_json()
    assert LearningCurve.from_json(record) == curve
    for broken in (
        {}, {**record, "sizes": []}, {**record, "errors": [0.1]}, {**record, "whole": {}}, {**record, "by_label": 3},
        {**record, "times": "twice"}, {**record, "by_label": {"oak": {**record["whole"], "low": None}}},
    ):  # fmt: skip
        with pytest.raises(ValueError):
            LearningCurve.from_json(broken)
