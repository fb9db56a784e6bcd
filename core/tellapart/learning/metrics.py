"""Numbers about predictions: pure functions on arrays. Fractions are 0 to 1; confusion rows are actual."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """(N, C) natural logarithms of probabilities."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def softmax(logits: np.ndarray) -> np.ndarray:
    """(N, C) probabilities; rows sum to 1."""
    return np.exp(log_softmax(logits))


def cautious(probs: np.ndarray, caution: float) -> np.ndarray:
    """(N, C) probabilities of which a share, 0 to 1, is spread evenly over the classes."""
    return np.asarray((1 - caution) * probs + caution / probs.shape[1])


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


def error_interval(n_wrong: float, n: float, z: float = 1.959964) -> tuple[float, float]:
    """Wilson score interval of an error rate, 95 % unless z says otherwise; (0, 1) for n = 0.

    Args:
        n_wrong, n: counts; fractions, too, where pictures do not count whole, see `effective_size`.

    Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".
    """
    if n == 0:
        return 0.0, 1.0
    rate = n_wrong / n
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def effective_size(groups: Sequence[Hashable]) -> float:
    """How many pictures that have nothing to do with one another tell as much as these, of which those in one group
    are copies: with groups of one size their number, with uneven ones less; 0 for none.

    Source: Kish 1965, "Survey Sampling", section 8.2 (the design effect of clusters whose members are all alike).
    """
    sizes = np.array(list(Counter(groups).values()), float)
    return float(sizes.sum() ** 2 / (sizes**2).sum()) if len(sizes) else 0.0


def interval_of_groups(is_wrong: np.ndarray, groups: Sequence[Hashable]) -> tuple[float, float]:
    """`error_interval` of the share of (N,) bool, of which those in one group count as one; see `effective_size`."""
    n = effective_size(groups)
    return error_interval(float(np.mean(is_wrong)) * n if n else 0.0, n)


def expected_calibration_error(
    probs: np.ndarray, targets: np.ndarray, n_bins: int = 15, weights: np.ndarray | None = None
) -> float:
    """Average gap between confidence and accuracy, 0 (calibrated) to 1.

    Args:
        probs: (N, C) float, rows sum to 1.
        targets: (N,) int, indices into the C classes.
        n_bins: equal-width confidence bins, [lo, hi) with the last one closed; empty bins count for nothing.
        weights: (N,) how much each picture counts; all the same unless given.
    Raises:
        ValueError: probs is not (N, C) with one row per target.
    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", eq. 3 (arXiv:1706.04599).
    """
    if probs.ndim != 2 or len(probs) != len(targets):
        raise ValueError(f"probs has shape {probs.shape}, expected ({len(targets)}, C).")
    if not len(targets):
        return 0.0
    return _binned_gap(probs.max(axis=1), probs.argmax(axis=1) == targets, n_bins, weights)


def debiased_calibration_error(
    probs: np.ndarray, targets: np.ndarray, n_bins: int = 15, weights: np.ndarray | None = None
) -> float:
    """`expected_calibration_error` without what chance adds to it: of few pictures in a bin the share that is right
    differs from the confidence even where every probability is true. Some remains: 250 answers that are all worth what
    they say have about 0.03 instead of 0.05.

    Args: as of `expected_calibration_error`.
    Source: Kumar et al. 2019, "Verified Uncertainty Calibration", section 5 (arXiv:1909.10155), for the absolute gap.
    """
    shares, gaps, spreads = _binned(probs.max(axis=1), probs.argmax(axis=1) == targets, n_bins, weights)
    sizes = np.abs(gaps) / np.maximum(spreads, 1e-12)
    by_erf = np.array([math.erf(one / math.sqrt(2)) for one in sizes])
    # mean of the absolute value of a normal one around the gap that was found
    seen = spreads * math.sqrt(2 / math.pi) * np.exp(-(sizes**2) / 2) + np.abs(gaps) * by_erf
    return max(0.0, float(shares @ (2 * np.abs(gaps) - seen)))


def class_calibration_errors(
    probs: np.ndarray, targets: np.ndarray, n_bins: int = 15, weights: np.ndarray | None = None
) -> np.ndarray:
    """(C,) average gap between the probability of each class and the share of pictures that are of it, 0 to 1.

    Args: as of `expected_calibration_error`.
    Source: Nixon et al. 2019, "Measuring Calibration in Deep Learning" (arXiv:1904.01685), the classwise error.
    """
    return np.array([_binned_gap(probs[:, k], targets == k, n_bins, weights) for k in range(probs.shape[1])])


def _binned_gap(told: np.ndarray, is_so: np.ndarray, n_bins: int, weights: np.ndarray | None) -> float:
    shares, gaps, _ = _binned(told, is_so, n_bins, weights)
    return float(shares @ np.abs(gaps))


def _binned(
    told: np.ndarray, is_so: np.ndarray, n_bins: int, weights: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each bin that holds pictures: its share of all, the gap between what is told and what is so, and the standard
    error of the latter."""
    weights = np.ones(len(told)) if weights is None else weights
    bins = np.minimum((told * n_bins).astype(int), n_bins - 1)
    held, squares, total, right = (
        np.bincount(bins, weights=one, minlength=n_bins)
        for one in (weights, weights**2, weights * told, weights * is_so)
    )
    there = held > 0
    held, rate = held[there], right[there] / held[there]
    spreads = np.sqrt(np.maximum(rate * (1 - rate), 0) * squares[there]) / held
    return held / max(weights.sum(), 1e-12), total[there] / held - rate, spreads


def balanced_accuracy(targets: np.ndarray, predicted: np.ndarray, n_classes: int) -> tuple[float, float]:
    """Mean over the classes of the share of right answers, and its standard error."""
    counts = np.bincount(targets, minlength=n_classes)
    right = np.bincount(targets[targets == predicted], minlength=n_classes)
    there = counts > 0
    if not there.any():
        return 0.0, 0.0
    # one right and one wrong answer more, so that ten of ten is not taken for certainty
    smoothed = (right[there] + 1) / (counts[there] + 2)
    variance = smoothed * (1 - smoothed) / counts[there]
    return float((right[there] / counts[there]).mean()), math.sqrt(float(variance.sum())) / int(there.sum())
