"""RatingModel: what is known of the items, and answers for a person from a few of their ratings. It knows no users."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tellapart.errors import BundleError
from tellapart.words.near_names import did_you_mean

_STEADY = 10.0  # ratings that a likeness is damped by: of two items that few rated it says little


@dataclass(frozen=True)
class Liked:
    """An item as an answer. stars: what is expected, within the scale; likeness: -1 to 1, to the item asked for (1 for
    what was recommended by stars); n: how many people rated it."""

    item: str
    title: str
    stars: float
    likeness: float
    n: int

    name = property(lambda self: self.title or self.item, doc="What a person calls it.")


@dataclass(frozen=True)
class RatingModel:
    """item_names, titles: of the items; bias (I,), factors (I, K), variance (I, K), counts (I,) of ratings. mean: of
    all ratings; user_ridge, noise: how a new user's few ratings are weighed. measured: what training found, plain
    JSON."""

    item_names: tuple[str, ...]
    titles: tuple[str, ...]
    bias: np.ndarray
    factors: np.ndarray
    variance: np.ndarray
    counts: np.ndarray
    mean: float
    scale: tuple[float, float]
    user_ridge: float
    noise: float
    measured: dict[str, Any]

    def place(self, item: str) -> int:
        """Of an item, by its name, its title, or a part of its title that no other has.

        Raises:
            BundleError: there is none, or there are several.
        """
        if item in self._places:
            return self._places[item]
        wanted = item.strip().casefold()
        lower = [title.casefold() for title in self.titles]
        found = [at for at, title in enumerate(lower) if wanted and title == wanted]
        found = found or [at for at, title in enumerate(lower) if wanted and wanted in title]
        if len(found) == 1:
            return found[0]
        if found:
            shown = ", ".join(repr(self.titles[at]) for at in found[:5])
            raise BundleError(
                f"{item!r} may be {len(found)} items, such as {shown}. Write more of the title."
            )
        near = did_you_mean(item, [*self.item_names, *filter(None, self.titles)])
        raise BundleError(
            f"There is no item {item!r}.{near} Items that fewer than two people rated are not known."
        )

    def predict(self, liked: Mapping[str, float]) -> np.ndarray:
        """(I,) expected ratings of one person, within the scale, from a few of theirs; those of everybody from none.

        Args:
            liked: item, by name or title, -> rating within the scale.
        Raises:
            BundleError: an item is unknown, stands twice, or a rating lies outside the scale.
        """
        places = [self.place(item) for item in liked]
        low, high = self.scale
        for item, stars in liked.items():
            if not low <= stars <= high:
                raise BundleError(f"{item!r} has {stars:g}; ratings go from {low:g} to {high:g}.")
        if len(set(places)) < len(places):
            again = next(self.item_names[at] for at in places if places.count(at) > 1)
            raise BundleError(f"The item {again!r} is rated twice. Give it one rating.")
        return self.expected_for(np.array(places, np.int64), np.array(list(liked.values()), float))

    def expected_for(self, places: np.ndarray, stars: np.ndarray) -> np.ndarray:
        """(I,) expected ratings, by one least-squares solve for the person's bias and factors; see `predict`."""
        factors = np.column_stack(
            [np.ones(len(self.bias)), self.factors]
        )  # the first is the person's own bias
        own = factors[places]
        sums = own.T @ own / self.noise
        unsure = (
            self.variance[places].sum(axis=0) / self.noise + 1.0
        )  # before any rating a factor varies by 1
        sums[np.diag_indices_from(sums)] += np.concatenate([[self.user_ridge / self.noise], unsure])
        rest = stars - self.mean - self.bias[places]
        person = np.linalg.solve(sums, own.T @ rest / self.noise)
        return np.clip(self.mean + self.bias + factors @ person, *self.scale)

    def recommend(self, liked: Mapping[str, float], n: int = 10) -> list[Liked]:
        """What a person would like best of what they have not rated, the best first; ties by how many rated it."""
        expected = self.predict(liked)
        there = {self.place(item) for item in liked}
        order = np.lexsort((-self.counts, -expected))
        return [self._liked(at, expected[at], 1.0) for at in order.tolist() if at not in there][:n]

    def similar(self, item: str, n: int = 10) -> list[Liked]:
        """What people who liked the item liked too: nearest by direction of the factors, where few ratings count less.

        Raises:
            BundleError: there is no such item, or nothing was learned of tastes.
        """
        at = self.place(item)
        if not self.factors.shape[1]:
            raise no_tastes()
        lengths = np.linalg.norm(self.factors, axis=1)
        cosines = self.factors @ self.factors[at] / np.maximum(lengths * lengths[at], 1e-12)
        likeness = cosines * self.counts / (self.counts + _STEADY)
        expected = np.clip(self.mean + self.bias, *self.scale)
        order = [
            one for one in np.lexsort((-self.counts, -likeness)).tolist() if one != at and likeness[one] > 0
        ]
        return [self._liked(one, expected[one], float(likeness[one])) for one in order[:n]]

    def _liked(self, at: int, stars: float, likeness: float) -> Liked:
        return Liked(self.item_names[at], self.titles[at], float(stars), likeness, int(self.counts[at]))

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self.item_names)}


def no_tastes() -> BundleError:
    """The error where a recommender has no factors."""
    return BundleError("No tastes were found in these ratings, so no item is like another. Add more ratings.")
