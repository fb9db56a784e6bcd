"""Bytes of a text file as text, whichever of the common encodings they are in."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

_MIXED = "tellapart-single-bytes"  # what is no UTF-8 is Western European, byte by byte


@dataclass(frozen=True)
class Decoded:
    """text: of a file. n_odd: characters of it that were no UTF-8, where the others are. line: of the first, from 1."""

    text: str
    n_odd: int = 0
    line: int = 0

    def notes(self, name: str) -> list[str]:
        """What a person has to know about the file of that name; nothing where all is well."""
        if not self.n_odd:
            return []
        what = "1 character" if self.n_odd == 1 else f"{self.n_odd:,} characters"
        return [
            f"{what} of {name} not in UTF-8 like the rest, read as Western European: look at line {self.line:,}"
            f"{' and below' * (self.n_odd > 1)}."
        ]


def decoded(data: bytes) -> Decoded | None:
    """The text in UTF-8, UTF-16 or Western European, with or without a mark at its start; None for binary data.

    Of UTF-8 with a few bytes that are none, those bytes alone are taken for Western European.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    elif len(data) > 3 and data[1:40:2].count(0) > 15:
        encodings = ["utf-16-le"]
    elif len(data) > 3 and data[0:40:2].count(0) > 15:
        encodings = ["utf-16-be"]
    else:
        encodings = ["utf-8-sig", "cp1252", "latin-1"]
    for encoding in encodings:
        found = _read(data, encoding)
        if found is not None:
            return None if "\0" in found.text else found
    return None


def _read(data: bytes, encoding: str) -> Decoded | None:
    try:
        return Decoded(data.decode(encoding))
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return _mostly_utf8(data, line) if encoding == "utf-8-sig" else None


def _mostly_utf8(data: bytes, line: int) -> Decoded | None:
    """None unless more of the bytes beyond ASCII are UTF-8 than are not: by chance hardly any is. line: of the first
    of those."""
    sound = data.decode("utf-8", "ignore")
    n_sound = len(sound.encode())
    n_odd = len(data) - n_sound
    if n_sound - len(sound) <= n_odd:
        return None
    return Decoded(data.decode("utf-8-sig", _MIXED), n_odd, line)


def _single_bytes(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return "".join(map(_western, error.object[error.start : error.end])), error.end


def _western(byte: int) -> str:
    return bytes([byte]).decode("cp1252", "ignore") or chr(byte)


codecs.register_error(_MIXED, _single_bytes)
