"""The parts of a TIFF, read from its tags alone: pages, and the parts inside a page that raw files keep their data in.

Nothing is decoded, and nothing a file claims makes this read for long.
"""

from __future__ import annotations

import contextlib
import struct
from dataclasses import dataclass
from typing import BinaryIO

STARTS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
MOST_PAGES = 10_000
_MOST_ENTRIES, _MOST_INNER = 300, 16  # of one part, and inside one
_MOST_READ = 400_000  # entries in all
_SUBFILE, _WIDTH, _HEIGHT, _COMPRESSION, _PHOTOMETRIC, _MAKE, _INNER, _DNG = (
    254, 256, 257, 259, 262, 271, 330, 50706,
)  # fmt: skip
_WANTED = frozenset({_SUBFILE, _WIDTH, _HEIGHT, _COMPRESSION, _PHOTOMETRIC, _MAKE, _INNER, _DNG})
_CODES = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}  # types of numbers that these tags have
_COLOUR_FILTER, _LINEAR_RAW = 32803, 34892  # photometric: a number for each site of the sensor
_RAW_COMPRESSIONS = (
    32767,
    32769,
    32770,
    32772,
    34713,
    65000,
    65535,
)  # Sony, Epson, Samsung, Nikon, Kodak, Pentax


@dataclass(frozen=True)
class Part:
    """One picture of a TIFF. subfile: its NewSubfileType; make: of the camera; inner: the parts that it refers to."""

    width: int = 0
    height: int = 0
    subfile: int = 0
    compression: int = 1
    photometric: int = 0
    make: str = ""
    is_dng: bool = False
    inner: tuple[Part, ...] = ()

    @property
    def n_pixels(self) -> int:
        """Width times height."""
        return self.width * self.height

    @property
    def is_reduced(self) -> bool:
        """Whether it is a smaller copy of another part."""
        return bool(self.subfile & 1)

    @property
    def is_mask(self) -> bool:
        """Whether it only says which pixels of another part count."""
        return bool(self.subfile & 4)

    @property
    def is_raw(self) -> bool:
        """Whether it holds what a sensor measured, not a picture."""
        return self.photometric in (_COLOUR_FILTER, _LINEAR_RAW) or self.compression in _RAW_COMPRESSIONS


def pages(file: BinaryIO, most: int = MOST_PAGES) -> list[Part]:
    """The pages of a TIFF in their order, at most that many; [] for other files. What is broken ends the list.

    The parts inside of a page are read for the first one only.
    """
    found: list[Part] = []
    with contextlib.suppress(struct.error, OSError, ValueError, OverflowError):
        reader = _TiffReader(file)
        offset, seen = reader.first, set[int]()
        while offset and offset not in seen and len(found) < most and reader.n_read < _MOST_READ:
            seen.add(offset)
            part, offset = reader.part(offset, has_inner=not found)
            found.append(part)
    return found


def whole_page(found: list[Part]) -> int:
    """The place of the first page that is neither a smaller copy nor a mask of another; 0 where all are."""
    return next((at for at, page in enumerate(found) if not page.is_reduced and not page.is_mask), 0)


def n_whole(found: list[Part]) -> int:
    """How many pages are pictures of their own."""
    return sum(not page.is_reduced and not page.is_mask for page in found)


class _TiffReader:
    def __init__(self, file: BinaryIO):
        self._file = file
        head = self._read(0, 16)
        if not head.startswith(STARTS):
            raise ValueError("not a TIFF")
        self._order = "<" if head.startswith(b"II") else ">"
        self._is_big = head[2:4] in (b"+\0", b"\0+")
        self._entry = struct.Struct(self._order + ("HHQ8s" if self._is_big else "HHI4s"))
        self.first = self._number("Q", head[8:16]) if self._is_big else self._number("I", head[4:8])
        self.n_read = 0

    def part(self, offset: int, has_inner: bool) -> tuple[Part, int]:
        """The part at that place, and the place of the next, 0 for none."""
        n_bytes = 8 if self._is_big else 2
        count = self._number("Q" if self._is_big else "H", self._read(offset, n_bytes))
        n = min(count, _MOST_ENTRIES)
        self.n_read += n
        table = self._read(offset + n_bytes, n * self._entry.size)
        values: dict[int, tuple[int, ...] | str] = {}
        for tag, kind, length, value in self._entry.iter_unpack(
            table[: len(table) // self._entry.size * self._entry.size]
        ):
            if tag in _WANTED:
                values[tag] = self._values(tag, kind, length, value)
        end = offset + n_bytes + count * self._entry.size
        follows = self._number("Q" if self._is_big else "I", self._read(end, 8 if self._is_big else 4))
        return self._made(values, has_inner), follows

    def _made(self, values: dict[int, tuple[int, ...] | str], has_inner: bool) -> Part:
        def first(tag: int, default: int = 0) -> int:
            found = values.get(tag)
            return found[0] if isinstance(found, tuple) and found else default

        places = values.get(_INNER, ())
        inner = []
        for place in places if has_inner and isinstance(places, tuple) else ():
            with contextlib.suppress(struct.error, OSError, ValueError, OverflowError):
                inner.append(self.part(place, has_inner=False)[0])
        return Part(
            first(_WIDTH), first(_HEIGHT), first(_SUBFILE), first(_COMPRESSION, 1), first(_PHOTOMETRIC),
            str(values.get(_MAKE, "")), _DNG in values, tuple(inner),
        )  # fmt: skip

    def _values(self, tag: int, kind: int, length: int, value: bytes) -> tuple[int, ...] | str:
        if tag == _MAKE:
            place = self._number("Q" if self._is_big else "I", value)
            text = value[:length] if length <= len(value) else self._read(place, min(length, 60))
            return text.split(b"\0")[0].decode("ascii", "replace").strip()
        code = _CODES.get(kind)
        if code is None:
            return ()
        n = min(length, _MOST_INNER)
        size = struct.calcsize(code) * n
        if struct.calcsize(code) * length > len(value):
            value = self._read(self._number("Q" if self._is_big else "I", value), size)
        return struct.unpack(f"{self._order}{n}{code}", value[:size])

    def _number(self, code: str, data: bytes) -> int:
        return int(struct.unpack(self._order + code, data)[0])

    def _read(self, place: int, n_bytes: int) -> bytes:
        self._file.seek(place)
        return self._file.read(n_bytes)
