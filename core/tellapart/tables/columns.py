"""What each column of a table is, and which one is to be told from the others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from tellapart.errors import IntakeError
from tellapart.tables.cells import date_style, is_missing, number_style
from tellapart.words.near_names import did_you_mean

Kind = Literal["number", "category", "date", "text", "identifier", "empty"]
USED = ("number", "category", "date")  # kinds that a classifier learns from
MOST_CATEGORIES = 200  # of a column; the rarer ones are one more
MOST_LABELS = 100
_TARGET_WORDS = (
    "target",
    "label",
    "class",
    "y",
    "outcome",
    "churn",
    "survived",
    "species",
    "diagnosis",
    "default",
)
_SENSITIVE = {
    "sex", "gender", "race", "ethnicity", "age", "religion", "nationality", "nativecountry", "maritalstatus",
    "disability", "orientation", "pregnant", "skincolor", "skincolour", "geschlecht", "alter", "birthdate",
    "dateofbirth", "citizenship",
}  # fmt: skip
_ID_WORDS = re.compile(r"(^|[\W_])(id|uuid|guid|nr|no|number|index|key|unnamed)($|[\W_\d])", re.IGNORECASE)
_LOOKED_AT = 2000
_MOST_LISTED = 20


@dataclass(frozen=True)
class TableColumn:
    """A column: its title, what it is, and how its numbers or dates are written ("" for others)."""

    title: str
    kind: Kind
    style: str = ""

    is_used = property(lambda self: self.kind in USED, doc="Whether a classifier learns from it.")
    is_sensitive = property(
        lambda self: re.sub(r"[\W_]+", "", self.title).casefold() in _SENSITIVE,
        doc="Whether its title is that of something a person must not be judged by without a thought.",
    )


def recognised(title: str, cells: Sequence[str]) -> TableColumn:
    """What a column is, by all its cells."""
    given = [cell.strip() for cell in cells if not is_missing(cell)]
    if len(set(given)) < 2:
        return TableColumn(title, "empty")
    some = given[:: max(1, len(given) // _LOOKED_AT)]
    n_different = len(set(given))
    is_unique = n_different == len(given) and len(given) >= 20
    if style := number_style(some):
        is_whole = all(re.fullmatch(r"\d+", one) for one in some)
        if is_unique and is_whole and (_ID_WORDS.search(title) or _is_counting(given)):
            return TableColumn(title, "identifier")
        return TableColumn(title, "number", style)
    if style := date_style(some):
        return TableColumn(title, "date", style)
    n_words = sum(len(one.split()) for one in some) / len(some)
    if n_words >= 4 and n_different > len(given) / 2:
        return TableColumn(title, "text")
    if is_unique or (n_different > 0.9 * len(given) and len(given) >= 20):
        return TableColumn(title, "identifier")
    return TableColumn(title, "category")


def find_target(titles: Sequence[str], rows: Sequence[Sequence[str]], named: str | None, name: str) -> int:
    """The place of the column to be told: as named, by a usual title, else the last one.

    Raises:
        IntakeError: there is no such column, or nothing can be told from its values.
    """
    if named is None:
        plain = [re.sub(r"[\W_]+", "", title).casefold() for title in titles]
        at = next((plain.index(word) for word in _TARGET_WORDS if word in plain), len(titles) - 1)
    else:
        at = _named(named, titles, name)
    cells = [row[at].strip() for row in rows if not is_missing(row[at])]
    counts = Counter(cells)
    title, others = titles[at], f" Name another column: --target. It has {listed(titles)}."
    if not counts:
        raise IntakeError(
            f"The column {title!r} of {name} is empty; it should hold what is to be told.{others}"
        )
    if len(counts) < 2:
        raise IntakeError(
            f"The column {title!r} of {name} has one value only, {cells[0][:40]!r}, in {len(cells)} rows. At least two "
            f"can be told apart.{others}"
        )
    if len(counts) > max(2, min(MOST_LABELS, len(cells) // 2)):
        what = (
            "are amounts" if number_style(cells[:_LOOKED_AT]) else f"such as {cells[0][:40]!r} are too many"
        )
        raise IntakeError(
            f"The {len(counts):,} different values of {title!r} in {len(cells):,} rows of {name} {what}; tellapart "
            f"tells few kinds apart.{others}"
        )
    return at


def listed(titles: Sequence[str]) -> str:
    """Titles for a sentence, the first twenty."""
    shown = ", ".join(repr(title[:40]) for title in titles[:_MOST_LISTED])
    return f"{shown} and {len(titles) - _MOST_LISTED:,} more" if len(titles) > _MOST_LISTED else shown


def _named(wanted: str, titles: Sequence[str], name: str) -> int:
    same = [at for at, title in enumerate(titles) if title == wanted.strip()] or [
        at for at, title in enumerate(titles) if title.casefold() == wanted.strip().casefold()
    ]
    if len(same) == 1:
        return same[0]
    if wanted.strip().isdecimal() and 1 <= int(wanted) <= len(titles):
        return int(wanted) - 1
    raise IntakeError(
        f"{name} has no column {wanted!r}.{did_you_mean(wanted, titles)} It has {listed(titles)}."
    )


def _is_counting(cells: Sequence[str]) -> bool:
    """Whether they are whole numbers that go up by one from row to row."""
    if not all(re.fullmatch(r"\d{1,18}", one) for one in cells):
        return False
    values = [int(one) for one in cells]
    return all(after == before + 1 for before, after in pairwise(values))
