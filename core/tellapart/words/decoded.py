"""Bytes of a text file as text, whichever of the common encodings they are in."""

from __future__ import annotations

import codecs

_MIXED = "tellapart-single-bytes"  # what is no UTF-8 is Western European, byte by byte


def decoded(data: bytes) -> str | None:
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
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            if encoding != "utf-8-sig" or not _is_mostly_utf8(data):
                continue
            text = data.decode(encoding, _MIXED)
        return None if "\0" in text else text
    return None


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether more of the bytes beyond ASCII are UTF-8 than are not: by chance hardly any is."""
    sound = data.decode("utf-8", "ignore")
    n_sound = len(sound.encode())
    return n_sound - len(sound) > len(data) - n_sound


def _single_bytes(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return "".join(map(_western, error.object[error.start : error.end])), error.end


def _western(byte: int) -> str:
    return bytes([byte]).decode("cp1252", "ignore") or chr(byte)


codecs.register_error(_MIXED, _single_bytes)
