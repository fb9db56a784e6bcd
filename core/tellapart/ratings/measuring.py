"""How far off a recommender is on ratings it has not seen: squared error with an interval, beside simpler answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import numpy as np

from tellapart.progress import Progress, silent
from tellapart.ratings.fitting import Factors, Ratings, choose_factors, fit_biases, fit_factors
from tellapart.ratings.rating_table import RatingTable

FEWEST_KEPT = 2  # people who rated an item, below which nothing is kept of it: it would tell about one person
_TESTED = 5  # one rating in so many


@dataclass(frozen=True)
class RatingScores:
    """Mean squared errors, in squared stars, on n ratings that were not learned from. interval: 95 % of mse, where the
    ratings of one user count together; None where all are of one user. bias_mse: of mean, user and item alone;
    mean_mse: of always saying the mean. n_factors, n_rounds: chosen on the ratings learned from. n_new: ratings by
    users of whom nothing was known."""

    n: int
    mse: float
    interval: tuple[float, float] | None
    bias_mse: float
    mean_mse: float
    n_factors: int
    n_rounds: int
    n_new: int

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "n": self.n, "mse": self.mse, "interval": list(self.interval) if self.interval else None,
            "bias_mse": self.bias_mse, "mean_mse": self.mean_mse, "n_factors": self.n_factors,
            "n_new_users": self.n_new,
        }  # fmt: skip


def ratings_in(table: RatingTable) -> Ratings:
    """The table's numbers alone."""
    return Ratings(table.users, table.items, table.stars, len(table.user_names), len(table.item_names))


def random_part(table: RatingTable, which: int = 0) -> np.ndarray:
    """(N,) bool: one of five random fifths. The names of user and item decide as dice would: whoever measures, and in
    whichever order the table stands, tests the same ratings.

    Args:
        which: of the fifths, 0 to 4; `train` tells the error on the first.
    """
    users, items = _dice(table.user_names)[table.users], _dice(table.item_names)[table.items]
    thrown = users ^ (items * np.uint64(0x9E3779B97F4A7C15))
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):  # splitmix64
        thrown = (thrown ^ (thrown >> np.uint64(shift))) * np.uint64(factor)
    order = np.argsort(thrown, kind="stable")
    found = np.zeros(len(order), bool)
    found[order[which::_TESTED]] = True
    return found


def newest_part(times: np.ndarray) -> np.ndarray:
    """(n,) bool: the newest fifth; ratings of the same second are all old or all new."""
    return times > np.quantile(times, 1 - 1 / _TESTED)


def measure(table: RatingTable, is_tested: np.ndarray, progress: Progress = silent) -> RatingScores | None:
    """Scores on the ratings tested, learned from the others; None where one of the two parts has fewer than two."""
    if min(is_tested.sum(), (~is_tested).sum()) < 2:
        return None
    ratings = ratings_in(table)
    known, asked = ratings.part(~is_tested), ratings.part(is_tested)
    low, high = table.scale
    chosen = choose_factors(known, high - low, progress=progress)
    biases, found = fit_biases(known), fit_factors(known, high - low, chosen, progress=progress)
    counts = np.bincount(known.items, minlength=known.n_items)

    def errors(fit: Factors) -> np.ndarray:
        expected = without_rare_items(fit, counts).expected(asked.users, asked.items)
        return (np.clip(expected, low, high) - asked.stars) ** 2

    squared = errors(found)
    mse = float(squared.mean())
    return RatingScores(
        len(squared), mse, interval_over_users(squared, asked.users), float(errors(biases).mean()),
        float(((known.stars.mean() - asked.stars) ** 2).mean()), *chosen,
        int((~np.isin(asked.users, known.users)).sum()),
    )  # fmt: skip


def without_rare_items(found: Factors, counts: np.ndarray) -> Factors:
    """The same, knowing nothing of items that fewer than two people rated."""
    is_rare = counts < FEWEST_KEPT
    return replace(
        found,
        item_bias=np.where(is_rare, 0.0, found.item_bias),
        item_factors=np.where(is_rare[:, None], 0.0, found.item_factors),
    )


def _dice(names: Sequence[str]) -> np.ndarray:
    """(N,) uint64 that follow from each name alone."""
    digests = (sha256(name.encode("utf-8", "surrogatepass")).digest() for name in names)
    return np.array([int.from_bytes(one[:8], "big") for one in digests], np.uint64)


def interval_over_users(squared: np.ndarray, users: np.ndarray) -> tuple[float, float] | None:
    """95 % of the mean, where the ratings of a user are not independent; None of one user alone, who tells nothing
    about others. Source: Liang and Zeger 1986, with G / (G - 1) for G users, and Student's t with G - 1 degrees of
    freedom, as Cameron and Miller 2015 advise: two users know their own spread badly."""
    n_users = len(np.unique(users))
    if n_users < 2:
        return None
    from scipy.special import stdtrit  # whoever only recommends needs none of it

    mean = float(squared.mean())
    off = float((np.bincount(users, squared - mean) ** 2).sum())
    half = float(stdtrit(n_users - 1, 0.975)) * math.sqrt(off * n_users / (n_users - 1)) / len(squared)
    return max(0.0, mean - half), mean + half
