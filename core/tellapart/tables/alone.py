"""What one column alone says of the answer: its values in cells, and how unevenly the labels lie in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tellapart.tables.encoding import Feature

N_BINS = 32
_ROWS_LOOKED_AT = 4000  # more change little in which columns say most


def cells_of(values: np.ndarray, is_category: bool) -> np.ndarray:
    """(N,) int of (N,) encoded values: which category, or which of 32 ranges of the numbers; the last for missing
    ones."""
    is_there = ~np.isnan(values)
    if is_category:
        found = np.where(is_there, values, values[is_there].max(initial=-1) + 1)
        return np.asarray(found.astype(int))
    edges = np.zeros(0)
    if is_there.any():
        edges = np.unique(np.quantile(values[is_there], np.linspace(0, 1, N_BINS + 1)[1:-1]))
    return np.where(is_there, np.searchsorted(edges, values, side="left"), N_BINS)


def most_telling(
    features: Sequence[Feature], inputs: np.ndarray, targets: np.ndarray, most: int
) -> list[int]:
    """Places of the `most` features that alone say most of the targets, in their order; all where there are no more.

    By how far chi-squared lies above what chance gives, in its standard deviations, so that many cells are no merit.

    Args:
        inputs: (N, F) encoded. targets: (N,) int from 0.
    """
    if len(features) <= most:
        return list(range(len(features)))
    step = -(-len(targets) // _ROWS_LOOKED_AT)
    inputs, targets = inputs[::step], targets[::step]
    say = np.array(
        [_above_chance(cells_of(inputs[:, at], one.is_category), targets) for at, one in enumerate(features)]
    )
    return sorted(np.argsort(-say, kind="stable")[:most].tolist())


def _above_chance(cells: np.ndarray, targets: np.ndarray) -> float:
    n_labels = int(targets.max()) + 1
    counts = np.bincount(cells * n_labels + targets, minlength=(int(cells.max()) + 1) * n_labels)
    table = counts.reshape(-1, n_labels).astype(float)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    freedom = (table.shape[0] - 1) * (table.shape[1] - 1)
    if not freedom:
        return -np.inf
    return float((((table - expected) ** 2 / expected).sum() - freedom) / np.sqrt(2 * freedom))
