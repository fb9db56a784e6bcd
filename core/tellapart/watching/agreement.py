"""How far two who name the same things agree: Cohen's kappa with its interval.

Sources: Cohen 1960, "A coefficient of agreement for nominal scales"; Fleiss, Cohen & Everitt 1969, "Large sample
standard errors of kappa and weighted kappa" (the standard error, for kappa other than 0).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Kappa:
    """value: 1 for full agreement, 0 for what chance gives, below for less; nan where both name one thing only.
    interval: 95 %."""

    value: float
    interval: tuple[float, float]


def cohens_kappa(counts: np.ndarray, z: float = 1.959964) -> Kappa:
    """Agreement beyond chance of a table (C, C): rows what the one says, columns what the other says."""
    n = counts.sum()
    if not n:
        return Kappa(math.nan, (-1.0, 1.0))
    shares = counts / n
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed, chance = float(np.trace(shares)), float(rows @ columns)
    if chance >= 1:
        return Kappa(math.nan, (-1.0, 1.0))
    value = (observed - chance) / (1 - chance)
    diagonal = np.diag(shares)
    agreed = float((diagonal * (1 - (rows + columns) * (1 - value)) ** 2).sum())
    apart = shares * (columns[:, None] + rows[None, :]) ** 2
    disagreed = (1 - value) ** 2 * float(apart.sum() - np.trace(apart))
    variance = (agreed + disagreed - (value - chance * (1 - value)) ** 2) / (n * (1 - chance) ** 2)
    half = z * math.sqrt(max(0.0, variance))
    return Kappa(value, (max(-1.0, value - half), min(1.0, value + half)))
