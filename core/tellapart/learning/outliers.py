"""Outliers: numbers far above what is usual for a label, and pictures that look like nothing else of their label."""

from __future__ import annotations

import numpy as np

from tellapart.learning.cross_validation import NOT_A_MEMBER

_FEW = 8  # pictures of a label; below, what is usual is taken from all
_LEAST, _MOST = 3, 20  # nearest of the same label that count: half of the label, but no fewer and no more
_CLOSEST, _COMPANY = 5, 1.0  # neighbours whose score counts, and how much beside the picture's own
# Robust standard deviations: not worth a thought; another two thirds of certainty for each of the second number.
_USUAL, _RANGE = 0.5, 2.5


def robust_scores(values: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """(N,) robust standard deviations above the median of the label; of all pictures where the label has few.

    A label whose pictures are nearly the same is given half the spread that labels have as a rule, so that a little
    more is nothing unusual.

    Args:
        values: (N,) float. targets: (N,) int; NOT_A_MEMBER pictures get 0 and count for nothing.
    """
    scores = np.zeros(len(values), np.float32)
    members = np.flatnonzero(targets != NOT_A_MEMBER)
    if not len(members):
        return scores
    everything = _usual(values[members])
    order = members[np.argsort(targets[members], kind="stable")]
    labels = np.split(order, np.flatnonzero(np.diff(targets[order])) + 1)
    usual = [_usual(values[own]) if len(own) >= _FEW else everything for own in labels]
    rule = float(np.median([spread for _, spread in usual]))
    beyond = np.concatenate([values[own] - middle for own, (middle, _) in zip(labels, usual, strict=True)])
    floor = max(0.5 * rule, 0.1 * float(beyond.std()), 1e-3 * abs(everything[0]), 1e-6)
    for own, (middle, spread) in zip(labels, usual, strict=True):
        scores[own] = (values[own] - middle) / max(spread, floor)
    return scores


def outlier_scores(targets: np.ndarray, rows: np.ndarray, similarities: np.ndarray) -> np.ndarray:
    """(N,) 0 to 1: how unlike the other pictures of its own label each is.

    From the mean similarity of the nearest of its label, compared with what is usual for the label, and from how odd
    its nearest neighbours are by that: what is odd is often there a few times, in pictures that vouch for each other.

    Args:
        targets: (N,) int, NOT_A_MEMBER for pictures without a label, which get 0.
        rows, similarities: (N, K), see `neighbours.nearest`.
    Source: Ramaswamy et al. 2000, "Efficient Algorithms for Mining Outliers from Large Data Sets" (k nearest);
    Yang et al. 2023, "Neighborhood Averaging for Improving Outlier Detectors" (arXiv:2303.09972).
    """
    if not len(targets):
        return np.zeros(0)
    labels = targets.astype(np.int32)  # half as much to read, of 32 for each picture
    theirs = labels.take(rows, mode="wrap")
    is_there = (rows >= 0) & (theirs != NOT_A_MEMBER)
    is_own = is_there & (theirs == labels[:, None])
    odd = robust_scores(-_mean_of_nearest(similarities, is_own, _n_compared(labels)), targets)
    odd = robust_scores((odd + _COMPANY * _company(odd, rows, is_there)) / (1 + _COMPANY), targets)
    return np.asarray((1 - np.exp(-np.maximum(odd - _USUAL, 0) / _RANGE)) * (targets != NOT_A_MEMBER))


def _company(odd: np.ndarray, rows: np.ndarray, is_there: np.ndarray) -> np.ndarray:
    """(N,) mean score of the nearest neighbours; its own for a picture without."""
    chosen = _first(is_there, _CLOSEST)
    n_chosen = chosen.sum(axis=1)
    summed = np.einsum("ij,ij->i", odd.take(rows, mode="wrap"), chosen)
    return np.where(n_chosen > 0, summed / np.maximum(n_chosen, 1), odd)


def _n_compared(labels: np.ndarray) -> np.ndarray:
    """(N,) int16: how many of its label a picture is compared with. Half of a small one: were it all, an odd picture
    would be among those that every other one is compared with."""
    members = labels[labels != NOT_A_MEMBER]
    sizes = np.bincount(members, minlength=labels.max(initial=0) + 1)
    return np.clip(sizes // 2, _LEAST, _MOST).astype(np.int16).take(labels, mode="wrap")


def _mean_of_nearest(similarities: np.ndarray, counts: np.ndarray, n: np.ndarray) -> np.ndarray:
    """(N,) mean similarity of the n nearest neighbours that count; missing ones are as near as the furthest known."""
    furthest = similarities.min(axis=1, initial=1.0, where=similarities > -1.0)
    chosen = _first(counts, n[:, None])
    n_missing = n - chosen.sum(axis=1)
    return np.asarray((np.einsum("ij,ij->i", similarities, chosen) + n_missing * furthest) / n)


def _first(counts: np.ndarray, n: int | np.ndarray) -> np.ndarray:
    """(N, K) bool: of those that count the first n in each row."""
    return np.asarray(counts & (np.cumsum(counts, axis=1, dtype=np.int16) <= n))


def _usual(values: np.ndarray) -> tuple[float, float]:
    """Median, and 1.4826 times the median distance from it: what a standard deviation is without the odd ones."""
    middle = float(np.median(values))
    return middle, 1.4826 * float(np.median(np.abs(values - middle)))
