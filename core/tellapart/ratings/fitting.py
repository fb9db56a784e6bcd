"""Biases and factors of ratings: what is expected of a user and an item, and what tastes explain beyond it.

The factors are found by alternating least squares that know how unsure they are: the variance of a factor of few
ratings counts as noise in the next solve, so that an item that two people saw explains little (variational Bayesian
matrix factorisation: Lim and Teh 2007, KDD Cup workshop). How strong each factor of the items may be is learned along.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tellapart.progress import Doing, Progress, Step, silent

USER_RIDGE, ITEM_RIDGE = (
    5.0,
    3.0,
)  # ratings of exactly the mean that every user and item is taken to have besides
NOISE = 0.7  # variance, on a scale of 4 stars between lowest and highest, of what no taste explains
N_FACTORS = (4, 8)
MOST_ROUNDS = 30
_ITEM_VARIANCE = 0.02
_HELD_OUT = 8  # one in so many ratings chooses the number of factors and of rounds
_SURELY, _SLOW = 8, 2e-4  # rounds at least; share by which the error has to fall for another one
_FEW = 200  # ratings, below which nothing but biases is tried


@dataclass(frozen=True)
class Factors:
    """mean: of all ratings. user_bias (U,), item_bias (I,). user_factors (U, K), item_factors (I, K), item_variance
    (I, K): how unsure each factor of an item is. n_rounds: of the alternating."""

    mean: float
    user_bias: np.ndarray
    item_bias: np.ndarray
    user_factors: np.ndarray
    item_factors: np.ndarray
    item_variance: np.ndarray
    n_rounds: int

    def expected(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """(N,) ratings, not yet clipped to the scale."""
        tastes = np.einsum("nk,nk->n", self.user_factors[users], self.item_factors[items])
        return self.mean + self.user_bias[users] + self.item_bias[items] + tastes


@dataclass(frozen=True)
class Ratings:
    """users, items: (N,) int below n_users and n_items; stars: (N,) float."""

    users: np.ndarray
    items: np.ndarray
    stars: np.ndarray
    n_users: int
    n_items: int

    def part(self, which: np.ndarray) -> Ratings:
        """Those that a mask or places choose."""
        return Ratings(self.users[which], self.items[which], self.stars[which], self.n_users, self.n_items)


def fit_biases(ratings: Ratings, rounds: int = 10) -> Factors:
    """The mean, and how far each user and item lies from it; no factors."""
    mean = float(ratings.stars.mean())
    user_bias, item_bias = np.zeros(ratings.n_users), np.zeros(ratings.n_items)
    for _ in range(rounds):
        user_bias, item_bias = _biases(ratings, ratings.stars - mean, user_bias)
    none = np.zeros((ratings.n_users, 0)), np.zeros((ratings.n_items, 0)), np.zeros((ratings.n_items, 0))
    return Factors(mean, user_bias, item_bias, *none, 0)


def choose_factors(
    ratings: Ratings, width: float, seed: int = 0, progress: Progress = silent
) -> tuple[int, int]:
    """The number of factors and of rounds that do best on an eighth of the ratings, learned from the others; (0, 0)
    where biases alone do better, or where there are too few to tell.

    Args:
        width: from the lowest to the highest rating. seed: of the eighth and of where the factors begin.
    """
    chosen = 0, 0
    if len(ratings.stars) < _FEW:
        return chosen
    held_out = np.random.default_rng(seed).permutation(len(ratings.stars)) % _HELD_OUT == 0
    inner, outer = ratings.part(~held_out), ratings.part(held_out)
    best = squared_error(fit_biases(inner), outer)
    for tried in N_FACTORS:
        last = np.inf
        for round_, found in enumerate(_rounds(inner, tried, width, seed), start=1):
            progress(round_, MOST_ROUNDS, Doing(Step.FITTING, f"Trying {tried} factors"))
            error = squared_error(found, outer)
            if error < best:
                best, chosen = error, (tried, round_)
            if round_ > _SURELY and error > last * (1 - _SLOW):
                break
            last = error
    return chosen


def fit_factors(
    ratings: Ratings, width: float, chosen: tuple[int, int], seed: int = 0, progress: Progress = silent
) -> Factors:
    """Biases and factors of all the ratings; see `choose_factors`."""
    n_factors, n_rounds = chosen
    found = fit_biases(ratings)
    for round_, now in enumerate(_rounds(ratings, n_factors, width, seed) if n_rounds else (), start=1):
        progress(round_, n_rounds, Doing(Step.FITTING, "All ratings"))
        found = now
        if round_ == n_rounds:
            break
    return found


def squared_error(found: Factors, ratings: Ratings) -> float:
    """Mean squared error on ratings; nothing is clipped."""
    return float(np.mean((found.expected(ratings.users, ratings.items) - ratings.stars) ** 2))


def _biases(ratings: Ratings, rest: np.ndarray, user_bias: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    n_of_item = np.bincount(ratings.items, minlength=ratings.n_items)
    n_of_user = np.bincount(ratings.users, minlength=ratings.n_users)
    of_items = np.bincount(ratings.items, rest - user_bias[ratings.users], ratings.n_items)
    item_bias = of_items / (n_of_item + ITEM_RIDGE)
    of_users = np.bincount(ratings.users, rest - item_bias[ratings.items], ratings.n_users)
    return of_users / (n_of_user + USER_RIDGE), item_bias


def _rounds(ratings: Ratings, n_factors: int, width: float, seed: int) -> Iterator[Factors]:
    """What is known after each round."""
    start = fit_biases(ratings)
    mean, user_bias, item_bias = start.mean, start.user_bias, start.item_bias
    noise = noise_of(width)
    users, items = ratings.users, ratings.items
    by_user, by_item = _Grouped(users, ratings.n_users), _Grouped(items, ratings.n_items)
    prior = np.full(n_factors, _ITEM_VARIANCE * (width / 4) ** 2)
    item_factors = np.random.default_rng(seed).normal(0, np.sqrt(prior), (ratings.n_items, n_factors))
    item_variance = np.tile(prior / 10, (ratings.n_items, 1))
    for round_ in range(1, MOST_ROUNDS + 1):
        rest = ratings.stars - mean - user_bias[users] - item_bias[items]
        user_factors, user_variance = by_user.solve(
            rest, item_factors[items], item_variance[items], noise, np.ones(n_factors)
        )
        item_factors, item_variance = by_item.solve(
            rest, user_factors[users], user_variance[users], noise, prior
        )
        if round_ > 3:  # until then the factors are too weak to tell
            prior = np.maximum((item_factors**2 + item_variance).mean(axis=0), 1e-9)
        tastes = np.einsum("nk,nk->n", user_factors[users], item_factors[items])
        user_bias, item_bias = _biases(ratings, ratings.stars - mean - tastes, user_bias)
        yield Factors(mean, user_bias, item_bias, user_factors, item_factors, item_variance, round_)


def noise_of(width: float) -> float:
    """Variance of what no taste explains, on a scale of that width."""
    return NOISE * (width / 4) ** 2


class _Grouped:
    """Ratings put together by user, or by item."""

    def __init__(self, owners: np.ndarray, n: int):
        self.order = np.argsort(owners, kind="stable")
        counts = np.bincount(owners, minlength=n)
        self.there = np.flatnonzero(counts)
        self.starts = (np.cumsum(counts) - counts)[self.there]
        self.n = n

    def solve(
        self, rest: np.ndarray, others: np.ndarray, unsure: np.ndarray, noise: float, prior: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Means and variances, (n, K) each, of the owners' factors.

        Args:
            rest: (N,) what the factors are to explain. others, unsure: (N, K) means and variances of the other side.
            prior: (K,) variance of a factor before any rating.
        """
        n_factors = others.shape[1]
        others, rest = others[self.order], rest[self.order]
        sums = np.zeros((self.n, n_factors, n_factors))
        for k in range(n_factors):  # one row at a time: all at once would need K times the memory
            sums[self.there, k] = np.add.reduceat(others[:, k : k + 1] * others, self.starts, axis=0)
        diagonal = np.arange(n_factors)
        sums[self.there[:, None], diagonal, diagonal] += np.add.reduceat(
            unsure[self.order], self.starts, axis=0
        )
        targets = np.zeros((self.n, n_factors))
        targets[self.there] = np.add.reduceat(others * rest[:, None], self.starts, axis=0)
        sums /= noise
        sums[:, diagonal, diagonal] += 1 / prior
        spread = np.linalg.inv(sums)
        return np.einsum("nij,nj->ni", spread, targets / noise), spread[:, diagonal, diagonal]
