"""A linear classifier on sparse rows: multinomial logistic regression whose penalty is lighter on telling columns.

A column that is far commoner in one class than in the others may weigh more there at the same price: its penalty is
divided by the square of the log ratio, so that what counting tells already need not be paid for again.
Sources: Wang & Manning 2012, "Baselines and Bigrams: Simple, Good Sentiment and Topic Classification" (the log count
ratio); Böhning 1992, "Multinomial logistic regression algorithm" (the bound on the curvature).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from tellapart.learning.numerics.lbfgs import StopRule, minimise

_STOP_AT = StopRule(gradient=1e-3, loss=1e-5, n_steps=60)


@dataclass(frozen=True)
class SparseHead:
    """weights: (V, C) float32; bias: (C,) float32. solution: what the next fit of the same columns may start from."""

    weights: np.ndarray
    bias: np.ndarray
    solution: np.ndarray

    def logits(self, rows: csr_matrix) -> np.ndarray:
        """(N, C) float32 of (N, V)."""
        return np.asarray(rows @ self.weights + self.bias, np.float32)


def log_ratios(rows: csr_matrix, targets: np.ndarray, n_classes: int, smoothing: float = 1.0) -> np.ndarray:
    """(V, C) float32, at least 0: how far the share of a column in a class is from its share in the other classes, as
    the size of the natural logarithm of their ratio.

    Args:
        rows: (N, V) not negative. targets: (N,) int. smoothing: is added to the sum of each column.
    """
    of_class = csr_matrix(
        (np.ones(len(targets), np.float32), (targets, np.arange(len(targets)))),
        shape=(n_classes, len(targets)),
    )
    sums = np.asarray((of_class @ rows).todense(), np.float64)  # (C, V)
    own = sums + smoothing
    others = sums.sum(axis=0) - sums + smoothing
    ratios = np.log(own / own.sum(axis=1, keepdims=True)) - np.log(others / others.sum(axis=1, keepdims=True))
    return np.abs(ratios).T.astype(np.float32)


def fit_sparse_head(
    rows: csr_matrix,
    targets: np.ndarray,
    n_classes: int,
    l2: float,
    ease: np.ndarray | None = None,
    start: np.ndarray | None = None,
) -> SparseHead:
    """The classifier of these rows; classes weigh the same whatever their size.

    Args:
        rows: (N, V) float32. targets: (N,) int, each of the n_classes at least once.
        l2: strength of the penalty, in units of the mean loss.
        ease: (V, C), a weight w costs l2 / 2 * (w / ease)**2; 1 unless given.
        start: `solution` of a fit of the same columns.
    Raises:
        ValueError: a class has no row.
    """
    counts = np.bincount(targets, minlength=n_classes)
    if counts.min() == 0:
        raise ValueError(f"Classes {np.flatnonzero(counts == 0).tolist()} have no row; leave them out.")
    shares = (1.0 / (n_classes * counts))[targets].astype(np.float32)  # sum to 1
    columns = (
        rows.T.tocsr()
    )  # for the gradient: gathers from few rows instead of scattering over many columns
    spread = np.asarray(columns.multiply(columns) @ shares, np.float64)  # (V,)
    n_free = 1 if n_classes == 2 else n_classes  # of two classes one is the mirror of the other
    price = l2 * (2 if n_free == 1 else 1)
    reach = np.ones((rows.shape[1], n_free)) if ease is None else np.maximum(ease[:, :n_free], 1e-3)
    scale = 1 / np.sqrt(0.25 * spread[:, None] + price / reach**2)  # (V, K)
    penalty, narrow = price * (scale / reach) ** 2, scale.astype(np.float32)
    wanted = np.arange(len(targets))

    def functions(_: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        both = points[0].reshape(-1, n_free)  # (V + 1, K)
        inner = both[:-1]
        free = rows @ (inner.astype(np.float32) * narrow)
        free += both[-1].astype(np.float32)
        logits = _mirrored(free, n_classes)
        logits -= logits.max(axis=1, keepdims=True)
        own = logits[wanted, targets]
        probs = np.exp(logits)
        totals = probs.sum(axis=1)
        penalised = penalty * inner
        loss = float(shares @ (np.log(totals) - own)) + 0.5 * float((penalised * inner).sum())
        probs *= (shares / totals)[:, None]
        probs[wanted, targets] -= shares
        slope = probs if n_free == n_classes else np.ascontiguousarray(probs[:, :1] - probs[:, 1:])
        gradient = np.empty_like(both)
        gradient[:-1] = (columns @ slope) * narrow + penalised
        gradient[-1] = slope.sum(axis=0)
        return np.array([loss]), gradient.reshape(1, -1)

    begin = np.zeros((rows.shape[1] + 1, n_free))
    if start is not None:
        begin[:] = start.reshape(begin.shape)
        begin[:-1] /= scale
    found = minimise(functions, [begin.ravel()], _STOP_AT)[0].reshape(-1, n_free)
    found[:-1] *= scale
    whole = _mirrored(found, n_classes).astype(np.float32)
    return SparseHead(whole[:-1], whole[-1], found.ravel())


def _mirrored(free: np.ndarray, n_classes: int) -> np.ndarray:
    """(…, C) of (…, K): the second of two classes is the first with its sign turned."""
    return free if free.shape[1] == n_classes else np.concatenate([free, -free], axis=1)
