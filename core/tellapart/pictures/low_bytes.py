"""The low bytes of pictures with 16 bits a sample in colour: Pillow decodes the high ones alone."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from PIL import Image

# Pillow's name for how samples lie in the file -> the one that takes the other byte of each
_OTHER = {";16B": ";16L", ";16L": ";16B", ";16N": ";16B" if sys.byteorder == "little" else ";16L"}


@dataclass(frozen=True)
class LowBytes:
    """Where to read them. file: the open one; Pillow may have closed it when it was done, then the one of that name."""

    file: BinaryIO
    name: str
    format: str

    def read(self) -> Image.Image:
        """A picture of the same mode and size whose samples are the low bytes.

        Raises:
            OSError: the file cannot be read once more, or whatever Pillow raises for a damaged one.
        """
        if self.file.closed:
            with Image.open(self.name, formats=[self.format]) as twin:
                return _low(twin)
        self.file.seek(0)
        return _low(Image.open(self.file, formats=[self.format]))


def low_bytes_of(image: Image.Image) -> LowBytes | None:
    """Where to find the low bytes of an open picture that is not loaded yet; None if it has none apart."""
    if image.format not in ("PNG", "TIFF") or image.mode not in ("RGB", "RGBA", "CMYK"):
        return None
    tiles = getattr(image, "tile", ())
    if not any(_rawmode(tile)[-4:] in _OTHER for tile in tiles):
        return None
    return LowBytes(image.fp, image.filename, image.format)  # type: ignore[attr-defined]


def _low(twin: Any) -> Image.Image:
    if _rawmode(twin.tile[0]).startswith("LA;16"):
        # grey and alpha: four bytes, which are read as if they were four samples
        twin.tile = [_with_rawmode(tile, "RGBA") for tile in twin.tile]
        _, grey, _, alpha = twin.split()
        return Image.merge("RGBA", (grey, grey, grey, alpha))
    rawmodes = [_rawmode(tile) for tile in twin.tile]
    twin.tile = [
        _with_rawmode(tile, rawmode[:-4] + _OTHER[rawmode[-4:]])
        for tile, rawmode in zip(twin.tile, rawmodes, strict=True)
    ]
    twin.load()
    return cast(Image.Image, twin)


def _rawmode(tile: Any) -> str:
    args = tile[3]
    first = args[0] if isinstance(args, tuple) and args else args
    return first if isinstance(first, str) else ""


def _with_rawmode(tile: Any, rawmode: str) -> Any:
    args = rawmode if isinstance(tile[3], str) else (rawmode, *tile[3][1:])
    return (
        tile._replace(args=args) if hasattr(tile, "_replace") else (*tile[:3], args)
    )  # Pillow 10 has tuples
