"""What probabilities are worth: how often they come true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tellapart.learning.metrics import error_interval

N_BINS = 10


@dataclass(frozen=True)
class ReliabilityBin:
    """Pictures whose probability lies from low to high. n: how many, copies counted once; mean: of their probabilities;
    share: of them that are of the class, with its 95 % interval. All 0 to 1."""

    low: float
    high: float
    n: int
    mean: float
    share: float
    interval: tuple[float, float]


def reliability(
    told: np.ndarray, is_so: np.ndarray, groups: np.ndarray, n_bins: int = N_BINS
) -> list[ReliabilityBin]:
    """The bins that hold pictures, from low to high; of equal width, [low, high), the last one closed.

    Args:
        told: (N,) probability of the class, 0 to 1. is_so: (N,) bool, whether the picture is of it. groups: (N,) int,
            copies share one, and together they weigh as much as a picture without any.
    Source: DeGroot & Fienberg 1983, "The comparison and evaluation of forecasters" (the reliability diagram).
    """
    places = np.minimum((told * n_bins).astype(int), n_bins - 1)
    found = []
    for place in range(n_bins):
        is_in = places == place
        if is_in.any():
            _, at, sizes = np.unique(groups[is_in], return_inverse=True, return_counts=True)
            weights, n = 1 / sizes[at], len(sizes)
            share = min(1.0, float(weights @ is_so[is_in]) / n)  # thirds may add up to a little more
            ends = place / n_bins, (place + 1) / n_bins
            mean = float(weights @ told[is_in]) / n
            found.append(ReliabilityBin(*ends, n, mean, share, error_interval(share * n, n)))
    return found
