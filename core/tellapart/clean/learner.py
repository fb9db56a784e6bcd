"""Out-of-fold judgements in closed form: what a picture looks like to classifiers that never saw it, again after every
decision.

Linear discriminant analysis on principal coordinates. Its solution needs only the sum of each class in each fold and
fixed products of the coordinates, so a changed label costs a solve of a few hundred equations per fold and no
iterations. Strongly shrunk: with wrong labels among the right ones, a cautious line between the classes beats one that
bends to each picture.
"""

from __future__ import annotations

from functools import reduce

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_matrix

from tellapart.train.components import blas_threads

SHRINKAGE = 0.5  # of the covariance within classes towards a ball
NOT_A_MEMBER = -1
UNTOLD = -1e6  # logit of a class that the other folds have no picture of


class OutOfFold:
    """The pictures of one project, cut into folds; labels come and go, the pictures stay."""

    def __init__(self, coordinates: np.ndarray, folds: np.ndarray, shrinkage: float = SHRINKAGE):
        """Args:
        coordinates: (N, R) float32 principal coordinates of the embeddings.
        folds: (N,) int; copies of one picture share a fold, so that they do not vouch for each other.
        """
        self.coordinates, self.folds = coordinates, folds
        self._shrinkage = shrinkage
        names, self._places = np.unique(folds, return_inverse=True)
        self._n_folds, size = len(names), coordinates.shape[1]
        self._rows = [np.flatnonzero(self._places == fold) for fold in range(self._n_folds)]
        with blas_threads(len(folds)):
            products = [_product(coordinates[rows]) for rows in self._rows]
        summed = np.array(products, np.float32).reshape(-1, size, size)  # (F, R, R)
        self._products = [summed[self._others(fold)].sum(axis=0) for fold in range(self._n_folds)]

    def logits(self, targets: np.ndarray, n_classes: int) -> np.ndarray:
        """(N, C) float32, for each picture from the folds it is not in; classes weigh the same whatever their size.

        A class that a fold would have to judge without a single picture of it elsewhere gets the logit UNTOLD.

        Args:
            targets: (N,) int; NOT_A_MEMBER for pictures that belong to none of the classes.
        """
        logits = np.empty((len(targets), n_classes), np.float32)
        with blas_threads(len(targets)):
            sums, counts, strangers = self._statistics(targets, n_classes)
            for fold, rows in enumerate(self._rows):
                others = self._others(fold)
                product = self._products[fold]
                if unknown := [strangers[other] for other in others if other in strangers]:
                    product = product - reduce(np.add, unknown)
                weights, bias = self._solve(
                    sums[others].sum(axis=0), counts[others].sum(axis=0), product.astype(np.float64)
                )
                logits[rows] = self.coordinates[rows] @ weights + bias
        return logits

    def _others(self, fold: int) -> list[int]:
        """The folds that judge this one: all the others; itself where there is a single group of copies."""
        return [other for other in range(self._n_folds) if other != fold] or [fold]

    def _statistics(
        self, targets: np.ndarray, n_classes: int
    ) -> tuple[np.ndarray, np.ndarray, dict[int, np.ndarray]]:
        """Sums (F, C, R) and counts (F, C) of each class in each fold; fold -> product (R, R) of those in no class."""
        size = self.coordinates.shape[1]
        is_member = targets != NOT_A_MEMBER
        cells = (self._places * n_classes + targets)[is_member]
        columns = np.flatnonzero(is_member)
        shape = (self._n_folds * n_classes, len(targets))
        chosen = csr_matrix((np.ones(len(cells), np.float32), (cells, columns)), shape=shape)
        sums = np.asarray(chosen @ self.coordinates).reshape(self._n_folds, n_classes, size)
        counts = np.bincount(cells, minlength=self._n_folds * n_classes).reshape(self._n_folds, n_classes)
        outside = np.flatnonzero(~is_member)
        homes = self._places[outside]
        strangers = {
            int(fold): _product(self.coordinates[outside[homes == fold]]) for fold in np.unique(homes)
        }
        return sums, counts, strangers

    def _solve(
        self, sums: np.ndarray, counts: np.ndarray, product: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Weights (R, C) and bias (C,) of the discriminant. product: (R, R) float64, which is overwritten."""
        known = counts > 0
        n_classes, size = sums.shape
        weights = np.zeros((size, n_classes), np.float32)
        bias = np.full(n_classes, UNTOLD, np.float32)
        if not known.any():
            return weights, np.zeros(n_classes, np.float32)
        means = sums[known].astype(np.float64) / counts[known, None]
        ball = max(float(np.trace(product)) / counts.sum() / size, 1e-9)
        within = product  # in place: a new matrix for each step would take as long as the steps
        within -= (means * counts[known, None]).T @ means
        within /= counts.sum()
        within *= 1 - self._shrinkage
        within[np.diag_indices(size)] += self._shrinkage * ball
        factor = cho_factor(within, overwrite_a=True, check_finite=False)
        solved = cho_solve(factor, means.T, check_finite=False)  # (R, K)
        weights[:, known] = solved
        bias[known] = -0.5 * (means.T * solved).sum(axis=0)
        return weights, bias


def _product(rows: np.ndarray) -> np.ndarray:
    return rows.T @ rows
