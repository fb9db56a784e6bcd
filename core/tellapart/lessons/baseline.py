"""A baseline: which mean digit is a picture nearest to. Nothing is trained; whatever is trained has to beat it."""

from __future__ import annotations

import numpy as np

from tellapart.errors import LessonError
from tellapart.lessons.digits import NAMES, DrawnDigits

METRICS = ("L1", "L2")


def mean_digits(digits: DrawnDigits, n_each: int | None = None) -> np.ndarray:
    """(2, 28, 28) float32: the mean three and the mean seven, of the first n_each of each; of all when None.

    Raises:
        LessonError: there are fewer than that, or none.
    """
    means = []
    for target, name in enumerate(NAMES):
        of_kind = digits.pixels[digits.targets == target]
        wanted = len(of_kind) if n_each is None else n_each
        if not 1 <= wanted <= len(of_kind):
            raise LessonError(
                f"A mean of {wanted} pictures of {name!r} was asked for, and {len(of_kind)} are there. "
                f"Choose from 1 to {len(of_kind)}."
            )
        means.append(of_kind[:wanted].mean(axis=0))
    return np.stack(means)


def distances(pixels: np.ndarray, means: np.ndarray, metric: str = "L1") -> np.ndarray:
    """(N, C) float64: how far each picture is from each mean, 0 (the same) to 1.

    pixels: (N, H, W), 0 to 1. means: (C, H, W). metric: "L1", the mean of the absolute differences, or "L2", the root
    of the mean of their squares, in which a few large differences weigh more than many small ones.

    Raises:
        LessonError: another metric.
    """
    if metric not in METRICS:
        raise LessonError(f"There is no metric {metric!r} here. Choose one of {', '.join(METRICS)}.")
    gaps = np.abs(pixels[:, None].astype(np.float64) - means[None])  # (N, C, H, W)
    if metric == "L1":
        return np.asarray(gaps.mean(axis=(2, 3)))
    return np.asarray(np.sqrt((gaps**2).mean(axis=(2, 3))))


def nearest(away: np.ndarray) -> np.ndarray:
    """(N,) int: the class at the smallest distance, the first of equal ones. away: (N, C)."""
    return away.argmin(axis=1)


def accuracy_and_loss(
    away: np.ndarray, targets: np.ndarray, nudges: np.ndarray, sharpness: float = 40.0
) -> tuple[np.ndarray, np.ndarray]:
    """(K,) accuracy, 0 to 1, and (K,) loss, at least 0, when "7" is favoured by each nudge, in units of distance.

    The accuracy is a metric: it counts, so it stays as it is until a picture changes sides. The loss is the mean of
    -log(probability of the right answer), which every nudge changes. away: (N, 2). targets: (N,). sharpness: how fast
    the probability of "7" goes from 0 to 1 as the two distances differ.
    """
    scores = (away[:, 0] - away[:, 1])[None] + np.asarray(nudges)[:, None]  # (K, N), above 0 for a seven
    accuracy = ((scores > 0) == targets.astype(bool)[None]).mean(axis=1)
    signed = sharpness * scores * np.where(targets > 0, 1.0, -1.0)[None]
    return accuracy, np.logaddexp(0.0, -signed).mean(axis=1)
