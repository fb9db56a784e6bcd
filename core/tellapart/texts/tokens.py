"""Words and signs of a text, alike in Python and in an exported page (page/model.js), to the last character.

A word is a run of letters, marks, digits and "_", at most 64 characters; every punctuation mark or symbol stands alone.
Each is taken by itself in its compatible form (NFKC), cut to 64 characters again, and in small letters, so that its
place in the text stays known.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable
from functools import cache

MOST_CHARACTERS = 100_000  # of a text that are looked at
_MOST_LETTERS = 64  # a longer run is cut, so that a page of base64 is no word
_PLANES = (range(0x20000), range(0xE0000, 0xE0200))  # no marks or symbols lie elsewhere


def tokens(text: str) -> list[str]:
    """The words and signs of a text in order, in small letters."""
    text = text[:MOST_CHARACTERS]
    if text.isascii():
        return _pattern().findall(text.lower())
    return [plain(one) for one in _pattern().findall(text)]


def token_places(text: str) -> list[tuple[str, int, int]]:
    """The same with where each begins and ends in the text."""
    found = _pattern().finditer(text[:MOST_CHARACTERS])
    return [(plain(one[0]), one.start(), one.end()) for one in found]


def plain(word: str) -> str:
    """The word as it is compared; an accent that stands alone has a space in its compatible form, which is left out.
    One letter may stand for many ("ﷺ" for eighteen): those of a word are as many as its letters may be, at most."""
    if word.isascii():
        return word.lower()
    return unicodedata.normalize("NFKC", word).lower().replace(" ", "")[:_MOST_LETTERS]


@cache
def _pattern() -> re.Pattern[str]:
    characters = [chr(code) for plane in _PLANES for code in plane if code <= sys.maxunicode]
    kinds = [(one, unicodedata.category(one)[0]) for one in characters]
    marks = _class_of(one for one, kind in kinds if kind == "M")
    signs = _class_of(one for one, kind in kinds if kind in "PS")
    return re.compile(rf"[\w{marks}]{{1,{_MOST_LETTERS}}}|[{signs}]")


def _class_of(characters: Iterable[str]) -> str:
    """Ascending characters as ranges of a character class."""
    ranges: list[tuple[int, int]] = []
    for code in map(ord, characters):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1] = ranges[-1][0], code
        else:
            ranges.append((code, code))
    return "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges)
