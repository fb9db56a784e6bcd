"""Out-of-fold judgements in closed form: what a picture looks like to classifiers that never saw it, again after every
decision.

Linear discriminant analysis on principal coordinates. Its solution needs only the sum of each class in each fold and
fixed products of the coordinates. These are taken apart into their axes once; labels change them by as many ranks as
there are classes and removed pictures, so a changed label costs a few small products per fold and no iterations.
Strongly shrunk: with wrong labels among the right ones, a cautious line between the classes beats one that bends to
each picture.
Source of the correction: Woodbury 1950, "Inverting Modified Matrices".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial, reduce
from itertools import pairwise

import numpy as np
from scipy.linalg import cho_factor, cho_solve, eigh
from scipy.sparse import csr_matrix

from tellapart.learning.numerics.blas_threads import one_thread

SHRINKAGE = 0.5  # of the covariance within classes towards a ball
NOT_A_MEMBER = -1
UNTOLD = -1e6  # logit of a class that the other folds have no picture of
_FEW = 0.5  # ranks of a correction, of all; with more of them solving the whole is as quick


class OutOfFold:
    """The pictures of one project, cut into folds; labels come and go, the pictures stay.

    places: (N,) int, which fold each picture is in, 0 to F - 1.
    """

    def __init__(self, coordinates: np.ndarray, folds: np.ndarray, shrinkage: float = SHRINKAGE):
        """Args:
        coordinates: (N, R) float32 principal coordinates of the embeddings.
        folds: (N,) int; copies of one picture share a fold, so that they do not vouch for each other.
        """
        self.folds = folds
        names, self.places = np.unique(folds, return_inverse=True)
        self._shrinkage = shrinkage
        self._n_folds = len(names)
        self._order = np.argsort(self.places, kind="stable")  # what is judged together lies together
        self._sorted, self._sorted_places = coordinates[self._order], self.places[self._order]
        ends = np.searchsorted(self._sorted_places, np.arange(self._n_folds + 1)).tolist()
        self._rows = [slice(*pair) for pair in pairwise(ends)]
        with one_thread():
            own = [_product(self._sorted[rows]) for rows in self._rows]
        summed = np.array(own, np.float32).reshape(
            -1, coordinates.shape[1], coordinates.shape[1]
        )  # (F, R, R)
        self._products = [summed[self._others(fold)].sum(axis=0) for fold in range(self._n_folds)]
        self._axes: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    @property
    def coordinates(self) -> np.ndarray:
        """(N, R) as given."""
        given = np.empty_like(self._sorted)
        given[self._order] = self._sorted
        return given

    def logits(self, targets: np.ndarray, n_classes: int) -> np.ndarray:
        """(N, C) float32, for each picture from the folds it is not in; classes weigh the same whatever their size.

        A class that a fold would have to judge without a single picture of it elsewhere gets the logit UNTOLD.

        Args:
            targets: (N,) int; NOT_A_MEMBER for pictures that belong to none of the classes.
        """
        logits = np.empty((len(targets), n_classes), np.float32)
        with one_thread():
            sums, counts, strangers = self._statistics(targets[self._order], n_classes)
            n_ranks = n_classes + sum(map(len, strangers))
            solvers = self._corrected if n_ranks <= _FEW * self._sorted.shape[1] else self._whole
            for fold, (rows, solve) in enumerate(zip(self._rows, solvers(strangers), strict=True)):
                others = self._others(fold)
                weights, bias = _discriminant(sums[others].sum(axis=0), counts[others].sum(axis=0), solve)
                logits[self._order[rows]] = self._sorted[rows] @ weights + bias
        return logits

    def _others(self, fold: int) -> list[int]:
        """The folds that judge this one: all the others; itself where there is a single group of copies."""
        return [other for other in range(self._n_folds) if other != fold] or [fold]

    def _statistics(
        self, targets: np.ndarray, n_classes: int
    ) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
        """Sums (F, C, R) and counts (F, C) of each class in each fold; of each fold the pictures in no class (S, R)."""
        is_member = targets != NOT_A_MEMBER
        cells = (self._sorted_places * n_classes + targets)[is_member]
        columns = np.flatnonzero(is_member)
        shape = (self._n_folds * n_classes, len(targets))
        chosen = csr_matrix((np.ones(len(cells), np.float32), (cells, columns)), shape=shape)
        sums = np.asarray(chosen @ self._sorted).reshape(self._n_folds, n_classes, self._sorted.shape[1])
        counts = np.bincount(cells, minlength=self._n_folds * n_classes).reshape(self._n_folds, n_classes)
        return sums, counts, [self._sorted[rows][~is_member[rows]] for rows in self._rows]

    def _whole(self, strangers: list[np.ndarray]) -> Iterator[_Solve]:
        """For each fold how to solve for the discriminant that judges it."""
        own = [_product(rows) for rows in strangers]
        for fold, product in enumerate(self._products):
            unknown = reduce(np.add, [own[other] for other in self._others(fold)])
            yield partial(_solved, (product - unknown).astype(np.float64), self._shrinkage)

    def _corrected(self, strangers: list[np.ndarray]) -> Iterator[_Solve]:
        """The same, along the axes of the products, where all is diagonal but for what is taken away."""
        for fold, product in enumerate(self._products):
            if fold not in self._axes:
                self._axes[fold] = eigh(product.astype(np.float64), check_finite=False)
            outside = np.concatenate([strangers[other] for other in self._others(fold)]).astype(np.float64)
            yield partial(_solved_along, *self._axes[fold], outside, self._shrinkage)


_Solve = Callable[
    [np.ndarray, np.ndarray, int], np.ndarray
]  # between (K, R), means (K, R), n pictures -> (R, K)


def _discriminant(sums: np.ndarray, counts: np.ndarray, solve: _Solve) -> tuple[np.ndarray, np.ndarray]:
    """Weights (R, C) and bias (C,) from the sums (C, R) of each class."""
    known = counts > 0
    n_classes, size = sums.shape
    weights = np.zeros((size, n_classes), np.float32)
    bias = np.full(n_classes, UNTOLD, np.float32)
    if not known.any():
        return weights, np.zeros(n_classes, np.float32)
    means = sums[known].astype(np.float64) / counts[known, None]
    solved = solve(means * np.sqrt(counts[known, None]), means, int(counts.sum()))
    weights[:, known] = solved
    bias[known] = -0.5 * (means.T * solved).sum(axis=0)
    return weights, bias


def _solved(
    product: np.ndarray, shrinkage: float, between: np.ndarray, means: np.ndarray, n: int
) -> np.ndarray:
    """The shrunk covariance within classes, (product - between'between) / n, solved for the means; product (R, R) is
    overwritten."""
    ball = max(float(np.trace(product)) / n / len(product), 1e-9)
    within = product  # in place: a new matrix for each step would take as long as the steps
    within -= between.T @ between
    within *= (1 - shrinkage) / n
    within[np.diag_indices(len(within))] += shrinkage * ball
    factor = cho_factor(within, overwrite_a=True, check_finite=False)
    return np.asarray(cho_solve(factor, means.T, check_finite=False))


def _solved_along(
    values: np.ndarray, axes: np.ndarray, outside: np.ndarray, shrinkage: float, between: np.ndarray,
    means: np.ndarray, n: int,
) -> np.ndarray:  # fmt: skip
    """The same from the axes of a product that contains the pictures `outside` (S, R) as well."""
    ball = max((float(values.sum()) - float((outside**2).sum())) / n / len(values), 1e-9)
    share = (1 - shrinkage) / n
    scale = 1 / (share * np.maximum(values, 0) + shrinkage * ball)
    taken = np.concatenate([between, outside]) @ axes  # (T, R)
    scaled, wanted = taken * scale, (means @ axes) * scale
    rest = np.eye(len(taken)) - share * (scaled @ taken.T)  # (T, T)
    factor = cho_factor(rest, overwrite_a=True, check_finite=False)
    wanted += share * cho_solve(factor, taken @ wanted.T, check_finite=False).T @ scaled
    return np.asarray(axes @ wanted.T)


def _product(rows: np.ndarray) -> np.ndarray:
    return rows.T @ rows
