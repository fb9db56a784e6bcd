"""Which column of a table holds the texts, and which the labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from tellapart.errors import IntakeError
from tellapart.words.near_names import did_you_mean

JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")
_TEXT_WORDS = (
    "text", "review", "reviewtext", "message", "sentence", "comment", "tweet", "content", "body", "document",
    "utterance", "post", "ticket", "question", "description", "email", "mail", "sms", "feedback", "headline", "title",
    "summary", "input", "phrase",
)  # fmt: skip
_LABEL_WORDS = (
    "label", "labels", "class", "category", "sentiment", "target", "intent", "topic", "tag", "polarity", "stance",
    "department", "queue", "priority", "language", "type", "group", "kind", "rating", "stars", "score", "y", "output",
)  # fmt: skip
_LOOKED_AT = 2000  # rows
_MOST_LISTED = 20


@dataclass(frozen=True)
class Columns:
    """Places of the two columns and their titles; has_header: whether the first row is no text but the titles."""

    text: int
    label: int
    text_title: str
    label_title: str
    has_header: bool


def find_columns(rows: Sequence[Sequence[str]], text: str | None, label: str | None, name: str) -> Columns:
    """The columns as named, else the ones whose titles or contents say so.

    Args:
        rows: the whole table, from its first row on; all of one width. text, label: titles, or numbers from 1.
        name: of the file; what it holds as JSON has titles.
    Raises:
        IntakeError: there is no such column, or nothing says for sure which it is.
    """
    first = [cell.strip() for cell in rows[0]]
    if len(first) < 2:
        raise IntakeError(
            f"{name} has one column, {_listed(first)}; texts and labels need two. Add a column with the label of "
            "each text, or put the texts of each label into a folder of their own."
        )
    has_header = _has_header(rows, [text, label], name)
    titles = first if has_header else numbered(len(first))
    body = [list(row) for row in rows[has_header : _LOOKED_AT + 1]]
    text_at = _named(text, titles, name) if text is not None else None
    label_at = _named(label, titles, name) if label is not None else None
    if text_at is not None and text_at == label_at:
        raise IntakeError(
            f"The column {titles[text_at]!r} cannot be the text and the label. Name another one."
        )
    if text_at is None:
        text_at = _text_column(titles, body, label_at)
    if label_at is None:
        label_at = _label_column(titles, body, text_at, name)
    return Columns(text_at, label_at, titles[text_at], titles[label_at], has_header)


def find_text_column(rows: Sequence[Sequence[str]], text: str | None, name: str) -> tuple[int, bool]:
    """The place of the texts in a table whose labels do not matter, and whether the first row is its titles.

    Raises:
        IntakeError: there is no such column.
    """
    first = [cell.strip() for cell in rows[0]]
    has_header = _has_header(rows, [text], name)
    titles = first if has_header else numbered(len(first))
    if text is not None:
        return _named(text, titles, name), has_header
    return _text_column(titles, [list(row) for row in rows[has_header : _LOOKED_AT + 1]], None), has_header


def numbered(n: int) -> list[str]:
    """What columns without titles are called."""
    return ["text"] if n == 1 else [f"column {number}" for number in range(1, n + 1)]


def _has_header(rows: Sequence[Sequence[str]], wanted: Sequence[str | None], name: str) -> bool:
    """Whether the first row holds titles: it does in JSON, and where a person names one of them."""
    first = [cell.strip() for cell in rows[0]]
    if PurePath(name).suffix.lower() in JSON_SUFFIXES:
        return True
    for one in wanted:
        is_number = one is not None and _number_of(one, len(first)) is not None
        if (
            one is not None
            and not is_number
            and one.strip().casefold() in [cell.casefold() for cell in first]
        ):
            return True
    return _is_header(rows) if len(first) > 1 else _plain(first[0]) in _TEXT_WORDS


def _is_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a title is one that is known, or the first row is like none below it."""
    first = [cell.strip() for cell in rows[0]]
    if any(_plain(cell) in _TEXT_WORDS + _LABEL_WORDS for cell in first):
        return True
    below = rows[1:_LOOKED_AT]
    repeats = any(cell and any(row[at].strip() == cell for row in below) for at, cell in enumerate(first))
    return not repeats and max(map(len, first)) <= 40 and all(first[1:])  # numbers of rows have no title


def _named(wanted: str, titles: list[str], name: str) -> int:
    for at, title in enumerate(titles):
        if title == wanted.strip():
            return at
    same = [at for at, title in enumerate(titles) if title.casefold() == wanted.strip().casefold()]
    if len(same) == 1:
        return same[0]
    number = _number_of(wanted, len(titles))
    if number is not None:
        return number - 1
    raise IntakeError(
        f"{name} has no column {wanted!r}.{did_you_mean(wanted, titles)} It has {_listed(titles)}."
    )


def _number_of(wanted: str, n_columns: int) -> int | None:
    """Which column is meant, from 1; None where that is no number of one."""
    plain = wanted.strip()
    return int(plain) if plain.isdecimal() and len(plain) < 10 and 1 <= int(plain) <= n_columns else None


def _text_column(titles: list[str], body: list[list[str]], label_at: int | None) -> int:
    """By its title, else the one with the longest texts."""
    others = [at for at in range(len(titles)) if at != label_at]
    known = [at for at in others if _plain(titles[at]) in _TEXT_WORDS]
    lengths = {at: sum(len(row[at]) for row in body) for at in others}
    return max(known or others, key=lambda at: (lengths[at], -at))


def _label_column(titles: list[str], body: list[list[str]], text_at: int, name: str) -> int:
    """By its title, else the only one with few values."""
    others = [at for at in range(len(titles)) if at != text_at]
    known = [at for at in others if _plain(titles[at]) in _LABEL_WORDS]
    if known:
        return min(known, key=lambda at: _LABEL_WORDS.index(_plain(titles[at])))
    values = {at: {row[at].strip() for row in body} - {""} for at in others}
    few = [at for at in others if 1 <= len(values[at]) <= max(2, len(body) // 2)]
    if len(few) == 1:
        return few[0]
    if len(others) == 1:
        return others[0]
    raise IntakeError(
        f"Nothing says which column of {name} holds the labels. Name it: --label-column "
        f"{titles[(few or others)[0]]!r}, for instance. It has {_listed(titles)}."
    )


def _plain(title: str) -> str:
    return re.sub(r"[\W_]+", "", title).casefold()


def _listed(titles: Sequence[str]) -> str:
    shown = ", ".join(repr(title[:40]) for title in titles[:_MOST_LISTED])
    return f"{shown} and {len(titles) - _MOST_LISTED} more" if len(titles) > _MOST_LISTED else shown
