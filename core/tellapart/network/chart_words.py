"""Names as a chart can write them: short, each still another one, in fonts of this computer that have their characters.

Looking for fonts takes a moment where a computer has many, so that happens only for characters that matplotlib's own
font does not have.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any

from matplotlib import font_manager, rcParams

LONGEST = 30  # narrow characters that a name takes at most
_START, _END = 17, 12  # of them, of a name that is shortened
NOTE = (
    "[ ]: characters that no font here has.\n"
    "Install one with them, as Noto Sans;\n"
    "printed as text, names stay as they are."
)
_NO_LETTERS = ("last resort", "adobe blank", "color emoji")  # boxes for all, or pictures that cannot be drawn
_REGULAR = (400, "normal")  # of a family without it matplotlib takes another weight, with a warning
_UNSEEN = {"Cf", "Mn", "Me"}  # joiners, marks: nothing is lost where a font lacks them


@dataclass(frozen=True)
class ChartWords:
    """texts: of each name what a chart writes. families: fonts in the order in which they are asked for a character.
    note: what has to stand below the chart, "" as a rule."""

    texts: dict[str, str]
    families: tuple[str, ...]
    note: str = ""

    def of(self, names: Iterable[str]) -> list[str]:
        """What to write for each."""
        return [self.texts[name] for name in names]

    @property
    def n_longest(self) -> int:
        """Narrow characters of the longest one."""
        return max(map(text_width, self.texts.values()), default=0)


def chart_words(names: Iterable[str]) -> ChartWords:
    """How these names are written in one chart; different ones never alike."""
    distinct = list(dict.fromkeys(names))
    usual, characters = tuple(rcParams["font.family"]), frozenset("".join(distinct))
    lacking = characters - _had(usual, characters)
    found = _families(lacking, len(font_manager.fontManager.ttflist)) if lacking else {}
    missing = lacking - found.keys()
    texts: dict[str, str] = {}
    for name in distinct:
        ends = ("" if number == 1 else f" ({number})" for number in count(1))
        shorts = (_shortened(_spelt(name, missing) + end, end) for end in ends)
        texts[name] = next(short for short in shorts if short not in texts.values())
    plain = {
        name: text.replace("$", r"\$") for name, text in texts.items()
    }  # else a formula stands between two
    is_spelt = any(unicodedata.category(one) not in _UNSEEN for one in missing)
    return ChartWords(plain, (*usual, *dict.fromkeys(found.values())), NOTE if is_spelt else "")


def _spelt(name: str, missing: Set[str]) -> str:
    """Without characters that cannot be drawn: signs by their names, all others by their numbers."""
    parts: list[str] = []
    for one in name:
        if one not in missing:
            parts.append(one)
        elif unicodedata.category(one) not in _UNSEEN:
            is_sign = unicodedata.category(one) in ("So", "Sk")
            parts.append(f"[{unicodedata.name(one).lower() if is_sign else f'{ord(one):04X}'}]")
    return "".join(parts).replace("][", " ")


def _shortened(text: str, end: str = "") -> str:
    """Its beginning and its end, where names of a kind differ most; or the end that is given."""
    if text_width(text) <= LONGEST:
        return text
    end = end or _cut(text[::-1], _END)[::-1].lstrip()
    while end and unicodedata.category(end[0]) in _UNSEEN:
        end = end[1:]  # it belongs to the character before
    return f"{_cut(text, _START).rstrip()}…{end}"


def _cut(text: str, most: int) -> str:
    """As many characters as take so much room."""
    room = 0
    for at, one in enumerate(text):
        room += text_width(one)
        if room > most:
            return text[:at]
    return text


def text_width(text: str) -> int:
    """How much room it takes, in narrow characters; those of East Asia take two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _had(families: Iterable[str], characters: Set[str]) -> set[str]:
    """Those that these fonts have."""
    fonts = [_font(family) for family in families]
    return {one for one in characters if any(font.get_char_index(ord(one)) for font in fonts)}


@lru_cache(maxsize=64)
def _families(characters: frozenset[str], n_fonts: int) -> dict[str, str]:
    """Of each character that an installed font has, the family; as few families as one look in their order gives.

    Args:
        n_fonts: that matplotlib knows; with more, there may be others to find.
    """
    fonts = font_manager.fontManager.ttflist
    names = {font.name for font in fonts if (font.weight, font.style) == _REGULAR}
    usable = [name for name in names if not any(part in name.lower() for part in _NO_LETTERS)]
    found: dict[str, str] = {}
    for name in sorted(usable, key=lambda name: ("sans" not in name.lower(), name)):
        left = characters - found.keys()
        if not left:
            break
        try:
            font = _font(name)
        except (OSError, RuntimeError, ValueError):  # a damaged file, or one that has gone
            continue
        found |= {one: name for one in left if font.get_char_index(ord(one))}
    return found


def _font(family: str) -> Any:
    return font_manager.get_font(font_manager.findfont(font_manager.FontProperties(family=[family])))
