"""Which picture a table means: by path, by name, with or without ending, from any machine's folders."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath

from tellapart.gather.layout.folder_names import part_of
from tellapart.gather.layout.found_file import Found
from tellapart.pictures.images import PICTURE_SUFFIXES


class PictureIndex:
    """Pictures by what a cell of a table may call them."""

    def __init__(self, pictures: Sequence[Found]):
        self._by_name: dict[str, list[Found]] = {}
        self._by_stem: dict[str, list[Found]] = {}
        self._by_number: dict[str, list[Found]] = {}
        for one in pictures:
            name = _plain(one.parts[-1])
            stem = PurePosixPath(name).stem
            self._by_name.setdefault(name, []).append(one)
            self._by_stem.setdefault(stem, []).append(one)
            if stem.isdecimal():
                self._by_number.setdefault(stem.lstrip("0") or "0", []).append(one)

    def rough(self, value: str) -> str | None:
        """The name of a picture that is called so, in whichever folder; None where there is none."""
        found = self._called(_parts(value))
        return found[0].name if found else None

    def find(self, value: str, table: Found) -> str | None:
        """The name of the picture that a cell of a table means; None where there is none, or several it may mean."""
        parts = _parts(value)
        found = self._called(parts)
        if len(found) > 1:
            found = self._nearest(found, parts, table)
        return found[0].name if len(found) == 1 else None

    def _called(self, parts: tuple[str, ...]) -> list[Found]:
        if not parts or not parts[-1]:
            return []
        name = parts[-1]
        if found := self._by_name.get(name):
            return found
        stem = PurePosixPath(name).stem if PurePosixPath(name).suffix in PICTURE_SUFFIXES else name
        if found := self._by_stem.get(stem):
            return found
        number = re.fullmatch(r"(\d+)(\.0)?", stem)
        return self._by_number.get(number[1].lstrip("0") or "0", []) if number else []

    @staticmethod
    def _nearest(found: list[Found], parts: tuple[str, ...], table: Found) -> list[Found]:
        """Those whose folders the cell names, that lie below the table, in the table's part, not in test."""

        def n_shared(one: Found) -> int:
            own = [_plain(part) for part in one.parts[:-1]][::-1]
            n = 0
            for here, said in zip(own, parts[:-1][::-1], strict=False):
                if here != said:
                    break
                n += 1
            return n

        most = max(map(n_shared, found))
        found = [one for one in found if n_shared(one) == most]
        home = table.parts[:-1]
        below = [one for one in found if one.parts[: len(home)] == home]
        found = below or found
        part = part_of(PurePosixPath(table.name).stem)
        same = [one for one in found if part and part in map(part_of, one.parts[:-1])]
        found = same or found
        taught = [one for one in found if not {"test", "unlabelled"} & set(map(part_of, one.parts[:-1]))]
        return taught or found


def _parts(value: str) -> tuple[str, ...]:
    text = _plain(value.strip().strip("'\"").replace("\\", "/"))
    return tuple(part for part in text.split("/") if part not in ("", "."))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
