"""Answering only where a classifier is sure enough: how many pictures are answered then, and how many of these wrong.

Source: Geifman & El-Yaniv 2017, "Selective classification for deep neural networks" (arXiv:1705.08500).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from tellapart.learning.metrics import effective_size, error_interval


@dataclass(frozen=True)
class Answered:
    """Of n pictures those whose likeliest label has at least the probability that is asked for.

    n_none: called none of these, and so not answered however sure the label. n_wrong: of the answered ones; interval:
    95 %, of the share that is wrong, near-duplicates counted once.
    """

    n: int
    n_answered: int
    n_none: int
    n_wrong: int
    interval: tuple[float, float]

    @property
    def coverage(self) -> float:
        """Share of the pictures that is answered, 0 to 1."""
        return self.n_answered / self.n if self.n else 0.0

    @property
    def error_rate(self) -> float | None:
        """Share of the answered ones that is wrong, 0 to 1; None where nothing is answered."""
        return self.n_wrong / self.n_answered if self.n_answered else None


@dataclass(frozen=True)
class AnsweredLabel:
    """One label at a threshold. n: its pictures; n_found: those answered with it. n_said: pictures answered with it,
    n_said_wrong: those of them that are of another label."""

    label: str
    n: int
    n_found: int
    n_said: int
    n_said_wrong: int


class Selection:
    """What is answered at any threshold.

    probs: (N, C), rows sum to 1. targets: (N,) int. groups: (N,), shared by near-duplicates. classes: (C,). is_none:
    (N,) bool, called none of these, which is never answered; nothing is unless given.
    """

    def __init__(
        self,
        probs: np.ndarray,
        targets: np.ndarray,
        groups: Sequence[Hashable],
        classes: Sequence[str],
        is_none: np.ndarray | None = None,
    ) -> None:
        self._classes = tuple(classes)
        self._targets, self._groups = targets, np.asarray(groups)
        self._is_some = np.ones(len(probs), bool) if is_none is None else ~is_none
        self._surest = probs.max(axis=1) if len(probs) else np.empty(0)
        self._said = probs.argmax(axis=1) if len(probs) else np.empty(0, int)

    def at(self, threshold: float) -> Answered:
        """With this least probability, 0 to 1."""
        is_answered = self._is_answered(threshold)
        n = int(is_answered.sum())
        n_wrong = int((self._said != self._targets)[is_answered].sum())
        n_apart = effective_size(self._groups[is_answered].tolist())
        interval = error_interval(n_wrong / n * n_apart, n_apart) if n else (0.0, 1.0)
        n_none = len(self._targets) - int(self._is_some.sum())
        return Answered(len(self._targets), n, n_none, n_wrong, interval)

    def curve(self, n_points: int = 100) -> list[tuple[float, Answered]]:
        """(threshold, what is answered) at thresholds where something changes, from low to high; at most so many."""
        steps = np.unique(self._surest[self._is_some])
        if len(steps) > n_points:
            steps = steps[np.linspace(0, len(steps) - 1, n_points).round().astype(int)]
        return [(float(one), self.at(float(one))) for one in steps]

    def by_label(self, threshold: float) -> list[AnsweredLabel]:
        """Each label with this least probability, in order."""
        is_answered, n_classes = self._is_answered(threshold), len(self._classes)
        is_right = is_answered & (self._said == self._targets)
        of_all = np.bincount(self._targets, minlength=n_classes)
        found = np.bincount(self._targets[is_right], minlength=n_classes)
        said = np.bincount(self._said[is_answered], minlength=n_classes)
        return [
            AnsweredLabel(label, int(of_all[k]), int(found[k]), int(said[k]), int(said[k] - found[k]))
            for k, label in enumerate(self._classes)
        ]

    def _is_answered(self, threshold: float) -> np.ndarray:
        return np.asarray((self._surest >= threshold) & self._is_some)
