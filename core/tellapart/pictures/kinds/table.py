"""The table of kinds that are not read as pictures, from kinds.json: names, first bytes, endings and ways out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources


@dataclass(frozen=True)
class Kind:
    """A kind of file that is not read as a picture.

    name: with its article, "a PDF document". way_out: what a person can do, as a command.
    suffixes: endings of its names, small letters. starts: (place, bytes), any of which tells it.
    """

    name: str
    way_out: str
    suffixes: tuple[str, ...] = ()
    starts: tuple[tuple[int, bytes], ...] = ()

    @property
    def reason(self) -> str:
        """Why such a file is not taken in, and what to do, without a full stop."""
        return f"{self.name}; {self.way_out}"

    def begins(self, head: bytes) -> bool:
        """Whether a file with these first bytes is of this kind; bytes alone cannot tell every kind."""
        return any(head.startswith(start, place) for place, start in self.starts)


@lru_cache(maxsize=1)
def _table() -> tuple[tuple[str | None, Kind], ...]:
    text = resources.files(__package__).joinpath("kinds.json").read_text(encoding="utf-8")
    found = json.loads(text)
    return tuple((row.get("key"), _kind(row, found["ways"])) for row in found["kinds"])


def _kind(row: dict[str, str], ways: dict[str, str]) -> Kind:
    starts = (start.partition(":") for start in row.get("starts", ()))
    return Kind(
        row["name"],
        ways.get(row["way"], row["way"]),
        tuple(row.get("suffixes", "").split()),
        tuple((int(place), text.encode("latin-1")) for place, _, text in starts),
    )


@lru_cache(maxsize=1)
def all_kinds() -> tuple[Kind, ...]:
    """Every row, in the order in which they are tried."""
    return tuple(kind for _, kind in _table())


@lru_cache(maxsize=1)
def by_key() -> dict[str, Kind]:
    """The rows that more than fixed bytes tell, by their keys."""
    return {key: kind for key, kind in _table() if key}


@lru_cache(maxsize=1)
def by_suffix() -> dict[str, Kind]:
    """Ending -> kind."""
    return {suffix: kind for kind in reversed(all_kinds()) for suffix in kind.suffixes}


@lru_cache(maxsize=1)
def raw_kinds() -> tuple[Kind, ...]:
    """The raw files of cameras whose first bytes tell their maker."""
    way = by_key()["canon cr3"].way_out
    return tuple(kind for kind in all_kinds() if kind.way_out == way and kind.starts)


def raw(maker: str) -> Kind:
    """Raw data of the sensor of a camera of that maker."""
    return Kind(f"a raw picture of a camera ({maker})", by_key()["canon cr3"].way_out)
