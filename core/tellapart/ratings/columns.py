"""Which columns of a table hold the person, the item, the rating, the time and the item's title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

USER_WORDS = ("user", "userid", "username", "uid", "person", "personid", "reviewer", "reviewerid", "customer",
              "customerid", "member", "memberid", "reader", "readerid", "rater", "visitor")  # fmt: skip
ITEM_WORDS = ("item", "itemid", "movie", "movieid", "film", "filmid", "book", "bookid", "isbn", "product", "productid",
              "asin", "song", "songid", "track", "trackid", "artist", "artistid", "game", "gameid", "recipe",
              "recipeid", "business", "businessid", "anime", "animeid", "joke", "jokeid", "restaurant")  # fmt: skip
RATING_WORDS = ("rating", "ratings", "stars", "score", "bookrating", "overall", "grade", "points", "vote")
TIME_WORDS = ("timestamp", "time", "date", "unixtime", "unixreviewtime", "ratedat", "createdat", "when")
TITLE_WORDS = (
    "title",
    "itemtitle",
    "movietitle",
    "booktitle",
    "name",
    "itemname",
    "itemtitel",
    "producttitle",
)
MOST_COLUMNS = 50


@dataclass(frozen=True)
class RatingColumns:
    """Places of the columns; time and title may be None. has_header: whether the first row is their titles."""

    user: int
    item: int
    rating: int
    time: int | None
    title: int | None
    has_header: bool


def rating_columns(first: Sequence[str]) -> RatingColumns | None:
    """The columns that a first row names, or four or three bare numbers as in MovieLens (user, item, rating and
    perhaps time); None where it is no table of ratings."""
    if not 3 <= len(first) <= MOST_COLUMNS:
        return None
    titles = [_plain(cell) for cell in first]
    user, item, rating = (_place(titles, words) for words in (USER_WORDS, ITEM_WORDS, RATING_WORDS))
    time, title = _place(titles, TIME_WORDS), _place(titles, TITLE_WORDS)
    if user is not None and rating is not None and item is None:
        item, title = title, None  # the titles themselves tell the items apart
    if user is not None and item is not None and rating is not None:
        return RatingColumns(user, item, rating, time, title, has_header=True)
    if len(first) <= 4 and all(_is_number(cell) for cell in first) and float(first[2]) <= 100:
        return RatingColumns(0, 1, 2, 3 if len(first) == 4 else None, None, has_header=False)
    return None


def title_columns(first: Sequence[str]) -> tuple[int, int, bool]:
    """Places of item and title in a table of titles, and whether the first row names them; else the first two."""
    names = [_plain(cell) for cell in first]
    item, title = _place(names, (*ITEM_WORDS, "id")), _place(names, TITLE_WORDS)
    return (0, 1, False) if item is None or title is None else (item, title, True)


def is_of_ratings(first: Sequence[str]) -> bool:
    """Whether a first row names user, item, rating and nothing else but time and title; other tables are of other
    kinds, for instance reviews with their texts."""
    found = rating_columns(first)
    if found is None:
        return False
    named = {found.user, found.item, found.rating, found.time, found.title} - {None}
    return all(at in named or not cell.strip() for at, cell in enumerate(first))


def _place(titles: list[str], words: Sequence[str]) -> int | None:
    found = [at for at, title in enumerate(titles) if title in words]
    return min(found, key=lambda at: words.index(titles[at]), default=None)


def _plain(title: str) -> str:
    return re.sub(r"[\W_]+", "", title).casefold()


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"\s*\d{1,15}(\.\d{1,6})?\s*", cell) is not None
