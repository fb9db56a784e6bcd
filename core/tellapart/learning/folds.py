"""Folds: which pictures are judged by a classifier that learned from the others."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import numpy as np

N_FOLDS = 5


def assign_folds(targets: np.ndarray, groups: Sequence[str], n_folds: int = N_FOLDS) -> np.ndarray:
    """(N,) int fold of each picture: groups stay whole, classes are spread evenly, file order does not matter.

    A group goes by the class of its alphabetically first picture; fewer groups than folds leave some folds empty.
    """
    class_of: dict[str, int] = {}
    for group, target in zip(groups, targets.tolist(), strict=True):
        class_of[group] = min(target, class_of.get(group, target))
    fold_of: dict[str, int] = {}
    offset = 0
    for target in sorted(set(class_of.values())):
        of_class = sorted((group for group in class_of if class_of[group] == target), key=_digest)
        for i, group in enumerate(of_class):
            fold_of[group] = (i + offset) % n_folds
        offset += len(of_class)
    return np.array([fold_of[group] for group in groups], np.int64)


def can_be_told(targets: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """(N,) bool: the picture's class has pictures in another fold, too; else whoever judges it never saw the class.

    Args:
        targets: (N,) int, negative for pictures of no class, which cannot be told. folds: (N,) int, 0 to F - 1.
    """
    has_class = targets >= 0
    is_in = np.zeros((targets.max(initial=0) + 1, folds.max(initial=0) + 1), bool)
    is_in[targets[has_class], folds[has_class]] = True
    return np.asarray(has_class & (is_in.sum(axis=1)[targets] > 1))


def _digest(group: str) -> bytes:
    return sha256(group.encode()).digest()
