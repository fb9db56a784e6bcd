"""Evaluation: how often a classifier is wrong on pictures that it has not seen, beside what guessing would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tellapart.metrics import confusion_matrix, error_interval, expected_calibration_error, precision_recall


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
    """Scores of one split. Rates are fractions; error_interval is the 95 % Wilson interval.

    confusion: (C, C) counts, rows actual. precision, recall: (C,), NaN where there is nothing to count.
    mistakes: every wrong picture, by the confidence of the wrong answer, the surest first. reject_rate: share called
    none of these.
    """

    n: int
    n_wrong: int
    error_rate: float
    error_interval: tuple[float, float]
    confusion: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    calibration_error: float
    reject_rate: float
    mistakes: tuple[Mistake, ...]


def evaluate(
    probs: np.ndarray, targets: np.ndarray, is_rejected: np.ndarray, classes: Sequence[str],
    image_ids: Sequence[str], paths: Sequence[str],
) -> Evaluation:  # fmt: skip
    """Scores of these predictions.

    Args:
        probs: (N, C), rows sum to 1. targets: (N,) int. is_rejected: (N,) bool, called none of these.
        image_ids, paths: (N,) of the pictures, for the mistakes.
    """
    predicted = probs.argmax(axis=1)
    wrong = np.flatnonzero(predicted != targets)
    rows = np.arange(len(targets))
    # of two answers that are equally sure, the one that left less to the right label
    surest = wrong[np.lexsort((probs[rows, targets][wrong], -probs[rows, predicted][wrong]))]
    confusion = confusion_matrix(targets, predicted, len(classes))
    precision, recall = precision_recall(confusion)
    return Evaluation(
        n=len(targets),
        n_wrong=len(wrong),
        error_rate=len(wrong) / len(targets),
        error_interval=error_interval(len(wrong), len(targets)),
        confusion=confusion,
        precision=precision,
        recall=recall,
        calibration_error=expected_calibration_error(probs, targets),
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
