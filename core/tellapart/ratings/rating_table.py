"""RatingTable: ratings as numbers, made of those that were given and of what was decided about them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from tellapart.errors import IntakeError


class GivenRating(NamedTuple):
    """One as it stands in a table. row: of those that are not empty, from 1; at: seconds since 1970, NaN without."""

    row: int
    user: str
    item: str
    stars: float
    at: float
    title: str


@dataclass(frozen=True)
class GivenRatings:
    """What a file says. inside, outside: ratings within the scale, and beyond it; notes: what was left out and why, a
    sentence each."""

    inside: list[GivenRating]
    outside: list[GivenRating]
    scale: tuple[float, float]
    source: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class RatingTable:
    """users, items: (N,) int, places in user_names and item_names. stars: (N,) float within scale. times: (N,) float
    seconds since 1970, None where the table has none. titles: of each item, "" where there is none. notes: what was
    left out and why, a sentence each. Each pair of user and item stands once."""

    users: np.ndarray
    items: np.ndarray
    stars: np.ndarray
    times: np.ndarray | None
    user_names: list[str]
    item_names: list[str]
    titles: list[str]
    scale: tuple[float, float]
    source: str
    notes: tuple[str, ...] = ()


def row_id(one: GivenRating) -> str:
    """By which decisions call a rating."""
    return f"row:{one.row}"


def user_id(user: str) -> str:
    """By which decisions call a user, which are all of their ratings."""
    return f"user:{user}"


def item_id(item: str) -> str:
    """By which decisions call an item, which are all of its ratings."""
    return f"item:{item}"


def table_of(
    given: GivenRatings, left_out: Collection[str] = (), taken_in: Collection[str] = ()
) -> RatingTable:
    """The table of ratings as they stand: the newest of each user and item.

    Args:
        left_out: ids of ratings, users and items that do not count. taken_in: ids of ratings outside the scale that
            count all the same, as its nearer end.
    Raises:
        IntakeError: nothing can be learned from what is left.
    """
    low, high = given.scale
    taken = [
        one._replace(stars=min(max(one.stars, low), high)) for one in given.outside if row_id(one) in taken_in
    ]
    ratings = sorted([*given.inside, *taken]) if taken else given.inside
    standing = [one for one in ratings if not is_left_out(one, left_out)] if left_out else ratings
    n_out = len(ratings) - len(standing)
    kept: dict[tuple[str, str], GivenRating] = {}
    for one in standing:
        there = kept.get((one.user, one.item))
        if there is None or not one.at < there.at:  # NaN is never less: the later row counts
            kept[one.user, one.item] = one
    n_again = len(standing) - len(kept)
    notes = list(given.notes)
    if n_out:
        notes.append(
            f"{number_of_things(n_out, 'rating')} left out as decided (tellapart undo takes the last step back)."
        )
    if n_again:
        notes.append(
            f"{number_of_things(n_again, 'rating')} of the same user and item came again; the newest counts."
        )
    return _table(list(kept.values()), given, notes)


def is_left_out(one: GivenRating, left_out: Collection[str]) -> bool:
    """Whether it, its user or its item is among those."""
    return row_id(one) in left_out or user_id(one.user) in left_out or item_id(one.item) in left_out


def titled(table: RatingTable, titles: Mapping[str, str]) -> RatingTable:
    """The same, with these titles of items in place of its own."""
    own = zip(table.item_names, table.titles, strict=True)
    return replace(table, titles=[titles.get(item) or title for item, title in own])


def number_of_things(n: int, word: str) -> str:
    """As "1 rating" or "2 ratings"."""
    return f"{n} {word}{'s' * (n != 1)}"


def _table(kept: list[GivenRating], given: GivenRatings, notes: list[str]) -> RatingTable:
    said, name = " ".join(["", *notes]), given.source
    if not kept:
        raise IntakeError(
            f"{name} has no rating that can be used.{said} Each row needs user, item and a number."
        )
    user_names = list(dict.fromkeys(one.user for one in kept))
    item_names = list(dict.fromkeys(one.item for one in kept))
    for names, word in ((user_names, "user"), (item_names, "item")):
        if len(names) < 2:
            raise IntakeError(
                f"All {len(kept)} ratings of {name} are of one {word}, {names[0][:40]!r}.{said} Tastes are learned "
                f"from two {word}s at least; check which column holds the {word}s."
            )
    stars = np.array([one.stars for one in kept], float)
    if stars.min() == stars.max():
        raise IntakeError(
            f"All {len(stars)} ratings of {name} are {stars[0]:g}.{said} Nothing tells likes from dislikes."
        )
    user_at, item_at = ({one: at for at, one in enumerate(names)} for names in (user_names, item_names))
    titles = [""] * len(item_names)
    for one in kept:
        titles[item_at[one.item]] = one.title or titles[item_at[one.item]]
    users = np.array([user_at[one.user] for one in kept], np.int64)
    items = np.array([item_at[one.item] for one in kept], np.int64)
    n_single = int((np.bincount(users) == 1).sum())
    if n_single:
        single = number_of_things(n_single, "user")
        notes = [*notes, f"{single} gave one rating only; kept, though it says little about a taste."]
    times = np.array([one.at for one in kept], float)
    return RatingTable(
        users, items, stars, times if np.isfinite(times).all() else None, user_names, item_names, titles, given.scale,
        name, tuple(notes),
    )  # fmt: skip
