"""How the samples of an open picture lie in its file, by Pillow's names, and where Pillow 13 gets that wrong."""

from __future__ import annotations

import sys
from typing import Any

from PIL import Image

_IS_LITTLE = sys.byteorder == "little"
# what libtiff hands over is in the machine's order, whatever the file's
_NATIVE = {"I;16BS": "I;16S", "I;32BS": "I;32S", "F;32BF": "F;32F"} if _IS_LITTLE else {}


def rawmodes_of(image: Any, n_most: int | None = None) -> list[str]:
    """Pillow's name of the samples of each part that is still to be decoded, for instance "RGB;16B".

    At least one, which is "" where nothing is to be decoded or has no name.
    """
    return [_rawmode(tile) for tile in getattr(image, "tile", ())[:n_most]] or [""]


def set_rawmodes(image: Any, rawmodes: list[str]) -> None:
    """Decode the parts as these samples; each name must stand for as many bits as before."""
    image.tile = [_with(tile, rawmode) for tile, rawmode in zip(image.tile, rawmodes, strict=True)]


def mend_tiff(image: Image.Image) -> bool:
    """Whether an open TIFF's colours are multiplied by its alpha and stay so; to be called before it is loaded.

    Signed and decimal samples of a compressed file in the other byte order, and 16-bit colours that lie apart without
    compression, are decoded as what they are. Alpha of 16 bits is left to us, since Pillow divides by its high byte.
    """
    if image.format != "TIFF" or image.mode in ("1", "P", "L"):
        return False
    rawmodes = rawmodes_of(image)
    if all(tile[0] == "libtiff" for tile in getattr(image, "tile", ())):
        mended = [_NATIVE.get(rawmode, rawmode) for rawmode in rawmodes]
    elif len(rawmodes) > 1 and all(len(rawmode) == 1 for rawmode in rawmodes) and _has_16_bits(image):
        order = "L" if image.tag_v2.prefix == b"II" else "B"  # type: ignore[attr-defined]
        mended = [f"{rawmode};16{order}" for rawmode in rawmodes]
    else:
        mended = rawmodes
    is_multiplied = any(rawmode.startswith("RGBa;16") for rawmode in mended)
    mended = [rawmode.replace("RGBa;16", "RGBA;16") for rawmode in mended]
    if mended != rawmodes:
        set_rawmodes(image, mended)
    return is_multiplied


def _has_16_bits(image: Any) -> bool:
    bits = image.tag_v2.get(258, (8,))
    return isinstance(bits, tuple) and bits[0] == 16


def _rawmode(tile: Any) -> str:
    args = tile[3]
    first = args[0] if isinstance(args, tuple) and args else args
    return first if isinstance(first, str) else ""


def _with(tile: Any, rawmode: str) -> Any:
    args = rawmode if isinstance(tile[3], str) else (rawmode, *tile[3][1:])
    return (
        tile._replace(args=args) if hasattr(tile, "_replace") else (*tile[:3], args)
    )  # Pillow 10 has tuples
