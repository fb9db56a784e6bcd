"""Two classifiers compared on the same pictures: who is right where the other is wrong, and whether that may be chance.

Sources: McNemar 1947, "Note on the sampling error of the difference between correlated proportions" (the exact test);
Newcombe 1998, "Improved confidence intervals for the difference between binomial proportions based on paired data"
(method 10).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from tellapart.learning.metrics import effective_size, error_interval

ALPHA = 0.05


@dataclass(frozen=True)
class Paired:
    """How many pictures each gets right: both, the first alone, the second alone, none of the two."""

    both_right: int
    only_first: int
    only_second: int
    both_wrong: int

    @property
    def n(self) -> int:
        """Pictures that both were asked about."""
        return self.both_right + self.only_first + self.only_second + self.both_wrong

    @property
    def errors(self) -> tuple[float, float]:
        """Error rates of the first and of the second, 0 to 1; 0 without pictures."""
        n = max(1, self.n)
        return (self.only_second + self.both_wrong) / n, (self.only_first + self.both_wrong) / n

    @property
    def difference(self) -> float:
        """Error rate of the second minus that of the first, -1 to 1; 0 without pictures."""
        return (self.only_first - self.only_second) / self.n if self.n else 0.0

    @property
    def p_value(self) -> float:
        """How probable a split at least as uneven is where both are equally good, 0 to 1: McNemar's exact test, two
        sides."""
        n_apart = self.only_first + self.only_second
        return min(1.0, 2 * _tail(max(self.only_first, self.only_second), n_apart))

    @property
    def is_beyond_chance(self) -> bool:
        """Whether one of them is better, at 5 %."""
        return self.p_value < ALPHA

    @property
    def interval(self) -> tuple[float, float]:
        """95 % of `difference`; (-1, 1) without pictures."""
        n = self.n
        if not n:
            return -1.0, 1.0
        wrong_second, wrong_first = self.only_first + self.both_wrong, self.only_second + self.both_wrong
        second, first = wrong_second / n, wrong_first / n
        (low_2, high_2), (low_1, high_1) = error_interval(wrong_second, n), error_interval(wrong_first, n)
        shared = self._correlation()
        down, up = (second - low_2, high_1 - first), (high_2 - second, first - low_1)
        below = math.sqrt(max(0.0, down[0] ** 2 - 2 * shared * down[0] * down[1] + down[1] ** 2))
        above = math.sqrt(max(0.0, up[0] ** 2 - 2 * shared * up[0] * up[1] + up[1] ** 2))
        return max(-1.0, self.difference - below), min(1.0, self.difference + above)

    def _correlation(self) -> float:
        """Of being wrong, with Newcombe's correction for continuity."""
        n = self.n
        margins = (
            (self.both_wrong + self.only_first)
            * (self.both_right + self.only_second)
            * (self.both_wrong + self.only_second)
            * (self.both_right + self.only_first)
        )
        if not margins:
            return 0.0
        product: float = self.both_wrong * self.both_right - self.only_first * self.only_second
        if product > 0:
            product = max(0, product - n / 2)
        return product / math.sqrt(margins)


def paired(first_is_wrong: np.ndarray, second_is_wrong: np.ndarray) -> Paired:
    """The counts of two (N,) bool, picture by picture."""
    first, second = np.asarray(first_is_wrong, bool), np.asarray(second_is_wrong, bool)
    return Paired(
        both_right=int((~first & ~second).sum()),
        only_first=int((~first & second).sum()),
        only_second=int((first & ~second).sum()),
        both_wrong=int((first & second).sum()),
    )


def told_apart(pairs: Paired, groups: Sequence[Hashable]) -> Paired:
    """The same shares of only as many as have nothing to do with one another, for p and the interval: copies would
    make chance look like certainty. groups: (N,), copies share a name; without copies these are the pairs themselves.
    """
    share = effective_size(groups) / max(1, pairs.n)
    return Paired(
        *(round(share * n) for n in (pairs.both_right, pairs.only_first, pairs.only_second, pairs.both_wrong))
    )


def is_clearly_worse(pairs: Paired, alpha: float = ALPHA) -> bool:
    """Whether the second is worse than the first beyond chance: McNemar's exact test, one side."""
    return _tail(pairs.only_first, pairs.only_first + pairs.only_second) < alpha


def _tail(least: int, n: int) -> float:
    """How probable it is that a fair coin thrown n times shows heads so many times or more, 0 to 1."""
    counts = np.arange(least, n + 1)
    logs = gammaln(n + 1) - gammaln(counts + 1) - gammaln(n - counts + 1) - n * math.log(2)
    return float(min(1.0, np.exp(logs).sum()))
