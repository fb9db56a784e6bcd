"""Principal components: the few directions in which embeddings of these pictures differ, found once for every fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh

MAX_COMPONENTS = 256
_ENOUGH_ROWS = 20_000  # directions hardly change with more
_FEW_DIRECTIONS = 850  # up to here LAPACK finds all of them sooner than a chosen part


@dataclass(frozen=True)
class Components:
    """mean, scale: (D,) float32, standardise an embedding. basis: (D, R) float32, orthonormal directions after that,
    the largest last."""

    mean: np.ndarray
    scale: np.ndarray
    basis: np.ndarray

    def coordinates(self, embeddings: np.ndarray) -> np.ndarray:
        """(N, R) float32 of (N, D), without a standardised copy of the embeddings."""
        directions = self.basis / self.scale[:, None]
        return embeddings @ directions - self.mean @ directions


def fit_components(embeddings: np.ndarray, n_max: int = MAX_COMPONENTS) -> tuple[Components, np.ndarray]:
    """The directions that hold the spread of (N, D) embeddings, at most n_max, and the (N, R) float32 coordinates along
    them, which are found on the way where pictures are fewer than dimensions.

    An L2 penalty does not see a rotation, so with fewer pictures than that nothing is lost; with more, only directions
    of the smallest variance are, and a fit costs a fraction.
    """
    rows = embeddings[:: -(-len(embeddings) // _ENOUGH_ROWS)] if len(embeddings) else embeddings
    mean = rows.mean(axis=0, dtype=np.float64).astype(np.float32)
    scale = rows.std(axis=0, dtype=np.float64).astype(np.float32)
    scale = np.maximum(scale, _least_scale(mean, scale))
    basis, coordinates = _directions((rows - mean) / scale, n_max)
    components = Components(mean, scale, basis)
    if coordinates is None or len(rows) < len(embeddings):
        coordinates = components.coordinates(embeddings)
    return components, coordinates


def _least_scale(mean: np.ndarray, scale: np.ndarray) -> float:
    """A dimension that hardly moves in these pictures, or not at all, must not shout when it moves in the next."""
    moving = scale[scale > 1e-6]
    usual = float(np.median(moving)) if len(moving) else float(np.sqrt((mean.astype(np.float64) ** 2).mean()))
    return max(1e-6, 0.05 * usual)


def sample_rows(targets: np.ndarray, n_max: int) -> np.ndarray:
    """Indices of at most about n_max pictures, the same each time; small classes stay whole, all if they fit."""
    if len(targets) <= n_max:
        return np.arange(len(targets))
    shuffled = np.random.default_rng(0).permutation(len(targets))
    per_class = -(-n_max // len(np.unique(targets)))
    return np.sort(np.concatenate([shuffled[targets[shuffled] == k][:per_class] for k in np.unique(targets)]))


def _directions(inputs: np.ndarray, n_max: int) -> tuple[np.ndarray, np.ndarray | None]:
    """(D, R) of (N, D), and the coordinates (N, R) along them where there is nothing to be done for that."""
    n, n_features = inputs.shape
    is_wide = n < n_features
    gram = inputs @ inputs.T if is_wide else inputs.T @ inputs
    values, vectors = _largest(gram, n_max)
    is_real = values > max(1e-6 * float(values[-1]), 1e-12)
    values, vectors = values[is_real], vectors[:, is_real]
    if not is_wide:
        return np.ascontiguousarray(vectors, np.float32), None
    lengths = np.sqrt(values)
    return (inputs.T @ (vectors / lengths)).astype(np.float32), (vectors * lengths).astype(np.float32)


def _largest(gram: np.ndarray, n_max: int) -> tuple[np.ndarray, np.ndarray]:
    """The n_max largest eigenvalues, rising, and their vectors in columns."""
    side = len(gram)
    if side <= _FEW_DIRECTIONS:
        values, vectors = eigh(gram, driver="evd", check_finite=False)
        return values[-n_max:], vectors[:, -n_max:]
    chosen = [side - n_max, side - 1]
    values, vectors = eigh(gram, subset_by_index=chosen, check_finite=False)
    return values, vectors
