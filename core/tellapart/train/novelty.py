"""Novelty: how unlike every class a picture is, and the line above which it is 'none of these'.

The squared Mahalanobis distance to the nearest class mean, with one within-class covariance for all, in the space of the
head's principal components. Confidence alone cannot tell: a head must choose, and is often sure about a stranger.
Source: Lee et al. 2018, "A Simple Unified Framework for Detecting Out-of-Distribution Samples" (arXiv:1807.03888).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cholesky, solve_triangular

from tellapart.train.head import HeadFit

IN_CLASS_REJECT_RATE = 0.05
_SHRINKAGE = 0.1  # of the covariance towards a ball; few pictures leave most of its directions unknown


@dataclass(frozen=True)
class NoveltyFit:
    """projection: (D, R) and offset: (R,) take embeddings to a space where classes are balls around means: (C, R).

    threshold: a picture with more novelty is none of these; fitted so that 5 % of pictures which the fold had not seen
    lie above. oof_novelty: (N,) of the training pictures, each from the fold that had not seen it; around 1 for
    members of a class.
    """

    projection: np.ndarray
    offset: np.ndarray
    means: np.ndarray
    threshold: float
    oof_novelty: np.ndarray

    def novelty(self, embeddings: np.ndarray) -> np.ndarray:
        """(N,) of (N, D); the mean square per dimension of the distance to the nearest class."""
        return _distance(embeddings @ self.projection + self.offset, self.means)


def fit_novelty(fit: HeadFit, targets: np.ndarray) -> NoveltyFit:
    """From the pictures and folds of a head's fit."""
    n_classes = fit.oof_logits.shape[1]
    oof = np.empty(len(targets), np.float32)
    for fold in np.unique(fit.folds):
        seen = fit.folds != fold
        if not seen.any():
            seen = ~seen
        whiten, means = _balls(fit.coordinates[seen], targets[seen], n_classes)
        oof[fit.folds == fold] = _distance(fit.coordinates[fit.folds == fold] @ whiten, means)
    whiten, means = _balls(fit.coordinates, targets, n_classes)
    projection = ((fit.basis @ whiten) / fit.head.scale[:, None]).astype(np.float32)
    offset = -(fit.head.mean @ projection)
    threshold = float(np.quantile(oof, 1 - IN_CLASS_REJECT_RATE, method="higher"))
    return NoveltyFit(projection, offset, means, threshold, oof)


def _balls(coordinates: np.ndarray, targets: np.ndarray, n_classes: int) -> tuple[np.ndarray, np.ndarray]:
    """(R, R) whitening and (C, R) whitened class means; a class without a picture lies infinitely far away."""
    size = coordinates.shape[1]
    means = np.full((n_classes, size), np.nan, np.float32)
    for k in np.unique(targets):
        means[k] = coordinates[targets == k].mean(axis=0)
    residuals = coordinates - means[targets]
    covariance = residuals.T @ residuals / len(residuals)
    ball = max(float(np.trace(covariance)) / size, 1e-6)
    covariance = (1 - _SHRINKAGE) * covariance + _SHRINKAGE * ball * np.eye(size, dtype=np.float32)
    lower = cholesky(covariance, lower=True)
    whiten = solve_triangular(lower, np.eye(size), lower=True).T.astype(np.float32)
    return whiten, np.nan_to_num(means @ whiten, nan=1e9)


def _distance(points: np.ndarray, means: np.ndarray) -> np.ndarray:
    squares = (points**2).sum(axis=1)[:, None] - 2 * points @ means.T + (means**2).sum(axis=1)[None]
    return np.maximum(squares.min(axis=1) / points.shape[1], 0).astype(np.float32)
