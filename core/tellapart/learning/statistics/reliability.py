"""What probabilities are worth: how often they come true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tellapart.learning.metrics import error_interval

N_BINS = 10


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
