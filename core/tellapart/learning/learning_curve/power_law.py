"""Power laws through learning curves: error = a · n^-b + c, many curves at once.

For a given b the law is linear in a and c, so b is tried on a grid and the rest solved; no search can get lost. A prior
holds b near what is usual where the points leave it open. Sources: Mukherjee et al. 2003, "Estimating dataset size
requirements for classifying DNA microarray data" (the inverse power law, fitted to subsets); Hestness et al. 2017,
"Deep learning scaling is predictable, empirically" (arXiv:1712.00409; exponents of 0.07 to 0.5 in practice).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

EXPONENTS = np.geomspace(0.1, 2.0, 25)
_USUAL, _SPREAD = (
    0.5,
    0.7,
)  # of the exponent: the middle and the deviation of its logarithm before anything is seen
_ROUNDS = 4  # of weighing points that lie apart less
_APART = 1.5  # median deviations: beyond, a point's weight falls (Huber's rule)


@dataclass(frozen=True)
class PowerLaws:
    """a, b, c: (B,) of each curve, all at least 0. scale: of n, which stands for n / scale in the law."""

    a: np.ndarray
    b: np.ndarray
    c: np.ndarray
    scale: float

    def at(self, n: float) -> np.ndarray:
        """(B,) errors at that many pictures."""
        return np.asarray(self.a * (n / self.scale) ** -self.b + self.c)


def fit_power_laws(
    sizes: np.ndarray, errors: np.ndarray, noise: np.ndarray, exponents: np.ndarray | None = None
) -> PowerLaws:
    """The law of each curve, with 0 <= c, so that errors fall, or stay, towards a level that is none below 0.

    Args:
        sizes: (S,) pictures, rising. errors: (B, S), 0 to 1. noise: (S,) standard errors of the points of one curve,
            above 0. exponents: (B,) where b is known already.
    """
    scale = float(sizes[-1])
    grid = np.log(EXPONENTS)
    shapes = (sizes / scale)[None, :] ** -EXPONENTS[:, None]  # (E, S)
    prior = ((grid - np.log(_USUAL)) / _SPREAD) ** 2
    if exponents is not None:
        shapes = (sizes / scale)[None, None, :] ** -exponents[:, None, None]  # (B, 1, S)
        prior = np.zeros(1)
    weights = np.broadcast_to(1 / noise**2, errors.shape).copy()  # (B, S)
    for _ in range(_ROUNDS):
        a, c = _solved(shapes, errors[:, None, :], weights[:, None, :])  # (B, E)
        left = errors[:, None, :] - a[..., None] * shapes - c[..., None]  # (B, E, S)
        misfit = (weights[:, None, :] * left**2).sum(axis=-1) + prior
        best = misfit.argmin(axis=1)[:, None]
        a, c = np.take_along_axis(a, best, axis=1)[:, 0], np.take_along_axis(c, best, axis=1)[:, 0]
        own = np.take_along_axis(left, best[..., None], axis=1)[:, 0]
        weights = _less_where_apart(own / noise) / noise**2
    b = EXPONENTS[best[:, 0]] if exponents is None else exponents
    return PowerLaws(a, b, c, scale)


def _solved(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """a and c of y = a x + c by weighted least squares, both at least 0. The last axis is summed over."""
    x, y, weights = np.broadcast_arrays(x, y, weights)
    total = weights.sum(axis=-1)
    mean_x, mean_y = (weights * x).sum(axis=-1) / total, (weights * y).sum(axis=-1) / total
    away = x - mean_x[..., None]
    spread = (weights * away**2).sum(axis=-1)
    a = (weights * away * (y - mean_y[..., None])).sum(axis=-1) / np.maximum(spread, 1e-12)
    a = np.maximum(a, 0)
    c = mean_y - a * mean_x
    through_zero = (weights * x * y).sum(axis=-1) / np.maximum((weights * x**2).sum(axis=-1), 1e-12)
    return np.where(c < 0, np.maximum(through_zero, 0), a), np.maximum(c, 0)


def _less_where_apart(left: np.ndarray) -> np.ndarray:
    """(B, S) weights 0 to 1, by how far a point lies from its curve beside the curve's other points."""
    usual = np.median(np.abs(left), axis=1, keepdims=True)
    limit = np.maximum(_APART * usual / 0.6745, 1.0)
    return np.asarray(np.minimum(1.0, limit / np.maximum(np.abs(left), 1e-12)))
