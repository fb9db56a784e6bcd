"""What a picture will cost is known before it is paid: bytes of memory while it is decoded, and what takes long."""

from __future__ import annotations

import contextlib
import os
import struct
import threading
from collections.abc import Iterator

from PIL import Image

from tellapart.errors import ImageError

MAX_BYTES = 100 * 2**20  # of the file
MAX_SIDE_PX = 65_500  # what a JPEG can hold: every picture can be written as one
MAX_PIXELS = 150_000_000
MAX_COST_BYTES = 600_000_000  # of memory, for one picture
_ROOM_BYTES = max(2 * MAX_COST_BYTES, 150_000_000 * (os.cpu_count() or 1))  # for all that are open at once
_SMALL_BYTES = 4_000_000
_WEBP_BYTES = 16  # for each pixel: two canvases, the frame and Pillow's copy
# beside Pillow's own copy; measured on pictures of 20 million pixels, in bytes for each
_DECODER_BYTES = {"AVIF": 9, "HEIF": 5}
_MAX_CODED_BYTES = {"AVIF": 40 * 2**20, "HEIF": 40 * 2**20}  # arithmetic coding takes seconds for each 10 MB
_BMP_RLE = (1, 2)
_MAX_BMP_RLE = 20_000_000  # Pillow unpacks these in Python
_MAX_GIF_BLOCKS = 100_000
_MAX_TIFF_VALUES = 400_000
_TIFF_SIZES = {3: 2, 4: 4, 5: 8, 6: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8}  # of numbers, by type


class _Room:
    """Memory that pictures opened at the same time share; who finds none waits for another to finish."""

    def __init__(self, n_bytes: int) -> None:
        self._n_bytes = n_bytes
        self._n_taken = 0
        self._freed = threading.Condition()

    def taken(self, n_bytes: int) -> contextlib.AbstractContextManager[None]:
        """A block that has so many bytes; small ones need not wait."""
        return self._held(n_bytes) if n_bytes > _SMALL_BYTES else contextlib.nullcontext()

    @contextlib.contextmanager
    def _held(self, n_bytes: int) -> Iterator[None]:
        with self._freed:
            self._freed.wait_for(lambda: not self._n_taken or self._n_taken + n_bytes <= self._n_bytes)
            self._n_taken += n_bytes
        try:
            yield
        finally:
            with self._freed:
                self._n_taken -= n_bytes
                self._freed.notify_all()


room = _Room(_ROOM_BYTES)


def check_file(data: bytes) -> None:
    """Nothing, for a file that may be opened: not empty, not huge, and not built to take long.

    Raises:
        ImageError: the reason, in words.
    """
    check_bytes(len(data))
    if data.startswith(b"GIF8"):
        _check_gif(data)
    elif data.startswith(b"BM") and len(data) > 34 and data[30] in _BMP_RLE:
        width, height = struct.unpack_from("<ii", data, 18)
        if abs(width * height) + len(data) > _MAX_BMP_RLE:
            raise ImageError(
                f"a packed BMP of {width} × {abs(height)} pixels would take too long to decode; save it as PNG"
            )
    elif data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        _check_tiff(data)


def check_bytes(n_bytes: int) -> None:
    """Nothing, for a file that is neither empty nor huge.

    Raises:
        ImageError: it is.
    """
    if not n_bytes:
        raise ImageError("empty file (0 bytes)")
    if n_bytes > MAX_BYTES:
        raise ImageError(
            f"{whole_mb(n_bytes)} MB is more than the {MAX_BYTES // 2**20} MB a picture may have"
        )


def whole_mb(n_bytes: int) -> int:
    """Rounded up: what is a byte above a limit is said to be above it."""
    return -(-n_bytes // 2**20)


def check_coded(name: str, n_bytes: int) -> None:
    """Nothing, for a file whose decoder is fast enough for so many bytes.

    Raises:
        ImageError: it is not.
    """
    limit = _MAX_CODED_BYTES.get(name, MAX_BYTES)
    if n_bytes > limit:
        raise ImageError(
            f"{whole_mb(n_bytes)} MB is more than the {limit // 2**20} MB that can be decoded in a few seconds; "
            "save it as JPEG"
        )


def check_size(width: int, height: int) -> None:
    """Nothing, for sides and pixels within the limits.

    Raises:
        ImageError: the size, and what is allowed.
    """
    if max(width, height) > MAX_SIDE_PX:
        raise ImageError(
            f"{width} × {height} pixels: no side may be longer than {MAX_SIDE_PX:,}; cut it into several pictures"
        )
    if width * height > MAX_PIXELS:
        raise ImageError(
            f"{width} × {height} pixels are more than the {MAX_PIXELS // 10**6} million a picture may have"
        )


def check_cost(n_bytes: int, width: int, height: int) -> None:
    """Nothing, for what fits into the memory that one picture may take.

    Raises:
        ImageError: how much it would take.
    """
    if n_bytes > MAX_COST_BYTES:
        raise ImageError(
            f"{width} × {height} pixels of this kind would take {n_bytes / 10**6:,.0f} MB of memory, more than the "
            f"{MAX_COST_BYTES // 10**6} MB one picture may take; make it smaller or save it as JPEG"
        )


def webp_cost(data: bytes) -> int:
    """Bytes that opening a WebP takes: its decoder takes them all at once, before Pillow tells the size. 0 if none.

    Raises:
        ImageError: the picture is too large.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < 30:
        return 0
    kind, width, height = data[12:16], 0, 0
    if kind == b"VP8X":
        width = int.from_bytes(data[24:27], "little") + 1
        height = int.from_bytes(data[27:30], "little") + 1
    elif kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    check_size(width, height)
    n_bytes = 3 * len(data) + _WEBP_BYTES * width * height
    check_cost(n_bytes, width, height)
    return n_bytes


def decoding_cost(
    image: Image.Image, n_file_bytes: int, n_coefficient_bytes: int = 0, is_turned: bool = False
) -> int:
    """Bytes of memory that loading an open picture and making it upright RGB will take, the file's among them."""
    n_pixels = image.width * image.height
    stored = stored_bytes(image.mode)
    decoder = _DECODER_BYTES.get(image.format or "", 0) * n_pixels
    if image.format == "TIFF":
        decoder = _tiff_buffer(image)
    after = (0 if image.mode == "RGB" else 4) + (4 if has_alpha(image) and image.mode != "RGBA" else 0)
    after += 4 if is_turned else 0
    return n_file_bytes + n_pixels * stored + max(decoder + n_coefficient_bytes, n_pixels * after)


def stored_bytes(mode: str) -> int:
    """Bytes in which Pillow holds a pixel of this mode."""
    return 2 if mode.startswith("I;16") else 1 if mode in ("1", "L", "P") else 4


def has_alpha(image: Image.Image) -> bool:
    """Whether parts of it may be transparent."""
    return image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info


def _tiff_buffer(image: Image.Image) -> int:
    """Bytes of the largest part that libtiff unpacks at once."""
    tags = getattr(image, "tag_v2", {})
    if tags.get(259, 1) == 1:
        return 0  # not packed, and read line by line
    bits, n_samples = tags.get(258, (1,)), tags.get(277, 1)
    n_bits = sum(bits) if len(bits) > 1 else bits[0] * n_samples
    width, height = tags.get(322, image.width), tags.get(323, tags.get(278, image.height))
    if 323 not in tags:
        height = min(height, image.height)
    return int(width) * int(height) * max(8, n_bits) // 8


def _check_gif(data: bytes) -> None:
    """Pillow reads all that stands before the first frame block by block, in Python."""
    at = 13 + (3 << (data[10] & 7) + 1 if len(data) > 10 and data[10] & 128 else 0)
    n_blocks = 0
    while data[at : at + 1] == b"!":
        at += 2
        while size := data[at : at + 1]:
            n_blocks += 1
            at += 1 + size[0]
            if size == b"\0":
                break
        if n_blocks > _MAX_GIF_BLOCKS:
            raise ImageError(
                "a GIF with megabytes of comments before the picture; save it again without them"
            )


def _check_tiff(data: bytes) -> None:
    """Pillow turns every list of numbers in the first directory into Python numbers."""
    order = "<" if data[:2] == b"II" else ">"
    is_big = data[2:4] in (b"+\0", b"\0+")
    try:
        (at,) = struct.unpack_from(order + ("Q" if is_big else "I"), data, 8 if is_big else 4)
        (n_entries,) = struct.unpack_from(order + ("Q" if is_big else "H"), data, at)
        at += 8 if is_big else 2
        n_values = 0
        for i in range(min(n_entries, 65_536)):
            place = at + (20 if is_big else 12) * i + 2
            kind, count = struct.unpack_from(order + ("HQ" if is_big else "HI"), data, place)
            n_values += count if kind in _TIFF_SIZES and count * _TIFF_SIZES[kind] <= len(data) else 0
    except (struct.error, OverflowError):
        return  # Pillow says what is missing
    if n_values > _MAX_TIFF_VALUES or n_entries > 65_536:
        raise ImageError(
            f"a TIFF in {n_values:,} parts would take too long to read; save it again with fewer"
        )
