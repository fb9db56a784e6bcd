"""PPM, PGM and PBM whose numbers Pillow would read one by one in Python: written as text, or not up to 255."""

from __future__ import annotations

import re
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageFile

_SLOW = ("ppm", "ppm_plain")  # Pillow's names of the decoders that take seconds a megapixel
_COMMENT = re.compile(rb"#[^\n\r]*")
_NO_NUMBER = re.compile(rb"[^\d\s]")
_BANDS = {"1": 1, "L": 1, "I": 1, "RGB": 3}


def read_fast(image: Image.Image, file: BinaryIO) -> Image.Image:
    """The picture of a portable map as "L" or "RGB", its greatest number white; other pictures as they are.

    Raises:
        ValueError: numbers are missing, or larger than the file says they may be.
    """
    if image.format != "PPM" or not isinstance(image, ImageFile.ImageFile) or image.tile[0][0] not in _SLOW:
        return image
    decoder, _, offset, arguments = image.tile[0]
    n_bands = _BANDS.get(image.mode)
    if n_bands is None:
        raise ValueError(f"portable maps with numbers for {image.mode} are not supported")
    file.seek(0)
    is_bits = file.read(2) == b"P1"
    file.seek(offset)
    data = file.read()
    n = image.width * image.height * n_bands
    if is_bits:
        values, most = _bits(data), 1
    else:
        most = int(arguments[-1]) if isinstance(arguments, tuple) else 255
        values = _numbers(data) if decoder == "ppm_plain" else _binary(data, most, n)
    if len(values) < n:
        raise ValueError(f"{n - len(values):,} numbers are missing at the end")
    values = values[:n]
    if values.max(initial=0) > most:
        raise ValueError(f"a number is larger than {most}, the most that its header allows")
    scale = (np.arange(most + 1) * 255 / most).round().astype(np.uint8)
    shape = (image.height, image.width, 3) if n_bands == 3 else (image.height, image.width)
    made = Image.fromarray((255 - scale if is_bits else scale)[values].reshape(shape))
    made.format = "PPM"
    return made


def _bits(data: bytes) -> np.ndarray:
    """The digits 0 and 1 of a text, which need no space between them."""
    digits = np.frombuffer(_COMMENT.sub(b"", data), np.uint8)
    return digits[(digits == ord("0")) | (digits == ord("1"))] - ord("0")


def _numbers(data: bytes) -> np.ndarray:
    text = _COMMENT.sub(b" ", data) if b"#" in data else data
    if _NO_NUMBER.search(text):
        raise ValueError("it contains something other than numbers")
    return np.fromstring(text, np.int32, sep=" ")


def _binary(data: bytes, most: int, n: int) -> np.ndarray:
    kind = np.dtype(">u2" if most > 255 else "u1")
    return np.frombuffer(data, kind, count=min(n, len(data) // kind.itemsize))
