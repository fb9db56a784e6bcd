"""Colour profiles (ICC) made from primaries and a curve: sRGB itself, and what PNG, AVIF and HEIC say in numbers."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

Chromaticities = tuple[float, ...]  # x and y of white, red, green and blue, as in a PNG's cHRM chunk
SRGB: Chromaticities = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_D50 = np.array((0.9642, 1.0, 0.8249))
_BRADFORD = np.array(((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296)))


def rgb_to_xyz(chromaticities: Chromaticities) -> np.ndarray:
    """(3, 3) from linear RGB to XYZ as under the light D50 (Bradford).

    Raises:
        ValueError: no picture has such primaries.
    """
    xy = np.array(chromaticities, np.float64).reshape(4, 2)
    if not np.isfinite(xy).all() or xy[0, 1] <= 0:
        raise ValueError(f"chromaticities={chromaticities}: the y of white must be above 0.")
    xyz = np.concatenate([xy, 1 - xy.sum(axis=1, keepdims=True)], axis=1).T  # (3, 4)
    white, primaries = xyz[:, 0] / xy[0, 1], xyz[:, 1:]
    if abs(np.linalg.det(primaries)) < 1e-4:
        raise ValueError(f"chromaticities={chromaticities}: the three primaries lie on a line.")
    matrix = primaries * np.linalg.solve(primaries, white)
    response = _BRADFORD @ np.stack([white, _D50], axis=1)  # (3, 2)
    return np.asarray(
        np.linalg.inv(_BRADFORD) @ np.diag(response[:, 1] / response[:, 0]) @ _BRADFORD @ matrix
    )


@lru_cache(maxsize=32)
def rgb_profile(chromaticities: Chromaticities, curve: Sequence[float]) -> bytes:
    """An ICC profile, version 2, of an RGB space.

    Args:
        chromaticities: see `Chromaticities`.
        curve: (g,) for value ** g, or (g, a, b, c, d): (a * value + b) ** g from d on, below it c * value.
    Raises:
        ValueError: no picture has such primaries, or a profile cannot hold the numbers.
    """
    try:
        columns = [_xyz(column) for column in rgb_to_xyz(chromaticities).T]
        tone = b"para\0\0\0\0" + struct.pack(">HH", 0 if len(curve) == 1 else 3, 0) + _fixed(*curve)
    except struct.error as error:
        raise ValueError(f"chromaticities={chromaticities}, curve={curve} do not fit a profile.") from error
    text = b"tellapart\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(78),
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": _xyz(_D50),
        **dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), tone),
    }
    table, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    # version 2: lcms would move the black of a version 4 profile, and browsers do not
    head = struct.pack(">I4sI", start + len(body), b"lcms", 0x02100000) + b"mntrRGB XYZ "
    head += struct.pack(">6H", 2000, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _fixed(*_D50)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def _xyz(values: np.ndarray) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*values.tolist())


def _fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)
