"""Evaluation: how often a classifier is wrong on pictures that it has not seen, beside what guessing would give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from tellapart.learning.calibration import PriorKind
from tellapart.learning.cross_validation import NOT_A_MEMBER, OutOfFold
from tellapart.learning.metrics import (
    class_calibration_errors,
    confusion_matrix,
    debiased_calibration_error,
    effective_size,
    error_interval,
    expected_calibration_error,
    precision_recall,
)


@dataclass(frozen=True)
class Mistake:
    """One picture that was taken for something else, with the confidence of the wrong answer."""

    image_id: str
    path: str
    label: str
    predicted: str
    confidence: float


@dataclass(frozen=True)
class Evaluation:
    """Scores of one split. Rates are fractions; error_interval is the 95 % Wilson interval, in which copies of one
    picture count once.

    n_different: of the pictures, copies counted once. confusion: (C, C) counts, rows actual. precision, recall: (C,),
    NaN where there is nothing to count. shares: (C,) of the classes as the classifier's prior has them, and
    mean_probs: (C,) of each class on average, which should be the same. calibration_error, class_calibration: (C,),
    average gaps between what probabilities say and what is so; debiased_calibration_error: the former without what
    chance adds.
    mistakes: every wrong picture, by the confidence of the wrong answer, the surest first. reject_rate: share called
    none of these.
    """

    n: int
    n_different: int
    n_wrong: int
    error_rate: float
    error_interval: tuple[float, float]
    confusion: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    shares: np.ndarray
    mean_probs: np.ndarray
    calibration_error: float
    debiased_calibration_error: float
    class_calibration: np.ndarray
    reject_rate: float
    mistakes: tuple[Mistake, ...]

    def by_class(self, classes: Sequence[str]) -> list[dict[str, Any]]:
        """Plain JSON values for each class, in order; None where there is nothing to count."""
        return [
            {
                "label": label,
                "precision": _number(self.precision[k]),
                "recall": _number(self.recall[k]),
                "n": int(self.confusion[k].sum()),
                "share": float(self.shares[k]),
                "mean_probability": float(self.mean_probs[k]),
                "calibration_error": float(self.class_calibration[k]),
            }
            for k, label in enumerate(classes)
        ]


def evaluate(
    probs: np.ndarray, targets: np.ndarray, is_rejected: np.ndarray, classes: Sequence[str],
    image_ids: Sequence[str], paths: Sequence[str], groups: Sequence[str], prior: PriorKind = "project",
) -> Evaluation:  # fmt: skip
    """Scores of these predictions.

    Args:
        probs: (N, C), rows sum to 1. targets: (N,) int. is_rejected: (N,) bool, called none of these.
        image_ids, paths: (N,) of the pictures, for the mistakes. groups: (N,), copies of one picture share a name.
        prior: what the probabilities are for; with "equal" classes weigh the same where probabilities are checked.
    """
    counts = np.bincount(targets, minlength=len(classes))
    weights = 1 / counts[targets] if prior == "equal" else np.ones(len(targets))
    shares = np.bincount(targets, weights=weights, minlength=len(classes)) / weights.sum()
    n_told_apart = effective_size(groups)
    predicted = probs.argmax(axis=1)
    wrong = np.flatnonzero(predicted != targets)
    rows = np.arange(len(targets))
    # of two answers that are equally sure, the one that left less to the right label
    surest = wrong[np.lexsort((probs[rows, targets][wrong], -probs[rows, predicted][wrong]))]
    confusion = confusion_matrix(targets, predicted, len(classes))
    precision, recall = precision_recall(confusion)
    return Evaluation(
        n=len(targets),
        n_different=len(set(groups)),
        n_wrong=len(wrong),
        error_rate=len(wrong) / len(targets),
        error_interval=error_interval(len(wrong) / len(targets) * n_told_apart, n_told_apart),
        confusion=confusion,
        precision=precision,
        recall=recall,
        shares=shares,
        mean_probs=weights @ probs / weights.sum(),
        calibration_error=expected_calibration_error(probs, targets, weights=weights),
        debiased_calibration_error=debiased_calibration_error(probs, targets, weights=weights),
        class_calibration=class_calibration_errors(probs, targets, weights=weights),
        reject_rate=float(is_rejected.mean()),
        mistakes=tuple(
            Mistake(
                image_ids[i],
                paths[i],
                classes[targets[i]],
                classes[predicted[i]],
                float(probs[i, predicted[i]]),
            )
            for i in surest
        ),
    )


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


class Leakage(NamedTuple):
    """What copies on both sides of a split do to the error rate.

    n_copies: of the checked pictures, those that have a copy among the ones that teach. error_with, error_without:
    error rate of the checked pictures with and without these; NaN where there is none. interval: of error_without."""

    n_checked: int
    n_copies: int
    error_with: float
    error_without: float
    interval: tuple[float, float]


def measure_leakage(
    coordinates: np.ndarray, groups: np.ndarray, targets: np.ndarray, n_classes: int, checked: np.ndarray
) -> Leakage | None:
    """The leak of one split; None when nothing is checked, or fewer than two classes teach.

    Args:
        coordinates: (N, R) float32. groups: (N,) int, near-duplicates share one. targets: (N,) int, NOT_A_MEMBER for
            those that do not count. checked: (N,) bool, held out; the others teach.
    """
    is_member = targets != NOT_A_MEMBER
    teaching, checked = is_member & ~checked, is_member & checked
    if len(np.unique(targets[teaching])) < 2 or not checked.any():
        return None
    logits = OutOfFold(coordinates, checked.astype(np.int64)).logits(targets, n_classes)
    wrong = logits.argmax(axis=1) != targets
    has_copy = checked & np.isin(groups, groups[teaching])
    honest = checked & ~has_copy
    return Leakage(
        n_checked=int(checked.sum()),
        n_copies=int(has_copy.sum()),
        error_with=float(wrong[checked].mean()),
        error_without=float(wrong[honest].mean()) if honest.any() else math.nan,
        interval=error_interval(int(wrong[honest].sum()), int(honest.sum())),
    )
