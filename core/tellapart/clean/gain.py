"""Gain: what the decisions so far have bought, judged on pictures that nobody touched."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tellapart.learning.cross_validation import NOT_A_MEMBER
from tellapart.words.percents import fewer_wrong, more_between, tenths

_Z = 1.959964  # of a 95 % interval


@dataclass(frozen=True)
class Gain:
    """Cross-validated error rates, 0 to 1, with the labels as they were and as they are now.

    Both on the same n_judged pictures: those whose label no decision changed. Each is judged by a classifier that
    learned without it, so only better labels elsewhere can lower the error. interval: half the width of the 95 %
    interval of the change, from the pictures that one classifier got right and the other wrong. Rates are NaN where
    there is nothing to measure.
    """

    n_decisions: int
    n_judged: int
    error_before: float
    error_after: float
    interval: float
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; what is not measured is null."""
        return {
            name: None if isinstance(value, float) and math.isnan(value) else value
            for name, value in asdict(self).items()
        }


def measure_gain(
    n_decisions: int,
    before: np.ndarray,
    after: np.ndarray,
    predicted_before: np.ndarray,
    predicted: np.ndarray,
) -> Gain:
    """Args:
    before, after: (N,) int targets, NOT_A_MEMBER where a picture belongs to no class.
    predicted_before, predicted: (N,) int, out of fold, learned from the one and from the other.
    """
    judged = (before == after) & (after != NOT_A_MEMBER)
    n = int(judged.sum())
    if n == 0 or len(np.unique(after[judged])) < 2:
        nothing = f"{_decisions(n_decisions)}. There are fewer than two labels, so no error can be measured."
        return Gain(n_decisions, n, math.nan, math.nan, math.nan, nothing)
    was_wrong = predicted_before[judged] != before[judged]
    is_wrong = predicted[judged] != after[judged]
    mended, broken = int((was_wrong & ~is_wrong).sum()), int((~was_wrong & is_wrong).sum())
    interval = _Z * math.sqrt(max(0.0, mended + broken + 1 - (mended - broken) ** 2 / n)) / n
    error_before, error_after = float(was_wrong.mean()), float(is_wrong.mean())
    sentence = _sentence(n_decisions, n, error_before, error_after, interval)
    return Gain(n_decisions, n, error_before, error_after, interval, sentence)


def _sentence(n_decisions: int, n: int, before: float, after: float, interval: float) -> str:
    if not n_decisions:
        return f"No decisions yet: cross-validated error {tenths(after)} on {n} pictures."
    change = f"{_decisions(n_decisions)}: cross-validated error {tenths(before)} → {tenths(after)}"
    change += f" ({_between(before - after - interval, before - after + interval)})"
    if before - after > interval:
        return f"{change} on the {n} pictures you did not change."
    if after - before > interval:
        return f"{change}: worse than before. Review the latest decisions; you can undo them."
    return f"{change}: the difference could be chance."


def _between(least: float, most: float) -> str:
    """The interval of how much less is wrong, for instance "3 to 5 fewer of 100 wrong"; of few pictures it would go
    beyond all of them."""
    least, most = max(-1.0, least), min(1.0, most)
    return f"{more_between(-most, -least)} of 100 wrong" if least <= 0 <= most else fewer_wrong(least, most)


def _decisions(n: int) -> str:
    return f"{n} decision{'s' * (n != 1)}"
