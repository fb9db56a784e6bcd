"""What probabilities are worth: how often they come true, and what it costs to answer only where they are high."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tellapart.learning.metrics import error_interval

N_BINS = 10
THRESHOLDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)


@dataclass(frozen=True)
class ReliabilityBin:
    """Pictures whose probability lies from low to high. n: how many; mean: of their probabilities; share: of them that
    are of the class, with its 95 % interval. All 0 to 1."""

    low: float
    high: float
    n: int
    mean: float
    share: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class CoveragePoint:
    """Answering only from a threshold on. n: pictures answered; coverage: their share of all; precision: share of them
    that is right, with its 95 % interval; None where nothing is answered."""

    threshold: float
    n: int
    coverage: float
    precision: float | None
    interval: tuple[float, float]


def reliability(told: np.ndarray, is_so: np.ndarray, n_bins: int = N_BINS) -> list[ReliabilityBin]:
    """The bins that hold pictures, from low to high; of equal width, [low, high), the last one closed.

    Args:
        told: (N,) probability of the class, 0 to 1. is_so: (N,) bool, whether the picture is of it.
    Source: DeGroot & Fienberg 1983, "The comparison and evaluation of forecasters" (the reliability diagram).
    """
    places = np.minimum((told * n_bins).astype(int), n_bins - 1)
    found = []
    for place in range(n_bins):
        is_in = places == place
        n, n_so = int(is_in.sum()), int(is_so[is_in].sum())
        if n:
            ends = place / n_bins, (place + 1) / n_bins
            found.append(
                ReliabilityBin(*ends, n, float(told[is_in].mean()), n_so / n, error_interval(n_so, n))
            )
    return found


def coverage(
    probs: np.ndarray, targets: np.ndarray, thresholds: Sequence[float] = THRESHOLDS
) -> list[CoveragePoint]:
    """Precision against coverage, a point for each threshold on the largest probability.

    Args:
        probs: (N, C), rows sum to 1. targets: (N,) int.
    Source: Geifman & El-Yaniv 2017, "Selective classification for deep neural networks" (arXiv:1705.08500).
    """
    surest = probs.max(axis=1) if len(probs) else np.empty(0)
    is_right = probs.argmax(axis=1) == targets if len(probs) else np.empty(0, bool)
    found = []
    for threshold in thresholds:
        is_answered = surest >= threshold
        n, n_right = int(is_answered.sum()), int(is_right[is_answered].sum())
        precision = n_right / n if n else None
        found.append(
            CoveragePoint(threshold, n, n / max(1, len(probs)), precision, error_interval(n_right, n))
        )
    return found
