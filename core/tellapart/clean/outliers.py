"""Out of place: pictures that look like nothing else here, or like nothing else of their label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tellapart.clean.findings import OUT_OF_PLACE, Finding, Suggestion
from tellapart.clean.learner import NOT_A_MEMBER

_NEAREST = 5
_FAR = 2.0  # robust standard deviations


def out_of_place(
    targets: np.ndarray, rows: np.ndarray, similarities: np.ndarray, n_classes: int
) -> np.ndarray:
    """(N,) how far each picture lies from the others and from those of its label: robust standard deviations beyond
    what is usual for its label; 0 for pictures without one.

    Args:
        targets: (N,) int, NOT_A_MEMBER for pictures without a label.
        rows, similarities: (N, K), see `neighbours.nearest`.
    Source: Ramaswamy et al. 2000, "Efficient Algorithms for Mining Outliers from Large Data Sets" (k nearest).
    """
    is_member = targets != NOT_A_MEMBER
    counts = (rows >= 0) & is_member[rows]
    to_all = _mean_of_nearest(similarities, counts)
    to_own = _mean_of_nearest(similarities, counts & (targets[rows] == targets[:, None]))
    closeness = 0.5 * (to_all + to_own)
    far = np.zeros(len(targets), np.float32)
    for k in range(n_classes):
        own = np.flatnonzero(targets == k)
        if len(own) < _NEAREST:
            continue
        middle = np.median(closeness[own])
        spread = 1.4826 * np.median(np.abs(closeness[own] - middle))
        far[own] = (middle - closeness[own]) / max(float(spread), 0.02)
    return far


def _mean_of_nearest(similarities: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """(N,) mean similarity of the first few neighbours that count; missing ones are as near as the furthest known."""
    furthest = similarities.min(axis=1, initial=1.0, where=similarities > -1.0)
    place = np.cumsum(counts, axis=1)
    chosen = counts & (place <= _NEAREST)
    n_missing = _NEAREST - chosen.sum(axis=1)
    return ((similarities * chosen).sum(axis=1) + n_missing * furthest) / _NEAREST


def outlier_findings(
    image_ids: Sequence[str], labels: Sequence[str], far: np.ndarray, trusted: np.ndarray
) -> Iterator[Finding]:
    """A finding for every picture far from the others."""
    for row in np.flatnonzero((far > _FAR) & ~trusted).tolist():
        score = float(0.3 + 0.65 * (1 - np.exp(-(far[row] - _FAR) / 2)))
        yield Finding(
            image_ids[row],
            OUT_OF_PLACE,
            score,
            "unlike the others",
            f"It looks like no other picture here, least of all like those of {labels[row]!r}: perhaps something "
            "else, a drawing, or a view that the others lack.",
            Suggestion("remove", None, score),
        )
