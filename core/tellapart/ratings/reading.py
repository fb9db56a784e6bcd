"""Ratings from a CSV, TSV or MovieLens file: who gave which item how many stars, and when."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import numpy as np

from tellapart.errors import IntakeError
from tellapart.ratings.columns import rating_columns
from tellapart.ratings.table_file import file_bytes, rows_of

MAX_ROWS = 2_000_000
_MAX_NAME = 200  # characters of a user, an item or a title
_SCALES = ((1, 5), (0.5, 5), (0, 5), (0, 10), (0, 100))  # the narrowest that fits nearly all is meant
_STRAY = 0.01  # share of ratings that may lie outside the scale and are left out
_MOST_ABS = 1e6


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


def read_ratings(place: Path | str, scale: tuple[float, float] | None = None) -> RatingTable:
    """The ratings in a file.

    Args:
        place: CSV, TSV, or rows with :: between; three to five columns. scale: lowest and highest rating; told by the
            ratings unless given.
    Raises:
        IntakeError: it cannot be read, or nothing can be learned from it.
    """
    path = Path(place).expanduser()
    return ratings_of(file_bytes(path), path.name, scale)


def ratings_of(data: bytes, name: str, scale: tuple[float, float] | None = None) -> RatingTable:
    """The ratings that the bytes of a file say; see `read_ratings`."""
    if scale is not None and not (
        math.isfinite(scale[0]) and math.isfinite(scale[1]) and scale[0] < scale[1]
    ):
        raise IntakeError(
            f"The scale {scale[0]:g} to {scale[1]:g} has no room. Give the lowest first, as 1-5."
        )
    rows = rows_of(data, name)
    if len(rows) > MAX_ROWS:
        raise IntakeError(f"{name} has {len(rows):,} rows; at most {MAX_ROWS:,} are read. Split it.")
    columns = rating_columns(rows[0])
    if columns is None:
        shown = ", ".join(repr(cell.strip()[:40]) for cell in rows[0][:8])
        raise IntakeError(
            f"{name} is no table of ratings: its first row is {shown}. It needs columns titled user, item and rating "
            "(and perhaps time and title)."
        )
    problems = _Problems()
    kept: dict[tuple[str, str], tuple[float, float, str]] = {}
    n_again = 0
    width = max(one for one in (columns.user, columns.item, columns.rating) if one is not None) + 1
    for number, row in enumerate(rows[columns.has_header :], start=1 + columns.has_header):
        if len(row) < width:
            problems.add("without all of user, item and rating", number, "|".join(row))
            continue
        user, item = row[columns.user].strip(), row[columns.item].strip()
        if not user or not item:
            problems.add("without a user or an item", number, "|".join(row))
        elif len(user) > _MAX_NAME or len(item) > _MAX_NAME:
            problems.add(f"with a name of more than {_MAX_NAME} characters", number, max(user, item, key=len))
        elif (stars := number_of(row[columns.rating])) is None:
            problems.add("whose rating is no number", number, row[columns.rating])
        elif scale is not None and not scale[0] <= stars <= scale[1]:
            problems.add(f"outside the scale {scale[0]:g} to {scale[1]:g}", number, row[columns.rating])
        else:
            at = _seconds(row, columns.time)
            title = _cell(row, columns.title)[:_MAX_NAME]
            there = kept.get((user, item))
            n_again += there is not None
            if there is None or not at < there[1]:  # NaN is never less: the later row counts
                kept[user, item] = (stars, at, title)
    if scale is None and kept:
        scale = _scale([one[0] for one in kept.values()])
        for pair in [pair for pair, one in kept.items() if not scale[0] <= one[0] <= scale[1]]:
            outside = kept.pop(pair)[0]
            problems.add(
                f"outside the scale {scale[0]:g} to {scale[1]:g} (else say --scale LOW-HIGH)",
                None,
                f"{outside:g}",
            )
    notes = problems.sentences()
    if n_again:
        notes.append(f"{_n(n_again, 'rating')} of the same user and item came again; the newest counts.")
    return _table(kept, scale or (0, 1), name, notes)


def number_of(text: str) -> float | None:
    """A number with a decimal point or comma; None where it is none, or beyond a million."""
    plain = text.strip()
    if not re.fullmatch(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)", plain):
        return None
    value = float(plain.replace(",", "."))
    return value if abs(value) <= _MOST_ABS else None


class _Problems:
    """What was left out, by reason, with the first of each."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.first: dict[str, str] = {}

    def add(self, why: str, row: int | None, value: str) -> None:
        self.counts[why] += 1
        place = f" in row {row}" if row is not None else ""
        self.first.setdefault(why, f"{value[:40]!r}{place}")

    def sentences(self) -> list[str]:
        return [
            f"{_n(n, 'rating')} left out, {why}: {self.first[why]}{' and others' * (n > 1)}."
            for why, n in self.counts.items()
        ]


def _scale(stars: list[float]) -> tuple[float, float]:
    """The narrowest of the usual scales that nearly all lie in; from the lowest to the highest where none is."""
    values = np.array(stars)
    for low, high in _SCALES:
        inside = (values >= low) & (values <= high)
        if (~inside).sum() <= _STRAY * len(values) and values[inside].max(initial=0) > 1:  # thumbs are 0 or 1
            return float(low), float(high)
    return float(values.min()), float(values.max())


def _cell(row: list[str], at: int | None) -> str:
    return row[at].strip() if at is not None and at < len(row) else ""


def _seconds(row: list[str], at: int | None) -> float:
    text = _cell(row, at)
    if re.fullmatch(r"\d{1,16}(\.\d+)?", text):
        value = float(text)
        return value / 1000 if value > 1e11 else value  # milliseconds
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).timestamp()
    except (ValueError, OverflowError):
        return math.nan


def _table(
    kept: dict[tuple[str, str], tuple[float, float, str]],
    scale: tuple[float, float],
    name: str,
    notes: list[str],
) -> RatingTable:
    said = " ".join(["", *notes])
    if not kept:
        raise IntakeError(
            f"{name} has no rating that can be used.{said} Each row needs user, item and a number."
        )
    user_names = list(dict.fromkeys(user for user, _ in kept))
    item_names = list(dict.fromkeys(item for _, item in kept))
    for names, word in ((user_names, "user"), (item_names, "item")):
        if len(names) < 2:
            raise IntakeError(
                f"All {len(kept)} ratings of {name} are of one {word}, {names[0][:40]!r}.{said} Tastes are learned "
                f"from two {word}s at least; check which column holds the {word}s."
            )
    stars = np.array([one[0] for one in kept.values()], float)
    if stars.min() == stars.max():
        raise IntakeError(
            f"All {len(stars)} ratings of {name} are {stars[0]:g}.{said} Nothing tells likes from dislikes."
        )
    user_at, item_at = ({one: at for at, one in enumerate(names)} for names in (user_names, item_names))
    titles = [""] * len(item_names)
    for (_, item), one in kept.items():
        titles[item_at[item]] = one[2] or titles[item_at[item]]
    users = np.array([user_at[user] for user, _ in kept], np.int64)
    n_single = int((np.bincount(users) == 1).sum())
    if n_single:
        notes = [
            *notes,
            f"{_n(n_single, 'user')} gave one rating only; kept, though it says little about a taste.",
        ]
    times = np.array([one[1] for one in kept.values()], float)
    items = np.array([item_at[item] for _, item in kept], np.int64)
    has_times = bool(np.isfinite(times).all())
    return RatingTable(
        users, items, stars, times if has_times else None, user_names, item_names, titles, scale, name, tuple(notes)
    )  # fmt: skip


def _n(n: int, word: str) -> str:
    return f"{n} {word}{'s' * (n != 1)}"
