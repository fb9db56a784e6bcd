"""PNG by its chunks: what stands beside the picture never decides whether it opens."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from tellapart.errors import ImageError

MAGIC = b"\x89PNG\r\n\x1a\n"
_MAX_CHUNKS = 200_000  # 100 MB in pieces of 8 kB are 13,000
_MANY_CHUNKS = 20_000  # Pillow takes about 3 µs for each
_MAX_BESIDE = 4 * 2**20  # bytes that are not picture; Pillow unpacks some of them
_MAX_PROFILE_BYTES = 16 * 2**20
_MAX_EXIF_BYTES = 2**16
_NEEDED = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"})
_COLOURS = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"cICP": 4}  # with the bytes each must have


def check_chunks(data: bytes) -> bool:
    """Whether so much stands beside the picture that it is better put aside before opening it.

    Raises:
        ImageError: it is in so many pieces that walking them alone takes seconds.
    """
    n_chunks = n_beside = 0
    for kind, start, end in _chunks(data):
        n_chunks += 1
        n_beside += 0 if kind in _NEEDED else end - start
        if n_chunks > _MAX_CHUNKS:
            raise ImageError(
                f"a PNG in more than {_MAX_CHUNKS:,} pieces; open it in another program and save it again"
            )
    return n_chunks > _MANY_CHUNKS or n_beside > _MAX_BESIDE


def picture_only(data: bytes) -> bytes:
    """The PNG with nothing but what decoding, turning and colours need. What is not picture gets a fresh checksum.

    The profile is left out, since Pillow takes only small ones; see `profile_of`.
    """
    kept: list[bytes] = []
    pixels: list[bytes] = []
    at = None  # the place of the pixels among the kept
    for kind, start, end in _chunks(data):
        body = data[start:end]
        if kind == b"IDAT":
            at = len(kept) if at is None else at
            pixels.append(body)
        elif kind in (b"IHDR", b"PLTE", b"IEND"):
            kept.append(data[start - 8 : end + 4])
        elif (
            kind == b"tRNS"
            or (kind in _COLOURS and len(body) >= _COLOURS[kind])
            or (kind == b"eXIf" and len(body) <= _MAX_EXIF_BYTES)
        ):
            kept.append(_chunk(kind, body))
    if at is not None:
        kept.insert(at, _chunk(b"IDAT", b"".join(pixels)))
    return b"".join([MAGIC, *kept])


def profile_of(data: bytes) -> bytes | None:
    """The colour profile, unpacked; None when there is none, or none that can be used."""
    for kind, start, end in _chunks(data):
        if kind == b"IDAT":
            return None
        if kind == b"iCCP":
            body = data[start:end]
            at = body.find(b"\0")
            unpack = zlib.decompressobj()
            try:
                profile = unpack.decompress(body[at + 2 :], _MAX_PROFILE_BYTES)
            except zlib.error:
                return None
            return profile if unpack.eof and body[at + 1 : at + 2] == b"\0" else None
    return None


def _chunk(kind: bytes, body: bytes) -> bytes:
    return b"".join(
        [len(body).to_bytes(4, "big"), kind, body, zlib.crc32(body, zlib.crc32(kind)).to_bytes(4, "big")]
    )


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """(kind, start of the body, its end) of each chunk, up to the first that is cut off or has no name."""
    at, n_bytes = len(MAGIC), len(data)
    while at + 12 <= n_bytes:
        start = at + 8
        kind = data[at + 4 : start]
        end = start + int.from_bytes(data[at : at + 4], "big")
        if end > n_bytes or not kind.isalpha():
            return
        yield kind, start, end
        if kind == b"IEND":
            return
        at = end + 4
