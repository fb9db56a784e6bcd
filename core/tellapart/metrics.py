"""Numbers about predictions: pure functions on arrays. Fractions are 0 to 1; confusion rows are actual."""

from __future__ import annotations

import math

import numpy as np


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """(N, C) natural logarithms of probabilities."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def softmax(logits: np.ndarray) -> np.ndarray:
    """(N, C) probabilities; rows sum to 1."""
    return np.exp(log_softmax(logits))


def confusion_matrix(targets: np.ndarray, predicted: np.ndarray, n_classes: int) -> np.ndarray:
    """(C, C) int: row = actual class, column = predicted class."""
    matrix = np.zeros((n_classes, n_classes), np.int64)
    np.add.at(matrix, (targets, predicted), 1)
    return matrix


def precision_recall(confusion: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Precision and recall of each class, (C,) each; NaN where a class was never predicted or never there."""
    right = np.diag(confusion).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return right / confusion.sum(axis=0), right / confusion.sum(axis=1)


def error_interval(n_wrong: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson score interval of an error rate, 95 % unless z says otherwise; (0, 1) for n = 0.

    Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".
    """
    if n == 0:
        return 0.0, 1.0
    rate = n_wrong / n
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def expected_calibration_error(probs: np.ndarray, targets: np.ndarray, n_bins: int = 15) -> float:
    """Average gap between confidence and accuracy, 0 (calibrated) to 1.

    Args:
        probs: (N, C) float, rows sum to 1.
        targets: (N,) int, indices into the C classes.
        n_bins: equal-width confidence bins, [lo, hi) with the last one closed; empty bins count for nothing.
    Raises:
        ValueError: probs is not (N, C) with one row per target.
    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", eq. 3 (arXiv:1706.04599).
    """
    if probs.ndim != 2 or len(probs) != len(targets):
        raise ValueError(f"probs has shape {probs.shape}, expected ({len(targets)}, C).")
    if not len(targets):
        return 0.0
    confidence = probs.max(axis=1)
    is_right = probs.argmax(axis=1) == targets
    bins = np.minimum((confidence * n_bins).astype(int), n_bins - 1)
    gaps = np.bincount(bins, weights=confidence - is_right, minlength=n_bins)
    return float(np.abs(gaps).sum() / len(targets))
