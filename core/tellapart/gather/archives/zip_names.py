"""The names in a zip that does not say how they are written: as UTF-8, or else in the code page that reads best.

A zip marks names in UTF-8 with a flag. Finder writes UTF-8 without it, and older programs the code page of their
system, so that "Äpfel" comes out as "A╠êpfel". All names of one zip are of one program: they are judged together.
"""

from __future__ import annotations

import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Sequence

_UTF8_FLAG = 0x800
_UNICODE_PATH = 0x7075  # an extra field that Info-ZIP and 7-Zip write: the name once more, in UTF-8
# What a code page must be better by than the one before it in this order, the likelier programs first.
_PAGES = ("cp437", "cp850", "cp1252", "cp932", "gbk", "cp1250", "cp852", "cp866", "cp1251", "mac_roman")
_PENALTY = {"mac_roman": 0.4, "cp1250": 0.5, "cp852": 0.5}
_CLASSIC_MAC, _DOS = (7, 19), 0
_VOWELS = frozenset("aeiouy")
# Letters of Western Europe by how often names hold them; all others are rarer still.
_OFTEN, _LESS, _SELDOM = "éäöüßèçñàáíóåøÉÄÖÜÅØ", "âêîôëïúãÇÀæÆÁ", "ùûòìõÍÓÚÑÈÊ"
_LETTER_ODDS = {**dict.fromkeys(_OFTEN, 0.0), **dict.fromkeys(_LESS, 0.25), **dict.fromkeys(_SELDOM, 0.5)}
_NAMES_HOLD = frozenset(" _-.()'&,+!#@=")


def names_of(infos: Sequence[zipfile.ZipInfo]) -> tuple[list[str], str | None]:
    """The names of the entries, in order, and the code page that was guessed for them, or None."""
    raws = [_raw(info) for info in infos]
    unmarked = [raw for raw in raws if raw is not None and not raw.isascii()]
    if not unmarked:
        return [info.filename for info in infos], None
    page = _page(unmarked, {info.create_system for info in infos})
    names = [
        info.filename if raw is None else raw.decode(page, "replace")
        for info, raw in zip(infos, raws, strict=True)
    ]
    return names, None if page == "utf-8" else page


def _raw(info: zipfile.ZipInfo) -> bytes | None:
    """The bytes of a name whose writing is not said; None where Python has read it as it is meant."""
    if info.flag_bits & _UTF8_FLAG:
        return None
    try:
        raw = info.orig_filename.encode(
            "cp437"
        )  # what Python takes such names for; each byte is one letter of it
    except UnicodeEncodeError:
        return None  # read from the extra field already
    raw = raw.split(b"\0")[0]
    better = _unicode_path(info.extra, raw)
    if better is not None:
        info.filename = better
        return None
    return raw


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        body = extra[at + 4 : at + 4 + size]
        if (
            kind == _UNICODE_PATH
            and len(body) > 5
            and body[0] == 1
            and struct.unpack_from("<L", body, 1)[0] == zlib.crc32(raw)
        ):
            try:
                return body[5:].decode()
            except UnicodeDecodeError:
                return None
        at += 4 + size
    return None


def _page(raws: Sequence[bytes], systems: set[int]) -> str:
    parts = (re.sub(rb"\.[A-Za-z0-9]{1,5}$", b"", part) for raw in raws for part in raw.split(b"/"))
    sample = list(dict.fromkeys(part for part in parts if not part.isascii()))[:400]
    if all(_decodes(raw, "utf-8") for raw in raws):
        return "utf-8"
    best, page = float("inf"), "cp437"
    for tried in _PAGES:
        try:
            texts = [part.decode(tried) for part in sample]
        except UnicodeDecodeError:
            continue
        penalty = 0.0 if tried == "mac_roman" and systems & set(_CLASSIC_MAC) else _PENALTY.get(tried, 0.0)
        penalty += 0.3 if tried in ("cp1252", "cp1250", "cp1251") and systems == {_DOS} else 0.0
        oddness = sum(map(_oddness, texts)) / len(texts) + penalty
        if oddness < best - 1e-9:
            best, page = oddness, tried
    return page


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _oddness(text: str) -> float:
    """How little a name looks like words: 0 for words of one script as people spell them, several for a wrong guess."""
    odd = 0.0
    for at, character in enumerate(text):
        before, after = text[max(0, at - 1) : at], text[at + 1 : at + 2]
        if character.isascii():
            is_odd_capital = character.isupper() and before.islower() and not before.isascii()
            odd += 0.8 if is_odd_capital else 0.0 if character.isalnum() or character in _NAMES_HOLD else 1.5
            continue
        odd += (
            _of_letter(character, before, after)
            if character.isalpha()
            else _of_sign(character, before, after)
        )
    has_cyrillic = any(_script(character) == "cyrillic" for character in text)
    return odd + (1.0 if has_cyrillic and any(one.isascii() and one.isalpha() for one in text) else 0.0)


def _of_sign(character: str, before: str, after: str) -> float:
    category = unicodedata.category(character)
    if character in "–—’‘“”…°·、。・「」（）【】ー":
        return 2.5 if before.isalpha() and after.isalpha() and character not in "’·・ー" else 0.7
    return 1.5 if category in ("Nd", "Mn", "Mc") else 3.0  # lines of boxes, currency, controls, private use


def _of_letter(character: str, before: str, after: str) -> float:
    script = _script(character)
    if script == "half":
        return 3.0  # halfwidth katakana: what any Chinese name looks like in Japanese
    odd = 0.0
    for beside in (before, after):
        if (
            beside.isalpha()
            and _script(beside) != script
            and {_script(beside), script} & {"latin", "cyrillic"}
        ):
            odd += 2.0  # "Gr鲞e", "ВtВ"
    if script == "latin":
        odd += _of_latin(character, before, after)
    elif script == "han":
        odd += 0.0 if _is_common_han(character) else 0.8
    elif script == "cyrillic":
        odd += 1.0 if character.isupper() and before.isalpha() and before.islower() else 0.0
        odd += 0.3 if character in "ёЁъЪэщю" else 0.0 if "А" <= character <= "я" else 0.7
    elif script not in ("kana", "hangul"):
        odd += 3.0
    return odd


def _of_latin(character: str, before: str, after: str) -> float:
    odd = _LETTER_ODDS.get(character, 2.5 if character in "ªº" else 0.8)
    if character in "ãõ" and after.isalpha():
        odd += 0.0 if after in "oe" else 0.3
    if character.isupper() and before.isalpha() and (before.islower() or after.islower()):
        odd += 1.5  # a capital within a word
    if character.islower() and before == "" and after.islower():
        odd += 0.3  # names begin with a capital more often than with é
    base = unicodedata.normalize("NFD", character)[0].casefold()
    if base not in _VOWELS and character not in "ßæøåÆØÅ":
        is_between = any(_base(beside) in _VOWELS for beside in (before, after))
        odd += (
            0.8
            if not is_between or (base == "c" and character in "çÇ" and _base(after) not in _VOWELS)
            else 0.0
        )
    elif any(not beside.isascii() and beside.isalpha() for beside in (before, after)):
        odd += 0.6  # vowels with marks seldom stand side by side
    return odd


def _base(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0].casefold() if letter else ""


def _script(character: str) -> str:
    if character.isascii():
        return "latin"
    name = unicodedata.name(character, "")
    first = re.split("[ -]", name)[0]
    if first == "HALFWIDTH":
        return "half"
    return {
        "LATIN": "latin", "CJK": "han", "HIRAGANA": "kana", "KATAKANA": "kana", "CYRILLIC": "cyrillic",
        "HANGUL": "hangul", "FEMININE": "latin", "MASCULINE": "latin", "MICRO": "other",
    }.get(first, "other")  # fmt: skip


def _is_common_han(character: str) -> bool:
    """Whether it is among the commonest of China (GB 2312, first level) or Japan (JIS X 0208, first level)."""
    for page, low, high in (("gb2312", 0xB0A1, 0xD7F9), ("shift_jis", 0x889F, 0x9872)):
        try:
            code = int.from_bytes(character.encode(page), "big")
        except UnicodeEncodeError:
            continue
        if low <= code <= high:
            return True
    return False
