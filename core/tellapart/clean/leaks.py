"""Leaks: what copies on both sides of a split do to the error rate, and what it is without them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tellapart.learning.cross_validation import NOT_A_MEMBER
from tellapart.learning.evaluation import Leakage, measure_leakage
from tellapart.store.manifest import Picture
from tellapart.words.percents import tenths

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
    is_given = bool((given & (targets != NOT_A_MEMBER)).any())
    checked = given if is_given else np.random.default_rng(_SEED).random(len(targets)) < 0.2
    leak = measure_leakage(coordinates, groups, targets, n_classes, checked)
    return LeakReport(is_given, *leak, _sentence(is_given, leak)) if leak else None


def _sentence(is_given: bool, leak: Leakage) -> str:
    where = "the folders' own split" if is_given else "an ordinary random split"
    if not leak.n_copies:
        return (
            f"With {where}, no held-out picture has a duplicate among the training pictures: nothing leaks."
        )
    low, high = (f"{100 * end:.1f}" for end in leak.interval)
    honest = (
        f"{tenths(leak.error_without)} (between {low} and {high})"
        if not math.isnan(leak.error_without)
        else "unknown"
    )
    remedy = "Remove the duplicates." if is_given else "tellapart keeps duplicates together when it splits."
    return (
        f"With {where}, {leak.n_copies} of the {leak.n_checked} pictures that check have a copy among those that "
        f"teach. Error with them {tenths(leak.error_with)}, without them {honest}. {remedy}"
    )
