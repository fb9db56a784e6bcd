"""What every source of pictures can do, and how the parts of its answers are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from tellapart.licences import Use
from tellapart.store.searches import Candidate, Kind


class Source(Protocol):
    """A place where pictures are looked for.

    name: as written in settings and rows. title: as people call it. remark: what is worth telling about the last
    search, in words; "" when nothing is.
    """

    name: str
    title: str
    remark: str

    def search(self, query: str, limit: int, licence: Use = "any", kind: Kind = "any") -> Iterator[Candidate]:
        """At most `limit` pictures, best first. Lazy: a further page is asked for when its first picture is wanted.

        Raises:
            SourceError: there is no answer, or no further one; its class says of which sort. Finding nothing ends the
                iteration, and is no error.
        """
        ...


def text_or_none(value: object) -> str | None:
    """Text of an answer, without white space around it; None for anything else or nothing."""
    return " ".join(value.split()) or None if isinstance(value, str) else None


def number_or_none(value: object) -> int | None:
    """A positive whole number of an answer, also where it is written as text."""
    try:
        number = int(value)  # type: ignore[call-overload]  # whatever is no number ends below
    except (TypeError, ValueError, OverflowError):
        return None
    return number if number > 0 else None
