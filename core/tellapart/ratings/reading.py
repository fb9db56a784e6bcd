"""Ratings from a CSV, TSV or MovieLens file: who gave which item how many stars, and when."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import numpy as np

from tellapart.errors import IntakeError
from tellapart.kinds.delimited import file_bytes
from tellapart.ratings.columns import RatingColumns, rating_columns
from tellapart.ratings.rating_table import GivenRating, GivenRatings, RatingTable, number_of_things, table_of
from tellapart.ratings.table_file import rows_of

MAX_ROWS = 2_000_000
_MAX_NAME = 200  # characters of a user, an item or a title
_SCALES = ((1, 5), (0.5, 5), (0, 5), (0, 10), (0, 100))  # the narrowest that fits nearly all is meant
_STRAY = 0.01  # share of ratings that may lie outside the scale and are left out
_MOST_ABS = 1e6


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
    return table_of(given_ratings(data, name, scale))


def given_ratings(data: bytes, name: str, scale: tuple[float, float] | None = None) -> GivenRatings:
    """All ratings that the bytes of a file say, also those outside the scale, and those that come again.

    Raises:
        IntakeError: it is no table of ratings, or the scale is none.
    """
    if scale is not None and not (
        math.isfinite(scale[0]) and math.isfinite(scale[1]) and scale[0] < scale[1]
    ):
        raise IntakeError(
            f"The scale {scale[0]:g} to {scale[1]:g} has no room. Give the lowest first, as 1-5."
        )
    rows, notes = rows_of(data, name)
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
    given = list(_given(rows, columns, problems))
    hint = ""
    if scale is None and given:
        scale, hint = _scale([one.stars for one in given]), " (else say --scale LOW-HIGH)"
    low, high = scale or (0, 1)
    outside = [one for one in given if not low <= one.stars <= high]
    for one in outside:
        problems.add(f"outside the scale {low:g} to {high:g}{hint}", one.row, f"{one.stars:g}")
    inside = [one for one in given if low <= one.stars <= high]
    return GivenRatings(inside, outside, (low, high), name, (*notes, *problems.sentences()))


def _given(rows: list[list[str]], columns: RatingColumns, problems: _Problems) -> Iterator[GivenRating]:
    width = max(columns.user, columns.item, columns.rating) + 1
    for number, row in enumerate(rows[columns.has_header :], start=1 + columns.has_header):
        if len(row) < width:
            problems.add("without all of user, item and rating", number, "|".join(row))
            continue
        user, item = row[columns.user].strip(), row[columns.item].strip()
        if any(cell.strip() for cell in row[len(rows[0]) :]):
            problems.add(
                "with more cells than the first row (a comma inside a cell needs quotes around it, or semicolons "
                "between cells)",
                number,
                "|".join(row),
            )
        elif not user or not item:
            problems.add("without a user or an item", number, "|".join(row))
        elif len(user) > _MAX_NAME or len(item) > _MAX_NAME:
            problems.add(f"with a name of more than {_MAX_NAME} characters", number, max(user, item, key=len))
        elif (stars := number_of(row[columns.rating])) is None:
            problems.add("whose rating is no number", number, row[columns.rating])
        else:
            title = _cell(row, columns.title)[:_MAX_NAME]
            yield GivenRating(number, user, item, stars, _seconds(row, columns.time), title)


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
            f"{number_of_things(n, 'rating')} left out, {why}: {self.first[why]}{' and others' * (n > 1)}."
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
        by = 1e6 if value > 1e14 else 1e3 if value > 1e11 else 1.0  # micro- and milliseconds
        return value / by
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).timestamp()
    except (ValueError, OverflowError):
        return math.nan
