"""Overfitting: curves of any degree through a few noisy points, and what points that were held out say of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tellapart.errors import LessonError

NOISE = 0.3
MOST_POINTS = 1000


@dataclass(frozen=True)
class Points:
    """x: (N,) float, -1 to 1, rising. y: (N,) float."""

    x: np.ndarray
    y: np.ndarray

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class FittedCurve:
    """A polynomial. coefficients: (degree + 1,) float, of Chebyshev polynomials on -1 to 1."""

    coefficients: np.ndarray

    @property
    def degree(self) -> int:
        """0 for a level line, 1 for a straight one."""
        return len(self.coefficients) - 1

    def at(self, x: np.ndarray) -> np.ndarray:
        """(N,) heights at (N,) places."""
        return np.asarray(np.polynomial.chebyshev.chebval(x, self.coefficients))


def truth(x: np.ndarray) -> np.ndarray:
    """The curve behind the points, which nobody who fits one gets to see."""
    return np.sin(2.5 * x) + 0.4 * x


def noisy_points(n: int, seed: int = 0, noise: float = NOISE) -> Points:
    """n points near the truth, one at a random place in each of n equal parts of the axis. noise: standard deviation of
    what is added to each.

    Raises:
        LessonError: n is below 1 or above 1,000, or noise below 0.
    """
    if not 1 <= n <= MOST_POINTS:
        raise LessonError(f"{n} points were asked for. Choose from 1 to {MOST_POINTS:,}.")
    if not noise >= 0:
        raise LessonError(f"noise={noise:g}: choose 0 or more.")
    random = np.random.default_rng(seed)
    x = -1 + 2 * (np.arange(n) + random.random(n)) / n
    return Points(x, truth(x) + random.normal(0, noise, n))


def fitted(points: Points, degree: int) -> FittedCurve:
    """The curve of this degree with the least squared error on the points.

    Raises:
        LessonError: the degree is below 0, or the curve has more numbers to choose than there are points.
    """
    n = len(points)
    if degree < 0:
        raise LessonError(f"There is no curve of degree {degree}. Choose 0, a level line, or more.")
    if degree >= n:
        raise LessonError(
            f"A curve of degree {degree} has {degree + 1} numbers to choose, and {n} point(s) cannot settle them. "
            f"Choose degree {n - 1} or less, or add points."
        )
    powers = np.polynomial.chebyshev.chebvander(points.x, degree)  # (N, degree + 1)
    return FittedCurve(np.linalg.lstsq(powers, points.y, rcond=None)[0])


def error_of(curve: FittedCurve, points: Points) -> float:
    """Root of the mean squared distance in height between the curve and the points."""
    return float(np.sqrt(np.mean((curve.at(points.x) - points.y) ** 2)))


def errors_by_degree(training: Points, held_out: Points, most: int) -> np.ndarray:
    """(most + 1, 2) float: error on the training points and on those held out, for each degree from 0 to `most`.

    Raises:
        LessonError: see `fitted`.
    """
    curves = [fitted(training, degree) for degree in range(most + 1)]
    return np.array([[error_of(curve, training), error_of(curve, held_out)] for curve in curves])
