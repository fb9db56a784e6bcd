"""JPEG by its markers: what it will cost to decode, seen before it is paid, and what of it is picture."""

from __future__ import annotations

import io
import random
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

from tellapart.errors import ImageError

_MAX_SCANS = 500  # encoders write 1 to 14
_MAX_SCANNED_PX = 2_500_000_000  # pixels times scans: about 4 s
_ARITHMETIC_WEIGHT = 20  # arithmetic coding asks several questions for each bit
_MAX_SEGMENTS = 200  # before the first scan; more are put aside before Pillow, which reads them one by one
_MAX_HEAD_BYTES = 2**20
_MAX_EXIF_BYTES = 2**16
_MAX_PROFILE_BYTES = 16 * 2**20
_COMPARED_PX = 25_000_000

_SOI, _EOI, _SOS, _COM, _APP0, _APP15 = 0xD8, 0xD9, 0xDA, 0xFE, 0xE0, 0xEF
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_ONE_PASS = frozenset({0xC0, 0xC1})
_ARITHMETIC = frozenset(range(0xC9, 0xD0)) - {0xCC}
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # inside a scan, all other bytes 255 are data
_USED = ((b"JFIF\0", 18), (b"Adobe", 16))  # with the bytes each has at least
_END = bytes([0xFF, _EOI])


@dataclass(frozen=True)
class JpegHeader:
    """What stands before the first scan. segments: (marker, start, end) of each, in order; scan: where that begins.

    n_coefficient_bytes: what libjpeg holds beside the pixels, of a picture that comes in more than one scan.
    """

    segments: tuple[tuple[int, int, int], ...]
    scan: int
    frame: int
    width: int
    height: int
    n_components: int
    is_in_passes: bool
    n_coefficient_bytes: int


def head_of(data: bytes) -> JpegHeader | None:
    """What stands before the first scan; None when there is no frame or no scan, which the decoder says better."""
    segments: list[tuple[int, int, int]] = []
    at, frame, shape, samples = 2, 0, (0, 0, 0), b""
    while True:
        at = data.find(b"\xff", at)
        while at >= 0 and data[at + 1 : at + 2] == b"\xff":
            at += 1
        if at < 0 or at + 4 > len(data) or len(segments) > 100_000:
            return None
        marker = data[at + 1]
        if marker in (0x00, 0x01) or 0xD0 <= marker <= _EOI:
            at += 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        segments.append((marker, at, end))
        if marker in _FRAMES and end - at >= 10:
            _, height, width, n_components = struct.unpack_from(">BHHB", data, at + 4)
            frame, shape, samples = marker, (width, height, n_components), data[at + 10 : end]
        if marker == _SOS:
            break
        at = end
    width, height, n_components = shape
    in_scan = data[at + 4] if at + 4 < len(data) else 0
    is_in_passes = frame not in _ONE_PASS or in_scan < n_components
    n_coefficient_bytes = 0
    if is_in_passes and frame:
        factors = [(byte >> 4) * (byte & 15) for byte in samples[1::3]]
        largest = max((byte >> 4 for byte in samples[1::3]), default=1) * max(
            (byte & 15 for byte in samples[1::3]), default=1
        )
        n_coefficient_bytes = 2 * width * height * sum(factors) // max(1, largest)
    return JpegHeader(
        tuple(segments), at, frame, width, height, n_components, is_in_passes, n_coefficient_bytes
    )


def check_scans(data: bytes, head: JpegHeader) -> None:
    """Nothing, for a picture in a usual number of scans.

    Raises:
        ImageError: so many scans that decoding would take long, though the file is small.
    """
    if not head.is_in_passes:
        return
    n_pixels = head.width * head.height
    weight = _ARITHMETIC_WEIGHT if head.frame in _ARITHMETIC else 1
    for n_scans, _ in enumerate(_scans(data, head), start=1):
        if n_scans > _MAX_SCANS or n_scans * weight * n_pixels > _MAX_SCANNED_PX:
            raise ImageError(
                f"a JPEG of {head.width} × {head.height} pixels in {n_scans} scans or more would take too "
                "long to decode; open it in another program and save it again"
            )


def picture_only(data: bytes, head: JpegHeader) -> bytes:
    """The JPEG with nothing but what decoding, turning and colours need: comments and most side data left out."""
    kept, seen_exif, n_profile_bytes = [data[:2]], False, 0
    for marker, start, end in head.segments[:-1]:
        body = data[start + 4 : start + 20]
        if marker == _COM:
            continue
        n_bytes = end - start
        if _APP0 <= marker <= _APP15:
            if body.startswith(b"ICC_PROFILE\0") and 18 < n_bytes <= _MAX_PROFILE_BYTES - n_profile_bytes:
                n_profile_bytes += n_bytes
            elif body.startswith(b"Exif\0\0") and not seen_exif and n_bytes <= _MAX_EXIF_BYTES:
                seen_exif = True
            elif not any(body.startswith(name) and n_bytes >= least for name, least in _USED):
                continue
        kept.append(data[start:end])
    return b"".join([*kept, data[head.scan :]])


def is_laden(data: bytes, head: JpegHeader) -> bool:
    """Whether so much stands before the picture that Pillow would take long to read it."""
    return len(head.segments) > _MAX_SEGMENTS or head.scan > _MAX_HEAD_BYTES


def with_end(data: bytes, head: JpegHeader) -> bytes | None:
    """A JPEG that lost its end mark, with a new one; None when part of the picture is missing too.

    Whether all is there shows in what follows: where the picture is whole, it looks the same whatever comes after it.
    """
    bare = data.rstrip(b"\0") if data.endswith(b"\0\0") else data
    # of what is at the end, zeros may be padding or data, and 255 half an end mark or data
    bodies = (bare[:-1], bare + b"\0") if bare.endswith(b"\xff") else (bare, bare + b"\0")
    if any(marker == _EOI for _, marker in _scans(bare, head)):
        return None  # it has its end; something else is wrong
    if head.is_in_passes and not _covers(bare, head):
        return None
    rng = random.Random(0)
    noise = bytes(rng.randrange(255) for _ in range(4096))
    n_pixels = head.width * head.height
    scale = next((scale for scale in (1, 2, 4) if n_pixels <= _COMPARED_PX * scale**2), 8)
    for body in bodies:
        if len({_look(body + after + _END, scale) for after in (b"", noise, bytes(4096))}) == 1:
            return body + _END
    return None


def _look(data: bytes, scale: int) -> int:
    """The same number for the same pixels."""
    image = Image.open(io.BytesIO(data), formats=["JPEG"])
    image.draft(image.mode, (image.width // scale, image.height // scale))
    return zlib.crc32(image.tobytes())


def _scans(data: bytes, head: JpegHeader) -> Iterator[tuple[int, int]]:
    """(start, the marker that ends it or 0) of each scan."""
    at = head.scan
    while True:
        found = _MARKER.search(data, at + 2 + int.from_bytes(data[at + 2 : at + 4], "big"))
        # tables and comments between scans
        while found and data[found.start() + 1] not in (_SOS, _EOI):
            start = found.start()
            found = _MARKER.search(
                data, start + 2 + max(2, int.from_bytes(data[start + 2 : start + 4], "big"))
            )
        yield at, data[found.start() + 1] if found else 0
        if not found or data[found.start() + 1] == _EOI:
            return
        at = found.start()


def _covers(data: bytes, head: JpegHeader) -> bool:
    """Whether the scans bring every coefficient of every component to its last bit."""
    left: dict[int, set[int]] = {}
    for at, _ in _scans(data, head):
        n = data[at + 4]
        components = data[at + 5 : at + 5 + 2 * n : 2]
        first, last, bits = data[at + 5 + 2 * n : at + 8 + 2 * n]
        if head.frame in _ONE_PASS:
            first, last, bits = 0, 63, 0
        for component in components:
            missing = left.setdefault(component, set(range(64)))
            if bits & 15 == 0:
                missing -= set(range(first, last + 1))
    return len(left) == head.n_components and not any(left.values())
