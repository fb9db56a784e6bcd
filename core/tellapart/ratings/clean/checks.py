"""What may be wrong with ratings, each check by itself; the worst is told by the score."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from tellapart.codes import Code
from tellapart.kinds.open_findings import ThingFinding
from tellapart.ratings.rating_table import GivenRating, GivenRatings, RatingTable, item_id, row_id, user_id
from tellapart.words.percents import whole

_FEWEST_SAME = 5  # ratings of one value that are worth a word
_BURST = 20  # ratings in one second
_DAY_S = 86_400
_EPOCH = datetime(1970, 1, 1)  # in UTC; added to, since Windows knows no second before it
_CROWD, _MOST_IN_CROWDS = (
    10,
    0.5,
)  # ratings in one second, and their share of all, by which times are of an import


class RatingCode(Code):
    """What a finding about ratings is; the values stand in JSON and never change."""

    OUTSIDE = "outside the scale"
    DIFFERENT_STARS = "different stars"
    ONE_VALUE = "one value for all"
    BURST = "many in a second"
    ONE_RATING = "one rating"


@dataclass(frozen=True)
class RatingFinding(ThingFinding):
    """Something that may be wrong. thing_id: a rating ("row:7"), a user ("user:ann") or an item ("item:f5"). code: a
    RatingCode. n: ratings that leaving it out would take away."""

    n: int = 1


def outside(given: GivenRatings) -> Iterator[RatingFinding]:
    """Ratings beyond the scale; they are left out unless a person keeps them."""
    low, high = given.scale
    for one in given.outside:
        said = (
            f"{one.user!r} gave {one.item!r} {one.stars:g}; ratings go from {low:g} to {high:g}. It is left out; kept, "
            f"it counts as {min(max(one.stars, low), high):g}."
        )
        yield RatingFinding(row_id(one), RatingCode.OUTSIDE, 0.9, said, "remove", n=0)


def different_stars(ratings: Sequence[GivenRating], width: float) -> Iterator[RatingFinding]:
    """The counting rating of each user and item that have several, of different stars."""
    pairs: defaultdict[tuple[str, str], list[GivenRating]] = defaultdict(list)
    n_of = Counter((one.user, one.item) for one in ratings)
    for one in ratings:
        if n_of[one.user, one.item] > 1:
            pairs[one.user, one.item].append(one)
    for (user, item), several in pairs.items():
        spread = max(one.stars for one in several) - min(one.stars for one in several)
        if spread == 0:
            continue
        counting = several[0]
        for one in several[1:]:
            if not one.at < counting.at:
                counting = one
        others = ", ".join(f"{one.stars:g} in row {one.row}" for one in several if one is not counting)
        said = f"{user!r} gave {item!r} {counting.stars:g} in row {counting.row}, which counts, and {others}."
        yield RatingFinding(row_id(counting), RatingCode.DIFFERENT_STARS, 0.7 * spread / width, said)


def one_value(table: RatingTable) -> Iterator[RatingFinding]:
    """Users who gave many items one and the same; surer where few others give that."""
    n = len(table.user_names)
    counts = np.bincount(table.users, minlength=n)
    lowest, highest = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(lowest, table.users, table.stars)
    np.maximum.at(highest, table.users, table.stars)
    values, n_of_value = np.unique(table.stars, return_counts=True)
    shares = dict(zip(values.tolist(), (n_of_value / len(table.stars)).tolist(), strict=True))
    for user in np.flatnonzero((counts >= _FEWEST_SAME) & (lowest == highest)).tolist():
        share = shares[float(lowest[user])]
        name, times = table.user_names[user], int(counts[user])
        said = f"{name!r} gave each of {times} items {lowest[user]:g}, as {whole(share)} of all ratings are."
        score = 0.8 * (1 - share ** (times - 1))
        yield RatingFinding(user_id(name), RatingCode.ONE_VALUE, score, said, "remove", n=times)


def bursts(table: RatingTable) -> Iterator[RatingFinding]:
    """Users who rated, and items that were rated, many times in one second; none where times are days, or where most
    ratings come in crowds, since such times are of an import."""
    if table.times is None or not (table.times % _DAY_S).any():
        return
    seconds, place = np.unique(np.floor(table.times).astype(np.int64), return_inverse=True)
    for owners, names, id_of, said in (
        (table.users, table.user_names, user_id, "gave"),
        (table.items, table.item_names, item_id, "got"),
    ):
        pairs, counts = np.unique(owners * len(seconds) + place, return_counts=True)
        is_burst = counts >= _BURST
        if counts[counts >= _CROWD].sum() > _MOST_IN_CROWDS * len(owners):
            continue
        n_of_owner = np.bincount(owners)
        worst: dict[int, tuple[int, int]] = {}
        for pair, n in zip(pairs[is_burst].tolist(), counts[is_burst].tolist(), strict=True):
            owner, second = pair // len(seconds), int(seconds[pair % len(seconds)])
            worst[owner] = max(worst.get(owner, (0, 0)), (n, second))
        for owner, (n, second) in worst.items():
            when = f"{_EPOCH + timedelta(seconds=second):%Y-%m-%d %H:%M:%S}"
            told = f"{names[owner]!r} {said} {n} ratings in one second, {when} UTC."
            yield RatingFinding(
                id_of(names[owner]),
                RatingCode.BURST,
                0.9 * n / (n + _BURST),
                told,
                n=int(n_of_owner[owner]),
            )


def one_rating(table: RatingTable) -> Iterator[RatingFinding]:
    """Items that one user alone rated."""
    for item in np.flatnonzero(np.bincount(table.items) == 1).tolist():
        name = table.titles[item] or table.item_names[item]
        said = f"One user alone rated {name!r}; a recommender does not keep it."
        yield RatingFinding(item_id(table.item_names[item]), RatingCode.ONE_RATING, 0.05, said)
