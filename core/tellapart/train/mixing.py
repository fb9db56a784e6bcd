"""Whether tuned weights are better than none, and how much of them to take: judged on pictures that none had seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import comb

import numpy as np

from tellapart.learning.folds import can_be_told
from tellapart.learning.head import calibrated_loss


@dataclass(frozen=True)
class Choice:
    """share: of the tuned weights, 0 where none is better than none of them. n: pictures compared. n_wrong, loss: at
    each share, the loss at its best temperature with classes weighing the same. only_before, only_after: pictures that
    share 0 alone gets wrong, and that the chosen share alone does."""

    share: float
    n: int
    n_wrong: dict[float, int]
    loss: dict[float, float]
    only_before: int
    only_after: int


def choose_share(oof_logits: Mapping[float, np.ndarray], targets: np.ndarray, folds: np.ndarray) -> Choice:
    """The share with the lowest loss out of fold, of those that make no more mistakes than share 0.

    The loss decides, since it tells shares apart on far fewer pictures than their mistakes do.

    Args:
        oof_logits: share -> (N, C), from a network that had not seen the picture. targets, folds: (N,) int.
    """
    told = np.flatnonzero(can_be_told(targets, folds))
    own = targets[told]
    counts = np.bincount(own, minlength=1)
    weights = 1 / counts[own]
    wrong = {share: logits[told].argmax(axis=1) != own for share, logits in oof_logits.items()}
    loss = {share: calibrated_loss(logits[told], own, weights) for share, logits in oof_logits.items()}
    n_wrong = {share: int(one.sum()) for share, one in wrong.items()}
    share = min((share for share in loss if n_wrong[share] <= n_wrong[0.0]), key=lambda share: loss[share])
    before, after = wrong[0.0], wrong[share]
    return Choice(share, len(told), n_wrong, loss, int((before & ~after).sum()), int((after & ~before).sum()))


def is_clearly_worse(only_before: int, only_after: int, alpha: float = 0.05) -> bool:
    """Whether more pictures became wrong than right beyond chance: McNemar's exact test, one side.

    Source: McNemar 1947, "Note on the sampling error of the difference between correlated proportions".
    """
    n = only_before + only_after
    return sum(comb(n, k) for k in range(only_after, n + 1)) < alpha * 2**n
