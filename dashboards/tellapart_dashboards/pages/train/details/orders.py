"""In which order the held-out pictures are looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tellapart.planning.held_out import HeldOut

CONFIDENT, SURPRISING, UNSURE = "confident", "surprising", "unsure"
ORDERS = (CONFIDENT, SURPRISING, UNSURE)
MOST_SORTED = 200


def rows_in_order(held: HeldOut, order: str) -> np.ndarray:
    """Rows of the pictures in that order, ties in their own.

    CONFIDENT: the wrong ones, by the probability of the wrong label, high to low. SURPRISING: the wrong ones, by that
    of the right label, low to high: what it is was never thought of. UNSURE: all, by how far the two likeliest are
    apart.
    """
    rows = np.arange(len(held.targets))
    if order == UNSURE:
        highest = np.sort(held.probs, axis=1)
        apart = highest[:, -1] - highest[:, -2] if held.probs.shape[1] > 1 else highest[:, -1]
        return rows[np.argsort(apart, kind="stable")]
    wrong = rows[held.is_wrong]
    of_right = held.probs[wrong, held.targets[wrong]]
    by = of_right if order == SURPRISING else -held.probs[wrong].max(axis=1)
    return wrong[np.argsort(by, kind="stable")]
