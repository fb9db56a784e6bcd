"""The two labels that are taken for one another most, and the pictures that say most about why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tellapart.learning.gains.current_answers import CurrentAnswers
from tellapart.learning.metrics import confusion_matrix

N_PICTURES = 6  # to look at: a glance
LEAST_MISTAKES = 4  # of a pair, below which they may be chance


@dataclass(frozen=True, eq=False)
class MixedUpPair:
    """first, second: classes; pictures of the first are taken for the second the more often. n_wrong: of both, taken
    for the other. rows: (P,) of both labels, those that look most like the other label; half of each where possible."""

    first: int
    second: int
    n_wrong: int
    rows: np.ndarray


def confused_pair(now: CurrentAnswers) -> MixedUpPair | None:
    """The pair; None where no two labels have enough mistakes between them. Ties: the first by order of classes."""
    counted = now.is_counted
    confusion = confusion_matrix(now.targets[counted], now.predicted[counted], now.n_classes)
    both = np.triu(confusion + confusion.T, k=1)
    first, second = (int(place) for place in np.unravel_index(both.argmax(), both.shape))
    n_wrong = int(both[first, second])
    if n_wrong < LEAST_MISTAKES:
        return None
    if confusion[second, first] > confusion[first, second]:
        first, second = second, first
    rows = np.concatenate([_nearest(now, first, second), _nearest(now, second, first)])
    return MixedUpPair(first, second, n_wrong, rows)


def _nearest(now: CurrentAnswers, own: int, other: int) -> np.ndarray:
    """Rows of one label, those first that look most like the other one."""
    rows = np.flatnonzero(now.is_counted & (now.targets == own))
    logits = now.fit.oof_logits[rows]
    order = np.argsort(-(logits[:, other] - logits[:, own]), kind="stable")
    return rows[order[: N_PICTURES // 2]]
