"""Colour spaces told by numbers (ITU-T H.273), as a PNG's cICP chunk and the nclx box of AVIF and HEIC tell them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from tellapart.pictures.colour.profiles import SRGB, SRGB_CURVE, Chromaticities

_D65, _C = (0.3127, 0.3290), (0.310, 0.316)
PRIMARIES: dict[int, Chromaticities] = {
    1: SRGB,
    4: (*_C, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08),
    5: (*_D65, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
    6: (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    7: (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    8: (*_C, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049),
    9: (*_D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    10: (1 / 3, 1 / 3, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0),
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    12: (*_D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    22: (*_D65, 0.630, 0.340, 0.295, 0.605, 0.155, 0.077),
}
_VIDEO = (2.4,)  # what a screen makes of it (BT.1886), not what a camera does
CURVES: dict[int, tuple[float, ...]] = {
    **dict.fromkeys((1, 6, 11, 14, 15), _VIDEO),
    4: (2.2,),
    5: (2.8,),
    7: (1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 1 / 4.0, 0.0913),
    8: (1.0,),
    13: SRGB_CURVE,
    17: (2.6, (52.37 / 48) ** (1 / 2.6), 0.0, 0.0, 0.0),
}
PQ, HLG = 16, 18
_HEADER = 8  # of a chunk and of a box: a length and a name
_MAX_BOXES = 1000


@dataclass(frozen=True)
class CodePoints:
    """primaries and transfer: keys of PRIMARIES and of CURVES, or PQ or HLG."""

    primaries: int
    transfer: int

    @property
    def is_hdr(self) -> bool:
        """Brighter than paper white in places."""
        return self.transfer in (PQ, HLG)


IS_SRGB = CodePoints(1, 13)


def known(primaries: int, transfer: int) -> CodePoints | None:
    """These code points, None where we do not know what they mean ("unspecified", for one)."""
    is_known = primaries in PRIMARIES and (transfer in CURVES or transfer in (PQ, HLG))
    return CodePoints(primaries, transfer) if is_known else None


def of_video(primaries: int, transfer: int) -> CodePoints | None:
    """What an nclx box means: cameras write the curve of video and mean sRGB, so browsers take it for that."""
    is_like_srgb = CURVES.get(transfer) == _VIDEO or transfer == 2
    return known(1 if primaries == 2 else primaries, 13 if is_like_srgb else transfer)


def of_png(file: BinaryIO) -> CodePoints | None:
    """What the cICP chunk before a PNG's pixels says, None if there is none that holds for RGB of full range."""
    file.seek(8)
    while len(header := file.read(_HEADER)) == _HEADER:
        n_bytes, kind = struct.unpack(">I4s", header)
        if kind == b"cICP" and n_bytes == 4:
            primaries, transfer, matrix, is_full = file.read(4).ljust(4, b"\0")
            return known(primaries, transfer) if matrix == 0 and is_full == 1 else None
        if kind in (b"IDAT", b"IEND"):
            break
        file.seek(n_bytes + 4, 1)
    return None


def of_avif(file: BinaryIO) -> CodePoints | None:
    """What the nclx box of an AVIF says, None if there is none."""
    size = file.seek(0, 2)
    for kind, start, end in _boxes(file, 0, size):
        if kind == b"meta":
            return _within_meta(file, start + 4, end)
    return None


def _within_meta(file: BinaryIO, start: int, end: int) -> CodePoints | None:
    for kind, inner, inner_end in _boxes(file, start, end):
        if kind in (b"iprp", b"ipco"):
            return _within_meta(file, inner, inner_end)
        if kind == b"colr":
            file.seek(inner)
            content = file.read(8)
            if content[:4] == b"nclx" and len(content) == 8:
                return of_video(*struct.unpack(">HH", content[4:]))
    return None


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of the content of the boxes from start to end."""
    for _ in range(_MAX_BOXES):
        file.seek(start)
        header = file.read(_HEADER)
        if start >= end or len(header) < _HEADER:
            return
        n_bytes, kind = struct.unpack(">I4s", header)
        inner = start + _HEADER
        if n_bytes == 1:  # the length stands behind the name, in 64 bits
            n_bytes, inner = int.from_bytes(file.read(8), "big"), inner + 8
        stop = end if n_bytes == 0 else start + n_bytes
        if stop <= start:
            return
        yield kind, inner, min(stop, end)
        start = stop
