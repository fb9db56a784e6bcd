import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tellapart.learning.metrics import (
    cautious,
    class_calibration_errors,
    confusion_matrix,
    debiased_calibration_error,
    effective_size,
    error_interval,
    expected_calibration_error,
    log_softmax,
    precision_recall,
    softmax,
)


def test_softmax_rows_sum_to_one_for_huge_logits():
    probs = softmax(np.array([[1e4, 0.0], [-1e4, 1e4]], np.float32))
    assert np.allclose(probs.sum(axis=1), 1) and probs[0, 0] == 1.0
    assert np.isfinite(log_softmax(np.array([[1e4, 0.0]]))).all()


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60))
def test_confusion_rows_sum_to_class_sizes(pairs):
    targets, predicted = np.array(pairs).T
    matrix = confusion_matrix(targets, predicted, 5)
    assert matrix.sum(axis=1).tolist() == np.bincount(targets, minlength=5).tolist()
    assert matrix.sum(axis=0).tolist() == np.bincount(predicted, minlength=5).tolist()


def test_precision_and_recall_of_a_class_never_there_are_nan():
    precision, recall = precision_recall(np.array([[3, 1, 0], [0, 2, 0], [0, 0, 0]]))
    assert precision[:2].tolist() == [1.0, 2 / 3] and recall[0] == 0.75
    assert np.isnan(precision[2]) and np.isnan(recall[2])


def test_error_interval_is_wilsons():
    # Source of the expected values: Newcombe 1998, table I, method 3 (81 of 263; 0 of 20; 1 of 29)
    assert error_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert error_interval(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert error_interval(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)
    assert error_interval(0, 0) == (0.0, 1.0)


def test_calibration_error_is_the_gap_between_confidence_and_accuracy():
    probs = np.array([[0.9, 0.1]] * 10)
    assert expected_calibration_error(probs, np.array([0] * 9 + [1])) == pytest.approx(0.0, abs=1e-9)
    assert expected_calibration_error(probs, np.array([1] * 10)) == pytest.approx(0.9)
    with pytest.raises(ValueError, match=r"expected \(3, C\)"):
        expected_calibration_error(probs, np.zeros(3, int))


def answers(off, n=250):
    """Two classes: the surer one is right so much more rarely than it says."""
    rng = np.random.default_rng(int(100 * off))
    for _ in range(100):
        sure = rng.beta(5, 1.2, n)
        probs = np.stack([np.maximum(sure, 1 - sure), np.minimum(sure, 1 - sure)], axis=1)
        yield probs, np.where(rng.random(n) < probs[:, 0] - off, 0, 1)


def test_most_of_what_chance_adds_to_the_calibration_error_is_taken_away():
    found = [(expected_calibration_error(*one), debiased_calibration_error(*one)) for one in answers(0.0)]
    plain, debiased = np.mean(found, axis=0)
    assert plain > 0.045 and debiased < 0.7 * plain, "every probability is true"
    assert np.mean([debiased_calibration_error(*one) for one in answers(0.1)]) == pytest.approx(
        0.1, abs=0.015
    )


def test_of_many_pictures_and_of_none_chance_adds_nothing():
    probs, targets = next(answers(0.1, n=200_000))
    assert debiased_calibration_error(probs, targets) == pytest.approx(
        expected_calibration_error(probs, targets), abs=1e-4
    )
    assert debiased_calibration_error(probs[:0], targets[:0]) == 0
    twice = np.where(np.arange(400) % 2, 2.0, 0.0)
    own = debiased_calibration_error(probs[:400], targets[:400], weights=twice)
    assert own == pytest.approx(debiased_calibration_error(probs[1:400:2], targets[1:400:2]))


def test_copies_of_one_picture_tell_as_much_as_one():
    assert effective_size(["a", "b", "c"]) == 3 and effective_size([]) == 0
    assert effective_size(["a", "b"] * 7) == pytest.approx(2)
    assert 1 < effective_size(["a"] * 50 + ["b", "c"]) < 2, "one of fifty outweighs what two others tell"


def test_each_class_has_a_calibration_error_of_its_own():
    probs = np.repeat([[0.7, 0.3]], 100, axis=0)
    targets = np.array([0] * 95 + [1] * 5)
    assert class_calibration_errors(probs, targets) == pytest.approx([0.25, 0.25])
    weights = np.where(targets == 1, 95 / 5 * 3 / 7, 1.0)  # as if three of ten were of the second
    assert class_calibration_errors(probs, targets, weights=weights) == pytest.approx([0, 0], abs=1e-9)
    probs[:, :] = [0.95, 0.05]
    assert class_calibration_errors(probs, targets) == pytest.approx([0, 0], abs=1e-9)
    assert class_calibration_errors(probs[:0], targets[:0]).tolist() == [0, 0]


def test_caution_leaves_probabilities_and_their_order():
    probs = cautious(np.array([[0.9, 0.1, 0.0], [0.2, 0.3, 0.5]]), 0.3)
    assert probs.sum(axis=1) == pytest.approx(1) and probs.min() == pytest.approx(0.1)
    assert probs.argmax(axis=1).tolist() == [0, 2]
