"""Gains: what is measured and what is usual put together; wrong labels, scarce labels and confused pairs with a known
truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tellapart.errors import SplitError
from tellapart.learning.cross_validation import OutOfFold
from tellapart.learning.folds import assign_folds
from tellapart.learning.gains.confused_pair import N_PICTURES, confused_pair
from tellapart.learning.gains.current_answers import CurrentAnswers, current_answers
from tellapart.learning.gains.error_gain import error_gain, mean_and_noise
from tellapart.learning.gains.label_gain import label_gain
from tellapart.learning.gains.picture_gain import MOST, picture_gain, picture_gains
from tellapart.learning.head import fit_head, fit_head_at, oof_logits_without
from tellapart.learning.label_noise import Doubts, find_doubts


def clouds(counts: list[int], seed: int = 0, apart: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Gaussian clouds in 32 dimensions, so many points of each, and their classes."""
    rng = np.random.default_rng([seed, len(counts)])
    middles = np.random.default_rng(seed).normal(0, apart, (len(counts), 32))
    targets = np.repeat(np.arange(len(counts)), counts)
    return (middles[targets] + rng.normal(size=(len(targets), 32))).astype(np.float32), targets


def answers(array: np.ndarray, targets: np.ndarray, groups: list[str] | None = None) -> CurrentAnswers:
    groups = groups or [f"{row}" for row in range(len(targets))]
    n_classes = int(targets.max()) + 1
    return current_answers(array, targets, n_classes, assign_folds(targets, groups), groups)


def doubts_of(now: CurrentAnswers) -> Doubts:
    folds = assign_folds(now.targets, [f"{group}" for group in now.groups], 10)
    logits = OutOfFold(now.fit.coordinates, folds).logits(now.targets, now.n_classes)
    return find_doubts(logits, now.targets)


def test_what_is_measured_well_counts_and_what_is_not_hardly():
    sure = error_gain(0.04, 0.001, 0.01, 0.02, 0.2)
    assert sure.expected == pytest.approx(0.04, abs=0.001) and 0.036 < sure.low < sure.high < 0.044
    unsure = error_gain(0.04, 0.2, 0.01, 0.02, 0.2)
    assert unsure.expected == pytest.approx(0.01, abs=0.001) and unsure.low < 0 < unsure.high
    nothing = error_gain(0.0, math.inf, 0.01, 0.02, 0.2)
    assert nothing.expected == 0.01 and 0.6 < nothing.likely < 0.75


def test_nobody_gains_more_than_there_are_mistakes():
    gain = error_gain(0.5, 0.01, 0.3, 0.2, 0.1)
    assert gain.expected == gain.high == 0.1 and gain.likely == pytest.approx(1.0)


def test_the_middle_of_the_range_holds_four_fifths():
    rng = np.random.default_rng(0)
    truth = rng.normal(0.02, 0.01, 4000)
    seen = truth + rng.normal(0, 0.01, 4000)
    gains = [error_gain(one, 0.01, 0.02, 0.01, 1.0) for one in seen]
    inside = np.mean([gain.low <= one <= gain.high for gain, one in zip(gains, truth, strict=True)])
    assert inside == pytest.approx(0.8, abs=0.025)


def test_copies_say_no_more_than_one_picture():
    of_each = np.tile([1.0, 0.0, 0.0, -1.0], 10)
    _, apart = mean_and_noise(of_each, np.arange(40))
    mean, together = mean_and_noise(of_each, np.repeat(np.arange(10), 4))
    assert mean == 0 and together == pytest.approx(2 * apart)
    assert mean_and_noise(np.zeros(50), np.arange(50))[1] > 0
    assert mean_and_noise(np.zeros(0), np.zeros(0, int)) == (0.0, math.inf)


def test_heads_without_some_pictures_are_those_that_never_had_them():
    array, targets = clouds([40, 40, 40])
    folds = assign_folds(targets, [f"{row}" for row in range(120)])
    fit = fit_head(array, targets, 3, folds)
    left_out = np.zeros(120, bool)
    left_out[:20] = True
    logits = oof_logits_without(fit, left_out)
    for fold in range(5):
        seen, asked = ~left_out & (folds != fold), folds == fold
        alone = fit_head_at(array[seen], targets[seen], 3, fit.head.l2).logits(array[asked])
        agree = (alone.argmax(axis=1) == logits[asked].argmax(axis=1)).mean()
        assert agree > 0.9, "standardised by other pictures, else the same"
    assert np.allclose(oof_logits_without(fit, np.zeros(120, bool)), fit.oof_logits, atol=0.02)
    left_out[:40] = True
    with pytest.raises(ValueError, match="no picture"):
        oof_logits_without(fit, left_out)


def test_wrong_labels_are_named_and_putting_them_right_helps_as_much_as_said():
    inside, expected, came = [], [], []
    for seed in range(8):
        array, truth = clouds([3090, 3090, 3090], seed, apart=0.45)
        is_test = np.arange(len(truth)) % 3090 >= 90
        given = truth[~is_test].copy()
        turned = np.random.default_rng(seed).permutation(270)[:54]
        given[turned] = (given[turned] + 1) % 3
        now = answers(array[~is_test], given)
        found = label_gain(now, doubts_of(now), np.ones(270, bool))
        assert found is not None and len(found.rows) > 8
        assert np.isin(found.rows, turned).mean() > 0.6, "most of those it names are wrong"
        mended = given.copy()
        mended[found.rows] = truth[~is_test][found.rows]
        after = answers(array[~is_test], mended)
        wrong = [
            (one.fit.head.logits(array[is_test]).argmax(axis=1) != truth[is_test]).mean()
            for one in (now, after)
        ]
        came.append(wrong[0] - wrong[1])
        expected.append(found.gain.expected)
        inside.append(found.gain.low <= came[-1] <= found.gain.high)
    assert np.mean(came) > 0.003 and np.mean(expected) > 0.003
    assert sum(inside) >= 5


def test_decided_labels_are_not_named_and_right_ones_hardly():
    array, targets = clouds([60, 60, 60], apart=0.9)
    now = answers(array, targets)
    assert label_gain(now, doubts_of(now), np.ones(180, bool)) is None
    targets[:10] = 1
    now = answers(array, targets)
    doubts = doubts_of(now)
    named = label_gain(now, doubts, np.ones(180, bool))
    assert named is not None and len(named.rows) > 4 and named.rows.max() < 10, "wrong ones and no others"
    assert (np.diff(doubts.score[named.rows]) <= 0).all(), "the most doubtful first"
    is_open = ~np.isin(np.arange(180), named.rows[:3])
    rest = label_gain(now, doubts, is_open)
    assert rest is not None and rest.rows.tolist() == named.rows[3:].tolist()
    assert label_gain(now, doubts, np.arange(180) >= 10) is None


def test_a_label_of_which_all_pictures_are_doubted_keeps_some():
    array, targets = clouds([60, 60], apart=0.9)
    targets = np.append(np.where(np.arange(120) < 60, 0, 1), [2, 2])
    array = np.concatenate([array, array[:2] + 0.01])
    now = answers(array, targets)
    found = label_gain(now, doubts_of(now), np.ones(122, bool))
    assert found is None or found.gain.high <= now.error


def test_the_scarce_label_is_the_one_to_get_more_of():
    rng = np.random.default_rng(4)
    targets = np.repeat(np.arange(4), [14, 90, 90, 90])
    middles = 2.0 * np.eye(4, 32)  # all as far from each other
    array = (middles[targets] + rng.normal(size=(len(targets), 32))).astype(np.float32)
    found = picture_gains(answers(array, targets))
    assert found[0].target == 0 and found[0].n_now == 14
    assert found[0].n_more == 80, "as many as the label in the middle has more, in tens"
    assert found[0].gain.expected > 0 and found[0].gain.low < found[0].gain.high


def test_more_pictures_bring_more_and_few_are_not_measured():
    array, targets = clouds([40, 60, 60], apart=0.3)
    now = answers(array, targets)
    some, many = (picture_gain(now, 0, n_more=n).gain.expected for n in (20, 80))
    assert 0 < some < many
    array, targets = clouds([5, 60, 60], apart=0.3)
    few = picture_gain(answers(array, targets), 0)
    assert few.n_more <= MOST and few.gain.high - few.gain.low > few.gain.expected, "the rule alone"


def test_where_nothing_is_wrong_nothing_is_gained():
    array, targets = clouds([60, 60], apart=2.0)
    now = answers(array, targets)
    assert now.error == 0 and picture_gains(now) == [] and confused_pair(now) is None


def test_the_confused_pair_and_the_pictures_between_them():
    rng = np.random.default_rng(1)
    targets = np.repeat([0, 1, 2], 60)
    middles = np.zeros((3, 16))
    middles[2, 0], middles[1, 1] = 8.0, 0.8  # 0 and 1 lie close, 2 far away
    array = (middles[targets] + rng.normal(size=(180, 16))).astype(np.float32)
    now = answers(array, targets)
    pair = confused_pair(now)
    assert pair is not None and {pair.first, pair.second} == {0, 1}
    both = (now.is_wrong & (targets < 2)).sum()
    assert pair.n_wrong == both and len(pair.rows) == N_PICTURES
    assert (targets[pair.rows] == [pair.first] * 3 + [pair.second] * 3).all()
    assert now.is_wrong[pair.rows[[0, 3]]].all(), "those most like the other label are mistakes"


def test_ties_go_to_the_first_pair():
    array, targets = clouds([40, 40, 40], apart=0.0)
    now = answers(array, targets)
    predicted = targets.copy()
    predicted[:5], predicted[40:45] = 1, 2  # five of each of two pairs
    tied = CurrentAnswers(now.fit, now.calibration, predicted, now.groups, now.is_counted, "project")
    pair = confused_pair(tied)
    assert pair is not None and (pair.first, pair.second, pair.n_wrong) == (0, 1, 5)


def test_one_label_or_one_picture_of_each_cannot_be_judged():
    array, targets = clouds([30, 30])
    with pytest.raises(SplitError, match="at least 2 labels"):
        answers(array[:30], targets[:30])
    with pytest.raises(SplitError, match="at least 2 labels"):
        answers(array[[0, 30]], targets[[0, 30]])
    with pytest.raises(SplitError, match="Add pictures"):
        answers(array, targets, ["first"] * 30 + ["second"] * 30)
