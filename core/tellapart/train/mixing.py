"""Whether tuned weights are better than none, and how much of them to take: judged on pictures that none had seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tellapart.learning.folds import can_be_told
from tellapart.learning.head import calibrated_losses
from tellapart.learning.statistics.paired import paired

_ROUNDING = 1e-6  # pictures; of thirds of one


@dataclass(frozen=True)
class Choice:
    """share: of the tuned weights, 0 where none is better than none of them. n: pictures compared. n_wrong, loss: at
    each share; the loss at its best temperature, with classes weighing the same and copies counting once. only_before,
    only_after: pictures that share 0 alone gets wrong, and that the chosen share alone does. may_be_chance: a share had
    the lower loss, but by no more than a standard error."""

    share: float
    n: int
    n_wrong: dict[float, int]
    loss: dict[float, float]
    only_before: int
    only_after: int
    may_be_chance: bool = False


def choose_share(
    oof_logits: Mapping[float, np.ndarray], targets: np.ndarray, folds: np.ndarray, groups: Sequence[str]
) -> Choice:
    """The share with the lowest loss out of fold, of those that make no more mistakes than share 0, where it is lower
    by more than a standard error of the difference; else 0. Source of that rule: Breiman et al. 1984, "Classification
    and Regression Trees", section 3.4.3.

    The loss decides, since it tells shares apart on far fewer pictures than their mistakes do. Copies count once.

    Args:
        oof_logits: share -> (N, C), from a network that had not seen the picture. targets, folds: (N,) int. groups:
            (N,) of near-duplicates.
    """
    told = np.flatnonzero(can_be_told(targets, folds))
    own = targets[told]
    places: dict[str, int] = {}
    place = np.array([places.setdefault(groups[row], len(places)) for row in told.tolist()], np.int64)
    counts_for = 1 / np.bincount(place)[place]  # copies share the weight of one picture
    weights = counts_for / np.bincount(own, counts_for, minlength=1)[own]
    weights /= max(1e-12, weights.sum())
    wrong = {share: logits[told].argmax(axis=1) != own for share, logits in oof_logits.items()}
    losses = {share: calibrated_losses(logits[told], own, weights) for share, logits in oof_logits.items()}
    loss = {share: float(one @ weights) for share, one in losses.items()}
    n_wrong = {share: int(one.sum()) for share, one in wrong.items()}
    n_things = {share: float(one @ counts_for) for share, one in wrong.items()}
    best = min(
        (share for share in loss if n_things[share] <= n_things[0.0] + _ROUNDING),
        key=lambda share: loss[share],
    )
    gains = losses[0.0] - losses[best]
    whole = np.bincount(place, weights)  # of each thing; what its copies gain is gained once
    gained = np.bincount(place, gains * (weights / whole[place]))
    error = float(np.sqrt(whole**2 @ (gained - gains @ weights) ** 2))
    may_be_chance = best > 0 and float(gains @ weights) <= error
    share = 0.0 if may_be_chance else best
    pairs = paired(wrong[0.0], wrong[share])
    return Choice(share, len(told), n_wrong, loss, pairs.only_second, pairs.only_first, may_be_chance)
