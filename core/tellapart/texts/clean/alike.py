"""Which texts are most like one, by the words and pieces of words that they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


def most_alike(rows: csr_matrix, row: int, n: int) -> list[tuple[int, float]]:
    """The n rows most like that one, and how much, up to 1; the most alike first, none that shares nothing.

    Args:
        rows: (N, V) weighed, see `weighed`. row: a place in it.
    """
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1), float).ravel())
    shared = np.asarray((rows @ rows[row].T).todense(), float).ravel()
    likeness = shared / np.maximum(lengths * lengths[row], 1e-12)
    likeness[row] = 0.0
    order = np.argsort(-likeness, kind="stable")[:n].tolist()
    return [(one, min(1.0, float(likeness[one]))) for one in order if likeness[one] > 0]
