"""Notes on single pictures that were taken in: what a person should know of a picture, though it was no refusal.

Whoever opens a picture says a note through the `Tell` that it is given; `images.inspect` keeps them in its facts, and
summaries show them, those that say the same of many pictures in one line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Tell = Callable[
    [str], None
]  # takes one note: a sentence about one picture, without its name and without a full stop
_NAMED = 3  # pictures that a line names


@dataclass(frozen=True)
class PictureNote:
    """What a person should know of one picture that was taken in, for instance "only the first of its 3 pages is used".

    path: the name of its file below the place it came from, or its address.
    """

    path: str
    text: str


def ignore_note(text: str) -> None:
    """For callers who look at pixels only."""


def grouped(notes: Iterable[PictureNote]) -> list[str]:
    """A line for each thing that is noted, the commonest first; numbers do not count as a difference.

    For instance "a.tif: only the first of its 3 pages is used" or "a.tif, b.tif, c.tif and 7 more: …".
    """
    groups: dict[str, list[PictureNote]] = {}
    for note in notes:
        groups.setdefault(re.sub(r"\d[\d,.]*", "0", note.text), []).append(note)
    return [_line(group) for group in sorted(groups.values(), key=len, reverse=True)]


def _line(group: list[PictureNote]) -> str:
    names = ", ".join(note.path for note in group[:_NAMED])
    n_more = len(group) - _NAMED
    more = f" and {n_more:,} more" if n_more > 0 else ""
    texts = {note.text for note in group}
    said = group[0].text if len(texts) == 1 else f"{group[0].text} (for the first; the others are similar)"
    return f"{names}{more}: {said}."
