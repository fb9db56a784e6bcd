"""Oddness: how far a number lies above what is usual for pictures of the same label."""

from __future__ import annotations

import numpy as np

from tellapart.learning.cross_validation import NOT_A_MEMBER

_FEW = 8


def oddness(values: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """(N,) robust standard deviations above the median of the label; of all pictures where the label has few.

    A label whose pictures are nearly the same is given half the spread that labels have as a rule, so that a little
    more is not odd.

    Args:
        values: (N,) float. targets: (N,) int; NOT_A_MEMBER pictures get 0 and count for nothing.
    """
    odd = np.zeros(len(values), np.float32)
    members = np.flatnonzero(targets != NOT_A_MEMBER)
    if not len(members):
        return odd
    everything = _usual(values[members])
    order = members[np.argsort(targets[members], kind="stable")]
    labels = np.split(order, np.flatnonzero(np.diff(targets[order])) + 1)
    usual = [_usual(values[own]) if len(own) >= _FEW else everything for own in labels]
    rule = float(np.median([spread for _, spread in usual]))
    beyond = np.concatenate([values[own] - middle for own, (middle, _) in zip(labels, usual, strict=True)])
    floor = max(0.5 * rule, 0.1 * float(beyond.std()), 1e-3 * abs(everything[0]), 1e-6)
    for own, (middle, spread) in zip(labels, usual, strict=True):
        odd[own] = (values[own] - middle) / max(spread, floor)
    return odd


def _usual(values: np.ndarray) -> tuple[float, float]:
    """Median, and 1.4826 times the median distance from it: what a standard deviation is without the odd ones."""
    middle = float(np.median(values))
    return middle, 1.4826 * float(np.median(np.abs(values - middle)))
