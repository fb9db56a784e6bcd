"""Novelty: how unlike every class a picture is, and the line above which it is 'none of these'.

The squared Mahalanobis distance to the nearest class mean, with one within-class covariance for all classes, along the
directions in which the training pictures spread; and, beside them, what an embedding has in other directions, dimension
by dimension, so that a stranger that looks like nothing seen before stands out. A dimension counts less the more its
squares vary among pictures that the directions were not found from: where members often lie far, that tells little.
Confidence alone cannot tell: a head must choose, and is often sure.
Source: Lee et al. 2018, "A Simple Unified Framework for Detecting Out-of-Distribution Samples" (arXiv:1807.03888).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh, solve_triangular

from tellapart.learning.folds import can_be_told
from tellapart.learning.numerics.blas_threads import one_thread
from tellapart.learning.numerics.principal_components import fit_components, sample_rows

IN_CLASS_REJECT_RATE = 0.05
_UNKNOWN, _WITHIN = (
    1.0,
    0.5,
)  # before any picture: as if one had been seen with half of all spread within its class
_SHRINKAGE = 0.1  # of the covariance towards a ball; few pictures leave most of its directions unknown
_AS_USUAL = 5.0  # before any picture: as if the squares of five had varied in a dimension as they do in all
_LEAST_VARIANCE, _LEAST_SHARE = (
    1e-8,
    0.05,
)  # of squares beside the axes: less is rounding, and shall not be made much of
_LEAST_LINE = 0.01  # of the distance of classes: where members are all the same, rounding is no novelty
_ENOUGH = 20_000  # pictures; more change neither the model nor the line
_MANY = 2000  # from there one fold has pictures enough to find the line


@dataclass(frozen=True)
class NoveltyModel:
    """mean, scale: (D,) standardise an embedding. axes: (D, R) orthonormal; spread: (R,) standard deviation within a
    class along each; means: (C, R) of the classes, in units of spread; beside: (D,) how much the square of what the
    axes leave of each dimension counts."""

    mean: np.ndarray
    scale: np.ndarray
    axes: np.ndarray
    spread: np.ndarray
    means: np.ndarray
    beside: np.ndarray

    def novelty(self, embeddings: np.ndarray) -> np.ndarray:
        """(N,) of (N, D): squared distance to the nearest class, per dimension; around 1 for members of a class."""
        inputs = (embeddings - self.mean) / self.scale
        along = inputs @ self.axes  # (N, R)
        nearest = _squared_distances(along / self.spread, self.means).min(axis=1)
        rest = inputs - along @ self.axes.T
        return ((nearest + rest**2 @ self.beside) / inputs.shape[1]).astype(np.float32)

    def distance_of_classes(self) -> float:
        """Novelty that the mean of the class furthest from all others has for them; 1 with fewer than two classes."""
        distances = _squared_distances(self.means, self.means)
        np.fill_diagonal(distances, np.inf)
        nearest = distances.min(axis=1)
        nearest = nearest[np.isfinite(nearest)]
        return max(float(nearest.max(initial=0.0)) / len(self.mean), 1.0)


@dataclass(frozen=True)
class NoveltyFit:
    """threshold: a picture with more novelty is none of these; fitted so that 5 % of pictures that the model had not
    seen lie above, of those whose class it had; where it had none, as far as the classes lie apart. unseen: the novelty
    of all those pictures."""

    model: NoveltyModel
    threshold: float
    unseen: np.ndarray


def fit_novelty(
    embeddings: np.ndarray, targets: np.ndarray, n_classes: int, folds: np.ndarray,
    without: Callable[[int, np.ndarray], np.ndarray] | None = None, judged_folds: Sequence[int] | None = None,
) -> NoveltyFit:  # fmt: skip
    """From training pictures: the model from all of them, the line from models that left a fold out.

    Args:
        embeddings: (N, D) float32. targets: (N,) int. folds: (N,) int, as of the head's cross-validation.
        without: fold and (M,) rows -> (M, D), where the network learned from these pictures, too: their embeddings by
            one that had not seen that fold.
        judged_folds: those whose pictures find the line, where the network itself learned from the others; all unless
            given.
    """
    chosen = np.arange(len(targets))
    if len(targets) > _ENOUGH:
        chosen = sample_rows(targets, _ENOUGH)
        embeddings, targets, folds = embeddings[chosen], targets[chosen], folds[chosen]
    with one_thread():
        there = np.unique(folds) if judged_folds is None else np.array(judged_folds)
        names = [fold for fold in there if (folds != fold).any()][: 1 if len(targets) > _MANY else None]
        judged = np.concatenate([np.flatnonzero(folds == fold) for fold in names] or [np.zeros(0, int)])
        told = can_be_told(targets, folds)[judged]
        of_fold = (lambda fold: without(fold, chosen)) if without else (lambda fold: embeddings)
        nearest, squares = _unseen(of_fold, embeddings.shape[1], targets, n_classes, folds, names)
        beside = _counts(squares[told] if told.any() else squares)
        model = _model(embeddings, targets, n_classes, beside)
        apart = model.distance_of_classes()
        novelty = ((nearest + squares @ beside) / embeddings.shape[1]).astype(np.float32)
        if told.any():
            line = float(np.quantile(novelty[told], 1 - IN_CLASS_REJECT_RATE, method="higher"))
            threshold = max(line, _LEAST_LINE * apart)
        else:
            threshold = apart
    return NoveltyFit(model, threshold, novelty)


def _unseen(
    of_fold: Callable[[int], np.ndarray], size: int, targets: np.ndarray, n_classes: int, folds: np.ndarray,
    names: Sequence[int],
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """What models that left a fold out say of the pictures in it, fold by fold: (M,) squared distances to the nearest
    class along their axes, and (M, D) squares of what those leave."""
    found = [_unseen_in(of_fold(fold), targets, n_classes, folds != fold) for fold in names]
    if not found:
        return np.zeros(0, np.float32), np.zeros((0, size), np.float32)
    return np.concatenate([nearest for nearest, _ in found]), np.concatenate(
        [squares for _, squares in found]
    )


def _unseen_in(
    embeddings: np.ndarray, targets: np.ndarray, n_classes: int, seen: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The same of the model of the pictures `seen`, without the axes that make it a model.

    A distance needs the covariance inverted only, and a Cholesky factor does that in a tenth of the time.
    """
    components, coordinates = fit_components(embeddings[seen])
    means, covariance, average = _within_class(coordinates, targets[seen], n_classes)
    shrunk = (1 - _SHRINKAGE) * covariance
    shrunk[np.diag_indices_from(shrunk)] += _SHRINKAGE * average
    inputs = (embeddings[~seen] - components.mean) / components.scale
    along = inputs @ components.basis
    rest = inputs - along @ components.basis.T
    has_picture = ~np.isnan(means).any(axis=1)
    both = np.concatenate([along, means[has_picture]])
    both = solve_triangular(np.linalg.cholesky(shrunk), both.T, lower=True, check_finite=False).T
    points, placed = both[: len(along)], both[len(along) :]
    return _squared_distances(points, placed).min(axis=1), rest**2


def _counts(squares: np.ndarray) -> np.ndarray:
    """(D,) how much each of these squares (M, D) counts: one over how much they vary, so that together they are 1."""
    n, size = squares.shape
    if not n:
        return np.ones(size, np.float32)
    variance, usual = squares.var(axis=0, dtype=np.float64), float(squares.mean(dtype=np.float64))
    variance = (n * variance + _AS_USUAL * (variance.mean() + usual**2)) / (n + _AS_USUAL)
    counts = 1 / np.sqrt(np.maximum(variance, _LEAST_VARIANCE))
    together = float((squares.mean(axis=0, dtype=np.float64) * counts).mean())
    return np.asarray(counts / max(together, _LEAST_SHARE), np.float32)


def _model(embeddings: np.ndarray, targets: np.ndarray, n_classes: int, beside: np.ndarray) -> NoveltyModel:
    components, coordinates = fit_components(embeddings)
    means, covariance, average = _within_class(coordinates, targets, n_classes)
    variances, rotation = eigh(covariance, driver="evd", check_finite=False)
    spread = np.sqrt((1 - _SHRINKAGE) * np.maximum(variances, 0) + _SHRINKAGE * average).astype(np.float32)
    rotation = rotation.astype(np.float32)
    placed = np.nan_to_num(means @ rotation / spread, nan=1e6)  # a class without a picture lies far away
    return NoveltyModel(
        components.mean, components.scale, components.basis @ rotation, spread, placed, beside
    )


def _within_class(
    coordinates: np.ndarray, targets: np.ndarray, n_classes: int
) -> tuple[np.ndarray, np.ndarray, float]:
    """(C, R) class means, nan without a picture; (R, R) covariance within the classes; its mean variance."""
    means = np.full((n_classes, coordinates.shape[1]), np.nan, np.float32)
    for k in np.unique(targets):
        means[k] = coordinates[targets == k].mean(axis=0)
    residuals = coordinates - means[targets]
    covariance = residuals.T @ residuals
    n_free = len(residuals) - len(np.unique(targets))  # each class has spent one picture on its mean
    all_spread = float((coordinates**2).mean()) if coordinates.size else 0.0
    covariance[np.diag_indices_from(covariance)] += _UNKNOWN * _WITHIN * all_spread
    covariance /= n_free + _UNKNOWN
    return means, covariance, max(float(covariance.trace()) / max(1, len(covariance)), 1e-6)


def _squared_distances(points: np.ndarray, means: np.ndarray) -> np.ndarray:
    """(N, C) between (N, R) and (C, R)."""
    return (points**2).sum(axis=1)[:, None] - 2 * points @ means.T + (means**2).sum(axis=1)[None]
