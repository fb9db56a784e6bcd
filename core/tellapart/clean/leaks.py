"""Leaks: what copies on both sides of a split do to the error rate, and what it is without them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tellapart.learning.cross_validation import NOT_A_MEMBER, OutOfFold
from tellapart.learning.metrics import error_interval
from tellapart.store.manifest import Picture

_SEED = 0


@dataclass(frozen=True)
class LeakReport:
    """is_given: the split comes from the folders; else it is an ordinary random one, which tellapart does not use.
    n_copies: checked pictures that have a copy among those that teach. error_with, error_without: error rate of the
    checked pictures with and without these; NaN where there is none to check. interval: of error_without."""

    is_given: bool
    n_checked: int
    n_copies: int
    error_with: float
    error_without: float
    interval: tuple[float, float]
    sentence: str


def find_leaks(
    pictures: Sequence[Picture],
    coordinates: np.ndarray,
    groups: np.ndarray,
    targets: np.ndarray,
    n_classes: int,
) -> LeakReport | None:
    """The leak of the folders' split, or of a random one of a fifth; None when fewer than two classes can be told.

    Args:
        groups: (N,) int, near-duplicates share one. targets: (N,) int, NOT_A_MEMBER for those that do not count.
    """
    given = np.array([one.given_split in ("valid", "test") for one in pictures], bool)
    is_member = targets != NOT_A_MEMBER
    is_given = bool((given & is_member).any())
    checked = given if is_given else np.random.default_rng(_SEED).random(len(targets)) < 0.2
    teaching = is_member & ~checked
    checked = is_member & checked
    if len(np.unique(targets[teaching])) < 2 or not checked.any():
        return None
    logits = OutOfFold(coordinates, checked.astype(np.int64)).logits(targets, n_classes)
    wrong = logits.argmax(axis=1) != targets
    has_copy = checked & np.isin(groups, groups[teaching])
    honest = checked & ~has_copy
    with_copies = float(wrong[checked].mean())
    without = float(wrong[honest].mean()) if honest.any() else math.nan
    interval = error_interval(int(wrong[honest].sum()), int(honest.sum()))
    n_copies = int(has_copy.sum())
    return LeakReport(
        is_given, int(checked.sum()), n_copies, with_copies, without, interval,
        _sentence(is_given, int(checked.sum()), n_copies, with_copies, without, interval),
    )  # fmt: skip


def _sentence(
    is_given: bool,
    n: int,
    n_copies: int,
    error_with: float,
    error_without: float,
    interval: tuple[float, float],
) -> str:
    where = "the folders' own split" if is_given else "an ordinary random split"
    if not n_copies:
        return (
            f"With {where}, no held-out picture has a duplicate among the training pictures: nothing leaks."
        )
    low, high = (f"{100 * end:.1f}" for end in interval)
    honest = (
        f"{100 * error_without:.1f} % (between {low} and {high})"
        if not math.isnan(error_without)
        else "unknown"
    )
    remedy = "Remove the duplicates." if is_given else "tellapart keeps duplicates together when it splits."
    return (
        f"With {where}, {n_copies} of the {n} held-out pictures have a duplicate among the training "
        f"pictures. Error with them {100 * error_with:.1f} %, without them {honest}. {remedy}"
    )
