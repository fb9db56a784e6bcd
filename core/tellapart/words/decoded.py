"""Bytes of a text file as text, whichever of the common encodings they are in."""

from __future__ import annotations


def decoded(data: bytes) -> str | None:
    """The text in UTF-8, UTF-16 or Western European, with or without a mark at its start; None for binary data."""
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
            continue
        return None if "\0" in text else text
    return None
